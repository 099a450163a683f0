"""What the answer is broken down by ("by region", "each month")."""

from core.local_genie.rules.cues import ADVERBS, TIME_UNITS
from core.local_genie.rules.intent import Group
from core.local_genie.rules.matching import Item
from core.local_genie.rules.reading import ASKING, Reading
from core.local_genie.rules.schema import is_amount
from core.local_genie.rules.vocabulary import SURE, Meaning
from core.local_genie.rules.words import participle

_BY = frozenset("by per each every across".split())  # noqa: SIM905
_WHO = frozenset("who whose that".split())  # noqa: SIM905
_ORDERING = frozenset("order ordered sort sorted rank ranked ranking top descending ascending".split())  # noqa: SIM905


def find_groups(reading: Reading) -> None:
    """Take every "by …", "per …", "each …" with something to group by behind it."""
    for index, item in enumerate(reading.items):
        word = reading.word(index)
        if item.role or not word:
            continue
        if word in ADVERBS and not _is_average_of(reading, index):
            _add_bucket(reading, index, index)
            continue
        unit = TIME_UNITS.get(word, "")
        if unit and reading.word(index + 1) == "by" and reading.word(index + 2) == word:
            _add_bucket(reading, index, index)
            reading.items[index + 1].role = reading.items[index + 2].role = "group"
            continue
        if word not in _BY or reading.word(index + 1) == "all":
            continue
        if word == "every" and reading.word(index - 1) == "of" and reading.words[0].lower in ASKING:
            continue  # "list the name of every active agent"
        place = _take(reading, index, index + 1)
        while place is not None:  # "by region and year, channel"
            joint = place = _past_owner(reading, place)
            while joint < len(reading.items) and reading.word(joint) in (
                "and",
                ",",
                "by",
                "per",
                "then",
                "the",
                "each",
                "&",
            ):
                joint += 1
            place = _take(reading, index, joint) if joint > place else None


def _past_owner(reading: Reading, place: int) -> int:
    """Past "of the doctor" in "by specialty of the doctor and visit type", where more to group by follows."""
    owner = place + 1
    while reading.word(owner) in ("the", "its", "their", "each"):
        owner += 1
    item = reading.items[owner] if reading.word(place) == "of" and owner < len(reading.items) else None
    if item is None or item.role or not item.is_phrase or item.a("table", near=0.8) is None:
        return place
    if reading.word(owner + 1) not in ("and", ","):
        return place
    item.role = "group"
    return owner + 1


def _take(reading: Reading, cue: int, index: int) -> int | None:
    """Group by the item at `index`; return the place after it, None if it is nothing to group by."""
    while index < len(reading.items) and reading.word(index) in (
        "the",
        "of",
        "a",
        "an",
        "calendar",
        "different",
        "individual",
        "single",
        "its",
        "their",
    ):
        index += 1
    if index >= len(reading.items) or reading.items[index].role:
        return None
    index = _past_adjectives(reading, cue, index)
    if _is_mentioned(reading, index):
        reading.items[index].role = "group"
        index += 1
    item = reading.items[index]
    if unit := reading.time_unit(index):
        del unit
        _add_bucket(reading, cue, index)
        return index + (3 if reading.word(index + 1) == "of" and reading.word(index + 2) == "the" else 1)
    if not item.is_phrase:
        return None
    if reading.word(cue) == "by" and _is_agent(reading, index):
        return None
    lead = {reading.word(n) for n in (cue - 2, cue - 1)}  # and not the "order" of "average order value by"
    measurable = reading.numeric(item, near=0.9)
    if reading.word(cue) == "by" and ((lead & _ORDERING) or (reading.superlatives and measurable)):
        reading.ordering = index
        reading.items[cue].role = "rank"
        return None
    events = item.a("table", near=0.9)
    if (
        reading.word(cue) == "by"
        and reading.superlatives
        and events
        and any(_is_below(reading, events.home, other) for other in reading.items[:cue])
    ):
        reading.ordering = index  # "top 5 members by bookings"
        reading.items[cue].role = "rank"
        return None
    if (item.best.kind in ("value", "filter") or _is_hinted_amount(item)) and _is_doer(reading, cue):
        return None  # "opened by VIPs", "paid by the sponsor"
    if item.best.kind in ("value", "filter") and not item.best.flag and not (item.a("column", "expression", near=0.8)):
        return _each_of_kind(reading, cue, index)
    if measurable and measurable.kind == "measure" and reading.groupable(item) is None:
        if reading.word(cue) == "by":
            reading.ordering = index
        return None
    meaning = reading.groupable(item)
    if meaning is None and item.best.column is not None and item.best.kind == "column":
        few = item.best.column.values is not None  # "per accuracy class", which is a number
        meaning = item.best if few or reading.word(cue) == "by" else None
    if meaning is None:
        return None
    if (further := of_the_other_side(reading, meaning, index)) is not None:
        item.role, index, meaning = "group", index + 1, further
        item = reading.items[index]
    if meaning.column is not None and meaning.column.is_date and meaning.kind == "column":
        reading.intent.groups.append(Group((meaning.sql,), meaning.tables, (meaning.column.name,)))
    else:
        reading.intent.groups.append(reading.group_of(meaning))
    reading.items[cue].role = item.role = "group"
    if reading.word(cue - 1) == "for":
        reading.items[cue - 1].role = "group"
    return index + 1


def _is_mentioned(reading: Reading, index: int) -> bool:
    """ "Each support team": a word that descriptions only mention, before what is really named."""
    item, following = reading.items[index], reading.items[index + 1] if index + 1 < len(reading.items) else None
    if not item.is_phrase or item.best.weight >= SURE or following is None or not following.is_phrase:
        return False
    return not following.role and following.best.weight >= 1.5 and reading.groupable(following) is not None


def _is_agent(reading: Reading, index: int) -> bool:
    """ "Loans by members who joined in 2023": who did it, narrowed down, and nothing to break the answer down by."""
    item = reading.items[index]
    narrowed = reading.word(index + 1) in _WHO
    each = reading.word(index + 1) in ("of", "from", "in") and reading.word(index + 2) in ("each", "every")
    return item.a("table", near=0.8) is not None and item.text.endswith("s") and (narrowed or each)


def _is_doer(reading: Reading, cue: int) -> bool:
    """Whether "by" stands behind a participle, so that what follows did it."""
    before = reading.lead(cue, 1)
    return reading.word(cue) == "by" and bool(before) and participle(before[-1]) and cue > 1


def _is_hinted_amount(item: Item) -> bool:
    """Whether a word only hints at an amount ("the part that the sponsor pays"), which nobody breaks an answer down by."""
    column = item.best.column
    return column is not None and item.best.weight < SURE and is_amount(column)


def _past_adjectives(reading: Reading, cue: int, index: int) -> int:
    """ "Each second level team": a value before what it is said of; it stays a condition."""
    following = reading.items[index + 1] if index + 1 < len(reading.items) else None
    adjective = reading.items[index]
    if reading.word(cue) == "by" or following is None or not adjective.is_phrase or not following.is_phrase:
        return index
    meaning = reading.groupable(following)
    plain = adjective.best.kind in ("value", "filter") and not adjective.best.flag and not following.role
    same = meaning is not None and meaning.home == adjective.best.home and meaning.column is not adjective.best.column
    return index + 1 if plain and same else index


def _each_of_kind(reading: Reading, cue: int, index: int) -> int | None:
    """ "Each dermatologist": rows that are one, by their name; the value stays a condition."""
    meaning = reading.items[index].best
    if (
        reading.word(cue) not in ("each", "every", "per")
        or meaning.kind != "value"
        or meaning.home not in reading.paths
    ):
        return None
    table = reading.table(meaning.home)
    if not any(column is not table.primary and column is not meaning.column for column in table.labels):
        return None
    reading.intent.groups.append(reading.entity_group(table))
    reading.items[cue].role = "group"
    return index + 1


def _add_bucket(reading: Reading, cue: int, index: int) -> None:
    unit = reading.time_unit(index)
    reading.items[cue].role = reading.items[index].role = "group"
    reading.intent.groups.append(Group((), frozenset(), (unit.lower(),), bucket=unit))


def _is_average_of(reading: Reading, index: int) -> bool:
    return bool({"average", "mean", "avg"} & set(reading.lead(index, 2)))


def _is_below(reading: Reading, events: str, other: Item) -> bool:
    """Whether a row of what `other` names has many rows of `events`."""
    meaning = reading.groupable(other) if other.is_phrase else None
    paths = reading.knowledge.joins.paths(meaning.home) if meaning else {}
    return events in paths and not paths[events].single


def of_the_other_side(reading: Reading, meaning: Meaning, index: int) -> Meaning | None:
    """ "Destination city": a column that refers to a table, and right behind it a column of that table."""
    following = reading.items[index + 1] if index + 1 < len(reading.items) else None
    if meaning.kind != "column" or following is None or following.role or not following.is_phrase:
        return None
    joins = reading.knowledge.joins
    for other in following.meanings:
        step = joins.direct(meaning.home, other.home) if other.kind == "column" and other.home != meaning.home else None
        referring = [left for left, _ in step.columns] if step is not None else []
        if (
            other.weight >= following.best.weight * 0.6
            and meaning.column is not None
            and meaning.column.name in referring
        ):
            return other
    return None
