"""`source add`: files, a database or a warehouse as a source."""

from pathlib import Path
from typing import Any

import click

from core import llm, sources
from core.cli import output
from core.cli.invocation import Invocation, Verb
from core.cli.source_documents import MOST_SHOWN, columns_words, source_document, table_document
from core.db import transaction
from core.errors import InputError, WorkbenchError
from core.sources import FileChoice, SourceView


@click.command(cls=Verb)
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
            if made.name != name:
                made = sources.rename_source(session, made.id, name, person=person)
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
    shown = "\n".join(_table_line(each) for each in tables[:MOST_SHOWN])
    more = f"\n… and {len(tables) - MOST_SHOWN} more" if len(tables) > MOST_SHOWN else ""
    document = source_document(made) | {"tables": [table_document(each) for each in tables]}
    invocation.put(document, f"Added {made.name} ({made.origin}), {len(tables)} tables\n{shown}{more}")


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


def _table_line(table: sources.Table) -> str:
    count = f"{table.rows:,} rows, " if table.rows is not None else ""
    return f"  {table.name}: {count}{columns_words(table)}"
