"""The data dictionary: what each column means. A job proposes; what a person wrote is never written over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import activity
from core.clock import new_id, now
from core.db.models import DictionaryEntry
from core.errors import ConflictError, InputError

FIELDS = ("business_name", "business_description", "technical_description", "data_type", "examples", "tags")


@dataclass(frozen=True)
class EntryView:
    """The newest version of what is said about a column. `entry` has the fields of `FIELDS`."""

    source_id: str
    table_name: str
    column_name: str
    number: int
    entry: dict[str, Any]
    is_edited: bool
    job_id: str | None
    created_at: datetime
    created_by: str


def list_entries(session: Session, source_id: str, table: str | None = None) -> list[EntryView]:
    """The newest version of each column's entry, by table and column."""
    newest = (
        select(
            DictionaryEntry.table_name, DictionaryEntry.column_name, func.max(DictionaryEntry.number).label("number")
        )
        .where(DictionaryEntry.source_id == source_id)
        .group_by(DictionaryEntry.table_name, DictionaryEntry.column_name)
        .subquery()
    )
    query = (
        select(DictionaryEntry)
        .join(
            newest,
            (DictionaryEntry.table_name == newest.c.table_name)
            & (DictionaryEntry.column_name == newest.c.column_name)
            & (DictionaryEntry.number == newest.c.number),
        )
        .where(DictionaryEntry.source_id == source_id)
        .order_by(DictionaryEntry.table_name, DictionaryEntry.column_name)
    )
    if table is not None:
        query = query.where(DictionaryEntry.table_name == table)
    return [_view(row) for row in session.scalars(query)]


def store_entries(
    session: Session, source_id: str, entries: list[dict[str, Any]], *, job_id: str, person: str
) -> list[str]:
    """Take a job's entries in, as new versions; returns the columns left alone because a person wrote about them.

    An entry that says the same as the newest version adds nothing, so that repeating this changes nothing.
    """
    known = {(each.table_name, each.column_name): each for each in list_entries(session, source_id)}
    kept = []
    for each in entries:
        place = (str(each["table_name"]), str(each["column_name"]))
        entry = {name: each.get(name) for name in FIELDS}
        current = known.get(place)
        if current is not None and current.is_edited:
            kept.append(f"{place[0]}.{place[1]}")
            continue
        if current is not None and current.entry == entry:
            continue
        known[place] = _add(session, source_id, place, entry, current, is_edited=False, job_id=job_id, person=person)
    session.flush()
    return kept


def edit_entry(
    session: Session, source_id: str, table: str, column: str, entry: dict[str, Any], *, expected: int, person: str
) -> EntryView:
    """A person's own words about a column, as a new version. `expected` is the version they saw, 0 for none.

    Raises:
        InputError: the business name is empty.
        ConflictError: somebody wrote meanwhile.
    """
    if not str(entry.get("business_name") or "").strip():
        raise InputError("Give the column a business name.")
    current = next((each for each in list_entries(session, source_id, table) if each.column_name == column), None)
    if (current.number if current else 0) != expected:
        raise ConflictError(f"Somebody wrote about '{table}.{column}' meanwhile. Look at their words, then save yours.")
    said = {name: entry.get(name) for name in FIELDS}
    activity.record(session, person, "edited dictionary", f"{table}.{column}"[:200], subject_id=source_id)
    return _add(session, source_id, (table, column), said, current, is_edited=True, job_id=None, person=person)


def _add(
    session: Session,
    source_id: str,
    place: tuple[str, str],
    entry: dict[str, Any],
    current: EntryView | None,
    *,
    is_edited: bool,
    job_id: str | None,
    person: str,
) -> EntryView:
    row = DictionaryEntry(
        id=new_id("de"),
        source_id=source_id,
        table_name=place[0][:600],
        column_name=place[1][:600],
        number=current.number + 1 if current else 1,
        entry=entry,
        is_edited=is_edited,
        job_id=job_id,
        created_at=now(),
        created_by=person,
    )
    session.add(row)
    session.flush()
    return _view(row)


def _view(row: DictionaryEntry) -> EntryView:
    return EntryView(
        row.source_id,
        row.table_name,
        row.column_name,
        row.number,
        row.entry,
        row.is_edited,
        row.job_id,
        row.created_at,
        row.created_by,
    )
