"""Writing a row unless its key is taken: the same on SQLite and PostgreSQL, and safe among several writers."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.db.models import Base


def insert_new(session: Session, model: type[Base], **values: Any) -> bool:
    """Insert a row; False, and nothing changed, if one with that key is there."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    table = model.__table__
    inserted = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return session.execute(inserted).first() is not None
