"""Conditions: values, filters, yes/no columns, empty dates, negation, and rows that must or must not exist."""

from core.local_genie.rules.intent import Absence, Condition
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column
from core.local_genie.rules.words import participle, root

NOT = frozenset(
    """
    not no never without except excluding excludes exclude non nor neither lacking lack lacks missing isn't
    aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't cannot can't won't isn’t aren’t don’t
    didn’t haven’t hasn’t nobody none nothing
    """.split()  # noqa: SIM905
)
_PAIRS = {("other", "than"), ("apart", "from"), ("aside", "from"), ("rather", "than")}


_HAVING = frozenset(
    [
        "with",
        "have",
        "has",
        "had",
        "having",
        "got",
        "contain",
        "contains",
        "need",
        "needs",
        "needed",
        "require",
        "requires",
        "used",
        "uses",
        "using",
        "got",
        "gave",
        "left",
        "received",
        "entered",
        "wrote",
        "chose",
        "added",
        "carried",
    ]
)


_BETWEEN = frozenset("a an any the single had have has been".split())  # noqa: SIM905


def negations(reading: Reading) -> dict[int, int]:
    """Where a negation stands → the item that it denies; marks the words as used."""
    found: dict[int, int] = {}
    for index, item in enumerate(reading.items):
        word = reading.word(index)
        pair = (word, reading.word(index + 1)) in _PAIRS
        if item.role or not word or not (word in NOT or pair):
            continue
        reach = [
            n
            for n in reading.following(index + (2 if pair else 1), 6)
            if reading.items[n].is_phrase and not reading.items[n].role
        ]
        reach = [n for n in reach if n != reading.subject][:3]
        target = next((n for n in reach if _deniable(reading, n)), None)
        # "not log any work": a thing named outright is meant rather than a hint before it
        strong = next((n for n in reach if _deniable(reading, n) and reading.items[n].best.weight >= 1.3), None)
        if strong is not None and target is not None and reading.items[target].best.weight < 1.0:
            target = strong
        if target is not None:
            found[index] = target
            item.role = "negation"
        elif word in ("never", "no", "not", "without"):
            _unnamed(reading, index, word)
    return found


def is_denied(reading: Reading, index: int) -> bool:
    """Whether a negation stands right before an item ("no insured value", "never had a refund")."""
    lead = [word for word in reading.lead(index, 5) if word not in _BETWEEN]
    return bool(NOT & set(lead[-1:])) or reading.lead(index, 2)[:1] == ["not"]


def _unnamed(reading: Reading, index: int, word: str) -> None:
    """ "Which classes were never held": what never happened is not named; the one table of many rows must be meant."""
    joins = reading.knowledge.joins
    below = [
        table.key
        for table in reading.knowledge.schema
        if (step := joins.direct(reading.base.key, table.key)) and not step.single
    ]
    if word == "never" and len(below) == 1:
        reading.items[index].role = "negation"
        reading.intent.absences.append(Absence(below[0]))
    elif any(
        item.is_word and not item.words[0].stop and not item.role for item in reading.items[index + 1 : index + 3]
    ):
        reading.intent.invented = True


def _deniable(reading: Reading, index: int) -> bool:
    item = reading.items[index]
    if item.best.kind in ("value", "filter", "table") or reading.thing_called(item) is not None:
        return True
    if item.best.kind == "measure" and item.a("filter", near=0.7) is not None:
        return True
    return any(
        m.kind == "column"
        and m.column
        and (m.column.is_date or m.column.filled < reading.table(m.home).rows or not reading.is_single(m.home))
        for m in item.meanings[:2]
    )


def apply_negations(reading: Reading, denied: dict[int, int]) -> dict[str, int]:
    """Turn negations into conditions or absences. Returns each absent table with the token from which its terms start."""
    absent: dict[str, int] = {}
    for cue, index in denied.items():
        item = reading.items[index]
        meaning = (
            (item.a("filter", near=0.7) or item.a("column") or item.best) if item.best.kind == "measure" else item.best
        )
        meaning = reading.thing_called(item) or meaning
        choices = [m for m in item.meanings if m.weight >= item.best.weight * 0.6]
        choices = [m for m in choices if m.kind != "measure"] or choices
        many = next((m for m in choices if not reading.is_single(m.home) and m.home in reading.paths), None)
        if meaning.column is not None and meaning.column.is_date and reading.is_single(meaning.home):
            many = None  # "fines that have not been paid" says it of the fines
        if many is not None and meaning.kind in ("table", "column"):
            item.role = "negation"
            absent[many.home] = min(absent.get(many.home, 10**6), reading.items[cue].start)
            for n in range(cue + 1, index):  # verbs on the way ("never placed an order") say the same
                if (
                    reading.items[n].is_phrase
                    and not reading.items[n].role
                    and reading.items[n].best.kind in ("column", "table")
                ):
                    reading.items[n].role = "negation"
            for n in range(index + 1, min(index + 4, len(reading.items))):
                other = reading.items[n]
                if (
                    other.is_phrase
                    and not other.role
                    and other.best.kind == "table"
                    and other.best.home != reading.base.key
                    and not reading.is_single(other.best.home)
                ):
                    absent.setdefault(other.best.home, absent[many.home])
                    other.role = "negation"
            continue
        if many is not None:  # a value or filter of rows that must not exist
            item.role = "negation"
            absent[many.home] = reading.items[cue].start
            if many.kind in ("value", "filter"):
                reading.intent.conditions.append(reading.condition_of(many, index))
            continue
        item.role = "negation"
        if meaning.kind in ("value", "filter"):
            reading.intent.conditions.append(reading.condition_of(meaning, index, negated=True))
        elif meaning.kind == "table" and meaning.home != reading.base.key:
            path = reading.paths[meaning.home]
            left, right = path.steps[0].columns[0]
            del right
            column = reading.table(path.steps[0].left).columns[left]
            reading.intent.conditions.append(Condition(f"{column.sql} IS NULL", frozenset({column.table})))
        elif meaning.column is not None:
            reading.intent.conditions.append(Condition(f"{meaning.sql} IS NULL", meaning.tables))
    deepest = set(absent)
    for table in absent:  # of a chain, only the furthest has to be missing
        path = reading.paths[table]
        deepest -= {step.left for step in path.steps} - {table}
    return {table: start for table, start in absent.items() if table in deepest}


def close_absences(reading: Reading, absent: dict[str, int]) -> None:
    """Put the conditions that were said after the negation, and lie on its way, inside the absence."""
    for table, start in absent.items():
        inside = {table} | {
            t for t, path in reading.knowledge.joins.paths(table).items() if path.single and not reading.is_single(t)
        }
        taken = [
            c for c in reading.intent.conditions
            if c.tables and c.tables <= inside and (c.span[0] < 0 or reading.items[c.span[0]].start > start)
        ]  # fmt: skip
        reading.intent.conditions = [c for c in reading.intent.conditions if c not in taken]
        said = {i.best.home for i in reading.items if i.role == "presence" and i.start > start} & inside
        reading.intent.presences = [each for each in reading.intent.presences if each not in said]
        reading.intent.absences.append(Absence(table, tuple(taken)))


def apply_values(reading: Reading) -> None:
    """Take every value, filter and state that is still unused as a condition, and every other table as a presence."""
    for index, item in enumerate(reading.items):
        if item.role or not item.is_phrase or index in (reading.subject, reading.ordering):
            continue
        meaning = item.best
        if meaning.weight < 0.8 and meaning.kind in ("value", "filter"):
            meaning = next((m for m in item.meanings if m.weight >= 0.8), meaning)
        if meaning.kind in ("value", "filter"):
            item.role = "filter"
            if not _is_verb_of_way(reading, index):
                reading.intent.conditions.append(reading.condition_of(meaning, index))
        elif (
            meaning.kind == "column"
            and meaning.column is not None
            and (
                is_had(reading, index, meaning.column)
                or (meaning.column.is_date and _is_state(reading, index, meaning.column))
            )
        ):
            item.role = "filter"
            reading.intent.conditions.append(
                Condition(f"{meaning.sql} IS NOT NULL", meaning.tables, span=(index, index + 1))
            )
        elif meaning.kind == "table" and meaning.weight >= 1.3 and not reading.is_single(meaning.home):
            item.role = "presence"
            reading.intent.presences.append(meaning.home)


def _is_verb_of_way(reading: Reading, index: int) -> bool:
    """ "Booked online", "shipped by air": the verb of the "booking channel", whatever state its row is in now."""
    item = reading.items[index]
    way = index + 1
    while reading.word(way) in ("by", "via", "through", "over", "the"):
        way += 1
    if way >= len(reading.items) or len(item.words) != 1 or not participle(item.words[0].lower):
        return False
    other = reading.items[way].a("value", near=0.9) if reading.items[way].is_phrase else None
    own = item.best.column if item.best.kind == "value" else None
    column = other.column if other is not None else None
    if own is None or column is None or column is own or column.table != own.table:
        return False
    said = [word for name in (" ".join(column.words), *column.synonyms) for word in name.casefold().split()]
    verb = root(item.words[0].lower)
    return bool(verb) and verb in {root(word) for word in said}


def is_had(reading: Reading, index: int, column: Column) -> bool:
    """ "Donations with a comment", "clients that have an advisor": the cell is not empty."""
    lead = reading.lead(index, 3)
    while lead and lead[-1] in ("a", "an", "any", "some", "the"):
        lead = lead[:-1]
    gaps = 0 <= column.filled < reading.table(column.table).rows
    following = reading.items[index + 1] if index + 1 < len(reading.items) else None
    compared = following is not None and (following.role == "cue" or following.is_number)
    return gaps and not compared and bool(lead) and lead[-1] in _HAVING


def _is_state(reading: Reading, index: int, column: Column) -> bool:
    """Whether a date's name is used as a state ("discontinued products"): a participle of a column with empty cells."""
    item = reading.items[index]
    if index in reading.date_items or not 0 <= column.filled < reading.table(column.table).rows:
        return False
    last = item.words[-1].lower
    return participle(last) and "date" not in item.text
