"""`source …`: where tables come from, what is known about them, and what of them may leave."""

from typing import Any

import click

from core import sources
from core.cli import inputs, output
from core.cli.adding_sources import add
from core.cli.disclosing import disclosure
from core.cli.invocation import Invocation, VerbGroup
from core.cli.source_documents import columns_words, found_source, source_document, table_document
from core.db import reading, transaction
from core.sources import ColumnProfile, Profile, SourceView


@click.group(cls=VerbGroup)
def source() -> None:
    """Add and read sources: files, databases, warehouses."""


source.add_command(add)
source.add_command(disclosure)


@source.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the sources."""
    invocation.open()
    with reading() as session:
        found = sources.list_sources(session)
    rows = [(each.name, each.kind, output.short(each.origin), _writes(each), each.id) for each in found]
    invocation.put(
        {"sources": [source_document(each) for each in found]},
        output.table(("name", "kind", "origin", "login can write", "id"), rows),
    )


@source.command()
@click.argument("name", metavar="SOURCE")
@click.pass_obj
def check(invocation: Invocation, name: str) -> None:
    """Reach a source, and find out without writing whether its login can write."""
    invocation.open()
    checked = sources.check_source(found_source(name).id)
    if warning := sources.write_warning(checked):
        output.say(warning)
    invocation.put(source_document(checked), f"{checked.name} answers ({checked.origin}).")


@source.command()
@click.argument("name", metavar="SOURCE")
@click.pass_obj
def tables(invocation: Invocation, name: str) -> None:
    """List the tables of a source, with their columns and types."""
    invocation.open()
    with sources.open_source(found_source(name)) as reader:
        found = reader.tables()
    rows = [(each.name, each.rows, len(each.columns), columns_words(each)) for each in found]
    invocation.put(
        {"tables": [table_document(each) for each in found]},
        output.table(("name", "rows", "columns", "types"), rows),
    )


@source.command()
@click.argument("name", metavar="SOURCE")
@click.argument("table")
@click.option("--full", is_flag=True, help="Exact figures: distinct values, quartiles, deviations, frequent values.")
@click.option("--refresh", is_flag=True, help="Measure anew, also if figures are kept.")
@click.pass_obj
def profile(invocation: Invocation, name: str, table: str, full: bool, refresh: bool) -> None:
    """Measure a table. Kept figures are shown, unless --refresh."""
    invocation.open()
    found = sources.profile_table(found_source(name).id, table, "full" if full else "quick", refresh=refresh)
    invocation.put(sources.profile_to_json(found), _profile_text(found))


@source.command()
@click.argument("name", metavar="SOURCE")
@click.argument("query", metavar="SQL")
@click.option("--max-rows", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@click.option("--deadline-s", type=click.FloatRange(0.1, 600), default=30.0, show_default=True)
@click.pass_obj
def sql(invocation: Invocation, name: str, query: str, max_rows: int, deadline_s: float) -> None:
    """Run one query that reads; `-` takes it from standard input."""
    text = inputs.read_text(inputs.STDIN) if query == inputs.STDIN else query
    invocation.open()
    with sources.open_source(found_source(name)) as reader:
        answer = reader.run_sql(text, max_rows=max_rows, deadline_s=deadline_s)
    if answer.more:
        output.say(f"Only the first {len(answer.rows):,} rows are shown.")
    shown = [[cell if cell is None else output.short(str(cell), 80) for cell in row] for row in answer.rows]
    invocation.put(answer, output.table(answer.columns, shown))


@source.command()
@click.argument("name", metavar="SOURCE")
@click.argument("new_name")
@click.pass_obj
def rename(invocation: Invocation, name: str, new_name: str) -> None:
    """Give a source another name."""
    invocation.open()
    with transaction() as session:
        found = sources.get_source(session, name)
        renamed = sources.rename_source(session, found.id, new_name, person=invocation.settings.person)
    invocation.put(source_document(renamed), f"{found.name} is now {renamed.name}.")


@source.command()
@click.argument("name", metavar="SOURCE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(invocation: Invocation, name: str, yes: bool) -> None:
    """Delete a source and what was learnt about it. A database itself is not touched; stored files are removed."""
    invocation.open()
    found = found_source(name)
    if not yes:
        click.confirm(f"Delete the source {output.harmless(found.name)}?", abort=True, err=True)
    with transaction() as session:
        sources.delete_source(session, found.id, person=invocation.settings.person)
    invocation.put({"deleted": found.name, "id": found.id}, f"Deleted {found.name}.")


def _writes(view: SourceView) -> str | None:
    return None if view.can_write is None else "yes" if view.can_write else "no"


def _profile_text(found: Profile) -> str:
    rows = [_column_row(each) for each in found.columns]
    head = f"{found.table}: {found.rows:,} rows, {found.kind} profile of {output.when(found.measured_at)}"
    names = ("column", "type", "missing", "distinct", "minimum", "maximum", "mean", "median", "std dev", "frequent")
    return f"{head}\n{output.table(names, rows)}"


def _column_row(column: ColumnProfile) -> tuple[Any, ...]:
    about = "" if column.distinct is None or column.distinct_is_exact else "about "
    frequent = ", ".join(f"{output.short(str(value), 20)} {count:,}" for value, count in column.top_values[:3])
    return (
        column.name,
        column.type,
        column.nulls,
        f"{about}{column.distinct:,}" if column.distinct is not None else None,
        *(_short(each) for each in (column.minimum, column.maximum, column.mean, column.median, column.std_dev)),
        frequent,
    )


def _short(value: Any) -> str | None:
    if value is None:
        return None
    return f"{value:.6g}" if isinstance(value, float) else output.short(str(value), 24)
