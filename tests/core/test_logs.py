"""The log: one JSON line an event, a request id from the click to the call, and no secret in any of it."""

import contextlib
import io
import json
import threading
import time

import pytest
from sqlalchemy import text

from core import library, llm, logs
from core.db import current_engine, transaction
from core.logs import begin_request, log, request_id
from tests.core.conftest import KEY

PLAIN_KEY = "correct-horse-battery-staple"
"""A key that does not look like one: only known because a connection keeps it."""


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


@pytest.fixture
def stderr():
    """What is written to stderr. Not `capsys`, whose stream is another one in a fixture than in the test."""
    with contextlib.redirect_stderr(io.StringIO()) as written:
        yield written


@pytest.fixture
def lines(workbench, stderr):
    """Every line logged so far, as a function; waits for one with that event if asked. The log is at INFO."""
    logs.configure("INFO", llm.mask_secrets)

    def lines(event: str | None = None, count: int = 1) -> list[dict]:
        deadline = time.monotonic() + 5
        while True:
            whole = stderr.getvalue().rpartition("\n")[0].split("\n")
            found = [each for each in map(json.loads, filter(None, whole)) if event in (None, each["event"])]
            if event is None or len(found) >= count:
                return found
            assert time.monotonic() < deadline, f"no line '{event}'"
            time.sleep(0.01)

    yield lines
    logs.configure("CRITICAL", llm.mask_secrets)


def call(connection: str | None = None) -> library.Call:
    return library.Call(library.Content("", "Hello", connection=connection), None)


def test_every_event_is_one_line_of_json_whatever_it_says(lines):
    log.info("two\nlines \x1b[31m “ä”", number=1, nothing=None)
    (line,) = lines("two\nlines \x1b[31m “ä”")
    assert (line["level"], line["number"], line["nothing"]) == ("info", 1, None)
    assert line["timestamp"].endswith("Z")


def test_the_request_id_goes_from_the_begin_of_the_request_to_the_line_of_the_call(lines, connect):
    began = begin_request()
    log.info("clicked")
    execution = library.run(call(connect("ok")))
    assert request_id() == began == execution.request_id
    (called,) = lines("model called")
    assert (called["request_id"], called["execution_id"], called["status"]) == (began, execution.id, "completed")
    assert called["connection"] == execution.connection and called["model"] == "faulty-1"
    assert lines("clicked")[0]["request_id"] == began


def test_requests_at_the_same_time_keep_their_ids_apart(lines, connect):
    name = connect("slow-50")
    begun: dict[str, str] = {}

    def request() -> None:
        began = begin_request()
        begun[library.run(call(name)).id] = began

    threads = [threading.Thread(target=request) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(begun.values())) == 5
    assert {line["execution_id"]: line["request_id"] for line in lines("model called", 5)} == begun


def test_a_call_outside_any_request_gets_an_id_of_its_own(lines, connect):
    ids = []
    thread = threading.Thread(target=lambda: ids.append(library.run(call(connect("ok"))).request_id))
    thread.start()
    thread.join()
    assert ids[0].startswith("rq_")
    assert [line["request_id"] for line in lines("model called")] == ids


def test_a_failed_call_logs_its_status_but_neither_the_key_nor_the_texts(lines, connect):
    library.run(call(connect("401")))
    (line,) = lines("model called")
    assert line["status"] == "failed"
    assert KEY not in json.dumps(lines()) and "Hello" not in json.dumps(lines())


def _raise(text: str) -> None:
    raise ValueError(f"the service said: {text}")


@pytest.mark.parametrize("secret", [KEY, PLAIN_KEY, "sk-proj-abcdefghijklmnop1234", "xai-0123456789abcdef"])
def test_keys_are_masked_in_messages_fields_and_tracebacks(lines, connect, secret):
    library.run(call(connect("ok", key=PLAIN_KEY)))
    log.info(f"calling with {secret}", header=f"Bearer {secret}", short=secret)
    try:
        _raise(secret)
    except ValueError:
        log.exception("it failed")
    assert secret not in json.dumps(lines())
    masked = f"••••{secret[-4:]}"
    (said,) = lines(f"calling with {masked}")
    assert said["header"].startswith("Bearer ••••") and said["short"] == masked
    (failed,) = lines("it failed")
    assert "Traceback" in failed["exception"] and f"the service said: ••••{secret[-4:]}" in failed["exception"]


def test_keys_are_masked_inside_of_nested_fields_too(lines):
    log.info("nested", headers={"authorization": [KEY]}, error=ValueError(KEY))
    assert lines("nested") and KEY not in json.dumps(lines())


def test_a_defect_while_recording_is_logged_with_its_traceback_and_reaches_the_waiter(lines, connect):
    def rename(old: str, new: str) -> None:
        with transaction() as session:
            session.execute(text(f"ALTER TABLE execution RENAME COLUMN {old} TO {new}"))
        current_engine().dispose()  # SQLite would rename by the schema that a pooled connection remembers

    run = library.start(call(connect("slow-200")))
    rename("attempts", "attempts_gone")
    try:
        assert run._done.wait(10)
    finally:
        rename("attempts_gone", "attempts")
    (line,) = lines("result could not be recorded")
    assert line["execution_id"] == run.execution_id and "Traceback" in line["exception"]
    assert "The log has the details" in str(run.error)


def test_what_is_below_the_level_is_not_written(lines):
    log.debug("too quiet")
    log.warning("loud enough")
    lines("loud enough")
    assert "too quiet" not in [line["event"] for line in lines()]


def test_begin_request_gives_a_new_id_each_time():
    first, second = begin_request(), begin_request()
    assert first != second and request_id() == second
