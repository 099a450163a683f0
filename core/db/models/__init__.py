"""The tables, one file per subject. Only services in `core` use them; pages get frozen views."""

from core.db.models.activity import Activity
from core.db.models.analysis import DictionaryEntry, Finding, Recipe
from core.db.models.base import Base
from core.db.models.connections import Connection
from core.db.models.datasets import Dataset, Example
from core.db.models.executions import Execution
from core.db.models.genie import (
    GenieBenchmark,
    GenieBenchmarkSet,
    GenieConversation,
    GenieEvaluation,
    GenieHold,
    GenieOutcome,
    GeniePlace,
    GenieQuestion,
    GenieSnapshot,
)
from core.db.models.jobs import Job, JobItem, JobLog, JobTag, Worker
from core.db.models.sources import ColumnDisclosure, Source, SourceTable
from core.db.models.templates import Label, Template, TemplateTag, UnsavedEdit, Version

__all__ = [
    "Activity",
    "Base",
    "ColumnDisclosure",
    "Connection",
    "Dataset",
    "DictionaryEntry",
    "Example",
    "Execution",
    "Finding",
    "GenieBenchmark",
    "GenieBenchmarkSet",
    "GenieConversation",
    "GenieEvaluation",
    "GenieHold",
    "GenieOutcome",
    "GeniePlace",
    "GenieQuestion",
    "GenieSnapshot",
    "Job",
    "JobItem",
    "JobLog",
    "JobTag",
    "Label",
    "Recipe",
    "Source",
    "SourceTable",
    "Template",
    "TemplateTag",
    "UnsavedEdit",
    "Version",
    "Worker",
]
