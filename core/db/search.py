"""Full-text search: FTS5 on SQLite, tsvector on PostgreSQL, one function for both.

Every word of the query must occur. The last one may be the start of a word, so that results appear while typing; among
executions only until it stands whole in one of them, since gathering every word that begins like a common one is slow.
"""

import re

from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table, text
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

    The last word may be a prefix, as above. Case is ignored. A search without a word keeps all.
    Order by the column returned: on SQLite the index then yields rows in that order, so that a page of a common
    word costs no more than one of a rare word.
    """
    found = words(text_searched)
    if not found:
        return query, model.seq
    name = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        index = table(f"{name}_fts", column("rowid"))
        whole = " ".join(f'"{word}"' for word in found)
        condition = text(f"{name}_fts MATCH :fts_query")
        query, order = query.join(index, index.c.rowid == model.seq), index.c.rowid
        query, hits = query.where(condition), select(index.c.rowid).where(condition)
        if model is Execution and len(found[-1]) > 3 and session.execute(hits.limit(1), {"fts_query": whole}).first():
            return query.params(fts_query=whole), order
        return query.params(fts_query=f"{whole}*"), order
    vector = literal_column(f"{name}.search_vector")
    return query.where(vector.op("@@")(func.to_tsquery("simple", " & ".join(found) + ":*"))), model.seq
