"""From tables to the texts that leave the machine: measure, apply the disclosure, summarise.

The same texts are shown before a job, sent by it, and stored with their hash; nothing else of the data leaves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core import sources
from core.analysis.summarising import Summary, TableInput, summarise
from core.db import reading
from core.errors import InputError, WorkbenchError
from core.sources import Measures, Profile

MOST_TABLES = 10
_DISGUISES = {"mask": "masked", "hash": "hashed"}


@dataclass(frozen=True)
class Prepared:
    """What a job sends of its tables, and what stays here to draw from and to check against.

    `tables` are the whole figures, which do not leave; `summary` is what does.
    """

    summary: Summary
    tables: tuple[TableInput, ...]
    withheld: dict[str, dict[str, str]]

    @property
    def unread(self) -> tuple[TableInput, ...]:
        return tuple(table for table in self.tables if table.error is not None)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_summary": self.summary.schema_summary,
            "sample_rows": self.summary.sample_rows,
            "left_out": list(self.summary.left_out),
            "tokens": self.summary.tokens,
            "sha256": self.summary.sha256,
            "withheld": self.withheld,
            "tables": [
                {
                    "name": table.name,
                    "error": table.error,
                    "profile": sources.profile_to_json(table.profile) if table.profile else None,
                    "measures": sources.measures_to_json(table.measures) if table.measures else None,
                }
                for table in self.tables
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Prepared":
        tables = tuple(
            TableInput(
                table["name"],
                sources.profile_from_json(table["profile"]) if table["profile"] else None,
                sources.measures_from_json(table["measures"]) if table["measures"] else None,
                table["error"],
            )
            for table in data["tables"]
        )
        summary = Summary(data["schema_summary"], data["sample_rows"], tuple(data["left_out"]), data["tokens"])
        return cls(summary, tables, data["withheld"])


def prepare(
    source_id: str,
    tables: Sequence[str],
    *,
    salt: str,
    token_limit: int | None,
    on_table: Callable[[int, str], None] = lambda done, name: None,
) -> Prepared:
    """Measure the tables and put the texts together. Opens its own connections; may take minutes on large tables.

    A table that cannot be read becomes one line with its error. `on_table(done, name)` is told before each one.

    Raises:
        InputError: no table, too many, or none of them fits the limit.
        NotFoundError: the source is gone.
    """
    if not tables:
        raise InputError("Choose at least one table.")
    if len(tables) > MOST_TABLES:
        raise InputError(f"A job takes at most {MOST_TABLES} tables; {len(tables)} are chosen. Take some out.")
    with reading() as session:
        source = sources.get_source(session, source_id)
    whole: list[TableInput] = []
    leaving: list[TableInput] = []
    withheld: dict[str, dict[str, str]] = {}
    for done, name in enumerate(tables):
        on_table(done, name)
        try:
            profile, measures = measured(source, name)
        except WorkbenchError as error:
            failed = TableInput(name, error=str(error))
            whole.append(failed)
            leaving.append(failed)
            continue
        with reading() as session:
            policies = sources.effective_policies(session, source.id, profile)
        shown_profile, shown_measures = sources.disclosed(profile, measures, policies, salt=salt)
        whole.append(TableInput(name, profile, measures))
        disguised = {column: _DISGUISES[policy] for column, policy in policies.items() if policy in _DISGUISES}
        leaving.append(TableInput(name, shown_profile, shown_measures, disguised=disguised))
        kept = {column: policy for column, policy in policies.items() if policy != "send"}
        if kept:
            withheld[name] = dict(kept)
    return Prepared(summarise(leaving, salt=salt, token_limit=token_limit), tuple(whole), withheld)


def measured(source: sources.SourceView, table: str) -> tuple[Profile, Measures]:
    """The full profile and the measures of one table; those of a file are kept, those of a database taken anew."""
    profile = sources.profile_table(source.id, table, "full", refresh=source.kind != "files")
    with sources.open_source(source) as reader:
        return profile, reader.measures(table, profile)
