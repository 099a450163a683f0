"""Sources at rest: list, get, add, rename, delete, and whether their login can write.

A URL is kept without its password; password or token stand encrypted beside it, bound to the source and its host, and
are shown nowhere.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import event, func, or_, select, update
from sqlalchemy.orm import Session

from core import activity, llm
from core.clock import new_id, now
from core.db import reading, transaction
from core.db.models import Source
from core.errors import ConfigError, ConflictError, InputError, NotFoundError
from core.sources.databases.urls import check_reach, read_url
from core.sources.reader import open_source
from core.sources.views import SourceKind, SourceView

_LONGEST_NAME = 100


def list_sources(session: Session) -> list[SourceView]:
    """All sources by name."""
    return [view_of(row) for row in session.scalars(select(Source).order_by(func.lower(Source.name)))]


def get_source(session: Session, id_or_name: str) -> SourceView:
    """The source of that id or name.

    Raises:
        NotFoundError: there is none; the text names those there are.
    """
    return view_of(_row(session, id_or_name))


def add_database(
    session: Session, name: str, url: str, *, person: str, password: str | None = None
) -> SourceView:  # fmt: skip
    """Add a database by its SQLAlchemy URL. Nothing is sent yet; `check_source` does. `password` goes before the URL's.

    Raises:
        InputError: the URL cannot be used here. ConflictError: the name is taken. ConfigError: no secret key.
        NotFoundError: a SQLite file that is not there.
    """
    place, in_url = read_url(url)
    password = password or in_url
    if place.dialect == "sqlite":
        check_reach(place)
    source_id = new_id("src")
    secret = _sealed(password, source_id, place.origin)
    options = {"url": place.url, "dialect": place.dialect}
    return add_source(
        session, name, "database", place.words, options, person=person, source_id=source_id, secret=secret
    )


def add_warehouse(
    session: Session,
    name: str,
    *,
    host: str | None,
    warehouse_id: str,
    token: str | None = None,
    token_env: str | None = None,
    connection: str | None = None,
    profile: str | None = None,
    catalog: str | None = None,
    person: str,
) -> SourceView:
    """Add a Databricks SQL warehouse. Nothing is sent yet; `check_source` does.

    The login is one of: a `token` (kept encrypted), the variable `token_env` that holds one, the key of a model
    `connection` of the same host, or what the Databricks SDK finds (in the `profile`, or by itself).
    `catalog` limits the tables to one catalog.

    Raises:
        InputError: a field breaks a rule. ConflictError: the name is taken. ConfigError: no secret key.
    """
    from core.sources.warehouses.places import warehouse_options

    source_id = new_id("src")
    given = warehouse_options(
        session,
        host=host,
        warehouse_id=warehouse_id,
        token=token,
        token_env=token_env,
        connection=connection,
        profile=profile,
        catalog=catalog,
    )
    secret = _sealed(token, source_id, llm.origin(given["host"])) if token else None
    where = given["host"] or f"the workspace of profile {profile or 'DEFAULT'}"
    words = f"Databricks SQL warehouse {warehouse_id} on {where}"
    return add_source(session, name, "warehouse", words, given, person=person, source_id=source_id, secret=secret)


def add_source(
    session: Session,
    name: str,
    kind: SourceKind,
    origin: str,
    options: dict[str, Any],
    *,
    person: str,
    source_id: str | None = None,
    secret: str | None = None,
    is_sample: bool = False,
) -> SourceView:
    """Add the row of a source of any kind, and record who did. `secret` is encrypted already.

    Raises:
        InputError: the name breaks a rule. ConflictError: it is taken.
    """
    row = Source(
        id=source_id or new_id("src"),
        name=free_name(session, name),
        kind=kind,
        origin=origin,
        options=options,
        secret=secret,
        can_write=False if kind == "files" else None,
        is_sample=is_sample,
        created_at=now(),
        created_by=person,
    )
    session.add(row)
    activity.record(session, person, "added source", row.name, subject_id=row.id, kind=kind)
    session.flush()
    return view_of(row)


def rename_source(session: Session, source_id: str, name: str, *, person: str) -> SourceView:
    """Give a source another name.

    Raises:
        NotFoundError, InputError, ConflictError: see `add_source`.
    """
    row = _row(session, source_id)
    old, row.name = row.name, free_name(session, name, but=row.id)
    activity.record(session, person, "renamed source", row.name, subject_id=row.id, was=old)
    session.flush()
    return view_of(row)


def delete_source(session: Session, source_id: str, *, person: str) -> None:
    """Delete a source with what was learnt about it. Stored files go when the transaction is committed.

    Raises:
        NotFoundError: it is gone already.
    """
    row = _row(session, source_id)
    deleted, kind = row.id, row.kind
    activity.record(session, person, "deleted source", row.name, subject_id=deleted, kind=kind)
    session.delete(row)
    session.flush()
    if kind == "files":
        from core.sources.files import remove_files

        event.listen(session, "after_commit", lambda _: remove_files(deleted), once=True)


def check_source(source_id: str) -> SourceView:
    """Reach the source and find out, without writing, whether its login can write; that is kept.

    Opens its own transactions, so that nobody's write waits for a slow server.

    Raises:
        NotFoundError, and whatever `open_source` and its reader raise when the source cannot be reached.
    """
    with reading() as session:
        source = get_source(session, source_id)
    with open_source(source) as reader:
        can_write = reader.powers().can_write if hasattr(reader, "powers") else False
        if source.kind == "files":
            reader.tables()
    with transaction() as session:
        session.execute(update(Source).where(Source.id == source.id).values(can_write=can_write))
    return replace(source, can_write=can_write)


def write_warning(source: SourceView) -> str | None:
    """What to say about a login that can write; None if there is nothing to say."""
    if source.kind == "files" or source.can_write is False:
        return None
    if source.can_write:
        return f"The login of '{source.name}' can write. Whetstone only reads with it, but a login that can only SELECT is safer."
    if source.kind == "warehouse":
        return (
            f"Whether the login of '{source.name}' can write is not known. Use one that may only SELECT: a warehouse has no "
            "read-only session, so what it may do rests on its grants."
        )
    return None


def secret_of(source: SourceView) -> str | None:
    """The password or token to open the source with, None if it has none.

    Raises:
        ConfigError: it cannot be decrypted, or its variable is not set. NotFoundError: the source is gone.
    """
    with reading() as session:
        row = _row(session, source.id)
        secret, options = row.secret, dict(row.options)
        if source.kind == "warehouse" and secret is None:
            from core.sources.warehouses.places import token_elsewhere

            return token_elsewhere(session, source.name, options)
    if secret is None:
        return None
    origin = read_url(options["url"])[0].origin if row.kind == "database" else llm.origin(options["host"])
    try:
        return llm.remember(llm.decrypt(secret, name=row.name, connection_id=row.id, origin=origin))
    except ConfigError as error:
        raise ConfigError(
            f"The stored secret of the source '{row.name}' cannot be read. Set WHETSTONE_SECRET_KEY (or the key file) back "
            "to what it was when the source was added, or delete the source and add it again."
        ) from error


def view_of(row: Source) -> SourceView:
    return SourceView(
        id=row.id,
        name=row.name,
        kind=row.kind,  # type: ignore[arg-type]
        origin=row.origin,
        options=dict(row.options or {}),
        can_write=row.can_write,
        is_sample=row.is_sample,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def free_name(session: Session, name: str, *, but: str | None = None) -> str:
    """The name, tidied, if it may be taken (by another source than `but`).

    Raises:
        InputError: empty, too long, or with control characters. ConflictError: it is taken.
    """
    tidy = " ".join(name.split())
    if not tidy:
        raise InputError("The source has no name. Enter one.")
    if len(tidy) > _LONGEST_NAME:
        raise InputError(f"The name is longer than {_LONGEST_NAME} characters. Shorten it.")
    if not tidy.isprintable():
        raise InputError("The name holds a character that cannot be shown. Delete it.")
    taken = session.execute(select(Source.id, Source.name).where(func.lower(Source.name) == tidy.lower())).first()
    if taken is not None and taken.id != but:
        raise ConflictError(f"There is a source '{taken.name}' already. Choose another name, or delete that one.")
    return tidy


def _row(session: Session, id_or_name: str) -> Source:
    wanted = or_(Source.id == id_or_name, func.lower(Source.name) == id_or_name.strip().lower())
    row = session.scalars(select(Source).where(wanted).order_by(Source.id != id_or_name)).first()
    if row is None:
        names = session.scalars(select(Source.name).order_by(Source.name).limit(20)).all()
        known = f"There are {', '.join(names)}; choose one of them." if names else "There is none yet; add one first."
        raise NotFoundError(f"There is no source '{id_or_name[:100]}'. {known}")
    return row


def _sealed(secret: str | None, source_id: str, origin: str) -> str | None:
    return llm.encrypt(llm.remember(secret), connection_id=source_id, origin=origin) if secret else None
