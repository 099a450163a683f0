"""What of Genie spaces is kept in the database. Services take a session first, flush and never commit.

`DatabasePlaces`, `begin_conversation` and `end_conversation` are the exceptions: threads that ask call them between requests,
and each opens a short transaction of its own.
"""

from core.genie.keeping.benchmark_sets import (
    benchmark_faults,
    check_set,
    get_benchmarks,
    keep_quality,
    save_benchmarks,
)
from core.genie.keeping.conversations import begin_conversation, end_conversation, open_conversations
from core.genie.keeping.counting import repeated_score, stability_of
from core.genie.keeping.deciding import overrule, settle_outcome, withdraw_overruling
from core.genie.keeping.evaluations import (
    count_evaluations,
    get_evaluation,
    keep_measured_space,
    last_scores,
    list_evaluations,
    score_history,
    start_evaluation,
)
from core.genie.keeping.merging import Merged, merge_benchmarks
from core.genie.keeping.outcomes import get_outcome, list_outcomes, open_outcomes, outcomes_of, store_outcome
from core.genie.keeping.places import DatabasePlaces
from core.genie.keeping.questions import get_question, list_questions, record_question
from core.genie.keeping.snapshots import (
    delete_snapshot,
    get_snapshot,
    keep_definition,
    list_snapshots,
    take_snapshot,
)

__all__ = [
    "DatabasePlaces",
    "Merged",
    "begin_conversation",
    "benchmark_faults",
    "check_set",
    "count_evaluations",
    "delete_snapshot",
    "end_conversation",
    "get_benchmarks",
    "get_evaluation",
    "get_outcome",
    "get_question",
    "get_snapshot",
    "keep_definition",
    "keep_measured_space",
    "keep_quality",
    "last_scores",
    "list_evaluations",
    "list_outcomes",
    "list_questions",
    "list_snapshots",
    "merge_benchmarks",
    "open_conversations",
    "open_outcomes",
    "outcomes_of",
    "overrule",
    "record_question",
    "repeated_score",
    "save_benchmarks",
    "score_history",
    "settle_outcome",
    "stability_of",
    "start_evaluation",
    "store_outcome",
    "take_snapshot",
    "withdraw_overruling",
]
