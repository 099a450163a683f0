"""`genie …`: spaces of a Databricks workspace or of the local Genie: look, ask, check, measure."""

from dataclasses import asdict
from typing import Any

import click

from core import genie as spaces_of_genie
from core.cli import output
from core.cli.genie_asking import ask
from core.cli.genie_checking import check_benchmarks, diff, validate
from core.cli.genie_evaluating import evaluate
from core.cli.genie_local import local
from core.cli.genie_places import connection_option, find_place, find_space, space_option
from core.cli.invocation import Invocation, VerbGroup
from core.db import reading, transaction
from core.errors import AuthError
from core.genie import EvaluationView, Space, SpaceOverview, SpaceState


@click.group(cls=VerbGroup)
def genie() -> None:
    """Look at Genie spaces, ask them, measure them.

    They are those of a Databricks workspace by --connection, else those of the local Genie.
    """


for _verb in (ask, check_benchmarks, diff, evaluate, local, validate):
    genie.add_command(_verb)


@genie.command()
@connection_option
@click.pass_obj
def spaces(invocation: Invocation, connection: str | None) -> None:
    """List the spaces with their sizes and last scores."""
    invocation.open()
    place = find_place(connection)
    listed = place.client.list_spaces()
    ids = [each.id for each in listed]
    overviews = spaces_of_genie.overview(place.client, ids)
    with reading() as session:
        scores = spaces_of_genie.last_scores(session, place.id, ids)
        runs = spaces_of_genie.count_evaluations(session, place.id, ids)
    rows = [
        _row(each.title, found, scores.get(each.id), runs.get(each.id, 0))
        for each, found in zip(listed, overviews, strict=True)
    ]
    invocation.put({"workspace": place.document(), "spaces": rows}, _spaces_text(rows))


@genie.command()
@connection_option
@space_option()
@click.pass_obj
def show(invocation: Invocation, connection: str | None, space: str) -> None:
    """Show one space: parts, sizes, health, faults.

    With --json also the definition itself.
    """
    invocation.open()
    place = find_place(connection)
    space_id = find_space(place, space)
    try:
        state = place.client.get_space(space_id)
    except AuthError as error:
        state = place.client.get_space(space_id, definition=False)
        output.say(str(error))
    found = _state_document(state)
    invocation.put(found, _state_text(state, found))


@genie.command()
@connection_option
@space_option()
@click.option("--note", default="", metavar="TEXT", help="Why it was taken.")
@click.pass_obj
def snapshot(invocation: Invocation, connection: str | None, space: str, note: str) -> None:
    """Keep a space's definition as it is now.

    An unchanged space gives the snapshot that there is already.
    """
    invocation.open()
    place = find_place(connection)
    state = place.client.get_space(find_space(place, space))
    with transaction() as session:
        kept = spaces_of_genie.take_snapshot(session, place.id, state, person=invocation.settings.person, note=note)
    invocation.put(
        {"snapshot_id": kept.id, "hash": kept.hash}, f"{kept.id} of “{output.harmless(kept.title)}”, {kept.hash}"
    )


def _row(title: str, found: SpaceOverview, last: EvaluationView | None, runs: int) -> dict[str, Any]:
    """One row of the list. None where the definition could not be read, or nothing was measured yet."""
    return {
        "space_id": found.id,
        "title": title,
        "tables": found.tables,
        "metric_views": found.metric_views,
        "instructions": found.instructions,
        "benchmarks": found.benchmarks,
        "size_share": found.size_share,
        "health": [asdict(each) for each in found.health],
        "last_score": None if last is None else last.mean,
        "last_passed": None if last is None else sum(each.passed for each in last.rounds),
        "last_measured": None if last is None else sum(each.measured for each in last.rounds),
        "last_evaluation": None if last is None else last.job_id,
        "evaluations": runs,
        "error": found.error,
    }


def _spaces_text(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "No spaces."
    columns = ("title", "tables", "views", "instructions", "benchmarks", "size", "health", "last score", "runs", "id")
    shown = output.table(columns, [_spaces_row(row) for row in rows])
    unread = [f"{output.harmless(row['title'])}: {row['error']}" for row in rows if row["error"]]
    return "\n".join([shown, *(["", *unread] if unread else [])])


def _spaces_row(row: dict[str, Any]) -> tuple[Any, ...]:
    health = row["health"]
    good = sum(each["state"] == "good" for each in health)
    return (
        output.short(row["title"], 40),
        *(row[key] for key in ("tables", "metric_views", "instructions", "benchmarks")),
        None if row["size_share"] is None else f"{row['size_share']:.0%}",
        f"{good} of {len(health)} good" if health else None,
        None if row["last_score"] is None else f"{row['last_score']:.1%} ({row['last_passed']}/{row['last_measured']})",
        row["evaluations"],
        row["space_id"],
    )


def _state_document(state: SpaceState) -> dict[str, Any]:
    definition = state.definition
    return {
        "space_id": state.id,
        "title": state.title,
        "description": state.description,
        "warehouse_id": state.warehouse_id,
        "parent_path": state.parent_path,
        "updated_at": state.updated_at,
        "hash": state.hash,
        "definition": None if definition is None else dict(definition.data),
        "sizes": None
        if definition is None
        else [
            {"what": each.what, "used": each.used, "limit": each.limit, "share": each.share}
            for each in spaces_of_genie.sizes(definition, state.title)
        ],
        "health": None if definition is None else [asdict(each) for each in spaces_of_genie.check_health(definition)],
        "faults": None if definition is None else [asdict(each) for each in spaces_of_genie.faults(definition)],
    }


def _state_text(state: SpaceState, found: dict[str, Any]) -> str:
    about = {
        "id": state.id,
        "title": state.title,
        "description": output.short(state.description, 200),
        "warehouse": state.warehouse_id,
        "changed": output.when(state.updated_at),
        "hash": state.hash,
    }
    if state.definition is None:
        return f"{output.pairs(about)}\nThe definition cannot be read without CAN EDIT on the space."
    sizes = [(each["what"], each["used"], each["limit"], f"{each['share']:.0%}") for each in found["sizes"]]
    health = [tuple(each[key] for key in ("name", "state", "found", "threshold", "advice")) for each in found["health"]]
    faults = [f"{each['path'] or 'the whole'}: {each['sentence']}" for each in found["faults"]]
    parts = [
        output.pairs(about),
        "--- tables and metric views ---\n" + _sources_table(state.definition),
        "--- size ---\n" + output.table(("of", "used", "allowed", "share"), sizes),
        "--- health ---\n" + output.table(("check", "state", "found", "good is", "what to do"), health),
        "--- faults ---\n" + "\n".join(faults or ["None."]),
    ]
    return "\n".join(parts)


def _sources_table(definition: Space) -> str:
    views = {each.identifier for each in definition.metric_views()}
    rows = [
        (
            each.identifier,
            "metric view" if each.identifier in views else "table",
            len(each.columns),
            output.short(each.description, 60),
        )
        for each in definition.sources
    ]
    return output.table(("identifier", "kind", "configured columns", "description"), rows) if rows else "None."
