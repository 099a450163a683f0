"""Lists: which columns a question without any number shows."""

from core.local_genie.rules.intent import Group
from core.local_genie.rules.reading import ASKING, Reading
from core.local_genie.rules.words import participle


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
        if named.column is not None and named.column.is_date and _is_done_by(reading, index):
            continue
        before = reading.items[index - 1].meanings[:1] if index else []
        if any(m.kind == "value" and m.column is named.column for m in before):
            continue  # "the North region" is not to be shown
        item.role = "column"
        found.append((index, reading.group_of(named)))
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
    if entity_at >= 0 and columns and min(columns) < entity_at:
        found = [each for each in found if each[0] != entity_at]
    for _, group in sorted(found, key=lambda each: each[0]):
        if all(group.shown != other.shown for other in intent.columns):
            intent.columns.append(group)


def _is_done_by(reading: Reading, index: int) -> bool:
    """ "Loans lent by students": what was done, not its date."""
    words = reading.items[index].words
    return len(words) == 1 and participle(words[0].lower) and reading.word(index + 1) == "by"


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
