"""Which date column a question's dates are about, and the conditions and time buckets that follow.

A date column that is named ("hired after 2018", "closed in March") is meant. Otherwise it is the date on which a row of
the base happened, or of the event that is spoken of, or of the nearest table that has one. Relative dates are counted
back from the newest date of that column.
"""

import re
from dataclasses import replace

from core.local_genie.rules.besides import set_side_by_side
from core.local_genie.rules.changing import apply_change
from core.local_genie.rules.intent import Condition, Group
from core.local_genie.rules.matching import Item
from core.local_genie.rules.periods import DateSpan
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column
from core.local_genie.rules.spans import bucket_sql, newest, number_sql, one_year, span_sql
from core.local_genie.rules.vocabulary import SURE, Meaning
from core.local_genie.rules.words import participle

_DURING = frozenset("during within throughout over around".split())  # noqa: SIM905

_TOLD = 0.85  # a word that a description only mentions says less


def find_date_items(reading: Reading) -> None:
    """Mark the pieces that name the date column of a span before or behind them."""
    spans = [n for n, item in enumerate(reading.items) if item.span]
    buckets = [n for n, item in enumerate(reading.items) if item.role == "group" and item.is_word]
    for place in spans:
        named = _named_near(reading, place)
        if named is not None:
            reading.date_items.append(named)
            reading.dated_by[place] = named
    if not reading.date_items and (spans or any(group.bucket for group in reading.intent.groups)):
        free = [
            n
            for n, item in enumerate(reading.items)
            if not item.role and item.is_phrase and item.best.weight >= _TOLD and _date(item.meanings[:1])
        ]
        reading.date_items += free[:1] if spans or buckets else []
    for n in reading.date_items:
        reading.items[n].role = "dated"


def _named_near(reading: Reading, place: int) -> int | None:
    adjacent = True
    for n in range(place - 1, max(-1, place - 6), -1):
        item = reading.items[n]
        if item.span or item.role == "dated" or (item.is_word and item.words[0].lower in (",", ";")):
            return None
        if item.is_phrase and not item.role and n != reading.subject:
            found = _date(item.meanings)
            if found is not None and found.weight >= _TOLD:
                active = _is_verb(reading, n) and found.weight >= item.best.weight * 0.7
                exact = active or (
                    item.best.kind == "column" and item.best.column is not None and item.best.column.temporal
                )
                beside = n == place - 1 or (n == place - 2 and reading.word(place - 1) in _DURING)
                exact = exact or (beside and _says_when(item, found))
                if exact or (adjacent and found.weight >= item.best.weight * 0.7):
                    return n
            adjacent = item.best.kind == "table" and adjacent
        elif item.is_word and not item.words[0].stop:
            adjacent = False
    for n in range(place + 1, min(len(reading.items), place + 3)):
        item = reading.items[n]
        if item.is_phrase and not item.role and (after := _date(item.meanings[:1])) and after.weight >= _TOLD:
            return n
    return None


def _is_verb(reading: Reading, index: int) -> bool:
    """Whether a participle is what somebody does ("closed the most tickets", "opened a ticket"), not a state of a noun."""
    item = reading.items[index]
    if len(item.words) != 1 or not item.words[0].lower.endswith("ed"):
        return False
    following = reading.items[index + 1] if index + 1 < len(reading.items) else None
    return following is not None and not (following.is_phrase and following.best.kind == "table")


def _says_when(item: Item, found: Meaning) -> bool:
    """ "Resolved in March": right before a span of time, a participle names its date rather than a state of now."""
    said = len(item.words) == 1 and participle(item.words[0].lower) and item.best.kind in ("value", "filter")
    return said and found.weight >= 1.3 and found.home == item.best.home


def _date(meanings: list[Meaning]) -> Meaning | None:
    return next((m for m in meanings if m.kind == "column" and m.column is not None and m.column.temporal), None)


def date_column(reading: Reading) -> Column | None:
    """The date column that the question is about; None if no table within reach has one."""
    for n in reading.date_items:
        if (meaning := _date(reading.items[n].meanings)) is not None:
            return meaning.column
    return default_date(reading, reading.base.key)


def default_date(reading: Reading, base: str) -> Column | None:
    """The column that tells when rows of `base` happened, as the instruction has it or as the tables suggest."""
    events = [key for key in _events(reading) if key != base]
    for key in events:
        if (column := _own_date(reading, key)) is not None:
            return column
    for key in events:
        if (column := _nearest(reading, key, but=base)) is not None:
            return column
    return _own_date(reading, base) or _nearest(reading, base) or next(iter(reading.table(base).dates), None)


def _nearest(reading: Reading, base: str, but: str = "") -> Column | None:
    """The date of the nearest table that a row belongs to; of equally near ones, that of the event, with more rows."""
    found = []
    for key, path in reading.knowledge.joins.paths(base).items():
        if (
            path.single
            and not path.partial
            and not (but and any(step.right == but for step in path.steps))
            and key not in (base, but)
            and (column := _own_date(reading, key)) is not None
        ):
            table = reading.table(key)
            attribute = column.is_date and table._date_rank(column)[0] >= 3
            found.append((path.cost, attribute, -table.rows, key, column))
    return min(found, key=lambda each: each[:4])[4] if found else None


def _own_date(reading: Reading, key: str) -> Column | None:
    """The date of a table that tells when its rows happened; birthdays and ends do not."""
    table, ruled = reading.table(key), reading.knowledge.rules.dates
    if key in ruled:
        other, _, name = ruled[key].partition(".")
        return reading.table(other).columns[name]
    ranked = [column for column in table.dates if table._date_rank(column)[0] < 5]
    if ranked and table._date_rank(ranked[0])[0] < 3:
        return ranked[0]
    keys = [column for column in table.columns.values() if column.year_like or column.month_key]
    return next(iter(keys or ranked), None)


def _events(reading: Reading) -> list[str]:
    """Tables of many rows for one of the base that the question speaks of: its dates are theirs."""
    spoken = list(reading.intent.presences)
    parts = [part for measure in reading.intent.measures for part in measure.parts]
    for condition in [*reading.intent.conditions, *parts]:
        spoken += [table for table in sorted(condition.tables) if not reading.is_single(table)]
    spoken += [t for group in reading.intent.groups for t in sorted(group.tables) if not reading.is_single(t)]
    first = [step.right for table in spoken for step in reading.paths[table].steps if not step.single]
    return list(dict.fromkeys([*first, *spoken]))


def apply_dates(reading: Reading, absent: dict[str, int]) -> None:
    """Add the conditions of all date spans, and give the time buckets their column."""
    spans = [(n, item.span) for n, item in enumerate(reading.items) if item.span]
    column = date_column(reading)
    used: dict[int, Column] = {}
    for place, _ in spans:
        near = _named_before(reading, place)
        inside = [table for table, start in absent.items() if reading.items[place].start > start]
        if near is not None:
            used[place] = near
        elif (inside and (own := default_date(reading, inside[0])) is not None) or (
            _is_apart(reading, place) and (own := default_date(reading, reading.base.key)) is not None
        ):
            used[place] = own
        elif column is not None:
            used[place] = column
    if len(used) < len(spans):
        reading.intent.evidence -= 3.0  # a reading that has to ignore a date is a poor one
        reading.intent.unanswered = True
    for target in _unique(list(used.values())):
        mine = [(place, span) for place, span in spans if used.get(place) is target and span is not None]
        _conditions(reading, target, mine)
    groups = []
    for group in reading.intent.groups:
        if group.bucket and not group.shown:
            bucket_column = column if not used else next(iter(used.values()))
            if bucket_column is None:
                continue
            mine = [span for place, span in spans if span is not None and used.get(place) is bucket_column]
            single = one_year(bucket_column, mine)
            sql = number_sql(group.bucket, bucket_column) if _as_number(reading, group.bucket) else ""
            sql = sql or bucket_sql(reading.knowledge.styles, group.bucket, bucket_column, one_year=single)
            group = replace(group, shown=(sql,), tables=frozenset({bucket_column.table}))
        groups.append(group)
    reading.intent.groups = groups


def _is_apart(reading: Reading, place: int) -> bool:
    """ "Women born before 1960 that were seen in 2024": a span behind something else than the date that is named."""
    if place in reading.dated_by or len(reading.dated_by) != 1:
        return False
    first, last = sorted((place, *reading.dated_by))
    return any(
        item.is_phrase and item.best.weight >= SURE and item.role != "dated" for item in reading.items[first + 1 : last]
    )


def _as_number(reading: Reading, unit: str) -> bool:
    """ "With the quarter number", "the number of the month": how the question wants its stretches of time shown."""
    said = " ".join(word.lower for word in reading.words)
    name = unit.lower()
    return unit in ("MONTH", "QUARTER") and bool(re.search(rf"\b{name} numbers?\b|\bnumber of the {name}\b", said))


def _unique(columns: list[Column]) -> list[Column]:
    found: list[Column] = []
    for column in columns:
        if all(column is not other for other in found):
            found.append(column)
    return found


def _named_before(reading: Reading, place: int) -> Column | None:
    """With several named date columns, the one named last before the span."""
    before = [n for n in reading.date_items if n < place] or [n for n in reading.date_items if n > place]
    if not before or len(reading.date_items) < 2:
        return None
    meaning = _date(reading.items[before[-1] if before[0] < place else before[0]].meanings)
    return meaning.column if meaning else None


def _conditions(reading: Reading, column: Column, spans: list[tuple[int, DateSpan]]) -> None:
    latest = newest(column)
    tables = frozenset({column.table})
    resolved = [span.resolved(latest) if latest else span for _, span in spans]
    if any(span.relative for _, span in spans) and latest:
        reading.intent.notes.append(f"relative dates count from {latest.isoformat()}, the newest {column.name}")
    if column.is_date and apply_change(reading, column, resolved):
        reading.intent.notes.append(f"the change is between two spans by {column.name}, the later minus the earlier")
    closed = [
        (place, sql)
        for (place, _), span in zip(spans, resolved, strict=True)
        if span.lo and span.hi and (sql := span_sql(column, span))
    ]
    open_ended = [
        (place, sql)
        for (place, _), span in zip(spans, resolved, strict=True)
        if not (span.lo and span.hi) and (sql := span_sql(column, span))
    ]
    if not set_side_by_side(reading, column, [span for span in resolved if span.lo and span.hi]):
        _compare(reading, spans)
    if len(closed) > 1:  # "in 2023 and 2024"
        either = " OR ".join(f"({sql})" for _, sql in closed)
        reading.intent.conditions.append(Condition(f"({either})", tables, span=(closed[0][0], closed[-1][0] + 1)))
        closed = []
    for place, sql in [*open_ended, *closed]:
        reading.intent.conditions.append(Condition(sql, tables, span=(place, place + 1)))


def _compare(reading: Reading, spans: list[tuple[int, DateSpan]]) -> None:
    """ "Compare 2023 and 2024": a group for each span."""
    units = {span.unit for _, span in spans}
    said = any(
        word.lower in ("compare", "compared", "comparison", "versus", "vs", "each", "respectively")
        for word in reading.words
    )
    if not said or len(spans) < 2 or len(units) != 1 or not reading.intent.measures:
        return
    unit = units.pop()
    if unit in ("YEAR", "QUARTER", "MONTH") and all(group.bucket == "" for group in reading.intent.groups):
        reading.intent.groups.append(Group((), frozenset(), (unit.lower(),), bucket=unit))
