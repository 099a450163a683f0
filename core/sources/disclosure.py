"""What of a table may leave: a policy per column, and the figures that are left when it is applied.

"never" leaves no trace, not even the column's name. "hash" and "mask" let counts and disguised values through,
"statistics" the figures that are about many rows. A column that nobody decided on takes its suggestion.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import activity
from core.clock import now
from core.db.models import ColumnDisclosure, Source
from core.errors import InputError, NotFoundError
from core.sources.suspecting import suggest
from core.sources.views import (
    NUMERIC,
    POLICIES,
    TEMPORAL,
    ColumnProfile,
    Measures,
    Policy,
    Profile,
    Series,
    SeriesPoint,
)

FEW_ROWS = 5
"""A mean over fewer rows than this says too much about each of them to leave for a column of "statistics"."""

_HASH_DIGITS = 10


def policies(session: Session, source_id: str, table: str) -> dict[str, Policy]:
    """What somebody decided, by column."""
    rows = session.execute(
        select(ColumnDisclosure.column_name, ColumnDisclosure.policy).where(
            ColumnDisclosure.source_id == source_id, ColumnDisclosure.table_name == table
        )
    )
    return {name: policy for name, policy in rows}


def effective_policies(session: Session, source_id: str, profile: Profile) -> dict[str, Policy]:
    """The policy of every column of the profile: what somebody decided, else what is suggested."""
    decided = policies(session, source_id, profile.table)
    return {name: decided.get(name, policy) for name, (policy, _) in suggest(profile).items()}


def set_policies(
    session: Session, source_id: str, table: str, chosen: Mapping[str, Policy | None], *, person: str
) -> None:
    """Decide on columns; None goes back to the suggestion. Other columns stay as they are.

    Raises:
        InputError: no such policy. NotFoundError: the source is gone.
    """
    for column, policy in chosen.items():
        if policy is not None and policy not in POLICIES:
            raise InputError(f"'{policy}' is no policy for '{column}'. Choose {', '.join(POLICIES)}.")
    source = session.get(Source, source_id)
    if source is None:
        raise NotFoundError("The source is gone. Load the page again.")
    session.execute(
        delete(ColumnDisclosure).where(
            ColumnDisclosure.source_id == source_id,
            ColumnDisclosure.table_name == table,
            ColumnDisclosure.column_name.in_(list(chosen)),
        )
    )
    at = now()
    session.add_all(
        ColumnDisclosure(
            source_id=source_id,
            table_name=table,
            column_name=column,
            policy=policy,
            reason="",
            updated_at=at,
            updated_by=person,
        )
        for column, policy in chosen.items()
        if policy is not None
    )
    shown = {column: policy or "suggested" for column, policy in list(chosen.items())[:50]}
    activity.record(session, person, "set disclosure", source.name, subject_id=source_id, table=table, policies=shown)
    session.flush()


def disclosed(
    profile: Profile, measures: Measures, policies: Mapping[str, Policy], *, salt: str
) -> tuple[Profile, Measures]:
    """The profile and measures as they may leave. `salt` keys the hashes: equal values stay equal under the same salt.

    A column without a policy takes its suggestion.
    """
    suggested = suggest(profile)
    policy_of = {each.name: policies.get(each.name) or suggested[each.name][0] for each in profile.columns}
    # A column that measures know and the profile does not cannot be judged.
    return _profile(profile, policy_of, salt), _measures(measures, policy_of, salt)


def hashed(value: Any, salt: str) -> str:
    """Ten hexadecimal digits that stand for the value."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return hmac.new(salt.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:_HASH_DIGITS]


def masked(value: Any) -> str:
    """The value's shape: x for a letter, 9 for a digit; what has neither becomes dots."""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    shape = "".join(_masked(char) for char in text)
    return shape if shape != text else "".join(char if char.isspace() else "•" for char in text)


def _masked(char: str) -> str:
    if char.isnumeric():
        return "9"
    return char if char.isascii() and not char.isalpha() else "x"


def _cell(value: Any, policy: Policy, salt: str) -> Any:
    if value is None or policy == "send":
        return value
    return hashed(value, salt) if policy == "hash" else masked(value)


def _profile(profile: Profile, policy_of: Mapping[str, Policy], salt: str) -> Profile:
    shown = [name for name, policy in policy_of.items() if policy in ("send", "mask", "hash")]
    return replace(
        profile,
        columns=tuple(_column(each, policy_of[each.name], salt) for each in profile.columns if policy_of[each.name] != "never"),
        sample=tuple(
            {name: _cell(row[name], policy_of[name], salt) for name in shown if name in row} for row in profile.sample
        ),
    )  # fmt: skip


def _column(column: ColumnProfile, policy: Policy, salt: str) -> ColumnProfile:
    if policy == "send":
        return column
    # A database's own word for the type can list values: enum('…', '…').
    bare = replace(column, raw_type=column.type, top_values=(), histogram=())
    if policy == "statistics":
        keeps_extremes = column.type in NUMERIC or column.type in TEMPORAL
        return bare if keeps_extremes else replace(bare, minimum=None, maximum=None)
    counts: dict[str, int] = {}
    for value, count in column.top_values:
        disguised = _cell(value, policy, salt)
        counts[disguised] = counts.get(disguised, 0) + count
    return replace(
        bare,
        minimum=None,
        maximum=None,
        mean=None,
        median=None,
        std_dev=None,
        lower_quartile=None,
        upper_quartile=None,
        top_values=tuple(sorted(counts.items(), key=lambda each: -each[1])),
    )


def _measures(measures: Measures, policy_of: Mapping[str, Policy], salt: str) -> Measures:
    def policy(name: str) -> Policy:
        return policy_of.get(name, "never")

    tells_figures = ("send", "statistics")
    return replace(
        measures,
        # It compares whole rows, with the columns that must leave no trace.
        duplicate_rows=None if "never" in policy_of.values() else measures.duplicate_rows,
        correlations=tuple(
            each for each in measures.correlations if "never" not in (policy(each.first), policy(each.second))
        ),
        outliers=tuple(each for each in measures.outliers if policy(each.column) in tells_figures),
        series=tuple(_series(each, policy) for each in measures.series if policy(each.time_column) == "send"),
        segments={
            (by, of): tuple(
                (_cell(value, policy(by), salt), rows, _mean(mean, rows, policy(of))) for value, rows, mean in found
            )
            for (by, of), found in measures.segments.items()
            if policy(by) in ("send", "hash") and policy(of) in tells_figures
        },
    )


def _series(series: Series, policy: Any) -> Series:
    points = tuple(
        SeriesPoint(
            point.start,
            point.rows,
            {
                name: _mean(mean, point.rows, policy(name))
                for name, mean in point.means.items()
                if policy(name) in ("send", "statistics")
            },
        )
        for point in series.points
    )
    return replace(series, points=points)


def _mean(mean: float | None, rows: int, policy: Policy) -> float | None:
    """The mean over few rows is nearly a cell, which only a column that is sent may show."""
    return mean if policy == "send" or rows >= FEW_ROWS else None
