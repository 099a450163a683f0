"""The tables, one file per subject. Only services in `core` use them; pages get frozen views."""

from core.db.models.activity import Activity
from core.db.models.base import Base
from core.db.models.connections import Connection
from core.db.models.datasets import Dataset, Example
from core.db.models.executions import Execution
from core.db.models.templates import Label, Template, TemplateTag, UnsavedEdit, Version

__all__ = [
    "Activity",
    "Base",
    "Connection",
    "Dataset",
    "Example",
    "Execution",
    "Label",
    "Template",
    "TemplateTag",
    "UnsavedEdit",
    "Version",
]
