"""Lists: which columns a question without any number shows."""

from dataclasses import replace

from core.local_genie.rules.grouping import of_the_other_side
from core.local_genie.rules.intent import Group
from core.local_genie.rules.reading import ASKING, Reading
from core.local_genie.rules.schema import Column
from core.local_genie.rules.words import participle

_WHERE = frozenset("in at on through via for from to with near under".split())  # noqa: SIM905


def list_columns(reading: Reading) -> None:
    """Fill the columns of a list: the thing itself, and the columns that are named."""
    intent = reading.intent
    subject = reading.items[reading.subject] if reading.subject >= 0 else None
    meaning = reading.groupable(subject) if subject else None
    found: list[tuple[int, Group]] = []
    entity_at = -1
    if subject is not None and meaning is not None:
        if meaning.kind == "table":
            entity_at = reading.subject
        found.append((reading.subject, reading.group_of(meaning)))
        subject.role = "column"
    for index, item in enumerate(reading.items):
        if item.role or not item.is_phrase or (entity_at >= 0 and item.text in ("name", "names")):
            continue  # "list their names": that is how the thing is shown
        named = next(
            (
                m
                for m in item.meanings
                if m.kind in ("column", "expression") and m.weight >= max(1.2, item.best.weight * 0.8)
            ),
            None,
        )
        if (
            named is None
            or item.best.kind in ("value", "filter")
            or named.home not in reading.paths
            or not reading.is_single(named.home)
        ):
            continue
        if item.best.kind == "table" and item.best.weight > named.weight:
            continue
        if named.column is not None and named.column.is_date and _is_said_of_rows(reading, index):
            continue
        if named.column is not None and _has_happened(reading, index, named.column):
            continue
        before = reading.items[index - 1].meanings[:1] if index else []
        if any(m.kind == "value" and m.column is named.column for m in before):
            continue  # "the North region" is not to be shown
        item.role = "column"
        other = of_the_other_side(reading, named, index)
        if other is not None and reading.items[index + 1].text in ("name", "names"):  # "home branch name"
            reading.items[index + 1].role = "column"
            other = None
        if other is None:  # else "home branch district": what the column refers to is shown
            found.append((index, reading.group_of(named)))
    if entity_at < 0 and (place := _kind_listed(reading, found)) is not None:
        found.append((place, reading.entity_group(reading.base)))
    tables = [
        (index, item) for index, item in enumerate(reading.items)
        if not item.role and item.is_phrase and item.best.kind == "table" and item.best.home == reading.base.key
    ]  # fmt: skip
    columns = [index for index, _ in found if index != entity_at]
    filtered = any(
        item.is_phrase
        and item.best.kind in ("value", "filter")
        and item.best.home == reading.base.key
        and item.best.weight > 1
        for item in reading.items
    )
    if not found and not tables and filtered and _lists(reading):  # "list the comedies"
        found.append((0, reading.entity_group(reading.base)))
    if not found and tables:
        found.append((tables[0][0], reading.entity_group(reading.base)))
    keyed = entity_at >= 0 and reading.table(subject.best.home).labels == [reading.table(subject.best.home).primary]
    if entity_at >= 0 and columns and (min(columns) < entity_at or (keyed and len(columns) > 1)):
        found = [each for each in found if each[0] != entity_at]
    empty = {condition.sql for condition in intent.conditions}
    found = [each for each in found if not any(f"{sql} IS NULL" in empty for sql in each[1].shown)]
    for _, group in sorted(found, key=lambda each: each[0]):
        if all(group.shown != other.shown for other in intent.columns):
            intent.columns.append(group)


def lists_rows(reading: Reading) -> bool:
    """ "List the outages with their number of customers": a number that each listed row has itself is shown, not added up.

    Turns such measures into columns to show.
    """  # fmt: skip
    intent, items = reading.intent, reading.items
    subject = items[reading.subject] if reading.subject >= 0 else None
    subject = subject or next((item for item in items if item.is_phrase), None)
    kinds = ("table",) if reading.subject >= 0 else ("filter", "value")  # "show all open tickets with …"
    if subject is None or subject.role or subject.best.kind not in kinds or not _lists(reading):
        return False
    if intent.groups or intent.havings or intent.rank or intent.order or intent.columns or reading.ratio >= 0:
        return False
    table = reading.table(subject.best.home)
    columns = {column.sql: column for column in table.columns.values()}
    plain = all(
        m.kind == "aggregate" and m.function == "SUM" and m.sql in columns and not m.where for m in intent.measures
    )
    if not intent.measures or not plain or table.key != reading.base.key:
        return False
    own = {measure.sql for measure in intent.measures}
    for item in items:
        if item.role != "measure" or not item.is_phrase:
            continue
        item.role = ""
        shown = [m for m in item.meanings if m.kind == "column" and m.sql in own]
        if not shown and (sql := reading.measured(item.best).sql) in own:
            column = columns[sql]
            shown = [replace(item.best, kind="column", sql=sql, column=column, tables=frozenset({table.key}))]
        item.meanings = shown or item.meanings
    intent.measures, reading.placed = [], []
    return True


def _kind_listed(reading: Reading, found: list[tuple[int, Group]]) -> int | None:
    """ "Doctors who have left, with their specialty": a filter that says of what it is one, before the columns.

    Its rows are shown by their names, unless they have none or some of them is asked for.
    """  # fmt: skip
    labels = reading.base.labels
    shown = {sql for _, group in found for sql in group.shown}
    if not found or all(c is reading.base.primary for c in labels) or any(c.sql in shown for c in labels):
        return None
    for index, item in enumerate(reading.items[: min(index for index, _ in found)]):
        if not item.is_phrase or item.best.kind != "filter" or item.best.home != reading.base.key:
            continue
        for word in item.words:
            known = reading.knowledge.vocabulary.find([word])
            if any(m.kind == "table" and m.home == reading.base.key and m.weight >= 1.5 for m in known):
                return index
    return None


def _is_said_of_rows(reading: Reading, index: int) -> bool:
    """ "Loans lent by students", "boilers installed in Kiel": what was done, not its date."""
    words, before = reading.items[index].words, reading.items[index - 1] if index else None
    if len(words) != 1 or not participle(words[0].lower):
        return False
    of_rows = before is not None and before.is_phrase and before.best.kind in ("table", "value", "filter")
    return reading.word(index + 1) == "by" or (of_rows and reading.word(index + 1) in _WHERE)


def _has_happened(reading: Reading, index: int, column: Column) -> bool:
    """ "Which agents have left": that it happened is the condition, where the date is empty for others."""
    words = reading.items[index].words
    gaps = column.is_date and 0 <= column.filled < reading.table(column.table).rows
    done = len(words) == 1 and participle(words[0].lower) and index not in reading.date_items
    return gaps and done and reading.word(index - 1) in ("have", "has", "had", "been", "already", "who")


def more_columns(reading: Reading) -> None:
    """Add what a ranked list is to show besides ("the five largest fields with their soil")."""
    for index, item in enumerate(reading.items):
        if (
            item.role
            or not item.is_phrase
            or not {"with", "their", "its", "and", "including"} & set(reading.lead(index, 2))
        ):
            continue
        meaning = item.best
        if meaning.kind == "column" and meaning.weight >= 1.2 and reading.is_single(meaning.home):
            item.role = "column"
            group = reading.group_of(meaning)
            if all(group.shown != other.shown for other in reading.intent.columns):
                reading.intent.columns.append(group)


def _lists(reading: Reading) -> bool:
    return any(reading.word(n) in ASKING - {"what"} for n in range(min(4, len(reading.items))))
