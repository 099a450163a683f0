"""A person's SQL on a database, in a process of its own that is killed at the deadline.

The connection lives in that process: whatever the statement does to memory or time, it does there. The password goes
over standard input, never on a command line or into the environment.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from typing import Any

from core import errors
from core.errors import InputError, ServiceError, WorkbenchError
from core.settings import ROOT
from core.sources.databases.backend import Powers
from core.sources.databases.child import TOO_SLOW
from core.sources.databases.failures import too_slow
from core.sources.databases.statements import one_statement
from core.sources.databases.urls import Place, check_reach
from core.sources.views import Rows

_START_S = 25.0
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "LC_ALL", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


def run_sql(
    place: Place, secret: str | None, sql: str, *, powers: Powers | None, max_rows: int, deadline_s: float
) -> Rows:  # fmt: skip
    """The rows of one statement that reads.

    Raises:
        InputError: not one statement that reads, the login is too powerful, or the database refuses the statement.
        ServiceTimeoutError: it took longer than the deadline. ServiceError: the database cannot be reached.
    """
    statement = one_statement(sql, place.dialect)
    if powers is not None and powers.reaches_files:
        raise InputError(
            "This login may read and write files of the database server, so no SQL of your own is run with it. Add the "
            "source again with a login that can only SELECT; profiles and analyses work with this one, too."
        )
    started = time.monotonic()
    request = {
        "place": asdict(place),
        "address": check_reach(place),
        "secret": secret,
        "sql": statement,
        "max_rows": max_rows,
        "deadline_s": deadline_s,
    }
    answer = _answered(request, place, deadline_s)
    if "error" in answer:
        kind = getattr(errors, str(answer["error"]), None)
        if kind is None or not issubclass(kind, WorkbenchError):
            kind = InputError
        raise (
            kind(answer["message"], service=place.words) if issubclass(kind, ServiceError) else kind(answer["message"])
        )
    rows = tuple(tuple(row) for row in answer["rows"])
    return Rows(tuple(answer["columns"]), rows, bool(answer["more"]), time.monotonic() - started)


def _answered(request: dict[str, Any], place: Place, deadline_s: float) -> dict[str, Any]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "core.sources.databases.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(json.dumps(request).encode(), timeout=deadline_s + _START_S)
    except subprocess.TimeoutExpired:
        raise too_slow(place, deadline_s) from None
    finally:
        _end(process)
    try:
        return dict(json.loads(output))
    except ValueError:
        if process.returncode in (TOO_SLOW, -getattr(signal, "SIGXCPU", 24)):
            raise too_slow(place, deadline_s) from None
        raise InputError(
            "The query needed more memory than a query may have, or brought the database down. Select less and run it again."
        ) from None


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        process.wait(5)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
