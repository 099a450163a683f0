"""Which verbs there are, and what all of them have in common."""

import json
import re
import subprocess
import sys

import click
import pytest

from core.cli.root import cli as root
from core.settings import ROOT

VERBS = [
    ("doctor",),
    ("seed",),
    ("check",),
    ("template", "create"),
    ("template", "new-version"),
    ("template", "list"),
    ("template", "show"),
    ("template", "render"),
    ("template", "label"),
    ("template", "rollback"),
    ("template", "test"),
    ("run",),
    ("connection", "add"),
    ("connection", "list"),
    ("connection", "test"),
    ("executions", "list"),
    ("executions", "show"),
    ("executions", "replay"),
    ("source", "add"),
    ("source", "list"),
    ("source", "check"),
    ("source", "tables"),
    ("source", "profile"),
    ("source", "sql"),
    ("source", "disclosure", "get"),
    ("source", "disclosure", "set"),
    ("source", "rename"),
    ("source", "delete"),
    ("analyze",),
    ("genie", "ask"),
    ("genie", "check-benchmarks"),
    ("genie", "diff"),
    ("genie", "evaluate"),
    ("genie", "local", "load"),
    ("genie", "local", "writer"),
    ("genie", "show"),
    ("genie", "snapshot"),
    ("genie", "spaces"),
    ("genie", "validate"),
    ("job", "list"),
    ("job", "show"),
    ("job", "log"),
    ("job", "cancel"),
    ("job", "pause"),
    ("job", "resume"),
    ("job", "retry"),
    ("job", "decide"),
    ("job", "delete"),
    ("job", "workers"),
    ("job", "rerun"),
    ("worker",),
    ("serve",),
]

_NAMED = re.compile(r"python -m core ([a-z][a-z-]*(?: [a-z][a-z-]*)?)")


def _all_verbs(command: click.Command = root, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    found = []
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        found += _all_verbs(below, (*path, name))
    return found


def test_there_are_exactly_the_promised_verbs():
    assert sorted(_all_verbs()) == sorted(VERBS)


def test_every_verb_that_the_documentation_names_is_there():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    named = [words.split() for page in pages for words in _NAMED.findall(page.read_text(encoding="utf-8"))]
    assert named, "the README shows no verb"
    nouns = {verb[0] for verb in VERBS if len(verb) == 2}
    for words in named:
        alone = words[0] in nouns and len(words) == 1  # "python -m core template …" speaks of the noun
        named_here = tuple(words[: 1 + (words[0] in nouns)])
        assert alone or any(verb[: len(named_here)] == named_here for verb in VERBS), (
            f"there is no verb {' '.join(words)}"
        )


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help_of_every_verb_says_what_it_does_and_names_the_common_options(cli, verb):
    helped = cli(*verb, "--help")
    assert helped.code == 0
    assert helped.stdout.startswith(f"Usage: python -m core {' '.join(verb)} ")
    assert all(option in helped.stdout for option in ("--json", "--data-dir", "--debug"))
    assert helped.stdout.split("\n\n")[1].strip().endswith((".", ":")), "no sentence under the usage"


@pytest.mark.parametrize("args", [("--json", "check"), ("check", "--json")])
def test_json_is_accepted_before_and_after_the_verb(cli, args):
    assert cli(*args).json["total"] > 0


def test_json_is_accepted_between_noun_and_verb(cli):
    assert "templates" in cli("template", "--json", "list").json


def test_an_empty_data_dir_is_refused_rather_than_taken_for_the_current_folder(cli):
    refused = cli("check", "--data-dir", "")
    assert refused.code == 2
    assert "empty" in refused.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("template", "nonsense"),
        ("check", "--nonsense"),
        ("run",),
        ("run", "x", "--temperature", "9"),
        ("template",),
        (),
    ],
    ids=" ".join,
)
def test_arguments_that_cannot_be_read_end_with_2_and_one_document(cli, args):
    refused = cli(*args, "--json")
    assert refused.code == 2
    assert refused.json["error"]["kind"] == "UsageError"
    assert refused.json["error"]["message"].strip() in refused.stderr
    assert cli(*args).stdout == ""


def test_an_error_is_one_document_on_stdout_and_the_sentence_on_stderr(cli):
    failed = cli("template", "show", "nowhere", "--json")
    assert failed.code == 2
    assert failed.json["error"]["kind"] == "PromptTemplateNotFoundError"
    assert "There is no template 'nowhere'" in failed.json["error"]["message"]
    assert failed.stderr == failed.json["error"]["message"] + "\n"
    assert cli("template", "show", "nowhere").stdout == ""


def test_a_setting_with_an_impossible_value_is_named_without_a_traceback(cli):
    failed = cli("check", "--json", env={"WHETSTONE_RENDER_DEADLINE_S": "soon", "WHETSTONE_HOSTED": "perhaps"})
    assert failed.code == 2
    assert failed.json["error"]["kind"] == "ConfigError"
    assert "WHETSTONE_RENDER_DEADLINE_S" in failed.stderr
    assert "WHETSTONE_HOSTED" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_list_setting_that_is_not_json_is_named(cli):
    failed = cli("check", env={"WHETSTONE_ALLOW_PRIVATE_HOSTS": "10.0.0.1"})
    assert failed.code == 2
    assert "WHETSTONE_ALLOW_PRIVATE_HOSTS" in failed.stderr


def test_an_unforeseen_error_is_a_sentence_and_a_traceback_only_on_request(cli, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("core.startup.open_workbench", broken)
    failed = cli("check", "--json")
    assert failed.code == 3
    assert failed.json["error"]["kind"] == "ZeroDivisionError"
    assert "--debug" in failed.stderr
    assert "Traceback" not in failed.stderr
    for traced in (cli("check", "--json", "--debug"), cli("check", "--json", env={"WHETSTONE_LOG_LEVEL": "debug"})):
        assert traced.code == 3
        assert traced.json["error"]["kind"] == "ZeroDivisionError"
        assert "Traceback" in traced.stderr


def test_an_interrupt_ends_with_130(cli, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("core.startup.open_workbench", interrupted)
    stopped = cli("check", "--json")
    assert stopped.code == 130
    assert stopped.json["error"]["kind"] == "CancelledError"


def test_an_argument_that_is_not_utf8_is_refused(cli):
    refused = cli("template", "label", "na\udcffme", "staging", "1", "--json")
    assert refused.code == 2
    assert "UTF-8" in refused.json["error"]["message"]


@pytest.mark.parametrize(
    ("args", "unwanted"),
    [
        (["--help"], {"sqlalchemy", "pydantic", "openai", "streamlit"}),
        (["template", "list"], {"openai", "databricks.sdk", "streamlit", "pandas"}),
        (["executions", "list"], {"openai", "databricks.sdk", "streamlit", "pandas"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_verb_loads_only_what_it_needs(environment, args, unwanted):
    program = (
        "import json, sys\n"
        "from core.cli.root import cli\n"
        f"try:\n    cli.main({args!r})\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "print(json.dumps(list(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not unwanted & set(json.loads(done.stderr.splitlines()[-1]))
