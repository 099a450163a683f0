"""What `doctor` looks at. It reads and tries out, and changes nothing: no database is made, migrated or seeded."""

import json
import re
import shutil
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import text

from core import db, library, llm, local_model
from core.errors import WorkbenchError
from core.settings import Settings

State = Literal["ok", "warn", "fail"]

_LITTLE_DISK, _TOO_LITTLE_DISK = 1_000_000_000, 100_000_000
_SECRET_IN_URL = re.compile(r"([?&][^=&]*(?:pass|secret|token|key)[^=&]*=)[^&]*", re.IGNORECASE)
_ANSWER_S = 10.0


@dataclass(frozen=True)
class Check:
    """One line of the report. `detail` is a sentence or a value, and for what is not ok also the way out."""

    name: str
    state: State
    detail: str


def run_checks(settings: Settings) -> Iterator[Check]:
    """Every check, in an order in which a later one may need what an earlier one found out."""
    yield _guarded("data folder", lambda: _data_folder(settings))
    yield _guarded("free disk space", lambda: _disk(settings))
    yield _guarded("SQLite", lambda: _sqlite(settings))
    database = _guarded("database", lambda: _database(settings))
    yield database
    schema = _guarded("schema", lambda: _schema(settings, reachable=database.state != "fail"))
    yield schema
    yield _guarded("default connection", lambda: _connection(settings, readable=schema.state == "ok"))
    yield _guarded("rendering worker", _rendering)
    yield _guarded("offline model", _offline_model)


def shown_settings(settings: Settings) -> dict[str, object]:
    """The settings in force, without secrets."""
    values: dict[str, object] = {name: getattr(settings, name) for name in type(settings).model_fields}
    values["database_url"] = _masked(settings.url)
    values["secret_key"] = "set" if settings.secret_key else None
    return values


def _guarded(name: str, look: Callable[[], tuple[State, str]]) -> Check:
    try:
        return Check(name, *look())
    except WorkbenchError as error:
        return Check(name, "fail", str(error))
    except Exception as error:  # the doctor must not fall ill itself: what it meets is its finding
        return Check(name, "fail", f"{type(error).__name__}: {llm.mask_secrets(str(error))[:200]}")


def _data_folder(settings: Settings) -> tuple[State, str]:
    folder = settings.data_dir.resolve()
    there = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return "fail", f"{there} cannot be written ({error.strerror}). Set WHETSTONE_DATA_DIR to another folder."
    return "ok", f"{folder} can be written" if there == folder else f"{folder} will be made when it is needed"


def _disk(settings: Settings) -> tuple[State, str]:
    free = shutil.disk_usage(_nearest(settings.data_dir.resolve())).free
    shown = f"{free / 1e9:,.1f} GB"
    if free >= _LITTLE_DISK:
        return "ok", shown
    return "fail" if free < _TOO_LITTLE_DISK else "warn", f"only {shown}. Free some space, or move the data folder."


def _sqlite(settings: Settings) -> tuple[State, str]:
    version = ".".join(map(str, db.sqlite_version()))
    bundled = db.sqlite_module().__name__ == "pysqlite3"
    detail = f"{version}, {'bundled with pysqlite3' if bundled else 'the library of the system'}"
    if db.sqlite_version() >= db.SAFE_SQLITE or not settings.url.startswith("sqlite"):
        return "ok", detail
    safe = ".".join(map(str, db.SAFE_SQLITE))
    return "warn", (
        f"{detail}. Before {safe}, a write that meets a checkpoint can damage the database file. "
        "Install pysqlite3, or keep to one process and make backups."
    )


def _database(settings: Settings) -> tuple[State, str]:
    shown = _masked(settings.url)
    if not _is_there(settings):
        return "ok", f"{shown}, made at the first start"
    db.use(db.make_engine(settings.url))
    db.healthy()
    if settings.url.startswith("sqlite"):
        return "ok", shown
    with db.reading() as session:
        return "ok", f"{shown}, PostgreSQL {session.scalar(text('SHOW server_version'))}"


def _schema(settings: Settings, *, reachable: bool) -> tuple[State, str]:
    if not reachable:
        return "warn", "not looked at, because the database does not answer"
    if not _is_there(settings):
        return "ok", f"{db.head()}, made at the first start"
    found = db.revision(db.current_engine())
    if found == db.head():
        return "ok", f"{found}, as this release needs it"
    if found is None:
        return "warn", f"empty; the next start brings it to {db.head()}"
    db.check_known(found)
    return "warn", f"{found}; the next start brings it to {db.head()}. Make a backup first."


def _connection(settings: Settings, *, readable: bool) -> tuple[State, str]:
    if not _is_there(settings):
        return "ok", "the offline model, set up at the first start"
    if not readable:
        return "warn", "not looked at, because the schema is not this release's"
    with db.reading() as session:
        found = llm.get_connection(session, None)
    if found.key_missing:
        return (
            "fail",
            f"{found.name}: the environment variable {found.key_env} is not set. Set it, or choose another default.",
        )
    if not found.model:
        return "warn", f"{found.name} has no default model. Set one on the Connections page."
    return "ok", f"{found.name} ({llm.KINDS[found.kind].title}, {found.model}); `connection test {found.name}` calls it"


def _rendering() -> tuple[State, str]:
    answer = library.render("{{ word }}", "", {"word": "ready"}).system
    return ("ok", "answers") if answer == "ready" else ("fail", f"answered {answer[:60]!r}. Install Whetstone anew.")


def _offline_model() -> tuple[State, str]:
    body = {"model": local_model.MODEL_NAME, "messages": [{"role": "user", "content": "Are you there?"}]}
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with local_model.serve() as server:
        request = urllib.request.Request(
            f"{server.base_url}/chat/completions",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": "Bearer none"},
        )
        with direct.open(request, timeout=_ANSWER_S) as response:
            json.load(response)["choices"][0]["message"]["content"]
    return "ok", "answers"


def _is_there(settings: Settings) -> bool:
    return settings.database_url is not None or (settings.data_dir / "whetstone.db").exists()


def _nearest(folder: Path) -> Path:
    """The folder itself, or the one above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _masked(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    if at and ":" in user:
        user = f"{user.partition(':')[0]}:***"
    return _SECRET_IN_URL.sub(r"\1***", f"{scheme}{separator}{user}{at}{place}")
