"""Superlatives and "top n": what is ranked by what, and whether rows, groups or a single number are asked for."""

from core.local_genie.rules.asking import find_subject
from core.local_genie.rules.cues import Superlative, number
from core.local_genie.rules.intent import Condition, Group, Measure
from core.local_genie.rules.matching import Item
from core.local_genie.rules.ranked import ranked_by
from core.local_genie.rules.reading import Reading, alias_of
from core.local_genie.rules.schema import Column
from core.local_genie.rules.sorting import sort_all
from core.local_genie.rules.vocabulary import Meaning

_AWAY = frozenset("in by per with from for on at to over through , and ? among during".split())  # noqa: SIM905


def apply_ranking(reading: Reading) -> None:
    """Use the first superlative, or the "by …" of a ranking, to order groups or rows."""
    if sort_all(reading):
        return
    superlative = next(iter(reading.superlatives), None)
    if (
        superlative is not None
        and superlative.end < len(reading.words)
        and reading.words[superlative.end].lower == "first"
    ):
        measure = next((placed.measure for placed in reading.placed), None)
        if measure is not None and reading.intent.groups:
            reading.intent.rank = (measure, superlative.descending)  # "…, highest first"
            return
    if superlative is None:
        if reading.ordering >= 0:
            _order_all(reading)
        return
    if reading.subject < 0:
        find_subject(reading)
    target = _target(reading, superlative)
    if _ranks_rows(reading, superlative, target):
        return
    measure = ranked_by(reading, superlative, target)
    subject = _subject_group(reading)
    if subject is None and superlative.limit is not None and measure is not None and not reading.intent.groups:
        _list_rows(reading, reading.base.key, measure, superlative)
        return
    if subject is None:
        if measure is not None:
            _single(reading, superlative, measure)
        return
    if measure is None:
        measure = Measure("count", reading.base.key, alias=reading.base.words[-1])
        reading.intent.evidence -= 4.0 * (subject.entity == reading.base.key)  # each thing is there once
        reading.intent.invented = superlative.hint != "count"
    if reading.subject >= 0:
        reading.items[reading.subject].role = "group"
    if measure.kind == "count" and _is_one_each(reading, subject, measure.home):
        reading.intent.unanswered = True  # "who closed the most tickets", and nobody is known
    reading.intent.rank = (measure, superlative.descending)
    reading.intent.limit = _limit(reading, superlative)
    reading.intent.groups.insert(0, subject)
    _leave_out_nobody(reading, subject)
    if measure not in reading.intent.measures:
        reading.intent.measures.insert(0, measure)


def _is_one_each(reading: Reading, subject: Group, counted: str) -> bool:
    """Whether the groups are the rows themselves that are counted."""
    primary = reading.table(counted).primary
    return subject.entity == counted or (primary is not None and subject.shown == (primary.sql,))


def _leave_out_nobody(reading: Reading, subject: Group) -> None:
    """ "Which advisor has the most clients": clients without one are no advisor's."""
    for table in subject.tables:
        for column in reading.table(table).columns.values():
            if subject.shown == (column.sql,) and 0 <= column.filled < reading.table(table).rows:
                reading.intent.conditions.append(Condition(f"{column.sql} IS NOT NULL", subject.tables))


def _limit(reading: Reading, superlative: Superlative) -> int | None:
    """The number said with the superlative or before the subject ("which 10 customers"); else 1."""
    if superlative.limit is None and reading.subject > 0:
        for n in range(reading.subject - 1, max(-1, reading.subject - 4), -1):
            item = reading.items[n]
            if (item.is_number or item.is_word) and not item.role and (said := number(item.words[0])) is not None:
                return int(said)
            if item.is_word and not item.words[0].stop:
                break
    return superlative.limit or 1


def _order_all(reading: Reading) -> None:
    item = reading.items[reading.ordering]
    meaning = reading.numeric(item, near=0.5)
    if meaning is None:
        return
    item.role = "rank"
    subject = _subject_group(reading)
    words = {word.lower for word in reading.words}
    descending = not ({"ascending", "lowest", "increasing"} & words)
    if subject is not None and not (meaning.kind == "column" and subject.entity == meaning.home):
        measure = reading.measured(meaning)
        reading.items[reading.subject].role = "group"
        reading.intent.groups.insert(0, subject)
        reading.intent.measures.append(measure)
        reading.intent.rank = (measure, descending)
    else:
        reading.intent.order.append((meaning.sql, descending, meaning.tables))


def _target(reading: Reading, superlative: Superlative) -> int | None:
    """The item that the superlative is about: right behind it, or behind "by"."""
    if reading.ordering >= 0:
        return reading.ordering
    after = reading.index_at(superlative.end)
    for n in range(after, min(len(reading.items), after + 6)):
        item = reading.items[n]
        if item.span or reading.word(n) in _AWAY or (reading.word(n) == "of" and n > after):
            return None
        if item.is_phrase and item.role in ("", "hint", "measure", "rank"):
            return n
        if item.is_phrase:
            return None
    return None


def _subject_group(reading: Reading) -> Group | None:
    if reading.subject < 0:
        return None
    item = reading.items[reading.subject]
    if unit := reading.time_unit(reading.subject):
        return Group((), frozenset(), (unit.lower(),), bucket=unit)
    meaning = reading.groupable(item)
    return reading.group_of(meaning) if meaning else None


def _ranks_rows(reading: Reading, superlative: Superlative, target: int | None) -> bool:
    """Rows of one table ordered by one of its columns: "the most expensive tariff", "which product has the highest price"."""
    subject = reading.items[reading.subject].a("table", near=0.8) if reading.subject >= 0 else None
    if reading.intent.groups or any(p.measure.kind not in ("aggregate",) for p in reading.placed):
        return False
    column: Column | None = None
    table = ""
    if target is not None and target != reading.subject:
        item = reading.items[target]
        entity = item.a("table", near=0.8) or _kind_of(reading, item)
        meaning = reading.numeric(item, near=0.9) or _dated(item.meanings)
        if (
            entity is not None
            and superlative.hint not in ("", "count")
            and (subject is None or subject.home == entity.home)
        ):
            table, column = entity.home, reading.hinted(reading.table(entity.home), superlative.hint)
        elif (
            subject is not None
            and meaning is not None
            and meaning.column is not None
            and meaning.home == subject.home
            and not _summed(reading, superlative, target)
        ):
            table, column = subject.home, meaning.column
    elif subject is not None and superlative.hint not in ("", "count"):
        table, column = subject.home, reading.hinted(reading.table(subject.home), superlative.hint)
        if column is None:
            return False
    if column is None or (table != reading.base.key):
        return False
    if any(p.measure.kind == "aggregate" and p.measure.function in ("AVG", "SUM") for p in reading.placed):
        return False
    if (
        _nameless(reading, table)
        and column.kind == "number"
        and superlative.limit is None
        and reading.word(0) in ("what", "how")
    ):
        function = "MAX" if superlative.descending else "MIN"
        name = alias_of(f"{function} {column.name}")
        reading.intent.measures = [Measure("aggregate", table, column.sql, function, frozenset({table}), name)]
        reading.placed, reading.subject = [], -1
        for n in (target, reading.subject):
            if n is not None and n >= 0:
                reading.items[n].role = "rank"
        return True
    for n in (target, reading.subject):
        if n is not None and n >= 0:
            reading.items[n].role = "" if _kind_of(reading, reading.items[n]) else "rank"
    if target is not None and _kind_of(reading, reading.items[target]):
        reading.subject = -1
    reading.intent.columns.append(reading.entity_group(reading.table(table)))
    if column.name not in reading.intent.columns[0].aliases:
        reading.intent.columns.append(Group((column.sql,), frozenset({table}), (column.name,)))
    descending = superlative.descending != (superlative.hint == "old" and column.is_date)
    reading.intent.order.append((column.sql, descending, frozenset({table})))
    reading.intent.limit = _limit(reading, superlative)
    reading.intent.evidence += 2
    return True


def _kind_of(reading: Reading, item: Item) -> Meaning | None:
    """ "The heaviest dog": a value that says what kind of row is meant, where rows have names."""
    return (
        item.best if item.is_phrase and item.best.kind == "value" and not _nameless(reading, item.best.home) else None
    )


def _nameless(reading: Reading, table: str) -> bool:
    """Whether rows of a table have no name to show but a key: "what is the largest donation" asks for the amount."""
    labels = reading.table(table).labels
    return all(column is reading.table(table).primary for column in labels)


def _dated(meanings: list[Meaning]) -> Meaning | None:
    return next((m for m in meanings[:2] if m.column is not None and m.column.is_date), None)


def _summed(reading: Reading, superlative: Superlative, target: int) -> bool:
    placed = [p for p in reading.placed if p.start <= reading.items[target].start < p.end]
    return (
        bool(placed)
        and placed[0].measure.function in ("AVG", "SUM")
        and any(w.lower in ("average", "total") for w in reading.words)
    )


def _single(reading: Reading, superlative: Superlative, measure: Measure) -> None:
    """ "The largest refund in 2023": one number, or one for each group."""
    from dataclasses import replace

    if measure.kind == "aggregate" and reading.ordering < 0:
        placed = any(p.measure is measure for p in reading.placed)
        if not placed or (measure.function == "SUM" and not any(w.lower in ("total", "sum") for w in reading.words)):
            new = replace(measure, function="MAX" if superlative.descending else "MIN")
            reading.intent.measures = [new if m is measure else m for m in reading.intent.measures]
            measure = new
    if measure not in reading.intent.measures:
        reading.intent.measures.append(measure)


def _list_rows(reading: Reading, table: str, measure: Measure, superlative: Superlative) -> None:
    reading.intent.columns.append(reading.entity_group(reading.table(table)))
    if measure.kind == "aggregate":
        reading.intent.columns.append(Group((measure.sql,), measure.tables, (measure.alias,)))
        reading.intent.order.append((measure.sql, superlative.descending, measure.tables))
        reading.intent.limit = superlative.limit
        reading.intent.measures = [m for m in reading.intent.measures if m != measure]
