"""`run`: answers, failures and stops, each with its exit code and its record."""

import json
import signal
import subprocess
import sys
import time

import pytest

from core import library
from core.db import transaction
from core.settings import ROOT
from tests.core.cli.conftest import RUN_KEYS


def test_without_json_the_answer_alone_is_on_stdout(cli, create, add_connection, faulty_model):
    create()
    add_connection("ok")
    ran = cli("run", "greeting", "--var", "who=Ada")
    assert ran.stdout == faulty_model.content + "\n"
    assert "greeting:1" in ran.stderr
    assert " tokens · " in ran.stderr


def test_run_sends_what_render_shows_and_counts_the_use(cli, create, add_connection, faulty_model):
    create("greeting", "Be {{ mood }}.", "Greet {{ who }}.")
    add_connection("ok")
    faulty_model.reset()
    values = ("--var", "mood=kind", "--var", "who=Ada")
    cli("run", "greeting", *values, "--temperature", "0.5", "--max-tokens", "77", "--model", "other")
    sent = faulty_model.history[-1].body
    shown = cli("template", "render", "greeting", *values, "--json").json["rendered"]
    assert [message["content"] for message in sent["messages"]] == [shown["system"], shown["user"]]
    assert (sent["temperature"], sent["model"]) == (0.5, "other")
    assert 77 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))
    uses = {row["name"]: row["uses"] for row in cli("check", "--json").json["templates"]}
    assert uses["greeting"] == 1


def test_a_reference_with_label_or_number_runs_that_version(cli, create, write):
    create("greeting", "", "first words")
    cli("template", "new-version", "greeting", "--user-file", write("u", "second words"), "--no-production")
    cli("template", "label", "greeting", "staging", "2")
    sent = {
        ref: cli("run", ref, "--json").json["rendered"]["user"]
        for ref in ("greeting", "greeting@staging", "greeting:2")
    }
    assert sent == {"greeting": "first words", "greeting@staging": "second words", "greeting:2": "second words"}


@pytest.mark.parametrize("behaviour", ["500", "401", "429", "html", "half-json"])
def test_a_failing_service_ends_with_3_and_the_failure_is_recorded(cli, create, add_connection, behaviour):
    create()
    add_connection(behaviour)
    failed = cli("run", "greeting", "--var", "who=Ada", "--json")
    assert failed.code == 3
    document = failed.json
    assert list(document) == [*RUN_KEYS, "error"]
    assert document["status"] == "failed"
    assert document["error"]["kind"] in ("ServiceError", "AuthError", "RateLimitError")
    assert document["error"]["message"] in failed.stderr
    assert not document["cost_usd"], "what was refused costs nothing, what broke an unknown sum"
    recorded = cli("executions", "show", document["execution_id"], "--json").json
    assert (recorded["status"], recorded["error"]["message"]) == ("failed", document["error"]["message"])
    assert recorded["rendered"]["user"] == "Greet Ada."


def test_an_answer_that_does_not_meet_the_schema_is_a_failed_run_and_ends_with_3(cli, opened, add_connection):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    with opened(), transaction() as session:
        content = library.Content(user="Give n.", response_schema=schema)
        library.create_template(session, "strict", content, person="tess")
    add_connection("not-schema")
    failed = cli("run", "strict", "--json")
    assert failed.code == 3
    assert failed.json["error"]["kind"] == "PromptSchemaError"


def test_a_service_that_does_not_answer_in_time_ends_with_3(cli, create, add_connection):
    create()
    add_connection("never", "--timeout-s", "1")
    failed = cli("run", "greeting", "--var", "who=Ada", "--json")
    assert failed.code == 3
    assert failed.json["error"]["kind"] == "ServiceTimeoutError"


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        (("greeting",), "PromptRenderError"),
        (("greeting", "--var", "who=x", "--var", "odd=1"), "InputError"),
        (("greeting", "--var", "who=x", "--connection", "nowhere"), "NotFoundError"),
        (("greeting@staging", "--var", "who=x"), "PromptTemplateNotFoundError"),
        (("greeting:7", "--var", "who=x"), "PromptTemplateNotFoundError"),
        (("greeting:x",), "PromptValidationError"),
        (("nowhere",), "PromptTemplateNotFoundError"),
    ],
)
def test_a_mistake_ends_with_2_and_records_nothing(cli, create, args, kind):
    create()
    refused = cli("run", *args, "--json")
    assert refused.code == 2
    assert list(refused.json) == ["error"]
    assert refused.json["error"]["kind"] == kind
    assert cli("executions", "list", "--json").json["executions"] == []


def test_a_call_over_budget_ends_with_2_is_not_sent_and_is_recorded(cli, create, add_connection, faulty_model):
    create()
    prices = ("--input-usd-per-mtok", "1000", "--output-usd-per-mtok", "1000")
    add_connection("ok", "--budget-usd-per-month", "0.01", *prices)
    faulty_model.reset()
    refused = cli("run", "greeting", "--var", "who=Ada", "--json")
    assert refused.code == 2
    assert refused.json["error"]["kind"] == "BudgetError"
    assert refused.json["status"] == "failed"
    assert faulty_model.history == []
    assert len(cli("executions", "list", "--status", "failed", "--json").json["executions"]) == 1


def test_cache_takes_the_recorded_answer_and_calls_nobody(cli, create, add_connection, faulty_model):
    create()
    add_connection("ok")
    faulty_model.reset()
    first = cli("run", "greeting", "--var", "who=Ada", "--cache", "--json").json
    second = cli("run", "greeting", "--var", "who=Ada", "--cache", "--json").json
    assert faulty_model.counts["ok"] == 1
    assert second["response"] == first["response"]
    assert second["execution_id"] != first["execution_id"]
    assert second["cost_usd"] == 0


def test_stream_prints_the_answer_once_and_under_json_on_stderr(cli, create, add_connection, faulty_model):
    create()
    add_connection("slow-stream-20")
    ran = cli("run", "greeting", "--var", "who=Ada", "--stream")
    assert ran.stdout == faulty_model.content + "\n"
    as_json = cli("run", "greeting", "--var", "who=Ada", "--stream", "--json")
    assert as_json.json["response"] == faulty_model.content
    assert faulty_model.content in as_json.stderr


def test_a_stream_that_breaks_off_keeps_what_had_come_and_ends_with_3(cli, create, add_connection):
    create()
    add_connection("half-stream")
    failed = cli("run", "greeting", "--var", "who=Ada", "--stream", "--json")
    assert failed.code == 3
    recorded = cli("executions", "show", failed.json["execution_id"], "--json").json
    assert recorded["status"] == "failed"
    assert recorded["response"] == failed.json["response"]
    assert failed.json["response"]


def test_in_a_process_of_its_own_stdout_is_one_document_whatever_the_encoding(shell):
    said = ("chat_assistant", "--var", "message=Größe – 😀")
    for env in ({}, {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}):
        rendered = shell("template", "render", *said, "--json", env=env)
        assert rendered.code == 0, rendered.stderr
        assert rendered.json["rendered"]["user"] == "Größe – 😀"
    ran = shell("run", *said, "--json", env={"PYTHONIOENCODING": "ascii"})
    assert ran.code == 0 and ran.json["rendered"]["user"] == "Größe – 😀"
    assert ran.stderr.startswith("ex_")
    assert shell("template", "render", *said, env={"PYTHONIOENCODING": "ascii"}).code == 0


def test_a_reader_that_closes_early_is_no_failure(environment):
    with subprocess.Popen(
        [sys.executable, "-m", "core", "check"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 0, said
    assert said == ""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stop_ends_the_call_and_is_recorded_as_cancelled(
    cli, environment, create, add_connection, faulty_model, sent, code
):
    create()
    add_connection("never", "--timeout-s", "60")
    faulty_model.reset()
    process = subprocess.Popen(
        [sys.executable, "-m", "core", "run", "greeting", "--var", "who=Ada", "--json"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not faulty_model.history and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(sent)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == code, stderr
    assert "Traceback" not in stderr
    (row,) = cli("executions", "list", "--json").json["executions"]
    assert row["status"] == "cancelled"
    if sent == signal.SIGINT:
        assert json.loads(stdout)["execution_id"] == row["execution_id"]
        assert json.loads(stdout)["error"]["kind"] == "CancelledError"


def test_nothing_stays_behind_when_a_verb_has_ended(shell, environment):
    marker = {"WHETSTONE_RENDER_MEMORY_MB": "391"}
    assert shell("run", "chat_assistant", "--var", "message=Hi", env=marker).code == 0
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in listed.splitlines() if "rendering/worker.py 391" in line]
