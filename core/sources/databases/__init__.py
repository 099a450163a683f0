"""Databases by SQLAlchemy: SQLite files, PostgreSQL, MariaDB and MySQL, read and never written."""

from core.sources.databases.reader import DatabaseReader
from core.sources.databases.urls import Place, check_reach, read_url

__all__ = ["DatabaseReader", "Place", "check_reach", "read_url"]
