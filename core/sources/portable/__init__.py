"""Profile and measures, written once in SQLAlchemy Core for every source that speaks SQL."""

from core.sources.portable.base import PortableReader, vanished
from core.sources.portable.stored import StoredColumn, StoredTable, shown_names

__all__ = ["PortableReader", "StoredColumn", "StoredTable", "shown_names", "vanished"]
