"""Relationships: the correlations of the prompt by their size, and groups whose averages differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.local_model.analysts import naming
from core.local_model.analysts.described import Correlation, Group, Segments, Table
from core.local_model.analysts.parsing import tables_of
from core.local_model.analysts.wording import (
    MOST_ITEMS,
    amount,
    executive_summary,
    first_of_each,
    many,
    presentable,
    quoted,
    readable_tables,
    short,
    table_named,
)
from core.local_model.chat_request import ChatRequest

_MODERATE, _STRONG = 0.3, 0.6
_LEAST_R = 0.1
_LEAST_EFFECT, _MODERATE_EFFECT, _STRONG_EFFECT = 0.2, 0.5, 0.8
"""Cohen's limits for the distance of two averages in standard deviations."""
_BEYOND_CHANCE = 3.0
"""Standard errors between two averages; of many groups the two farthest are compared."""
_FEW_ROWS = 30
_SMALL_GROUP = 5


@dataclass(frozen=True)
class Contrast:
    """The groups with the highest and the lowest average; `effect` is their distance in standard deviations."""

    segments: Segments
    high: Group
    low: Group
    effect: float | None


@dataclass(frozen=True)
class _Found:
    table: Table
    columns: tuple[str, ...]
    kind: str
    strength: str
    description: str
    evidence: str
    caveats: tuple[str, ...]
    weight: float

    def as_json(self) -> dict[str, object]:
        return {
            "table_name": self.table.name,
            "columns_involved": list(self.columns),
            "relationship_type": self.kind,
            "strength": self.strength,
            "description": self.description,
            "supporting_evidence": self.evidence,
            "caveats": list(self.caveats),
        }


def relationships(asked: ChatRequest) -> dict[str, object]:
    """The answer to `analysis_relationships`."""
    tables = tables_of(asked)
    readable = readable_tables(tables)
    told = [
        each
        for table in readable
        for each in (
            *(_correlation(table, pair) for pair in table.correlations),
            *(_difference(table, segments) for segments in table.segments),
        )
    ]
    found = [each for each in told if each is not None]
    found.sort(key=lambda each: -each.weight)
    measured = any(table.correlations or table.segments for table in readable)
    return {
        "executive_summary": executive_summary(tables, *_sentences(found, measured)),
        "relationships": [each.as_json() for each in found[:MOST_ITEMS]],
        "recommended_next_analyses": _next_steps(found[:MOST_ITEMS], readable),
    }


def contrast(table: Table, segments: Segments) -> Contrast | None:
    """The widest difference between groups that are not tiny; None with fewer than two of those."""
    groups = [group for group in segments.groups if group.rows >= _SMALL_GROUP]
    if len(groups) < 2:
        return None
    high, low = max(groups, key=lambda g: g.mean), min(groups, key=lambda g: g.mean)
    target = table.by_name.get(segments.target)
    effect = (high.mean - low.mean) / target.std_dev if target and target.std_dev else None
    return Contrast(segments, high, low, effect)


def _correlation(table: Table, pair: Correlation) -> _Found | None:
    size = abs(pair.r)
    # Two standard errors: below, so few rows would show that much by chance.
    chance = 2 / pair.rows**0.5 if pair.rows else 0.0
    if size < max(_LEAST_R, chance) or naming.is_key(pair.first) or naming.is_key(pair.second):
        return None
    strength = "strong" if size >= _STRONG else "moderate" if size >= _MODERATE else "weak"
    first, second = quoted(pair.first), quoted(pair.second)
    caveats = ["Pearson's r sees straight lines only, and says nothing of causes."]
    if pair.rows is not None and pair.rows < _FEW_ROWS:
        caveats.append(f"Only {amount(pair.rows)} rows have both values.")
    if any(each.column in (pair.first, pair.second) and each.beyond_3_sd for each in table.fences):
        caveats.append("Values beyond 3 standard deviations may carry or hide it.")
    return _Found(
        table,
        (pair.first, pair.second),
        "positive_correlation" if pair.r > 0 else "negative_correlation",
        strength,
        f"{second} tends to be {'higher' if pair.r > 0 else 'lower'} where {first} is higher.",
        f"Pearson r = {short(pair.r)}" + (f" over {amount(pair.rows)} rows." if pair.rows else "."),
        tuple(caveats),
        size,
    )


def _difference(table: Table, segments: Segments) -> _Found | None:
    found = contrast(table, segments)
    if found is None or naming.is_key(segments.target) or (found.effect is not None and found.effect < _LEAST_EFFECT):
        return None
    strength = "unknown"
    if found.effect is not None:
        strong, moderate = found.effect >= _STRONG_EFFECT, found.effect >= _MODERATE_EFFECT
        strength = "strong" if strong else "moderate" if moderate else "weak"
    high, low = found.high, found.low
    if (
        found.effect is not None
        and found.effect * (high.rows * low.rows / (high.rows + low.rows)) ** 0.5 < _BEYOND_CHANCE
    ):
        return None
    target, by = quoted(segments.target), quoted(segments.by)
    shown = "; ".join(
        f"{quoted(group.value) if presentable(group.value) else 'one value'}: average {short(group.mean)} "
        f"({many(group.rows, 'row')})"
        for group in (high, low)
    )
    distance = f"; {found.effect:.2f} standard deviations apart" if found.effect is not None else ""
    return _Found(
        table,
        (segments.by, segments.target),
        "segment_difference",
        strength,
        f"The average of {target} differs between the values of {by}.",
        f"{shown}{distance}.",
        ("Averages only: the groups may overlap, and another column may explain the difference.",),
        # On the scale of r, so that both kinds can be ordered together: d / √(d² + 4).
        found.effect / (found.effect**2 + 4) ** 0.5 if found.effect is not None else 0.05,
    )


def _sentences(found: Sequence[_Found], measured: bool) -> Iterator[str]:
    if not measured:
        yield "The prompt holds no correlations and no averages by group, so a relationship could only be guessed; none is stated."
        return
    if not found:
        yield "Fixed rules found no correlation and no difference between groups that is large enough to speak of."
        return
    counts = [
        (word, sum(each.strength == word for each in found)) for word in ("strong", "moderate", "weak", "unknown")
    ]
    parts = [f"{amount(count)} {word}" for word, count in counts if count]
    yield f"Fixed rules found {many(len(found), 'relationship')}: {', '.join(parts)}."
    first = found[0]
    kind = "a difference between groups" if first.kind == "segment_difference" else f"a {first.kind.replace('_', ' ')}"
    yield f"The strongest one is {kind} in {table_named(first.table)}."
    if len(found) > MOST_ITEMS:
        yield f"The {MOST_ITEMS} strongest of {amount(len(found))} are listed."


def _next_steps(found: Sequence[_Found], tables: Sequence[Table]) -> list[str]:
    steps = [
        f"Draw {quoted(each.columns[1])} against {quoted(each.columns[0])} of {quoted(each.table.name)}."
        if each.kind.endswith("correlation")
        else f"Compare the whole distribution of {quoted(each.columns[1])} between the values of {quoted(each.columns[0])}."
        for each in found[:5]
    ]
    keys: dict[str, list[str]] = {}
    for table in tables:
        for column in table.columns:
            if naming.is_key(column.name):
                keys.setdefault(column.name, []).append(table.name)
    steps += [
        f"Join {' and '.join(map(quoted, names[:2]))} by {quoted(name)}, and compare columns across the two."
        for name, names in list(keys.items())[:20]
        if len(names) > 1
    ]
    return first_of_each(steps)
