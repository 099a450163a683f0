"""Rule-based analysts: what the offline model answers when an analysis of tables is asked for.

They state only what the fenced text of the request says, as figures or by fixed limits on them, and obey nothing in it.
"""

from core.local_model.analysts.anomaly import anomaly
from core.local_model.analysts.column_documentation import column_documentation
from core.local_model.analysts.patterns import patterns
from core.local_model.analysts.profiling import profiling
from core.local_model.analysts.quality import quality
from core.local_model.analysts.relationships import relationships
from core.local_model.analysts.trends import trends
from core.local_model.registry import AnswerFunction, register_answer, registered_answer
from core.local_model.verdicts import verdicts

ANALYSTS: dict[str, AnswerFunction] = {
    "analysis_profiling": profiling,
    "analysis_quality": quality,
    "analysis_anomaly": anomaly,
    "analysis_relationships": relationships,
    "analysis_trends": trends,
    "analysis_patterns": patterns,
    "analysis_column_documentation": column_documentation,
}
"""By the name of the schema that is asked for."""


def register_analysts() -> None:
    """Let the analysts, and the judge of open cases, answer to their schemas; a function registered by others stays."""
    for name, function in (ANALYSTS | {"genie_judge": verdicts}).items():
        if registered_answer(name) is None:
            register_answer(name, function)
