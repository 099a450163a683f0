"""The two texts in which a model sees the tables: `schema_summary` and `sample_rows`.

They are data, so each stands in a fence whose delimiter nobody who wrote the data could know. Where the whole would not
fit, columns are chosen and rows shortened by the rule of `_STEPS`, and both the texts and the person are told so.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core import llm
from core.errors import InputError
from core.sources import ColumnProfile, Measures, Profile

MAX_TOP_VALUES = 8
_TOP_TEXT = 60
_FEW = 20


@dataclass(frozen=True)
class TableInput:
    """A table as it may leave: its disclosed figures, or why it could not be read.

    `disguised` says of which columns the values are masked or hashed.
    """

    name: str
    profile: Profile | None = None
    measures: Measures | None = None
    error: str | None = None
    disguised: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """What the recipes' placeholders become. `left_out` says in sentences what did not fit; `tokens` is an estimate."""

    schema_summary: str
    sample_rows: str
    left_out: tuple[str, ...]
    tokens: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.schema_summary}\0{self.sample_rows}".encode()).hexdigest()


@dataclass(frozen=True)
class _Step:
    """How much of everything is told: rows per table, characters per cell, columns per table, lines of a kind."""

    rows: int
    cell: int
    columns: int
    lines: int


_STEPS = (
    _Step(10, 300, 2_000, 40),
    _Step(10, 120, 500, 30),
    _Step(5, 80, 200, 20),
    _Step(3, 60, 100, 10),
    _Step(3, 40, 50, 10),
    _Step(2, 40, 25, 5),
    _Step(1, 30, 10, 3),
    _Step(0, 0, 10, 0),
)
"""The first step that fits is taken."""


def summarise(tables: Sequence[TableInput], *, salt: str, token_limit: int | None, model: str | None = None) -> Summary:
    """The texts for these tables, within `token_limit` tokens (None: no limit).

    Raises:
        InputError: even the shortest form does not fit.
    """
    fence = f"data-{hashlib.sha256(f'fence {salt}'.encode()).hexdigest()[:8]}"
    for step in _STEPS:
        left_out = _left_out(tables, step)
        schema = _fenced(fence, _schema_lines(tables, step))
        sample = _fenced(fence, _sample_lines(tables, step))
        tokens = llm.estimate_tokens(schema, model) + llm.estimate_tokens(sample, model)
        if token_limit is None or tokens <= token_limit:
            return Summary(schema, sample, tuple(left_out), tokens)
    raise InputError(
        f"Even the shortest summary of {len(tables)} tables needs about {tokens:,} tokens, and {token_limit:,} are there. "
        "Choose fewer tables, a model with a larger context, or a higher limit."
    )


def chosen_columns(profile: Profile, most: int) -> list[ColumnProfile]:
    """The columns that are told when not all fit: those with more than one value first, then by how many rows are filled.

    They keep the table's own order.
    """
    if len(profile.columns) <= most:
        return list(profile.columns)
    order = sorted(
        range(len(profile.columns)),
        key=lambda at: ((profile.columns[at].distinct or 0) <= 1, profile.columns[at].nulls, at),
    )
    return [profile.columns[at] for at in sorted(order[:most])]


def _left_out(tables: Sequence[TableInput], step: _Step) -> list[str]:
    sentences = []
    for table in tables:
        if table.profile is None:
            continue
        hidden = len(table.profile.columns) - step.columns
        if hidden > 0:
            sentences.append(
                f"Table {_quoted(table.name)}: {hidden:,} of {len(table.profile.columns):,} columns are left out "
                "(constant and emptiest ones first), because the whole would not fit."
            )
        if table.profile.sample and step.rows < min(10, len(table.profile.sample)):
            sentences.append(f"Table {_quoted(table.name)}: {step.rows} sample rows instead of 10.")
        if any(len(str(cell)) > step.cell for row in table.profile.sample[: step.rows] for cell in row.values()):
            sentences.append(f"Table {_quoted(table.name)}: cells are cut after {step.cell} characters.")
    return sentences


def _schema_lines(tables: Sequence[TableInput], step: _Step) -> list[str]:
    lines: list[str] = []
    for table in tables:
        if table.profile is None:
            lines.append(f"Table {_quoted(table.name)}: could not be read: {' '.join((table.error or '').split())}")
            continue
        profile = table.profile
        told = chosen_columns(profile, step.columns)
        columns = "column" if len(profile.columns) == 1 else "columns"
        lines.append(f"Table {_quoted(table.name)}: {profile.rows:,} rows, {len(profile.columns):,} {columns}")
        lines += [_column_line(column, profile.rows, step, table.disguised.get(column.name)) for column in told]
        if table.measures is not None:
            lines += _measure_lines(table.measures, {column.name for column in told}, step)
        hidden = len(profile.columns) - len(told)
        if hidden:
            lines.append(f"Left out: {hidden:,} columns (constant and emptiest ones first)")
    return lines


def _column_line(column: ColumnProfile, rows: int, step: _Step, disguise: str | None) -> str:
    share = f"{100 * column.nulls / rows:.1f} %" if rows else "–"
    parts = [f"{column.nulls:,} missing ({share})"]
    if column.distinct is not None:
        parts.append(f"{'' if column.distinct_is_exact else 'about '}{column.distinct:,} distinct")
    if column.minimum is not None and column.maximum is not None:
        parts.append(f"range {_value(column.minimum, step)} to {_value(column.maximum, step)}")
    for name, value in (
        ("average", column.mean),
        ("median", column.median),
        ("standard deviation", column.std_dev),
    ):
        if value is not None:
            parts.append(f"{name} {_number(value)}")
    if column.lower_quartile is not None and column.upper_quartile is not None:
        parts.append(f"quartiles {_number(column.lower_quartile)} and {_number(column.upper_quartile)}")
    if _few_values(column):
        top = ", ".join(f"{_value(value, step)} {count:,}" for value, count in column.top_values[:MAX_TOP_VALUES])
        parts.append(f"top values {top}")
    elif (
        disguise is None
        and column.type == "text"
        and not column.top_values
        and column.minimum is None
        and column.nulls < rows
    ):
        parts.append("values withheld")
    if disguise is not None:
        parts.append(f"values {disguise}")
    return f"- {_quoted(column.name)} ({column.type}): {'; '.join(parts)}"


def _few_values(column: ColumnProfile) -> bool:
    """Top values say something while they repeat; of identifiers, times and measurements they are noise."""
    if not column.top_values or column.top_values[0][1] <= 1:
        return False
    return column.type in ("text", "boolean") or (column.distinct is not None and column.distinct <= _FEW)


def _measure_lines(measures: Measures, told: set[str], step: _Step) -> list[str]:
    lines = []
    if measures.duplicate_rows is not None:
        lines.append(f"Rows that repeat an earlier row: {measures.duplicate_rows:,}")
    if not step.lines:
        return lines
    pairs = [each for each in measures.correlations if {each.first, each.second} <= told][: step.lines]
    if pairs:
        told_pairs = "; ".join(
            f"{_quoted(each.first)} × {_quoted(each.second)} {_number(each.r)} ({each.n:,})" for each in pairs
        )
        lines.append(f"Correlations (Pearson, n rows): {told_pairs}")
    lines += [
        f"Outside the fences (1.5 × interquartile range): {_quoted(each.column)} below {_number(each.low_fence)}: {each.below:,}, "
        f"above {_number(each.high_fence)}: {each.above:,}; beyond 3 standard deviations: {each.beyond_3_sd:,}"
        for each in [each for each in measures.outliers if each.column in told][: step.lines]
    ]
    for series in measures.series:
        if series.time_column not in told:
            continue
        points = "; ".join(
            f"{point.start}: {point.rows:,} rows"
            + "".join(
                f", {_quoted(name)} {'–' if mean is None else _number(mean)}"
                for name, mean in point.means.items()
                if name in told
            )
            for point in series.points
        )
        lines.append(f"Over time by {series.unit} of {_quoted(series.time_column)}: {points}")
    segments = [(pair, rows) for pair, rows in measures.segments.items() if set(pair) <= told][: step.lines]
    for (by, of), rows in segments:
        means = ", ".join(
            f"{_value(value, step)} {'–' if mean is None else _number(mean)} ({count:,} rows)"
            for value, count, mean in rows
        )
        lines.append(f"Mean of {_quoted(of)} by {_quoted(by)}: {means}")
    return lines


def _sample_lines(tables: Sequence[TableInput], step: _Step) -> list[str]:
    lines: list[str] = []
    for table in tables:
        if table.profile is None:
            continue
        sample = table.profile.sample
        if not sample:
            lines.append(f"Table {_quoted(table.name)}: no sampled rows")
            continue
        rows = sample[: step.rows]
        lines.append(f"Table {_quoted(table.name)}: {len(rows)} of {len(sample)} sampled rows")
        if not rows:
            continue
        names = [column.name for column in chosen_columns(table.profile, step.columns) if column.name in rows[0]]
        lines.append(json.dumps(names, ensure_ascii=False))
        lines += [json.dumps([_cut(row.get(name), step.cell) for name in names], ensure_ascii=False) for row in rows]
    return lines


def _fenced(fence: str, lines: Sequence[str]) -> str:
    return "\n".join([f"<{fence}>", *lines, f"</{fence}>"])


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _value(value: Any, step: _Step) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    return json.dumps(_cut(str(value), min(_TOP_TEXT, step.cell or _TOP_TEXT)), ensure_ascii=False)


def _cut(cell: Any, longest: int) -> Any:
    return f"{cell[:longest]}…" if isinstance(cell, str) and len(cell) > longest else cell


def _number(value: float) -> str:
    """At most six significant digits, whole numbers whole."""
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.6g}"
