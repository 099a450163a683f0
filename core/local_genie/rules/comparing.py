"""Comparisons with numbers: which column or measure they are about, and so whether they filter rows or groups."""

from dataclasses import replace

from core.local_genie.rules.amounting import amount_in, is_many
from core.local_genie.rules.cues import IN_TOTAL, TIME_UNITS, Comparison, plain
from core.local_genie.rules.intent import Condition, Having, Measure
from core.local_genie.rules.naming import unit_of
from core.local_genie.rules.paying import own_price, paid_in_all
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column, is_amount
from core.local_genie.rules.things import is_kind_of, is_thing, number_behind, rows_named_in
from core.local_genie.rules.units import COLUMN_SECONDS, SECONDS, UNITS, column_in_unit, column_of, fits, lapse_in
from core.local_genie.rules.vocabulary import Meaning
from core.local_genie.rules.words import stem

_FUNCTIONS = {"average": "AVG", "mean": "AVG", "avg": "AVG", "total": "SUM", "sum": "SUM", "overall": "SUM", "maximum": "MAX", "minimum": "MIN", "highest": "MAX", "lowest": "MIN"}  # fmt: skip


def apply_comparisons(reading: Reading) -> None:
    """Turn every comparison into a condition on rows or on groups."""
    for comparison in reading.comparisons:
        _apply(reading, comparison)


def _apply(reading: Reading, comparison: Comparison) -> None:
    after, before = reading.index_at(comparison.end), reading.index_at(comparison.start)
    if (summed := amount_in(reading, after, _subject_table(reading))) is not None:
        measure, factor = summed
        upper = comparison.upper * factor if comparison.upper is not None else None
        _having(reading, measure, replace(comparison, value=comparison.value * factor, upper=upper))
        return
    unit = ""
    following = next(reading.following(after, 1), None)
    if following is not None and reading.items[following].start - comparison.end > 2:
        following = None
    if following is not None and reading.word(following):
        unit = stem(reading.word(following))
        nearest = next((n for n in reading.following(following + 1, 1)), None)
        if unit in UNITS or TIME_UNITS.get(reading.word(following)):
            reading.items[following].role = "cue"
            following = None
        elif (
            nearest is not None
            and reading.items[nearest].is_phrase
            and reading.items[nearest].start - comparison.end <= 2
        ):
            following = nearest
    in_unit: Meaning | None = None
    if (
        following is not None
        and (said := stem(reading.items[following].words[-1].lower)) in UNITS
        and _measured_before(reading, before, said)
    ):
        reading.placed = [p for p in reading.placed if p.start != reading.items[following].start]
        reading.items[following].role = "cue"
        following, unit = None, said
    if following is not None and reading.items[following].is_phrase and not reading.items[following].role:
        last = stem(reading.items[following].words[-1].lower)
        meaning = reading.numeric(reading.items[following], near=0.9)
        if last in UNITS and (behind := number_behind(reading, following)) is not None:
            reading.items[following].role = "cue"
            following, meaning = behind, None
        elif meaning is not None and meaning.weight < 1.4 and last in UNITS:
            reading.items[following].role = "cue"
            chosen = column_in_unit(reading, last)
            likely = [m for m in reading.items[following].meanings if m.column is not None and m.column is chosen]
            following, unit, in_unit = None, last, next(iter(likely), meaning)
    if following is not None and is_kind_of(reading, following):
        following += 1  # "100 urgent tickets": that they are urgent is a condition of its own
    if (
        following is not None
        and (comparison.operator, comparison.value) in ((">=", 1), (">", 0))
        and is_thing(reading, following)
    ):
        return  # "at least one exam": that there is one is said by the exam itself
    if comparison.times:
        _having(reading, _counted(reading, before), comparison)
        return
    if following is not None and not reading.items[following].role and reading.items[following].is_phrase:
        item = reading.items[following]
        meaning = reading.numeric(item, near=0.9)
        entity = item.a("table", near=0.8) or rows_named_in(reading, item)
        if entity and not (meaning and meaning.weight > entity.weight):
            if following == reading.subject:  # "with more than 100 minutes" said of the subject itself
                pass
            else:
                item.role = "measure"
                if item.best.kind in ("value", "filter"):
                    reading.intent.conditions.append(reading.condition_of(item.best, following))  # "five late loans"
                _having(reading, Measure("count", entity.home, alias=reading.table(entity.home).words[-1]), comparison)
                return
        if meaning:
            item.role = "measure"
            if reading.is_countable(item, meaning) and (reading.intent.groups or reading.subject >= 0):
                _having(reading, reading.measured(meaning, "COUNT"), comparison)
            else:
                _numeric(reading, meaning, comparison, before, stem(item.words[-1].lower))
            return
        if item.best.kind in ("value", "filter") and (reading.subject >= 0 or _of_counted(reading, item.best.home)):
            _having(
                reading, Measure("count", item.best.home, alias=reading.table(item.best.home).words[-1]), comparison
            )
            return
    for n in range(before - 1, max(-1, before - 7), -1):
        item = reading.items[n]
        if item.span or (item.is_word and item.words[0].kind == "sign"):
            break
        if not item.is_phrase or n == reading.subject or item.role in ("group", "compared", "filter", "dated", "cue"):
            continue
        meaning = reading.numeric(item)
        if item.role == "measure":
            placed = next((p for p in reading.placed if p.start <= item.start < p.end or p.end == item.end), None)
            if (
                placed is not None
                and placed.measure.kind != "count"
                and fits(column_of(reading, placed.measure.sql), unit)
            ):
                reading.placed.remove(placed)
                item.role = "compared"
                if _is_row_level(reading, placed.measure, comparison):
                    _row(reading, placed.measure.sql, placed.measure.tables, comparison, None, unit)
                else:
                    _having(reading, placed.measure, comparison)
                return
            continue
        if meaning and fits(meaning.column, unit):
            item.role = "compared"
            if (
                not reading.is_single(meaning.home)
                and (own := own_price(reading, item.words[-1].stem, unit)) is not None
            ):
                _row(reading, own.sql, frozenset({own.table}), comparison, own, unit)  # "trips that cost …" have a fare
                return
            _numeric(reading, meaning, comparison, n, unit)
            return
    hint_item = next(
        (
            reading.items[n]
            for n in range(before, min(after + 1, len(reading.items)))
            if reading.items[n].role == "hint"
        ),
        None,
    )
    if hint_item is not None and (meaning := reading.numeric(hint_item)):
        _numeric(reading, meaning, comparison, before, unit)
        return
    if (income := paid_in_all(reading, before)) is not None:
        _having(reading, income, comparison)
        return
    if in_unit is not None:
        _numeric(reading, in_unit, comparison, before, unit)
        return
    if not unit and not comparison.adjective and reading.placed and (reading.intent.groups or reading.subject >= 0):
        _having(reading, reading.placed[0].measure, comparison)  # "…, only those with at least 30"
        return
    if unit in SECONDS and (lapse := lapse_in(reading, unit)) is not None:
        part, factor = lapse
        _row(reading, part.sql, part.tables, replace(comparison, value=comparison.value * factor), None, unit)
        return
    column = column_in_unit(reading, unit) or _by_hint(
        reading, comparison.adjective or ("price" if not unit else "long"), unit
    )
    if column is not None:
        _row(reading, column.sql, frozenset({column.table}), comparison, column, unit)
    else:
        reading.intent.evidence -= 3.0  # a comparison that nothing takes
        reading.intent.unanswered = True


def _of_counted(reading: Reading, home: str) -> bool:
    """ "How many members have more than one open loan": each of those that are counted has many rows of that table."""
    return any(p.measure.kind == "count" and is_many(reading, p.measure.home, home) for p in reading.placed)


def _measured_before(reading: Reading, before: int, unit: str) -> bool:
    """Whether a column in that unit is named right before the comparison ("a capacity of more than 30 tonnes")."""
    for n in range(before - 1, max(-1, before - 4), -1):
        item = reading.items[n]
        if item.is_phrase:
            return any(
                m.column is not None and unit_of(m.column) and fits(m.column, unit)
                for m in item.meanings[:2]
                if m.kind == "column"
            )
    return False


def _is_row_level(reading: Reading, measure: Measure, comparison: Comparison) -> bool:
    """A sum or average without anything to group by, for a subject of the same table, is about single rows."""
    entity = reading.items[reading.subject].a("table") if reading.subject >= 0 else None
    return (
        measure.kind == "aggregate"
        and entity is not None
        and entity.home == measure.home
        and not reading.intent.groups
        and measure.function == "SUM"
    )


def _numeric(reading: Reading, meaning: Meaning, comparison: Comparison, index: int, unit: str) -> None:
    function = next((_FUNCTIONS[word] for word in reversed(reading.lead(index, 2)) if word in _FUNCTIONS), "")
    if function:
        for n in range(max(0, index - 2), index):
            if reading.word(n) in _FUNCTIONS:
                reading.items[n].role = "cue"
    if not function and IN_TOTAL.search(" ".join(word.lower for word in reading.words)) and meaning.kind == "column":
        function = "SUM"
    subject = _subject_table(reading)
    if meaning.kind == "measure" or function:
        part = meaning.fragment
        if meaning.kind == "measure" and part and part.inner and subject == meaning.home and not function:
            _row(reading, part.inner, meaning.tables, comparison, None, unit)
            return
        _having(reading, reading.measured(meaning, function), comparison)
        return
    if (
        subject
        and subject != meaning.home
        and meaning.home in reading.paths
        and meaning.column is not None
        and is_many(reading, subject, meaning.home)
        and (reading.word(index) == "" or not reading.speaks_of(meaning.home))
        and _sums(reading, comparison)
    ):
        _having(reading, reading.measured(meaning), comparison)
        return
    _row(reading, meaning.sql, meaning.tables, comparison, meaning.column, unit)


def _sums(reading: Reading, comparison: Comparison) -> bool:
    """ "customers who spent more than 500 euros": the sum over their rows is meant."""
    lead = reading.lead(reading.index_at(comparison.start), 3)
    return not ({"is", "of", "with", "a", "an"} & set(lead[-1:]))


def _subject_table(reading: Reading) -> str:
    if reading.subject >= 0 and (meaning := reading.groupable(reading.items[reading.subject])):
        return meaning.home
    counted = [p.measure.home for p in reading.placed if p.measure.kind == "count"]
    return counted[0] if counted else ""


def _counted(reading: Reading, before: int) -> Measure:
    """What happens "more than twice": the nearest thing said before that is not the subject, else rows of the base."""
    for n in range(before - 1, -1, -1):
        item = reading.items[n]
        if item.is_phrase and n != reading.subject and (meaning := item.a("table")) and item.role in ("", "measure"):
            item.role = "measure"
            return Measure("count", meaning.home, alias=reading.table(meaning.home).words[-1])
    return Measure("count", reading.base.key, alias=reading.base.words[-1])


def _having(reading: Reading, measure: Measure, comparison: Comparison) -> None:
    factor = 0.01 if comparison.percent and _is_fraction(measure) else 1.0
    low = plain(round(comparison.value * factor, 9))
    value = f"{low} AND {plain(comparison.upper * factor)}" if comparison.upper is not None else low
    reading.intent.havings.append(Having(measure, comparison.operator, value))


def _is_fraction(measure: Measure) -> bool:
    """Whether a quotient counts to one rather than to a hundred."""
    sql = measure.sql if measure.kind in ("raw", "aggregate") else "/" if measure.kind == "share" else ""
    return "/" in sql and "100" not in sql and measure.scale == 1


def _row(
    reading: Reading, sql: str, tables: frozenset[str], comparison: Comparison, column: Column | None, unit: str
) -> None:
    factor = 1.0
    if column is not None and unit in SECONDS and unit_of(column) in COLUMN_SECONDS:
        factor = SECONDS[unit] / COLUMN_SECONDS[unit_of(column)]
    low = plain(comparison.value * factor)
    value = f"{low} AND {plain(comparison.upper * factor)}" if comparison.upper is not None else low
    if column is not None and column.is_date:
        return
    for n, item in enumerate(reading.items):  # "cost more than 250 euros a night": one column, said three times
        listed = item.start > comparison.end and bool({"and", ",", "their", "its"} & set(reading.lead(n, 1)))
        if item.is_phrase and not item.role and column is not None and item.best.column is column and not listed:
            item.role = "compared"
    place = reading.index_at(comparison.start)
    reading.intent.conditions.append(Condition(f"{sql} {comparison.operator} {value}", tables, span=(place, place + 1)))


def _by_hint(reading: Reading, hint: str, unit: str) -> Column | None:
    for key, path in sorted(reading.paths.items(), key=lambda each: each[1].cost):
        if (
            path.single
            and (column := reading.hinted(reading.table(key), hint))
            and column.kind == "number"
            and fits(column, unit)
        ):
            return column
        if path.cost == 0 and hint == "price":
            amounts = [c for c in reading.base.columns.values() if is_amount(c)]
            if len(amounts) == 1:
                return amounts[0]
    return None
