"""Files as sources: read strictly, stored as Parquet, and queried by DuckDB in child processes."""

from core.sources.files.adding import add_files
from core.sources.files.folders import remove_files, remove_leftovers
from core.sources.files.inspection import FileChoice, FileInspection, InspectedColumn, inspect_file
from core.sources.files.pool import child_pids, close
from core.sources.files.samples import add_sample
from core.sources.files.uploads import forget_upload, save_upload

__all__ = [
    "FileChoice",
    "FileInspection",
    "InspectedColumn",
    "add_files",
    "add_sample",
    "child_pids",
    "close",
    "forget_upload",
    "inspect_file",
    "remove_files",
    "remove_leftovers",
    "save_upload",
]
