"""Things counted over what happened: "how many different bikes were used in May" is about rides, not about bikes."""

from itertools import pairwise

from core.local_genie.rules.counting import DISTINCT_WORDS
from core.local_genie.rules.reading import Reading


def of_events(reading: Reading) -> bool:
    """ "How many different bikes were used in May": things counted over rows of the base that happened then.

    Nothing says which date of the thing is meant, and the verb is none of its states, so it is not about the thing's own
    date; the table of most rows is the likeliest to tell.
    """  # fmt: skip
    measures = reading.intent.measures
    counted = measures[0].home if len(measures) == 1 and measures[0].kind == "count" else ""
    if not counted or counted == reading.base.key or not reading.is_single(counted) or reading.intent.groups:
        return False
    spans = [n for n, item in enumerate(reading.items) if item.span]
    if not spans or reading.date_items or not reading.table(counted).dates:
        return False
    kinds = ("table", "value", "filter")  # "different students" may be requesters of a kind
    noun = next((n for n, i in enumerate(reading.items) if i.is_phrase and i.best.home == counted and i.a(*kinds)), 0)
    distinct = bool(DISTINCT_WORDS & set(reading.lead(noun, 1)))
    verbs = [
        item.words[0].lower for item in reading.items[noun + 1 : spans[0]] if item.is_word and not item.words[0].stop
    ]
    return distinct or any(verb in ("active", "used") for verb in verbs)


def done_by_each(reading: Reading) -> bool:
    """ "How many different customers did each shop serve in May": shops of the sales, whatever shop a customer is of.

    Rows of the base must be narrowed down by the question, and lead to the things counted and to those that did it
    by ways of their own.
    """
    intent, base = reading.intent, reading.base
    measures = intent.measures
    counted = measures[0].home if len(measures) == 1 and measures[0].kind == "count" else ""
    if not counted or counted == base.key or not reading.is_single(counted) or intent.havings:
        return False
    doers = {group.entity or next(iter(group.tables), "") for group in intent.groups if not group.bucket}
    if len(doers) != 1 or base.key in doers or not all(reading.is_single(table) for table in doers):
        return False
    if any(step.right == counted for table in doers for step in reading.paths[table].steps):
        return False
    narrowed = bool(base.dates) and any(item.span for item in reading.items) and not reading.date_items
    narrowed = narrowed or any(i.role == "filter" and i.best.home == base.key for i in reading.items if i.is_phrase)
    said = [word.lower for word in reading.words]
    each = any(a in ("did", "does", "do") and b in ("each", "every") for a, b in pairwise(said))
    return narrowed and (bool(DISTINCT_WORDS & set(said)) or (each and not _is_nearer(reading, counted, doers)))


def _is_nearer(reading: Reading, counted: str, doers: set[str]) -> bool:
    """ "How many loans did each branch make": a loan is of its branch, and needs no fine in between."""
    ways = reading.knowledge.joins.paths(counted)
    return all(table in ways and ways[table].cost < reading.paths[table].cost for table in doers)
