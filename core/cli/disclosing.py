"""`source disclosure …`: what of a table may leave the machine."""

from typing import Any

import click

from core import sources
from core.cli import output
from core.cli.invocation import Invocation, VerbGroup
from core.cli.source_documents import found_source
from core.db import reading, transaction
from core.errors import InputError
from core.sources import POLICIES, SourceView

_SUGGESTED = "suggested"


@click.group(cls=VerbGroup)
def disclosure() -> None:
    """What of a table may leave the machine, per column."""


@disclosure.command()
@click.argument("name", metavar="SOURCE")
@click.argument("table")
@click.pass_obj
def get(invocation: Invocation, name: str, table: str) -> None:
    """Show the policy of every column, and why it is suggested where nobody decided."""
    invocation.open()
    _put_policies(invocation, found_source(name), table)


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
    found = found_source(name)
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
