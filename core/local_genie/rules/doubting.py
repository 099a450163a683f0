"""Words that nothing explains and that stand where a condition stands: an answer that leaves them out would be wrong.

"Overdue invoices", "tickets opened by Miller", "how many of them died": rather than to count all, the writer asks what
the word means. Verbs that only say that something happened, and words beside what is explained, are no such words.
"""

from core.local_genie.rules.cues import TIME_UNITS, number
from core.local_genie.rules.keywords import KEYWORDS, LIGHT
from core.local_genie.rules.matching import Item
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.units import UNITS
from core.local_genie.rules.vocabulary import SURE
from core.local_genie.rules.words import participle

_BEFORE_NOUN = frozenset(
    "many of the all our for with by per from in at on each every which what list show and or number to than any did do does".split()  # noqa: SIM905
)
_COPULAS = frozenset("is are was were be been".split())  # noqa: SIM905
_PREPOSITIONS = frozenset("in from at by for of with on through via to".split())  # noqa: SIM905
_HARMLESS = frozenset(
    """new single individual registered recorded existing known actual whole real additional further possible listed
    various certain specific particular given respective separate main typical usual right own available distinct
    ever made done taken held used placed handled involved available left there here person people item thing case
    more most less least long big large small high low old much few several""".split()  # noqa: SIM905
)


def doubtful(reading: Reading) -> list[str]:
    """The words of a reading that are likely conditions which it could not read."""
    return [item.words[0].lower for n, item in enumerate(reading.items) if _is_unknown(item) and _restricts(reading, n)]


def _is_unknown(item: Item) -> bool:
    word = item.words[0]
    return (
        item.is_word
        and not item.role
        and word.kind == "word"
        and not word.stop
        and word.lower not in KEYWORDS | _HARMLESS
        and word.stem not in LIGHT
        and word.lower not in TIME_UNITS
        and word.stem not in UNITS
        and number(word) is None
    )


def _restricts(reading: Reading, index: int) -> bool:
    return (
        _is_name(reading, index)
        or _is_adjective(reading, index)
        or _is_last_verb(reading, index)
        or _is_part_of_time(reading, index)
        or _is_group(reading, index)
        or _is_place(reading, index)
        or _is_counted(reading, index)
    )


def _is_name(reading: Reading, index: int) -> bool:
    """ "Tickets opened by Miller": a name behind a preposition that no value has."""
    text = reading.items[index].words[0].text
    return index > 0 and text[0].isupper() and not text.isupper() and reading.word(index - 1) in _PREPOSITIONS


def _is_adjective(reading: Reading, index: int) -> bool:
    """ "Overdue invoices", "for privately insured patients"."""
    following = reading.items[index + 1] if index + 1 < len(reading.items) else None
    if following is None or not following.is_phrase or not _is_thing(reading, following):
        return False
    first = index
    while first and (_is_unknown(reading.items[first - 1]) or reading.items[first - 1].role == "filter"):
        first -= 1
    return first > 0 and reading.word(first - 1) in _BEFORE_NOUN and following.best.weight >= 1.3


def _is_thing(reading: Reading, item: Item) -> bool:
    """Whether an item names rows of a table, by the table or by what they are called."""
    column = item.best.column if item.best.kind == "column" else None
    named = column is not None and (column in reading.table(column.table).labels)
    return item.a("table", near=0.9) is not None or (named and item.a("table", near=0.4) is not None)


def _is_last_verb(reading: Reading, index: int) -> bool:
    """ "How many books are damaged?", "how many men died?"."""
    rest = [item for item in reading.items[index + 1 :] if item.words[0].kind != "sign"]
    word, before = reading.items[index].words[0].lower, reading.items[index - 1] if index else None
    if rest or before is None or reading.intent.absences:
        return False
    if reading.word(index - 1) in _COPULAS:
        return True
    return participle(word) and before.is_phrase and before.role in ("measure", "filter") and not reading.placed[1:]


def _is_part_of_time(reading: Reading, index: int) -> bool:
    """ "In summer 2023", "last summer"."""
    if reading.word(index - 1) in ("last", "this", "previous"):
        return True
    following = reading.items[index + 1] if index + 1 < len(reading.items) else None
    return (
        following is not None and following.span is not None and reading.word(index - 1) in (*_PREPOSITIONS, "during")
    )


def _is_group(reading: Reading, index: int) -> bool:
    """ "Revenue by flavour": nothing is known by which to break down."""
    by = index - 1 if reading.word(index - 1) != "the" else index - 2
    rest = reading.items[index + 1] if index + 1 < len(reading.items) else None
    ends = rest is None or rest.words[0].kind == "sign" or rest.span is not None or rest.words[0].stop
    return ends and reading.word(by) in ("by", "per") and not reading.items[by].role


def _is_place(reading: Reading, index: int) -> bool:
    """ "Opened through the portal", "sold in kiosks": where or how, at the end of what is said."""
    before = index - 1 if reading.word(index - 1) not in ("the", "our", "a", "an") else index - 2
    rest = reading.items[index + 1] if index + 1 < len(reading.items) else None
    ends = rest is None or rest.words[0].kind == "sign" or rest.span is not None
    return ends and reading.word(before) in ("in", "at", "from", "through", "via") and before > 1


def _is_counted(reading: Reading, index: int) -> bool:
    """ "How many children survived": what is counted is not known."""
    following = reading.items[index + 1] if index + 1 < len(reading.items) else None
    if following is not None and following.is_phrase and following.best.weight < SURE:
        return reading.lead(index, 2) in (["number", "of"], ["how", "many"])  # "number of unhappy users"
    measures = reading.intent.measures
    rows = len(measures) == 1 and measures[0].kind in ("count", "distinct")
    return rows and index > 1 and reading.word(index - 1) == "many" and reading.word(index - 2) == "how"
