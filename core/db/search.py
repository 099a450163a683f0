"""Full-text search: FTS5 on SQLite, tsvector on PostgreSQL, one function for both.

Every word of the query must occur; the last one may be the start of a word, so that results appear while typing.
"""

import re

from sqlalchemy import ColumnElement, Select, column, func, literal_column, table, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.db.models import Execution, Template

_WORDS = re.compile(r"\w+", re.UNICODE)
_MAX_WORDS = 12


def words(query: str) -> list[str]:
    """The words that are searched for, in lower case: letters and digits, `_` parts them. At most 12."""
    return [word.lower() for word in _WORDS.findall(query.replace("_", " "))][:_MAX_WORDS]


def without_index(session: Session, wanted: InstrumentedAttribute) -> ColumnElement:
    """The column, written so that SQLite takes no index for it.

    SQLite believes that every comparison with an indexed column leaves few rows. Where that is wrong it would look
    through most of the table, or sort it, although the rows wanted lie at the end of the order asked for.
    """
    if session.get_bind().dialect.name != "sqlite":
        return wanted
    return literal_column(f"+{wanted.class_.__tablename__}.{wanted.key}", wanted.type)


def narrowed(
    session: Session, query: Select, model: type[Template] | type[Execution], text_searched: str
) -> tuple[Select, ColumnElement]:
    """`query` with only the rows of `model` that match, and the column to order by for newest or oldest first.

    A word matches as a prefix when it is the last of the search. Case is ignored. A search without a word keeps all.
    Order by the column returned: on SQLite the index then yields rows in that order, so that a page of a common
    word costs no more than one of a rare word.
    """
    found = words(text_searched)
    if not found:
        return query, model.seq
    if session.get_bind().dialect.name == "sqlite":
        name = f"{model.__tablename__}_fts"
        index = table(name, column("rowid"))
        expression = " ".join(f'"{word}"' for word in found) + "*"
        query = query.join(index, index.c.rowid == model.seq).where(
            text(f"{name} MATCH :fts_query").bindparams(fts_query=expression)
        )
        return query, index.c.rowid
    vector = literal_column(f"{model.__tablename__}.search_vector")
    return query.where(vector.op("@@")(func.to_tsquery("simple", " & ".join(found) + ":*"))), model.seq
