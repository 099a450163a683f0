"""Genie spaces: their definitions, the client over the Databricks SDK, benchmarks, judging, scoring.

The only place beside `core.llm` and `core.sources` that imports `databricks`, and that late. Everything here takes plain
dataclasses; storage and jobs stand elsewhere. It knows the local Genie by its address only.
"""

from core.genie.answers import Answer, Status
from core.genie.asking import ask
from core.genie.benchmarks import (
    Benchmark,
    Finding,
    Problem,
    QualityReport,
    Reading,
    check_quality,
    fresh_id,
    from_space,
    into_space,
    read_benchmarks,
    split_held_out,
    write_csv,
    write_json,
    write_markdown,
)
from core.genie.client import GenieClient
from core.genie.conversations import forget, list_conversations, sweep
from core.genie.differences import Change, compare, describe, leaves
from core.genie.evaluating import (
    ChatRoute,
    ExpectedResults,
    OfficialRoute,
    OfficialRun,
    Outcome,
    OutcomeState,
    Route,
    decide_open,
    evaluate,
    outcome_of_failure,
)
from core.genie.failures import Failure, Kind, Meaning, failure_of
from core.genie.fingerprints import canonical, fingerprint, same
from core.genie.health import Check, check_health
from core.genie.judging import (
    CaseJudge,
    CellDifference,
    Judgement,
    ModelVerdict,
    Reason,
    RowPair,
    UndecidedCase,
    Verdict,
    align,
    judge,
    order_matters,
)
from core.genie.limit_stores import MemoryPlaces, SQLitePlaces
from core.genie.limiting import Place, PlaceStore, QuestionLimiter, Taken, limiter_of, outdated, wait_for_place
from core.genie.limits import MOST_RESULT_ROWS, Size, sizes
from core.genie.metric_views import MetricView, create_statement, drop_statement, metric_view_faults, parse_metric_view
from core.genie.naming import fitted_title, tag_mark
from core.genie.readonly import DevSpace, ProductionSpace
from core.genie.results import ResultColumn, ResultTable
from core.genie.scoring import QuestionRecord, RepeatedScore, Score, Stability, score, score_repeats
from core.genie.spaces import Space, empty, parse, write
from core.genie.statements import StatementError, run_sql, statement_failure
from core.genie.states import CatalogColumn, CatalogTable, SpaceState, SpaceSummary, Warehouse, Written
from core.genie.validating import Fault, check_text, faults, title_faults
from core.genie.workspaces import LOCAL, Timing, Workspace
