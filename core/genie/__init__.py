"""Genie spaces: their definitions, the client over the Databricks SDK, benchmarks, judging, scoring.

The only place beside `core.llm` and `core.sources` that imports `databricks`, and that late. Everything here takes plain
dataclasses; `keeping` stores them. It knows the local Genie by its address only.
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
    hold_out,
    into_space,
    read_benchmarks,
    split_held_out,
    write_csv,
    write_json,
    write_markdown,
)
from core.genie.charting import Picture, picture_of
from core.genie.checking import latest_check, submit_check
from core.genie.client import GenieClient
from core.genie.connecting import (
    LocalAddress,
    WorkspaceView,
    client_of,
    close_clients,
    find_workspace,
    list_workspaces,
    set_local_starter,
)
from core.genie.conversations import forget, list_conversations, sweep
from core.genie.demo import DEMO_TABLES, DEMO_TITLE, demo_benchmarks, demo_space
from core.genie.differences import Change, compare, describe, leaves
from core.genie.evaluating import (
    ChatRoute,
    CommonFailure,
    ExpectedResults,
    OfficialRoute,
    OfficialRun,
    Outcome,
    OutcomeState,
    Route,
    evaluate,
    outcome_of_failure,
)
from core.genie.evaluation_job import (
    MOST_REPEATS,
    ROUTES,
    EvaluationRequest,
    Export,
    ExportFormat,
    RouteName,
    evaluation_document,
    export_evaluation,
    submit_evaluation,
    unmeasured,
)
from core.genie.failures import Failure, Kind, Meaning, failure_of
from core.genie.fingerprints import canonical, fingerprint, in_order, same
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
from core.genie.keeping import (
    DatabasePlaces,
    Merged,
    begin_conversation,
    benchmark_faults,
    count_evaluations,
    delete_snapshot,
    end_conversation,
    get_benchmarks,
    get_evaluation,
    get_outcome,
    get_question,
    get_snapshot,
    keep_definition,
    keep_measured_space,
    keep_quality,
    last_scores,
    list_evaluations,
    list_outcomes,
    list_questions,
    list_snapshots,
    merge_benchmarks,
    open_conversations,
    open_outcomes,
    outcomes_of,
    overrule,
    record_question,
    repeated_score,
    save_benchmarks,
    score_history,
    settle_outcome,
    stability_of,
    start_evaluation,
    store_outcome,
    take_snapshot,
    withdraw_overruling,
)
from core.genie.limit_stores import MemoryPlaces, SQLitePlaces
from core.genie.limiting import Place, PlaceStore, QuestionLimiter, Taken, limiter_of, outdated, wait_for_place
from core.genie.limits import MOST_RESULT_ROWS, Size, sizes
from core.genie.loading import LoadedSpace, load_demo, load_local
from core.genie.local_writer import LocalWriter, check_writer, local_writer, set_local_writer
from core.genie.metric_views import MetricView, create_statement, drop_statement, metric_view_faults, parse_metric_view
from core.genie.model_writer import Material, WrittenSql, write_sql
from core.genie.naming import fitted_title, tag_mark
from core.genie.overviews import SpaceOverview, overview
from core.genie.questions import RunningQuestion, close_questions, find_question, start_question
from core.genie.readonly import DevSpace, ProductionSpace
from core.genie.results import ResultColumn, ResultTable
from core.genie.scoring import QuestionRecord, RepeatedScore, Score, Stability, score, score_repeats
from core.genie.space_parts import Example, JoinSpec, Question, Snippet, SpaceColumn, SqlFunction, TableSource
from core.genie.spaces import Space, empty, parse, write
from core.genie.statements import StatementError, run_sql, statement_failure
from core.genie.states import CatalogColumn, CatalogTable, SpaceState, SpaceSummary, Warehouse, Written
from core.genie.validating import Fault, check_text, faults, title_faults
from core.genie.views import (
    BenchmarkSet,
    EvaluationFilter,
    EvaluationView,
    OpenConversation,
    OutcomeFilter,
    OutcomeRow,
    OutcomeView,
    Overruling,
    QuestionView,
    SnapshotRow,
    SnapshotView,
)
from core.genie.workspaces import LOCAL, Timing, Workspace
