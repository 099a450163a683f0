"""`genie local …`: the Genie that runs on this machine."""

from pathlib import Path

import click

from core import genie
from core.cli import output
from core.cli.genie_places import find_place, read_space
from core.cli.invocation import Invocation, VerbGroup
from core.db import reading
from core.errors import InputError


@click.group(cls=VerbGroup)
def local() -> None:
    """Load spaces into the local Genie, and choose who writes its SQL."""


@local.command()
@click.option("--tables", "tables_dir", metavar="DIR", required=True, help="A folder of CSV and Parquet files.")
@click.option("--space", "space_file", metavar="FILE", required=True, help="The definition, a .geniespace.json.")
@click.option("--title", metavar="T", help="Of the new space; one that is taken gets a number.")
@click.pass_obj
def load(invocation: Invocation, tables_dir: str, space_file: str, title: str | None) -> None:
    """Make a local space from a folder of tables and a definition.

    A table's file is DIR/<last part of its identifier>.csv or .parquet, a metric view's .yaml.
    """
    definition = read_space(space_file)
    invocation.open()
    made = genie.load_local(Path(tables_dir).expanduser().absolute(), definition, title=title)
    for warning in made.warnings:
        output.say(warning)
    document = {
        "space_id": made.space_id,
        "title": made.title,
        "tables": [{"identifier": identifier, "rows": rows} for identifier, rows in made.tables],
        "warnings": made.warnings,
    }
    shown = output.table(("table", "rows"), made.tables)
    invocation.put(document, f"{made.space_id} · {output.harmless(made.title)}\n{shown}")


@local.command()
@click.argument("choice", required=False, metavar="[rules|model]", type=click.Choice(["rules", "model"]))
@click.option("--connection", metavar="C", help="The connection of the model.")
@click.pass_obj
def writer(invocation: Invocation, choice: str | None, connection: str | None) -> None:
    """Say who writes the local Genie's SQL, or choose.

    The rules, or a model by a connection, which is sent each question with the space's configuration, the tables' columns and
    a few of their values.
    """
    if (choice == "model") != (connection is not None):
        raise InputError(
            "A model needs its connection: `genie local writer model --connection C`. The rules need none."
        )
    invocation.open()
    client = find_place(None).client
    if connection is not None:
        with reading() as session:
            genie.check_writer(session, connection)
    found = genie.set_local_writer(client, connection) if choice else genie.local_writer(client)
    invocation.put(
        {"writer": "model" if found.is_model else "rules", "connection": found.connection},
        f"A model writes the SQL, by {found.connection}." if found.is_model else "The rules write the SQL.",
    )
