"""Conditions: values, filters, yes/no columns, empty dates, negation, and rows that must or must not exist."""

from core.local_genie.rules.cues import number
from core.local_genie.rules.intent import Absence, Condition
from core.local_genie.rules.reading import ASKING, Reading
from core.local_genie.rules.schema import Column
from core.local_genie.rules.snippets import equality, value_meaning
from core.local_genie.rules.vocabulary import Meaning
from core.local_genie.rules.words import participle

_NOT = frozenset(
    """
    not no never without except excluding excludes exclude non nor neither lacking lack lacks missing isn't
    aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't cannot can't won't isn’t aren’t don’t
    didn’t haven’t hasn’t nobody none nothing
    """.split()  # noqa: SIM905
)
_BEFORE_CODE = frozenset("= is of code number no id type :".split())  # noqa: SIM905
_PAIRS = {("other", "than"), ("apart", "from"), ("aside", "from"), ("rather", "than")}


_HAVING = frozenset("with have has had having got contain contains need needs needed require requires".split())  # noqa: SIM905


_BETWEEN = frozenset("a an any the single had have has been".split())  # noqa: SIM905


def negations(reading: Reading) -> dict[int, int]:
    """Where a negation stands → the item that it denies; marks the words as used."""
    found: dict[int, int] = {}
    for index, item in enumerate(reading.items):
        word = reading.word(index)
        pair = (word, reading.word(index + 1)) in _PAIRS
        if item.role or not word or not (word in _NOT or pair):
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
    return bool(_NOT & set(lead[-1:])) or reading.lead(index, 2)[:1] == ["not"]


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
        meaning = (item.a("filter", near=0.7) or item.a("column") or item.best) if item.best.kind == "measure" else item.best
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


def apply_codes(reading: Reading) -> None:
    """Take "priority 1", "status A" and the like, unless a share is asked for, which sorts its conditions itself."""
    if reading.ratio >= 0:
        return
    for index, item in enumerate(reading.items):
        if (
            not item.role
            and item.is_phrase
            and index != reading.ordering
            and (code := code_condition(reading, index)) is not None
        ):
            if code.span[0] == index or code.span[1] > index + 1:
                item.role = "filter"
            reading.intent.conditions.append(code)


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


def code_condition(reading: Reading, index: int) -> Condition | None:
    """ "priority 1", "status A", "order 12345": a column or table with one of its values right behind it."""
    place = index + 1
    while place < len(reading.items) and reading.word(place) in _BEFORE_CODE:
        place += 1
    if (marked := _marked(reading, index)) is not None:
        return marked
    found = _coded(reading, index, place) if place < len(reading.items) and _free(reading, place) else None
    return found or (_coded(reading, index, index - 1) if _counts_before(reading, index) else None)


def _marked(reading: Reading, index: int) -> Condition | None:
    """ "C checks", "A class items": a code in capitals right before the thing or the column that it marks."""
    meaning = reading.items[index].a("table", "column", near=0.9)
    text = reading.items[index - 1].words[0].text if index > 1 and _free(reading, index - 1) else ""
    if meaning is None or not text.isupper() or len(text) > 4 or text == "I":
        return None
    for column in [meaning.column] if meaning.column else reading.table(meaning.home).columns.values():
        if column.kind == "text" and text in (column.values or ()):
            reading.items[index - 1].role = "filter"
            return reading.condition_of(value_meaning(column, text, 2.0, "value"), index - 1)
    return None


def _coded(reading: Reading, index: int, place: int) -> Condition | None:
    """The equality of the column or table at `index` with the value at `place`."""
    item, token = reading.items[index], reading.items[place].words[0]
    said = number(token) if token.kind == "number" or place < index else None
    for meaning in item.meanings:
        if meaning.weight < item.best.weight * 0.5:
            break
        column = meaning.column
        if meaning.kind == "table" and (primary := reading.table(meaning.home).primary) is not None:
            column = primary if place == index + 1 or reading.word(index + 1) in ("number", "no", "id") else None
        value = _value(column, token.text, said, meaning) if column and meaning.kind in ("column", "table") else None
        if column is None or value is None:
            continue
        negated = bool(_NOT & set(reading.lead(index, 2)))
        for n in range(max(0, index - 2), place):
            if n >= index + 1 or reading.word(n) in _NOT:
                reading.items[n].role = "filter"
        reading.items[place].role = "filter"
        span = (min(index, place), max(index, place) + 1)
        return Condition(equality(column, value), frozenset({column.table}), column, value, negated, span)
    return None


def _free(reading: Reading, place: int) -> bool:
    item = reading.items[place]
    return not (item.role or item.is_phrase or item.span)


def _counts_before(reading: Reading, index: int) -> bool:
    """ "One star", "3 adults": a number before a column of few numbers; "list three priorities" asks for three rows."""
    if index < 1 or not _free(reading, index - 1) or number(reading.items[index - 1].words[0]) is None:
        return False
    column = reading.items[index].best.column
    few = column is not None and column.kind == "number" and column.values is not None and not column.key_like
    return few and reading.word(index - 2) not in ASKING | {"the", "top", "first"}


def _value(column: Column, text: str, said: float | None, meaning: Meaning) -> object:
    """The value of the column that a word or number names, None if it names none."""
    if column.kind == "number":
        if said is None or (column.values is not None and said not in [float(value) for value in column.values]):
            return None
        if not float(said).is_integer():
            return said if column.values is not None else None
        return int(said) if column.values is not None or column.key_like or meaning.kind == "table" else None
    if column.kind != "text":
        return None
    for value in column.values or ():
        if str(value) == text or (len(text) > 1 and str(value).casefold() == text.casefold()):
            return value
    return None
