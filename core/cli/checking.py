"""What `doctor` looks at. It reads and tries out, and changes nothing: no database is made, migrated or seeded.

The checks of an open workbench are `core.diagnosis`'s; here is what may be amiss before there is one.
"""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from core import db, diagnosis, startup
from core.diagnosis import Check, State, guarded
from core.settings import Settings

_ANSWER_S = 10.0


def run_checks(settings: Settings) -> Iterator[Check]:
    """Every check, in an order in which a later one may need what an earlier one found out."""
    yield guarded("Data folder", lambda: _data_folder(settings))
    yield guarded("Free disk space", lambda: diagnosis.disk(settings))
    yield guarded("SQLite", lambda: diagnosis.sqlite(settings))
    database = guarded("Database", lambda: _database(settings))
    yield database
    schema = guarded("Database schema", lambda: _schema(settings, reachable=database.state != "fail"))
    yield schema
    yield guarded("Default connection", lambda: _connection(settings, readable=schema.state == "ok"))
    yield guarded("Rendering worker", diagnosis.rendering_worker)
    yield guarded("Offline model", _offline_model)


def _data_folder(settings: Settings) -> tuple[State, str]:
    folder = settings.data_dir.resolve()
    if folder.exists():
        return diagnosis.data_folder(settings)
    above = next(each for each in folder.parents if each.exists())
    state, message = diagnosis.data_folder(settings.model_copy(update={"data_dir": above}))
    return (state, message) if state == "fail" else ("ok", f"{folder} will be made when it is needed")


def _database(settings: Settings) -> tuple[State, str]:
    shown = diagnosis.masked_url(settings.url)
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
        return diagnosis.schema()
    if found is None:
        return "warn", f"empty; the next start brings it to {db.head()}"
    db.check_known(found)
    return "warn", f"{found}; the next start brings it to {db.head()}. Make a backup first."


def _connection(settings: Settings, *, readable: bool) -> tuple[State, str]:
    if not _is_there(settings):
        return "ok", "the offline model, set up at the first start"
    if not readable:
        return "warn", "not looked at, because the schema is not this release's"
    state, message = diagnosis.default_connection()
    return state, f"{message}; `connection test auto` calls it" if state == "ok" else message


def _offline_model() -> tuple[State, str]:
    url = startup.offline_model_url()
    model = _fetched(f"{url}/models")["data"][0]["id"]
    asked = {"model": model, "messages": [{"role": "user", "content": "Are you there?"}]}
    answer = _fetched(f"{url}/chat/completions", asked)["choices"][0]["message"]["content"]
    return ("ok", "answers") if answer else ("fail", "answered with an empty text. Install Whetstone anew.")


def _fetched(url: str, body: Any = None) -> Any:
    """The JSON of a server on loopback, asked without the proxies of the environment."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=_ANSWER_S) as response:
        return json.load(response)


def _is_there(settings: Settings) -> bool:
    return settings.database_url is not None or (settings.data_dir / "whetstone.db").exists()
