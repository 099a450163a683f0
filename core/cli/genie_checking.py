"""`genie validate`, `genie diff`, `genie check-benchmarks`: what is wrong with a space, what changed, what is fit to measure with."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from core import genie
from core.cli import inputs, output
from core.cli.genie_places import (
    benchmarks_option,
    choose_benchmarks,
    connection_option,
    definition_of,
    find_place,
    find_space,
    read_space,
    space_option,
)
from core.cli.invocation import Invocation, Verb
from core.cli.root import FAILED, NEGATIVE
from core.db import reading, transaction
from core.errors import InputError
from core.genie import Benchmark, Change, Fault, Finding, QualityReport, Space


@click.command(cls=Verb)
@click.argument("file", required=False, metavar="[FILE]")
@connection_option
@space_option(required=False)
@click.pass_obj
def validate(invocation: Invocation, file: str | None, connection: str | None, space: str | None) -> int:
    """List all faults of a .geniespace.json, or of a space: what the service would refuse.

    Exit code 1 when there are any.
    """
    if (file is None) == (space is None):
        raise InputError("Give one of the two: a file, or --space ID.")
    found: tuple[Fault, ...]
    if file is not None:
        _, found = genie.check_text(inputs.read_text(file))
    else:
        invocation.open()
        place = find_place(connection)
        found = genie.faults(definition_of(place, find_space(place, space or "")))
    lines = [f"{each.path or 'the whole'}: {each.sentence}" for each in found]
    invocation.put({"ok": not found, "faults": [asdict(each) for each in found]}, "\n".join(lines or ["No faults."]))
    return NEGATIVE if found else 0


@click.command(cls=Verb)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@connection_option
@click.pass_obj
def diff(invocation: Invocation, before: str, after: str, connection: str | None) -> None:
    """Show what changed from A to B. Each is a .geniespace.json, a snapshot, or a space by id or title."""
    left, right = (_side(invocation, each, connection) for each in (before, after))
    leaves = [leaf for change in genie.compare(left, right) for leaf in change.leaves()]
    invocation.put(
        {"same": not leaves, "leaves": [_leaf_document(each) for each in leaves]},
        "\n".join(map(genie.describe, leaves)) or "Both mean the same.",
    )


@click.command("check-benchmarks", cls=Verb)
@connection_option
@space_option()
@benchmarks_option
@click.pass_obj
def check_benchmarks(invocation: Invocation, connection: str | None, space: str, benchmarks_file: str | None) -> int:
    """Say which benchmarks are unfit to measure with.

    Each expected SQL is run, and no question is asked. What is found about benchmarks that are kept for the space is kept
    with them. Exit code 1 when a benchmark has an error, 3 when the service kept one from being checked.
    """
    invocation.open()
    place = find_place(connection)
    space_id = find_space(place, space)
    chosen = choose_benchmarks(place, space_id, benchmarks_file)
    warehouse = place.client.default_warehouse()
    report = genie.check_quality(
        chosen.benchmarks,
        lambda sql: genie.run_sql(place.client, sql, warehouse_id=warehouse),
        space=definition_of(place, space_id),
    )
    if chosen.kept is not None:
        with transaction() as session:
            genie.keep_quality(session, place.id, space_id, report, rev=chosen.kept.rev)
    by_id = {each.id: each for each in chosen.benchmarks}
    levels = {each.level for each in report.findings}
    invocation.put(
        {
            "ok": not levels & {"error", "not_checked"},
            "total": report.total,
            "usable": report.usable,
            "origin": chosen.origin,
            "findings": [_finding_document(each, by_id) for each in report.findings],
            "rows": report.rows,
        },
        _report_text(report, by_id),
    )
    return NEGATIVE if "error" in levels else FAILED if "not_checked" in levels else 0


def _side(invocation: Invocation, given: str, connection: str | None) -> Space:
    """A file where there is one of that name; else a snapshot, else a space. The workbench is opened when it is needed."""
    if given == inputs.STDIN or given.endswith(".json") or Path(given).is_file():
        return read_space(given)
    invocation.open()
    if given.startswith("snap_"):
        with reading() as session:
            return genie.get_snapshot(session, given).definition
    place = find_place(connection)
    return definition_of(place, find_space(place, given))


def _leaf_document(leaf: Change) -> dict[str, Any]:
    return {key: getattr(leaf, key) for key in ("kind", "subject", "what", "path", "before", "after")}


def _finding_document(finding: Finding, by_id: dict[str, Benchmark]) -> dict[str, Any]:
    return asdict(finding) | {"question": by_id[finding.benchmark_id].question}


def _report_text(report: QualityReport, by_id: dict[str, Benchmark]) -> str:
    rows = [
        (each.level.replace("_", " "), output.short(by_id[each.benchmark_id].question, 50), each.sentence)
        for each in report.findings
    ]
    table = [output.table(("level", "question", "finding"), rows)] if rows else []
    return "\n\n".join([*table, f"{report.usable} of {report.total} benchmarks are fit to measure with."])
