"""The configured model services: list, add, change, delete, and which is the default.

A connection keeps its name: versions, which never change, refer to it by name.
"""

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.clock import new_id, now
from core.db.models import Connection
from core.errors import ConflictError, InputError, NotFoundError
from core.llm import keys
from core.llm.drafting import check, check_key, check_name
from core.llm.keys import KeptKey
from core.llm.kinds import OFFLINE_MODEL, OFFLINE_NAME
from core.llm.masking import last_four
from core.llm.views import ConnectionDraft, ConnectionView

AUTO = "auto"


def list_connections(session: Session) -> list[ConnectionView]:
    """All connections by name, the offline model last."""
    rows = session.scalars(select(Connection).order_by(Connection.kind == "offline", func.lower(Connection.name)))
    return [_view(row) for row in rows]


def get_connection(session: Session, name: str | None) -> ConnectionView:
    """The connection of that name; None or "auto" means the default one.

    Raises:
        NotFoundError: there is none; the text names those there are.
    """
    return _view(_row(session, name))


def add_connection(session: Session, draft: ConnectionDraft, *, make_default: bool | None = None) -> ConnectionView:
    """Add a connection. `make_default` None makes it the default if that is the offline model, or there is none.

    A Databricks workspace without a serving endpoint answers no prompt, so it becomes the default only when told to.
    A key in the draft is put into its place at once; the caller's transaction commits the rest.

    Raises:
        InputError: a field breaks a rule. ConflictError: the name is taken.
        ConfigError: there is no keyring, or no secret key to encrypt with.
    """
    name = check_name(draft.name)
    if draft.kind == "offline":
        raise InputError("There is one offline model, and it is set up already. Choose another kind.")
    taken = session.scalar(select(Connection.name).where(func.lower(Connection.name) == name.lower()))
    if taken is not None:
        raise ConflictError(f"There is a connection '{taken}' already. Choose another name, or change that one.")
    columns = check(draft)
    connection_id = new_id("cn")
    key = check_key(draft, connection_id=connection_id, base_url=columns.base_url, old=KeptKey("none"))
    if make_default is None:
        default_kind = session.scalar(select(Connection.kind).where(Connection.is_default))
        workspace_only = draft.kind == "databricks" and not columns.values.get("model")
        make_default = default_kind in (None, "offline") and not workspace_only
    at = now()
    row = Connection(
        id=connection_id,
        name=name,
        is_default=False,
        rev=1,
        created_at=at,
        updated_at=at,
        **columns.values,
        **_key(key),
    )
    session.add(row)
    _flush(session, name)
    if make_default:
        set_default(session, name)
    return get_connection(session, name)


def update_connection(session: Session, name: str, draft: ConnectionDraft, *, expected_rev: int) -> ConnectionView:
    """Replace the fields of a connection; `key` None keeps its key, unless the host changed.

    Raises:
        NotFoundError, InputError, ConfigError
        ConflictError: it was changed since `expected_rev` was read.
    """
    row = _row(session, name)
    if check_name(draft.name) != row.name:
        raise InputError("A connection keeps its name, because versions refer to it by name. Add a new one instead.")
    if (draft.kind == "offline") != (row.kind == "offline"):
        raise InputError("The offline model cannot become another kind, nor another the offline model. Add a new one.")
    if row.rev != expected_rev:
        raise _changed(row.name)
    columns = check(draft)
    old = _kept(row)
    key = check_key(draft, connection_id=row.id, base_url=columns.base_url, old=old)
    changed = session.execute(
        update(Connection)
        .where(Connection.id == row.id, Connection.rev == expected_rev)
        .values(**columns.values, **_key(key), rev=expected_rev + 1, updated_at=now())
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise _changed(row.name)
    if old.source == "keyring" and key.source != "keyring":
        keys.forget(old.source, old.ref)
    session.refresh(row)
    return _view(row)


def set_default(session: Session, name: str) -> None:
    """Make it the connection that *auto* means.

    Raises:
        NotFoundError: there is no such connection.
    """
    # Locking all rows keeps two of these from leaving two defaults on PostgreSQL; SQLite has one writer anyway.
    session.execute(select(Connection.id).order_by(Connection.id).with_for_update())
    row = _row(session, name)
    for each in session.scalars(select(Connection).where(Connection.is_default, Connection.id != row.id)):
        each.is_default = False
    row.is_default = True
    session.flush()


def delete_connection(session: Session, name: str) -> None:
    """Delete a connection and its kept key. Executions keep its name.

    Raises:
        NotFoundError: there is no such connection.
        InputError: it is the offline model. ConflictError: it is the default.
    """
    row = _row(session, name)
    if row.kind == "offline":
        raise InputError("The offline model is part of Whetstone and cannot be deleted. It costs nothing while unused.")
    if row.is_default:
        raise ConflictError(f"'{row.name}' is the default connection. Make another one the default first.")
    kept = _kept(row)
    session.delete(row)
    session.flush()
    keys.forget(kept.source, kept.ref)


def ensure_offline(session: Session) -> None:
    """Make sure that the connection to the offline model exists, and is the default if there is none."""
    row = session.scalar(select(Connection).where(Connection.kind == "offline"))
    if row is None:
        at = now()
        row = Connection(
            id=new_id("cn"),
            name=_free_name(session),
            kind="offline",
            model=OFFLINE_MODEL,
            options={},
            is_default=False,
            key_source="none",
            timeout_s=60.0,
            max_retries=2,
            parallel=8,
            rev=1,
            created_at=at,
            updated_at=at,
        )
        session.add(row)
        _flush(session, row.name)
    if session.scalar(select(Connection.id).where(Connection.is_default)) is None:
        row.is_default = True
        session.flush()


def _row(session: Session, name: str | None) -> Connection:
    if name is None or name == AUTO:
        row = session.scalar(select(Connection).where(Connection.is_default))
        if row is None:
            raise NotFoundError("No connection is the default. Choose one on the Connections page.")
        return row
    row = session.scalar(select(Connection).where(Connection.name == name))
    if row is None:
        names = session.scalars(select(Connection.name).order_by(Connection.name).limit(20)).all()
        known = f"There are {', '.join(names)}; choose one of them, or" if names else "There is none yet;"
        raise NotFoundError(f"There is no connection '{name}'. {known} add it on the Connections page.")
    return row


def _view(row: Connection) -> ConnectionView:
    last4, missing = row.key_last4, False
    if row.key_source == "env":
        key = keys.environment_key(row.key_ref)
        last4, missing = (last_four(key) if key else None), key is None
    return ConnectionView(
        id=row.id,
        name=row.name,
        kind=row.kind,
        base_url=row.base_url,
        model=row.model,
        is_default=row.is_default,
        key_source=row.key_source,  # type: ignore[arg-type]
        key_last4=last4,
        key_missing=missing,
        key_env=row.key_ref if row.key_source == "env" else None,
        timeout_s=row.timeout_s,
        max_retries=row.max_retries,
        parallel=row.parallel,
        input_usd_per_mtok=row.input_usd_per_mtok,
        output_usd_per_mtok=row.output_usd_per_mtok,
        budget_usd_per_month=row.budget_usd_per_month,
        options=dict(row.options or {}),
        rev=row.rev,
        created_at=row.created_at,
        updated_at=row.updated_at,
        key_ref=row.key_ref,
        key_host=row.key_host,
    )


def _key(key: KeptKey) -> dict[str, str | None]:
    return {"key_source": key.source, "key_ref": key.ref, "key_last4": key.last4, "key_host": key.host}


def _kept(row: Connection) -> KeptKey:
    return KeptKey(row.key_source, row.key_ref, row.key_last4, row.key_host)  # type: ignore[arg-type]


def _changed(name: str) -> ConflictError:
    return ConflictError(
        f"'{name}' was changed since you opened it. Nothing was saved; load it again and repeat your change."
    )


def _flush(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(
            f"There is a connection '{name}' already. Choose another name, or change that one."
        ) from error


def _free_name(session: Session) -> str:
    """The name "offline", or where a person's connection has that name already, one with a number."""
    taken = {name.lower() for name in session.scalars(select(Connection.name))}
    candidates = (OFFLINE_NAME, *(f"{OFFLINE_NAME}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in candidates if name not in taken)
