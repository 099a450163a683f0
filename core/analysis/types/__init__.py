"""The kinds of analysis, a file each, in the order in which people are shown them."""

from core.analysis.types import (
    anomaly,
    column_documentation,
    patterns,
    profiling,
    quality,
    relationships,
    trends,
)
from core.analysis.types.base import AnalysisType, FindingDraft, Severity, Statement

TYPES: dict[str, AnalysisType] = {
    module.TYPE.key: module.TYPE
    for module in (profiling, quality, anomaly, relationships, trends, patterns, column_documentation)
}
