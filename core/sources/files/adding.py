"""Adding files as the tables of a new source: each is written as Parquet first, then the rows of the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from core.clock import new_id, now
from core.db import reading
from core.db.models import SourceTable
from core.errors import InputError
from core.sources.files import pool
from core.sources.files.folders import remove_files, source_folder
from core.sources.files.inspection import FileChoice, FileInspection
from core.sources.keeping import add_source, free_name
from core.sources.views import SourceView

_DEADLINE_S = 7200.0
_MOST_FILES = 100
_LONGEST_NAME = 200


def add_files(
    session: Session, name: str, choices: Sequence[FileChoice], *, person: str, is_sample: bool = False
) -> SourceView:
    """Add a source whose tables are these files, in this order. Writing them takes about as long as inspecting them.

    The session is first used when all files are stored, so that a fresh one keeps nobody waiting. If its transaction does
    not commit, the stored files are removed again.

    Raises:
        InputError: a question of an inspection is open, a value does not fit its column's type (says row and value), a file
            changed since, or the table names are not all different. ConflictError: the source's name is taken.
    """
    _check(choices)
    with reading() as looking:
        free_name(looking, name)
    source_id = new_id("src")
    folder = source_folder(source_id)
    folder.mkdir(parents=True)
    try:
        stored = [_store(choice, f"{number}.parquet", source_id) for number, choice in enumerate(choices, 1)]
        files = [choice.inspection.name for choice in choices]
        origin = f"{files[0]}" if len(files) == 1 else f"{len(files)} files: {', '.join(files)}"
        source = add_source(
            session,
            name,
            "files",
            origin[:1000],
            {"files": files},
            person=person,
            source_id=source_id,
            is_sample=is_sample,
        )
        for position, (choice, found) in enumerate(zip(choices, stored, strict=True)):
            session.add(_row(source_id, position, choice, found))
        session.flush()
    except BaseException:
        remove_files(source_id)
        raise
    _remove_unless_committed(session, source_id)
    return source


def _check(choices: Sequence[FileChoice]) -> None:
    if not choices:
        raise InputError("Choose at least one file.")
    if len(choices) > _MOST_FILES:
        raise InputError(
            f"A source takes at most {_MOST_FILES} files, and {len(choices)} are chosen. Make several sources."
        )
    taken: dict[str, str] = {}
    for choice in choices:
        inspection, table = choice.inspection, choice.table_name
        if inspection.questions:
            raise InputError(next(iter(inspection.questions.values())))
        if not table.strip() or table != table.strip() or not table.isprintable() or len(table) > _LONGEST_NAME:
            raise InputError(
                f"{table!r:.80} is no name for a table: it needs 1 to {_LONGEST_NAME} characters that can be seen, "
                "without blanks around them. Change it."
            )
        if table.casefold() in taken:
            raise InputError(f"Two tables are called '{table}'. Give each of them a name of its own.")
        taken[table.casefold()] = table
        known = {column.name for column in inspection.columns}
        if unknown := [column for column in choice.types if column not in known]:
            raise InputError(
                f"{inspection.name} has no column {unknown[0]!r:.80}. Choose types for the columns it has."
            )
        _refuse_changed(inspection)


def _refuse_changed(inspection: FileInspection) -> None:
    try:
        stat = inspection.path.stat()
    except OSError:
        raise InputError(f"The file {inspection.name} is gone. Choose it again.") from None
    if (stat.st_size, stat.st_mtime_ns) != (inspection.size, inspection.changed_ns):
        raise InputError(f"{inspection.name} changed since it was looked at. Choose it again.")


def _store(choice: FileChoice, file: str, source_id: str) -> dict[str, Any]:
    inspection = choice.inspection
    inferred = {column.name: column.type for column in inspection.columns}
    decimals = [name for name, kind in choice.types.items() if kind == "decimal" and inferred[name] != "decimal"]
    found = pool.ask(
        "store",
        deadline_s=_DEADLINE_S,
        path=str(inspection.path),
        name=inspection.name,
        options=inspection.options | {"chosen_decimals": decimals},
        types=inferred | choice.types,
        target=str(source_folder(source_id) / file),
    )
    return found | {"file": file}


def _row(source_id: str, position: int, choice: FileChoice, found: dict[str, Any]) -> SourceTable:
    inspection = choice.inspection
    read = {
        "file": inspection.name,
        "format": inspection.format,
        "encoding": inspection.encoding,
        "delimiter": inspection.delimiter,
        "has_header": inspection.has_header,
        "sheet": inspection.sheet,
        "notes": list(inspection.notes),
        "chosen_types": dict(choice.types),
    }
    return SourceTable(
        source_id=source_id,
        name=choice.table_name,
        position=position,
        file=found["file"],
        rows=found["rows"],
        columns=found["columns"],
        origin={key: value for key, value in read.items() if value not in (None, [], {})},
        profiles={},
        updated_at=now(),
    )


def _remove_unless_committed(session: Session, source_id: str) -> None:
    state = {"open": True}

    def committed(_: Session) -> None:
        state["open"] = False

    def rolled_back(_: Session) -> None:
        if state["open"]:
            state["open"] = False
            remove_files(source_id)

    event.listen(session, "after_commit", committed, once=True)
    event.listen(session, "after_rollback", rolled_back, once=True)
