"""Snapshots: a space's definition as it stood, kept word for word."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import activity
from core.clock import new_id, now
from core.db.models import GenieSnapshot
from core.errors import InputError, NotFoundError
from core.genie.fingerprints import fingerprint
from core.genie.spaces import Space
from core.genie.states import SpaceState
from core.genie.views import SnapshotRow, SnapshotView
from core.library.characters import kept

_LONGEST_NOTE = 2_000
_COLUMNS = tuple(getattr(GenieSnapshot, name) for name in SnapshotRow.__dataclass_fields__)


def take_snapshot(session: Session, workspace: str, state: SpaceState, *, person: str, note: str = "") -> SnapshotView:
    """Keep a space as it is now. Where it stood so before, that snapshot is returned, the note added to its own.

    Raises:
        InputError: the definition may not be read, or the note is too long.
    """
    if state.definition is None:
        raise InputError(
            f"The definition of “{state.title}” may not be read, so there is nothing to keep. Ask for the right CAN EDIT on "
            "the space."
        )
    return keep_definition(session, workspace, state.id, state.definition, title=state.title, person=person, note=note)


def keep_definition(
    session: Session, workspace: str, space_id: str, space: Space, *, title: str, person: str, note: str = ""
) -> SnapshotView:
    """Keep a definition, such as an uploaded one, among the snapshots of a space; see `take_snapshot`.

    Raises:
        InputError: the note is too long, or a number in the definition is no JSON.
    """
    note = kept(note.strip())
    if len(note) > _LONGEST_NOTE:
        raise InputError(f"The note has {len(note):,} characters; at most {_LONGEST_NOTE:,} are kept. Shorten it.")
    hash_ = fingerprint(space)
    query = select(GenieSnapshot).where(
        GenieSnapshot.workspace == workspace, GenieSnapshot.space_id == space_id, GenieSnapshot.hash == hash_
    )
    found = session.scalar(query.order_by(GenieSnapshot.seq.desc()).limit(1))
    if found is not None:
        if note and note not in found.note:
            found.note = f"{found.note}\n{note}".strip()[:_LONGEST_NOTE]
            session.flush()
        return _view(found)
    made = GenieSnapshot(
        id=new_id("snap"),
        workspace=workspace,
        space_id=space_id,
        title=kept(title),
        hash=hash_,
        note=note,
        created_at=now(),
        created_by=person,
        definition=_text(space),
    )
    session.add(made)
    session.flush()
    activity.record(session, person, "took snapshot", made.title[:200], subject_id=made.id, space=space_id)
    return _view(made)


def list_snapshots(session: Session, workspace: str, space_id: str, *, limit: int = 100) -> tuple[SnapshotRow, ...]:
    """The newest first."""
    query = select(*_COLUMNS).where(GenieSnapshot.workspace == workspace, GenieSnapshot.space_id == space_id)
    rows = session.execute(query.order_by(GenieSnapshot.seq.desc()).limit(limit))
    return tuple(SnapshotRow(*row) for row in rows)


def get_snapshot(session: Session, snapshot_id: str) -> SnapshotView:
    """Raises NotFoundError."""
    return _view(_row(session, snapshot_id))


def delete_snapshot(session: Session, snapshot_id: str, *, person: str) -> None:
    """Remove it. Evaluations of that state stay, and keep its hash. Raises NotFoundError."""
    row = _row(session, snapshot_id)
    activity.record(session, person, "deleted snapshot", row.title[:200], subject_id=row.id, space=row.space_id)
    session.delete(row)
    session.flush()


def _row(session: Session, snapshot_id: str) -> GenieSnapshot:
    row = session.scalar(select(GenieSnapshot).where(GenieSnapshot.id == snapshot_id))
    if row is None:
        raise NotFoundError(
            f"There is no snapshot '{snapshot_id[:80]}'. Look it up among the snapshots of its space; it may have been deleted."
        )
    return row


def _view(row: GenieSnapshot) -> SnapshotView:
    shared = {name: getattr(row, name) for name in SnapshotRow.__dataclass_fields__}
    return SnapshotView(**shared, definition=Space(json.loads(row.definition)))


def _text(space: Space) -> str:
    """JSON in ASCII, since any character can be kept so."""
    try:
        return json.dumps(space.data, allow_nan=False)
    except ValueError as error:
        raise InputError(
            "The definition holds a number that is too large for JSON. Correct it, or export the space again."
        ) from error
