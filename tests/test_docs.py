"""The documents stay true in what a machine can check: links, commands, settings, the kinds of connections."""

import re
import shlex
from pathlib import Path

import click
import pytest

from core.cli import cli
from core.cli.invocation import Invocation
from core.llm import KINDS
from core.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if path.exists()]

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_COMMAND = re.compile(r"^[ $]*python -m core (.+)$", re.MULTILINE)
_INLINE = re.compile(r"`python -m core ([a-z][^`]*)`")


def links(path: Path) -> list[str]:
    """Every target of a link or image that is not an address, without its fragment; code is left out."""
    targets = _LINK.findall(_FENCE.sub("", path.read_text(encoding="utf-8")))
    return [target.partition("#")[0] for target in targets if "://" not in target and not target.startswith("#")]


def commands(path: Path) -> list[str]:
    """What follows `python -m core` on a line of its own or between back-quotes; with an ellipsis it is no command."""
    text = path.read_text(encoding="utf-8")
    return [line for line in (*_COMMAND.findall(text), *_INLINE.findall(text)) if "…" not in line]


def parse(line: str) -> None:
    """Let click read the arguments of every level, and run nothing. Raises ClickException for what it does not know."""
    invocation = Invocation()
    command: click.Command = cli
    context, arguments = None, shlex.split(line)
    while True:
        try:
            context = command.make_context(command.name or "core", arguments, parent=context, obj=invocation)
        except click.exceptions.Exit:  # --help
            return
        if not isinstance(command, click.Group):
            return
        _, found, arguments = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        command = found


def rows_of_settings_table() -> list[str]:
    text = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `(WHETSTONE_\w+)` \|", text, re.MULTILINE)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_to_files_that_exist(path: Path):
    gone = [target for target in links(path) if not (path.parent / target).exists()]
    assert gone == []


@pytest.mark.parametrize(
    ("name", "line"), [(path.name, line) for path in DOCS for line in commands(path)], ids=lambda value: value[:60]
)
def test_commands_have_a_verb_and_options_that_exist(name: str, line: str):
    parse(line)


@pytest.mark.parametrize("line", ["nope", "run", "check --nope", "template create", "template nope", "serve --port x"])
def test_a_command_that_is_wrong_would_be_found(line: str):
    with pytest.raises(click.ClickException):
        parse(line)


def test_every_verb_has_an_example():
    shown = {tuple(word for word in shlex.split(line)[:2]) for line in commands(ROOT / "docs" / "command-line.md")}
    context = click.Context(cli, obj=Invocation())
    for name in cli.list_commands(context):
        verb = cli.get_command(context, name)
        wanted = (
            [(name, inner) for inner in verb.list_commands(context)] if isinstance(verb, click.Group) else [(name,)]
        )
        for each in wanted:
            assert any(example[: len(each)] == each for example in shown), f"no example of {' '.join(each)}"


def test_settings_table_names_exactly_the_settings():
    rows = rows_of_settings_table()
    assert sorted(rows) == sorted(f"WHETSTONE_{name.upper()}" for name in Settings.model_fields)


def test_no_document_names_a_setting_that_is_not_there():
    known = {f"WHETSTONE_{name.upper()}" for name in Settings.model_fields}
    for path in DOCS:
        named = set(re.findall(r"\bWHETSTONE_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
        # The tests' own variable stands nowhere in Settings.
        assert named - {"WHETSTONE_TEST_DATABASE_URL"} <= known, path.name


def test_table_of_connections_names_exactly_the_kinds():
    text = (ROOT / "docs" / "connections.md").read_text(encoding="utf-8")
    table = text.partition("## The kinds")[2].partition("##")[0]
    rows = re.findall(r"^\| ([^|]+?) \| (?:`(\w+)`)? *\|", table, re.MULTILINE)
    named = {(title, kind) for title, kind in rows if kind or title == KINDS["offline"].title}
    assert named == {(kind.title, "" if name == "offline" else name) for name, kind in KINDS.items()}
