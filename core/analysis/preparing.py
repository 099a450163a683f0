"""From tables to the texts that leave the machine: measure, apply the disclosure, summarise.

The same texts are shown before a job, sent by it, and stored with their hash; nothing else of the data leaves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core import llm, sources
from core.analysis.summarising import Summary, TableInput, summarise
from core.db import reading
from core.errors import InputError, WorkbenchError
from core.sources import Measures, Profile

MOST_TABLES = 10
_DISGUISES = {"mask": "masked", "hash": "hashed"}
_PROMPT_TOKENS = 3_000
_ANSWER_TOKENS = 8_000
"""What a context keeps free for the recipe's own words and for the answer."""
_TYPICAL_ANSWER_TOKENS = 1_500


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


def room_for_data(connection: llm.ConnectionView, model: str | None, limit: int | None) -> int | None:
    """Tokens that summary and samples may take: the job's own limit, and what the model's context leaves. None: no limit."""
    window = llm.context_window(model, connection.kind) if model else None
    room = None if window is None else max(1_000, window - _PROMPT_TOKENS - _ANSWER_TOKENS)
    return min((each for each in (room, limit) if each is not None), default=None)


@dataclass(frozen=True)
class Estimate:
    """What a job may cost: its calls, the tokens sent, and USD (None: the price is not known)."""

    calls: int
    input_tokens: int
    cost_usd: float | None


def estimate(
    connection: llm.ConnectionView, model: str | None, prompt_texts: Sequence[str], summary_tokens: int
) -> Estimate:
    """For one call per prompt text with the data in it, and the short summary call.

    Answers are taken to have 1,500 tokens each; a repair of an answer is not counted.
    """
    sent = sum(llm.estimate_tokens(text, model) + summary_tokens for text in prompt_texts)
    sent += 300 * len(prompt_texts)  # the summaries that the last call reads
    calls = len(prompt_texts) + 1
    cost = llm.cost(connection, model, sent, calls * _TYPICAL_ANSWER_TOKENS) if model else None
    return Estimate(calls, sent, cost)
