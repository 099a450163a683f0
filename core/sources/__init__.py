"""Tables from files, databases and warehouses: reading, profiling, and what of them may leave.

The only place that imports `duckdb` and `pyarrow`, and that late and in child processes. Rows are never held here:
figures are computed where the rows are, and everything else works on figures and samples.
"""

from core.sources.configuration import configure
from core.sources.disclosure import disclosed, effective_policies, policies, set_policies
from core.sources.files import (
    FileChoice,
    FileInspection,
    InspectedColumn,
    add_files,
    add_sample,
    close,
    forget_upload,
    inspect_file,
    remove_leftovers,
    save_upload,
)
from core.sources.forms import measures_from_json, measures_to_json, profile_from_json, profile_to_json
from core.sources.keeping import (
    add_database,
    add_warehouse,
    check_source,
    delete_source,
    get_source,
    list_sources,
    rename_source,
    write_warning,
)
from core.sources.profiling import forget_profiles, kept_profile, profile_table
from core.sources.reader import Reader, open_source, table_clause
from core.sources.suspecting import suggest
from core.sources.views import (
    NUMERIC,
    POLICIES,
    TEMPORAL,
    Bin,
    Column,
    ColumnProfile,
    ColumnType,
    Correlation,
    Measures,
    Outliers,
    Policy,
    Profile,
    Rows,
    Series,
    SeriesPoint,
    SourceKind,
    SourceView,
    Table,
)

__all__ = [
    "NUMERIC",
    "POLICIES",
    "TEMPORAL",
    "Bin",
    "Column",
    "ColumnProfile",
    "ColumnType",
    "Correlation",
    "FileChoice",
    "FileInspection",
    "InspectedColumn",
    "Measures",
    "Outliers",
    "Policy",
    "Profile",
    "Reader",
    "Rows",
    "Series",
    "SeriesPoint",
    "SourceKind",
    "SourceView",
    "Table",
    "add_database",
    "add_files",
    "add_sample",
    "add_warehouse",
    "check_source",
    "close",
    "configure",
    "delete_source",
    "disclosed",
    "effective_policies",
    "forget_profiles",
    "forget_upload",
    "get_source",
    "inspect_file",
    "kept_profile",
    "list_sources",
    "measures_from_json",
    "measures_to_json",
    "open_source",
    "policies",
    "profile_from_json",
    "profile_table",
    "profile_to_json",
    "remove_leftovers",
    "rename_source",
    "save_upload",
    "set_policies",
    "suggest",
    "table_clause",
    "write_warning",
]
