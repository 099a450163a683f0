"""Benchmarks as a table that can be edited: how they become rows, and rows benchmarks again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from core import genie
from pages._ui.badges import FITNESS

_WORST = ("error", "warning", "not_checked")
_ORDER = ("check", "question", "expected_sql", "found", "held_out", "tags", "category", "difficulty", "notes")
_TEXTS = ("question", "expected_sql", "category", "difficulty", "notes")


def fitness_of(quality: genie.QualityReport | None, benchmark_id: str) -> str | None:
    """What the check says of one benchmark, in the worst word; None if it was not checked since the last change."""
    if quality is None:
        return None
    levels = {each.level for each in quality.findings if each.benchmark_id == benchmark_id}
    return next((level for level in _WORST if level in levels), "ready")


def frame_of(benchmarks: Sequence[genie.Benchmark], quality: genie.QualityReport | None) -> pd.DataFrame:
    """One row each; `id` and what the check found are there to be shown, not to be edited."""
    fitness = [fitness_of(quality, each.id) for each in benchmarks]
    found = {each.id: _sentences(quality, each.id) for each in benchmarks}
    table = pd.DataFrame(
        {
            "check": [FITNESS[each][0] if each else "–" for each in fitness],
            "question": [each.question for each in benchmarks],
            "expected_sql": [each.expected_sql for each in benchmarks],
            "category": [each.category for each in benchmarks],
            "difficulty": [each.difficulty for each in benchmarks],
            "tags": [list(each.tags) for each in benchmarks],
            "held_out": [each.held_out for each in benchmarks],
            "notes": [each.notes for each in benchmarks],
            "found": [found[each.id] for each in benchmarks],
            "id": [each.id for each in benchmarks],
        }
    )
    texts = {name: "string" for name in ("check", *_TEXTS, "found", "id")}
    return table.astype({**texts, "held_out": "bool", "tags": "object"})


def benchmarks_of(table: pd.DataFrame, before: Sequence[genie.Benchmark]) -> tuple[genie.Benchmark, ...]:
    """The benchmarks of an edited table. A new row gets an id of its content; a row without any text is left out."""
    known = {each.id: each for each in before}
    found: list[genie.Benchmark] = []
    for row in table.to_dict("records"):
        texts = {name: _text(row[name]) for name in _TEXTS}
        if not texts["question"].strip() and not texts["expected_sql"].strip():
            continue
        sql = texts["expected_sql"] if texts["expected_sql"].strip() else None
        question = texts["question"].strip()
        base = known.get(_text(row["id"])) or genie.Benchmark(genie.fresh_id(question, sql), question, sql)
        tags = row["tags"] if isinstance(row["tags"], (list, tuple)) or hasattr(row["tags"], "tolist") else []
        found.append(
            replace(
                base,
                question=question,
                expected_sql=sql,
                category=texts["category"].strip(),
                difficulty=texts["difficulty"].strip(),
                tags=tuple(dict.fromkeys(tag for each in tags if (tag := str(each).strip()))),
                held_out=bool(row["held_out"]) and not pd.isna(row["held_out"]),
                notes=texts["notes"],
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class Edits:
    """What a table's edits come to: the benchmarks as they stand in it, and how many were added, changed and removed."""

    benchmarks: tuple[genie.Benchmark, ...]
    added: int
    changed: int
    removed: int

    @property
    def words(self) -> str:
        """Such as "1 added, 2 changed"; empty if nothing is edited."""
        counts = ((self.added, "added"), (self.changed, "changed"), (self.removed, "removed"))
        return ", ".join(f"{n:,} {what}" for n, what in counts if n)


def edited_table(benchmarks: Sequence[genie.Benchmark], quality: genie.QualityReport | None, *, key: str) -> Edits:
    """Draws the table; returns what was edited in it."""
    columns = st.column_config
    order = [name for name in _ORDER if name != "found" or (quality is not None and quality.findings)]
    tags = sorted({tag for each in benchmarks for tag in each.tags})
    given = frame_of(benchmarks, quality)
    table = st.data_editor(
        given,
        hide_index=True,
        num_rows="dynamic",
        disabled=["check", "found", "id"],
        key=key,
        column_order=order,
        height="content" if len(benchmarks) <= 14 else 560,
        alt="Benchmarks: question, expected SQL, and what the check found",
        column_config={
            "check": columns.TextColumn("Check", width=95, pinned=True),
            "question": columns.TextColumn("Question", width=290, required=True),
            "expected_sql": columns.TextColumn(
                "Expected SQL", width=290, help="Databricks SQL with three-part names. Without it only a person can judge."
            ),
            "category": columns.TextColumn("Category", width=95),
            "difficulty": columns.TextColumn("Difficulty", width=85),
            "tags": columns.MultiselectColumn("Tags", options=tags, accept_new_options=True, width=110),
            "held_out": columns.CheckboxColumn(
                "Held out", width=80, default=False, help="Never shown to a diagnosis, never decides on a change"
            ),
            "notes": columns.TextColumn("Notes", width=140),
            "found": columns.TextColumn("What the check found", width=260),
            "id": None,
        },
    )  # fmt: skip
    # Both sides go through the table, so that blanks it takes away do not count as an edit.
    before = {each.id: each for each in benchmarks_of(given, benchmarks)}
    after = benchmarks_of(table, benchmarks)
    kept = [each for each in after if each.id in before]
    return Edits(
        after,
        added=len(after) - len(kept),
        changed=sum(before[each.id] != each for each in kept),
        removed=len(before.keys() - {each.id for each in kept}),
    )


def _sentences(quality: genie.QualityReport | None, benchmark_id: str) -> str:
    if quality is None:
        return ""
    return " ".join(each.sentence for each in quality.findings if each.benchmark_id == benchmark_id)


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""
