"""Calls as tests make them, and what is recorded of them."""

import time

from sqlalchemy import func, select

from core import library
from core.db import reading
from core.db.models import Execution


def call(template, values, **fields) -> library.Call:
    with reading() as session:
        return library.call_reference(session, template.name, values, **fields)


def direct(user: str, system: str = "", *, connection: str | None = None, **settings) -> library.Call:
    return library.Call(library.Content(system, user, connection=connection, **settings), None)


def recorded(execution_id: str) -> library.ExecutionView:
    with reading() as session:
        return library.get_execution(session, execution_id)


def executions() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Execution))


def used(template) -> tuple[int, list[int]]:
    """How often the template was used, and each of its versions from v1 on."""
    with reading() as session:
        versions = library.list_versions(session, template.id)
        return library.get_template(session, template.id).usage_count, [v.usage_count for v in reversed(versions)]


def wait_until(condition, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
