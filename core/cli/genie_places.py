"""What the verbs of `genie` are given: a workspace, a space of it, files of definitions and of benchmarks."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from core import genie
from core.cli import inputs, output
from core.db import reading
from core.errors import InputError, NotFoundError

F = TypeVar("F", bound=Callable[..., Any])

_ID = re.compile(r"[0-9a-f]{32}")

connection_option = click.option(
    "--connection",
    metavar="NAME",
    help="The workspace: a connection to Databricks, by name or id. The local Genie if not given.",
)


def space_option(*, required: bool = True) -> Callable[[F], F]:
    return click.option("--space", metavar="ID", required=required, help="A space, by its id or its exact title.")


benchmarks_option = click.option(
    "--benchmarks",
    "benchmarks_file",
    metavar="FILE",
    help="JSON, CSV, Markdown or a .geniespace.json. Else those kept here for the space; else the space's own.",
)


@dataclass(frozen=True)
class Place:
    """A workspace that is ready to be asked."""

    workspace: genie.WorkspaceView
    client: genie.GenieClient

    @property
    def id(self) -> str:
        return self.workspace.id

    def document(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.workspace.name, "host": self.workspace.host}


def find_place(connection: str | None) -> Place:
    """The workspace of `--connection`; the workbench must be open.

    Raises:
        NotFoundError, InputError, ConfigError: there is none of that name, it is no workspace, or it has no credentials.
    """
    with reading() as session:
        workspace = genie.find_workspace(session, connection)
        return Place(workspace, genie.client_of(session, workspace.id))


def find_space(place: Place, given: str) -> str:
    """The id of the space that has this id or exactly this title. What has the form of an id is not looked up.

    Raises:
        NotFoundError: no space has that title.
        InputError: several have it.
    """
    if _ID.fullmatch(given):
        return given
    spaces = place.client.list_spaces()
    found = [each.id for each in spaces if given in (each.id, each.title)]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{len(found)} spaces have the title “{given}”. Give the id: {', '.join(found)}.")
    close = difflib.get_close_matches(given, [each.title for each in spaces], n=1)
    hint = f" Did you mean “{close[0]}”?" if close else ""
    raise NotFoundError(
        f"“{place.workspace.name}” has no space with the id or title “{given[:80]}”.{hint} `genie spaces` lists them."
    )


def read_space(path: str) -> genie.Space:
    """The definition in a file.

    Raises:
        InputError: the file cannot be read, or holds no definition.
    """
    try:
        return genie.parse(inputs.read_text(path))
    except InputError as error:
        named = str(error) if path in str(error) else f"The file {path} holds no space definition. {error}"
        raise InputError(named) from error


def definition_of(place: Place, space_id: str) -> genie.Space:
    """The space's definition. Raises AuthError without the right to edit it."""
    definition = place.client.get_space(space_id).definition
    if definition is None:
        raise InputError(f"The space {space_id} came without its definition. Ask for CAN EDIT on the space.")
    return definition


@dataclass(frozen=True)
class ChosenBenchmarks:
    """`kept` is the set of the database that they are, None for those of a file or of the space itself."""

    benchmarks: tuple[genie.Benchmark, ...]
    origin: str
    kept: genie.BenchmarkSet | None = None


def choose_benchmarks(place: Place, space_id: str, path: str | None) -> ChosenBenchmarks:
    """Those of the file, else the kept ones, else the space's own. What a file has that cannot be used goes to stderr.

    Raises:
        InputError: there are none, or the file cannot be read.
    """
    if path is not None:
        return _from_file(path)
    with reading() as session:
        kept = genie.get_benchmarks(session, place.id, space_id)
    if kept is not None and kept.benchmarks:
        return ChosenBenchmarks(kept.benchmarks, kept.origin, kept)
    own = genie.from_space(definition_of(place, space_id))
    if not own:
        raise InputError(f"The space {space_id} has no benchmarks, and none are kept for it. Give --benchmarks FILE.")
    return ChosenBenchmarks(own, "the space")


def _from_file(path: str) -> ChosenBenchmarks:
    text = inputs.read_text(path)
    name = Path(path).name
    try:
        found = genie.read_benchmarks(text, "" if path == inputs.STDIN else name)
    except InputError as error:
        raise InputError(f"The benchmarks in {path} cannot be used. {error}") from error
    for problem in found.problems:
        output.say(f"{name}, {problem.where}: {problem.sentence}")
    return ChosenBenchmarks(found.benchmarks, name)
