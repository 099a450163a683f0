"""What an open workbench stands on: the checks and settings that the Settings page and `doctor` show.

It only reads and tries out, on the database that is open; it opens no other and changes nothing.
"""

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core import db, library, llm
from core.errors import WorkbenchError
from core.settings import Settings

State = Literal["ok", "warn", "fail"]

_LITTLE_DISK, _TOO_LITTLE_DISK = 1_000_000_000, 100_000_000
_SECRET_IN_URL = re.compile(r"([?&][^=&]*(?:pass|secret|token|key)[^=&]*=)[^&]*", re.IGNORECASE)


@dataclass(frozen=True)
class Check:
    """One finding. `message` is a sentence or a value, and for what is not ok also the way out."""

    name: str
    state: State
    message: str


@dataclass(frozen=True)
class SettingView:
    """One setting in force, secrets masked. `is_given` is False where the default applies."""

    variable: str
    value: str
    is_given: bool
    description: str


def diagnose(settings: Settings) -> list[Check]:
    """Every check, none of which takes longer than a moment."""
    return [
        guarded("Data folder", lambda: data_folder(settings)),
        guarded("Free disk space", lambda: disk(settings)),
        guarded("SQLite", lambda: sqlite(settings)),
        guarded("Database schema", schema),
        guarded("Default connection", default_connection),
        guarded("Rendering worker", rendering_worker),
    ]


def settings_in_force(settings: Settings) -> list[SettingView]:
    """Every setting with the variable that sets it."""
    shown = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if name == "secret_key":
            text = "set" if value else "not set"
        elif name == "database_url":
            text = masked_url(settings.url)
        elif isinstance(value, list):
            text = ", ".join(map(str, value)) or "none"
        else:
            text = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        given = name in settings.model_fields_set
        shown.append(SettingView(f"WHETSTONE_{name.upper()}", text, given, field.description or ""))
    return shown


def masked_url(url: str) -> str:
    """A database URL without its password."""
    scheme, separator, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    if at and ":" in user:
        user = f"{user.partition(':')[0]}:***"
    return _SECRET_IN_URL.sub(r"\1***", f"{scheme}{separator}{user}{at}{place}")


def data_folder(settings: Settings) -> tuple[State, str]:
    folder = settings.data_dir.resolve()
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return "fail", f"{folder} cannot be written ({error.strerror}). Set WHETSTONE_DATA_DIR to another folder."
    return "ok", f"{folder} can be written"


def disk(settings: Settings) -> tuple[State, str]:
    folder = settings.data_dir.resolve()
    there: Path = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    shown = f"{free / 1e9:,.1f} GB"
    if free >= _LITTLE_DISK:
        return "ok", shown
    return "fail" if free < _TOO_LITTLE_DISK else "warn", f"only {shown}. Free some space, or move the data folder."


def sqlite(settings: Settings) -> tuple[State, str]:
    """The version of the library, where it comes from, and what an old one risks."""
    origin = "bundled with pysqlite3" if db.sqlite_module().__name__ == "pysqlite3" else "the library of the system"
    version = f"{'.'.join(map(str, db.sqlite_version()))}, {origin}"
    if db.sqlite_version() >= db.SAFE_SQLITE or not settings.url.startswith("sqlite"):
        return "ok", version
    safe = ".".join(map(str, db.SAFE_SQLITE))
    return "warn", (
        f"{version}. Before {safe}, a write that meets a checkpoint can damage the database file. "
        "Install pysqlite3, or keep to one process and make backups."
    )


def schema() -> tuple[State, str]:
    found = db.revision(db.current_engine())
    if found == db.head():
        return "ok", f"{found}, as this release needs it"
    return "warn", f"{found or 'empty'}; this release needs {db.head()}. Start Whetstone again to bring it there."


def default_connection() -> tuple[State, str]:
    with db.reading() as session:
        found = llm.get_connection(session, None)
    if found.key_missing:
        return (
            "fail",
            f"{found.name}: the environment variable {found.key_env} is not set. Set it, or choose another default.",
        )
    if not found.model:
        return "warn", f"{found.name} has no default model. Set one on the Connections page."
    return "ok", f"{found.name} ({llm.KINDS[found.kind].title}, {found.model})"


def rendering_worker() -> tuple[State, str]:
    answer = library.render("{{ word }}", "", {"word": "ready"}).system
    return ("ok", "answers") if answer == "ready" else ("fail", f"answered {answer[:60]!r}. Install Whetstone anew.")


def guarded(name: str, look: Callable[[], tuple[State, str]]) -> Check:
    """What `look` found; an error that it meets is a finding too."""
    try:
        return Check(name, *look())
    except WorkbenchError as error:
        return Check(name, "fail", str(error))
    except Exception as error:  # a check that breaks is a finding, and the others go on
        return Check(name, "fail", f"{type(error).__name__}: {llm.mask_secrets(str(error))[:200]}")
