"""The profile of a table of any source, kept with the source so that it is measured once."""

from typing import Literal

from sqlalchemy.orm import Session

from core.clock import now
from core.db import reading, transaction
from core.db.models import Source, SourceTable
from core.sources.forms import profile_from_json, profile_to_json
from core.sources.reader import open_source
from core.sources.views import Profile, Table


def profile_table(source_id: str, table: str, kind: Literal["quick", "full"], *, refresh: bool = False) -> Profile:
    """The kept profile, or a new one (always with `refresh`), which is kept then.

    Opens its own transactions: measuring may take minutes, and nobody's write waits for it. A kept profile of a database
    may be older than its rows.

    Raises:
        NotFoundError: the source or the table is gone. Whatever the source's reader raises.
    """
    from core.sources.keeping import view_of

    with reading() as session:
        source = session.get(Source, source_id)
        row = session.get(SourceTable, (source_id, table))
        kept = (row.profiles or {}).get(kind) if row is not None else None
        view = view_of(source) if source is not None else None
    if view is None:
        from core.errors import NotFoundError

        raise NotFoundError("The source is gone. Choose another one.")
    if kept is not None and not refresh:
        return profile_from_json(kept)
    with open_source(view) as reader:
        described = reader.table(table)
        profile = reader.quick_profile(table) if kind == "quick" else reader.full_profile(table)
    _keep(source_id, described, profile)
    return profile


def kept_profile(session: Session, source_id: str, table: str, kind: Literal["quick", "full"]) -> Profile | None:
    """The profile that was measured last, None if there is none."""
    row = session.get(SourceTable, (source_id, table))
    kept = (row.profiles or {}).get(kind) if row is not None else None
    return profile_from_json(kept) if kept is not None else None


def _keep(source_id: str, table: Table, profile: Profile) -> None:
    """Keep the profile, with what was learnt of the table on the way."""
    with transaction() as session:
        if session.get(Source, source_id) is None:  # deleted meanwhile
            return
        row = session.get(SourceTable, (source_id, table.name))
        if row is None:
            row = SourceTable(source_id=source_id, name=table.name, position=0, profiles={}, origin={})
            session.add(row)
        if row.file is None:
            row.rows = profile.rows
            row.columns = [{"name": each.name, "type": each.type, "raw_type": each.raw_type} for each in table.columns]
        row.profiles = (row.profiles or {}) | {profile.kind: profile_to_json(profile)}
        row.updated_at = now()
