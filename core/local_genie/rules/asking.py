"""What a which-, who- or list-question asks for: the thing of which each row of the answer is one."""

from core.local_genie.rules.cues import TIME_UNITS, number
from core.local_genie.rules.matching import Item
from core.local_genie.rules.naming import table_phrases
from core.local_genie.rules.reading import ASKING, Reading
from core.local_genie.rules.schema import Column, Table
from core.local_genie.rules.vocabulary import SURE, Meaning
from core.local_genie.rules.words import stem, tokens

_PEOPLE = frozenset(
    stem(word)
    for word in """person staff employee worker consultant customer client driver player agent doctor physician nurse clinician
    patient member user rider courier tenant owner adjuster handler recruiter candidate applicant volunteer donor technician
    engineer trainer teacher student guest subscriber listener artist seller operator manager buyer visitor reader author
    passenger pilot voter athlete scorer mechanic inspector""".split()  # noqa: SIM905
)


def find_subject(reading: Reading) -> None:
    """Find what a question asks for: behind which/what/list, behind "top 5", or at its very start."""
    starts = [n for n in range(len(reading.items)) if _asks(reading, n)]
    for index in starts[:2]:
        found = _subject_from(reading, index + 1)
        person = _person(reading) if reading.word(index) == "who" and not (found and _names_people(reading)) else None
        if person is not None:
            reading.items[index].meanings, reading.subject = [person], index
            return
        if found or _kind_asked(reading, index):
            return
    for superlative in reading.superlatives:
        if (superlative.limit or not starts) and _subject_from(reading, reading.index_at(superlative.end)):
            return
    if not starts and reading.items and reading.items[0].is_phrase and not reading.items[0].role:
        item = reading.items[0]
        named = item.a("table", near=0.8) or (_is_headed(reading) and reading.groupable(item))
        if named and not any(
            reading.word(n) in ("count", "numbers", "volume") for n in range(1, min(3, len(reading.items)))
        ):
            reading.subject = 0


def _is_headed(reading: Reading) -> bool:
    """ "Authors with at least 10 titles": the first word is in the plural, and what follows says which of them."""
    word = reading.items[0].words[-1]
    plural = word.lower.endswith("s") and word.lower != word.stem
    return plural and reading.word(1) in ("with", "who", "that", "whose", "having", "without", "which")


def _names_people(reading: Reading) -> bool:
    meaning = reading.items[reading.subject].best
    return meaning.weight >= SURE and (meaning.kind != "table" or _is_of_people(reading.table(meaning.home)))


def _person(reading: Reading) -> Meaning | None:
    """The nearest table of people, each with a name, that a row of the base belongs to: "who" asks for one of them."""
    near = [
        (path.cost, key) for key, path in reading.paths.items() if path.single and _is_of_people(reading.table(key))
    ]
    near.sort()
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return Meaning("table", near[0][1], 1.5, phrase="who", tables=frozenset({near[0][1]}), origin="who")


def _is_of_people(table: Table) -> bool:
    said = {token.stem for phrase, weight in table_phrases(table) if weight >= 2 for token in tokens(phrase)}
    return bool(said & _PEOPLE) and any(column is not table.primary for column in table.labels)


def _subject_from(reading: Reading, index: int) -> bool:
    """Take the first thing at or after `index` that a row of the answer could be."""
    first = -1
    for n in range(index, min(len(reading.items), index + 9)):
        item = reading.items[n]
        word = reading.word(n)
        if item.role in ("cue", "hint") and not item.is_phrase:
            continue
        if word and first < 0 and not item.role and number(item.words[0]) is not None:
            continue  # "which three teams"
        if item.role or item.span:
            break
        if word in ("no", "without") and first < 0 and n > index:
            break  # "which suspended members have no mail address": what they lack is not what is asked for
        if word:
            if (
                word
                in (
                    "how",
                    "many",
                    "much",
                    "number",
                    "count",
                    "average",
                    "mean",
                    "avg",
                    "median",
                    "total",
                    "sum",
                    "share",
                    "percentage",
                    "percent",
                    "proportion",
                    "fraction",
                    "ratio",
                    "rate",
                    "overall",
                    "and",
                    ",",
                    "by",
                    "with",
                    "in",
                    "from",
                    "for",
                    "that",
                    "where",
                    "who",
                    "whose",
                    "when",
                )
                and n >= index
            ):
                break
            if (
                TIME_UNITS.get(word)
                and TIME_UNITS[word] in ("YEAR", "QUARTER", "MONTH", "WEEK", "WEEKDAY", "DAY", "HOUR")
                and first < 0
                and reading.word(index - 1) in ("which", "what", "in", "on")
            ):
                reading.subject = n
                return True
            if item.words[0].stop or word in (
                "names",
                "name",
                "different",
                "distinct",
                "unique",
                "details",
                "information",
                "only",
            ):
                if first >= 0:
                    break
                continue
            break
        if item.is_number and number(item.words[0]) is not None:
            continue
        if not item.is_phrase:
            break
        ahead = reading.items[n + 1] if n + 1 < len(reading.items) else None
        if (
            ahead is not None
            and not item.a("table")
            and ahead.is_phrase
            and ahead.a("table", near=0.9)
            and not ahead.role
            and reading.superlatives
        ):
            continue  # "top 5 best paid employees": an adjective before the noun
        if item.best.kind == "measure" or (item.a("table") is None and reading.groupable(item) is None):
            if item.best.kind in ("value", "filter"):
                continue  # an adjective: "which open tickets"
            break
        if first < 0 and item.best.weight < SURE and _is_kind(reading, n - 1):
            break  # a verb: "which cardiologists work in …"
        if first < 0 and _happened(item) and reading.items[n - 1].is_phrase:
            break  # "show electric cars bought before 2015", where electric cars are a value
        meaning = reading.groupable(item)
        if (
            item.best.kind == "expression"
            and reading.numeric(item)
            and any(s.end == item.start for s in reading.superlatives)
        ):
            break  # "the longest time to fill" is a number
        if meaning is not None and item.best.kind in ("value", "filter") and meaning.weight < item.best.weight * 0.9:
            continue
        if item.best.flag and _before_noun(reading, n):
            continue  # "our active contractors": a state before its noun
        if meaning is not None and meaning.column is not None and _amount_asked(reading, item, meaning.column):
            break
        first = n
        if (
            n + 1 < len(reading.items)
            and reading.items[n + 1].is_phrase
            and reading.items[n + 1].a("table", near=0.9)
            and not reading.items[n + 1].role
            and not reading.items[n + 1].words[-1].lower.endswith("ed")
        ):
            continue  # "which customer accounts": the last noun is the thing
        break
    if first >= 0:
        reading.subject = first
    return first >= 0


def _happened(item: Item) -> bool:
    column = item.best.column if item.best.kind == "column" else None
    return column is not None and column.is_date and len(item.words) == 1 and item.words[0].lower.endswith("ed")


def _is_kind(reading: Reading, index: int) -> bool:
    """Whether things are called by a value in the plural ("cardiologists"), and have names to be listed by."""
    item = reading.items[index]
    if not item.is_phrase or item.role or item.best.kind != "value" or item.best.home not in reading.paths:
        return False
    labels = reading.table(item.best.home).labels
    named = any(column is not reading.table(item.best.home).primary for column in labels)
    return named and item.words[-1].lower.endswith("s") and item.best.column not in labels


def _kind_asked(reading: Reading, index: int) -> bool:
    """ "Which cardiologists work in …": the value is a condition, and what is asked for are the rows that have it."""
    place = index + 1
    while place < len(reading.items) and _before_kind(reading, place):
        place += 1
    if place >= len(reading.items) or not _is_kind(reading, place):
        return False
    home = reading.items[place].best.home
    kind = Meaning("table", home, 1.5, phrase="which", tables=frozenset({home}), origin="kind")
    reading.items[index].meanings, reading.subject = [kind], index
    return True


def _before_noun(reading: Reading, index: int) -> bool:
    """Whether a noun follows a state, right behind it or behind one further adjective."""
    for n in range(index + 1, min(index + 3, len(reading.items))):
        item = reading.items[n]
        if item.role or item.span or item.words[0].stop:
            return False
        if item.is_phrase:
            return item.best.column is None or not item.best.column.is_date
    return False


def _before_kind(reading: Reading, place: int) -> bool:
    """Whether an item may stand before a kind of things: "all our active contractors"."""
    item = reading.items[place]
    if item.is_phrase:
        return not item.role and item.best.kind in ("value", "filter") and not _is_kind(reading, place)
    return reading.word(place) in ("the", "all", "our", "of", "me", "those", "names", "name", "every", "each")


def _amount_asked(reading: Reading, item: Item, column: Column) -> bool:
    """ "The maximum capacity": a number right behind a superlative is what is asked for, not a thing that has one."""
    plain = any(each.end == item.start and each.limit is None for each in reading.superlatives)
    return plain and column.kind == "number" and not column.key_like


def _asks(reading: Reading, index: int) -> bool:
    """Whether a word asks for something: which and what anywhere, list and show where a sentence begins."""
    word = reading.word(index)
    if reading.items[index].role or word not in ASKING:
        return False
    if word == "who" and index and reading.items[index - 1].is_phrase:
        return False  # "members who joined"
    before = reading.word(index - 1) if index else ""
    return word in ("which", "what", "who") or index == 0 or before in ("please", "you", "me", "to", ",", "and", "then")
