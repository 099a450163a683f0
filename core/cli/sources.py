"""`source …`: where tables come from, what is known about them, and what of them may leave."""

from pathlib import Path
from typing import Any

import click

from core import llm, sources
from core.cli import inputs, output
from core.cli.invocation import Invocation, VerbGroup
from core.db import reading, transaction
from core.errors import InputError, WorkbenchError
from core.sources import POLICIES, ColumnProfile, FileChoice, Profile, SourceView

_SUGGESTED = "suggested"
_MOST_COLUMNS = 12


@click.group(cls=VerbGroup)
def source() -> None:
    """Add and read sources: files, databases, warehouses."""


@source.command()
@click.argument("name")
@click.option("--files", "files", multiple=True, metavar="PATH…", help="CSV, TSV, JSON, JSONL, Parquet or Excel files.")
@click.argument("paths", nargs=-1, metavar="")
@click.option("--url", metavar="URL", help="A database: sqlite:///file.db, postgresql://user@host/name, mysql://…")
@click.option("--password-env", metavar="VAR", help="The environment variable that holds the database's password.")
@click.option("--warehouse", metavar="ID", help="A Databricks SQL warehouse.")
@click.option("--host", metavar="URL", help="The warehouse's workspace.")
@click.option("--token-env", metavar="VAR", help="The environment variable that holds the warehouse's token.")
@click.option("--connection", metavar="C", help="Use the key of this model connection for the warehouse.")
@click.option("--profile", metavar="P", help="A profile of the Databricks SDK for the warehouse.")
@click.option("--catalog", metavar="C", help="Only this catalog of the warehouse.")
@click.option("--sample", is_flag=True, help="The bundled sample tables.")
@click.option("--encoding", metavar="E", help="Of text files.")
@click.option("--delimiter", metavar="D", help="Of CSV files.")
@click.option("--header/--no-header", default=None, help="Whether the first line names the columns.")
@click.option("--sheet", metavar="S", help="Of an Excel file.")
@click.option("--missing", multiple=True, metavar="WORD", help="A word that stands for a missing value, such as NA.")
@click.option("--decimal-comma", is_flag=True, help="Read 1.234,5 as a number.")
@click.option("--day-first/--month-first", default=None, help="How 03/04/2026 is meant.")
@click.option("--type", "types", multiple=True, metavar="COLUMN=TYPE", help="Instead of the inferred type.")
@click.pass_obj
def add(
    invocation: Invocation,
    name: str,
    files: tuple[str, ...],
    paths: tuple[str, ...],
    url: str | None,
    password_env: str | None,
    warehouse: str | None,
    sample: bool,
    types: tuple[str, ...],
    host: str | None,
    token_env: str | None,
    connection: str | None,
    profile: str | None,
    catalog: str | None,
    header: bool | None,
    **reading_options: Any,
) -> None:
    """Add a source: --files PATH…, --url URL, --warehouse ID or --sample.

    A database or warehouse is reached once, to see that it answers and whether its login can write.
    """
    if sum(bool(each) for each in (files, url, warehouse, sample)) != 1:
        raise InputError("Give one of --files PATH…, --url URL, --warehouse ID and --sample.")
    if paths and not files:
        raise InputError(f"'{paths[0][:60]}' has no use here. Name files after --files.")
    invocation.open()
    person = invocation.settings.person
    if files:
        choices = [_chosen(path, types, {**reading_options, "has_header": header}) for path in (*files, *paths)]
        with transaction() as session:
            made = sources.add_files(session, name, choices, person=person)
    elif sample:
        with transaction() as session:
            made = sources.add_sample(session, person=person)
    elif url:
        with transaction() as session:
            made = sources.add_database(session, name, url, person=person, password=_from_variable(password_env))
    else:
        login = {"token_env": token_env, "connection": connection, "profile": profile}
        with transaction() as session:
            made = sources.add_warehouse(
                session, name, host=host, warehouse_id=warehouse or "", catalog=catalog, person=person, **login
            )
    if made.kind != "files":
        made = _reached(made, person)
    if warning := sources.write_warning(made):
        output.say(warning)
    with sources.open_source(made) as reader:
        tables = reader.tables()
    shown = "\n".join(_table_line(each) for each in tables[:_MOST_COLUMNS])
    more = f"\n… and {len(tables) - _MOST_COLUMNS} more" if len(tables) > _MOST_COLUMNS else ""
    document = _document(made) | {"tables": [_table_document(each) for each in tables]}
    invocation.put(document, f"Added {made.name} ({made.origin}), {len(tables)} tables\n{shown}{more}")


@source.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the sources."""
    invocation.open()
    with reading() as session:
        found = sources.list_sources(session)
    rows = [(each.name, each.kind, output.short(each.origin), _writes(each), each.id) for each in found]
    invocation.put(
        {"sources": [_document(each) for each in found]},
        output.table(("name", "kind", "origin", "login can write", "id"), rows),
    )


@source.command()
@click.argument("name", metavar="SOURCE")
@click.pass_obj
def check(invocation: Invocation, name: str) -> None:
    """Reach a source, and find out without writing whether its login can write."""
    invocation.open()
    checked = sources.check_source(_found(name).id)
    if warning := sources.write_warning(checked):
        output.say(warning)
    invocation.put(_document(checked), f"{checked.name} answers ({checked.origin}).")


@source.command()
@click.argument("name", metavar="SOURCE")
@click.pass_obj
def tables(invocation: Invocation, name: str) -> None:
    """List the tables of a source, with their columns and types."""
    invocation.open()
    with sources.open_source(_found(name)) as reader:
        found = reader.tables()
    rows = [(each.name, each.rows, len(each.columns), _columns_words(each)) for each in found]
    invocation.put(
        {"tables": [_table_document(each) for each in found]}, output.table(("name", "rows", "columns", "types"), rows)
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
    found = sources.profile_table(_found(name).id, table, "full" if full else "quick", refresh=refresh)
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
    with sources.open_source(_found(name)) as reader:
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
    invocation.put(_document(renamed), f"{found.name} is now {renamed.name}.")


@source.command()
@click.argument("name", metavar="SOURCE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(invocation: Invocation, name: str, yes: bool) -> None:
    """Delete a source and what was learnt about it. A database itself is not touched; stored files are removed."""
    invocation.open()
    found = _found(name)
    if not yes:
        click.confirm(f"Delete the source {output.harmless(found.name)}?", abort=True, err=True)
    with transaction() as session:
        sources.delete_source(session, found.id, person=invocation.settings.person)
    invocation.put({"deleted": found.name, "id": found.id}, f"Deleted {found.name}.")


@source.group(cls=VerbGroup)
def disclosure() -> None:
    """What of a table may leave the machine, per column."""


@disclosure.command()
@click.argument("name", metavar="SOURCE")
@click.argument("table")
@click.pass_obj
def get(invocation: Invocation, name: str, table: str) -> None:
    """Show the policy of every column, and why it is suggested where nobody decided."""
    invocation.open()
    _put_policies(invocation, _found(name), table)


@disclosure.command("set")
@click.argument("name", metavar="SOURCE")
@click.argument("table")
@click.argument("pairs", metavar="COLUMN=POLICY…", nargs=-1, required=True)
@click.pass_obj
def set_(invocation: Invocation, name: str, table: str, pairs: tuple[str, ...]) -> None:
    """Decide on columns: send, mask, hash, statistics or never; `suggested` takes a decision back."""
    chosen: dict[str, Any] = {}
    for pair in pairs:
        column, separator, policy = pair.rpartition("=")
        if not separator or policy not in (*POLICIES, _SUGGESTED):
            raise InputError(
                f"'{pair[:80]}' is not COLUMN=POLICY. The policies are {', '.join(POLICIES)}, {_SUGGESTED}."
            )
        chosen[column] = None if policy == _SUGGESTED else policy
    invocation.open()
    found = _found(name)
    with sources.open_source(found) as reader:
        described = reader.table(table)
    if unknown := [column for column in chosen if described.column(column) is None]:
        names = ", ".join(each.name for each in described.columns[:30])
        raise InputError(f"The table '{table}' has no column '{unknown[0][:80]}'. It has {names}.")
    with transaction() as session:
        sources.set_policies(session, found.id, table, chosen, person=invocation.settings.person)
    _put_policies(invocation, found, table)


def _put_policies(invocation: Invocation, found: SourceView, table: str) -> None:
    measured = sources.profile_table(found.id, table, "quick")
    with reading() as session:
        measured = sources.kept_profile(session, found.id, table, "full") or measured
        decided = sources.policies(session, found.id, table)
        policies = sources.effective_policies(session, found.id, measured)
    reasons = {name: "" if name in decided else reason for name, (_, reason) in sources.suggest(measured).items()}
    columns = [
        {"column": name, "policy": policy, "decided": name in decided, "reason": reasons[name]}
        for name, policy in policies.items()
    ]
    rows = [(each["column"], each["policy"], each["decided"], each["reason"]) for each in columns]
    invocation.put(
        {"source": found.name, "table": table, "columns": columns},
        output.table(("column", "policy", "decided", "why"), rows),
    )


def _found(name: str) -> SourceView:
    with reading() as session:
        return sources.get_source(session, name)


def _reached(made: SourceView, person: str) -> SourceView:
    """The source with what was found out about its login; one that cannot be reached is not kept."""
    try:
        return sources.check_source(made.id)
    except WorkbenchError:
        with transaction() as session:
            sources.delete_source(session, made.id, person=person)
        output.say("Nothing was added, because the source does not answer:")
        raise


def _from_variable(name: str | None) -> str | None:
    if name is None:
        return None
    value = llm.environment_key(llm.check_variable(name))
    if value is None:
        raise InputError(f"The environment variable {name} is not set. Set it to the password.")
    return value


def _chosen(path: str, types: tuple[str, ...], options: dict[str, Any]) -> FileChoice:
    inspection = sources.inspect_file(Path(path), **options)
    if inspection.questions:
        raise InputError(" ".join(inspection.questions.values()))
    for note in inspection.notes:
        output.say(f"{inspection.name}: {note}")
    chosen: dict[str, Any] = {}
    for pair in types:
        column, separator, kind = pair.rpartition("=")
        if not separator:
            raise InputError(f"'--type {pair[:60]}' has no '='. Write --type COLUMN=TYPE.")
        if any(each.name == column for each in inspection.columns):
            chosen[column] = kind
    return FileChoice(inspection, inspection.table_name, chosen)


def _writes(view: SourceView) -> str | None:
    return None if view.can_write is None else "yes" if view.can_write else "no"


def _document(view: SourceView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "kind": view.kind,
        "origin": view.origin,
        "options": view.options,
        "can_write": view.can_write,
        "is_sample": view.is_sample,
        "created_at": view.created_at,
        "created_by": view.created_by,
    }


def _table_document(table: sources.Table) -> dict[str, Any]:
    return {"name": table.name, "rows": table.rows, "columns": list(table.columns)}


def _columns_words(table: sources.Table) -> str:
    words = ", ".join(f"{each.name} {each.type}" for each in table.columns[:_MOST_COLUMNS])
    return f"{words}, …" if len(table.columns) > _MOST_COLUMNS else words


def _table_line(table: sources.Table) -> str:
    count = f"{table.rows:,} rows, " if table.rows is not None else ""
    return f"  {table.name}: {count}{_columns_words(table)}"


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
