"""Shares and rates: what is the part, and what is the whole.

Conditions right at the share word or behind the verb make the part ("share of no-shows", "share of visits that were
cancelled"); dates and everything said of the whole before the verb restrict both ("share of completed visits that …").
"""

from core.local_genie.rules.coding import code_condition
from core.local_genie.rules.filtering import is_had
from core.local_genie.rules.intent import Condition, Measure
from core.local_genie.rules.keywords import KEYWORDS
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.shares import before_aside, in_percent
from core.local_genie.rules.vocabulary import SURE
from core.local_genie.rules.words import participle

_SCALE = {"percentage": 100, "percent": 100, "%": 100, "pct": 100}
_VERBS = frozenset(
    """
    is are was were be been has have had did do does come comes came that which who where made make makes
    result resulted end ended go went goes get got
    """.split()  # noqa: SIM905
)


def apply_share(reading: Reading) -> None:
    """Make the measure of a question for a share."""
    intent = reading.intent
    index = reading.ratio
    word = reading.word(index)
    scale = _SCALE.get(word, 100 if reading.knowledge.styles.percent or in_percent(reading) else 1)
    rate = word == "rate"
    verb = next((n for n in range(index + 2, len(reading.items)) if _is_verb(reading, n)), None)
    verb = _done(reading, index) if verb is None else verb
    noun = next(
        (
            n
            for n in range(index + 1, len(reading.items))
            if reading.items[n].is_phrase and reading.items[n].a("table", near=0.8)
        ),
        None,
    )
    whole = next((p.measure for p in reading.placed if p.measure.kind == "aggregate"), None)
    entity: str | None = None
    parts: list[Condition] = []
    before: list[Condition] = []
    modifiers: list[Condition] = []
    prepositional: list[Condition] = []
    for n, item in enumerate(reading.items):
        if not item.is_phrase or item.role in ("group", "dated", "date", "negation", "rank", "column"):
            continue
        if (
            not item.role
            and n > 0
            and (table := item.a("table", near=0.8))
            and entity is None
            and not (rate and n < index)
        ):
            entity = table.home
            item.role = "measure"
            continue
        if (
            not item.role
            and whole is None
            and not rate
            and (number := reading.numeric(item, near=0.9))
            and not _flag(reading, n)
        ):
            whole = reading.measured(number)
            item.role = "measure"
            continue
        if item.role:
            continue
        condition = _condition(reading, n)
        if condition is None:
            continue
        item.role = "filter"
        if rate:
            (parts if n < index else before).append(condition)
        elif verb is not None and n < verb:
            before.append(condition)
        elif (
            verb is None
            and noun is not None
            and n > noun
            and reading.word(n - 1) in ("in", "from", "at", "for", "of", "with", "by")
        ):
            prepositional.append(condition)
        elif verb is None and noun is not None and n < noun:
            modifiers.append(condition)
        else:
            parts.append(condition)
    compared = [c for c in intent.conditions if c.span[0] > index and reading.items[c.span[0]].role == "cue"]
    intent.conditions = [c for c in intent.conditions if c not in compared]
    for condition in compared:  # "of members is older than 60"
        (before if verb is not None and condition.span[0] < verb else parts).append(condition)
    # "phone tickets breached the SLA" · "cancelled orders in Basel" · "orders from Basel"
    if parts:
        before += modifiers + prepositional
    elif modifiers:
        parts, before = modifiers, before + prepositional
    else:
        parts = prepositional
    denied = [c for c in intent.conditions if c.negated]
    if denied and not parts:
        parts, intent.conditions = denied, [c for c in intent.conditions if not c.negated]
    if not parts and before:
        parts, before = before[-1:], before[:-1]
    if whole is not None and whole.kind == "aggregate" and whole.function != "SUM" and parts:
        whole = None
    home = whole.home if whole is not None else entity or next((sorted(c.tables)[0] for c in parts), reading.base.key)
    of = whole or Measure("count", home)
    intent.measures = [m for m in intent.measures if m.kind not in ("aggregate", "count")] if parts else []
    reading.placed = []
    if not parts:
        if intent.groups:
            intent.measures = [Measure("share of total", home, of=of, scale=scale, alias="share", tables=of.tables)]
        elif whole is not None:
            intent.measures = [whole]
        return
    intent.conditions += before
    tables = of.tables.union(*(c.tables for c in parts)) if parts else of.tables
    measure = Measure("share", home, of=of, parts=tuple(parts), scale=scale, alias="share", tables=frozenset(tables))
    intent.measures = [measure]
    if intent.rank is not None:
        intent.rank = (measure, intent.rank[1])


def share_of_dates(reading: Reading) -> None:
    """ "What share of members joined in 2022": nothing but the date makes the part."""
    intent = reading.intent
    parts = [c for c in intent.conditions if c.span[0] > reading.ratio]
    if not parts or not reading.date_items:
        return
    intent.conditions = [c for c in intent.conditions if c not in parts]
    tables = frozenset().union(*(c.tables for c in parts))
    home = reading.base.key
    hundred = reading.knowledge.styles.percent or in_percent(reading)
    scale = _SCALE.get(reading.word(reading.ratio), 100 if hundred else 1)
    intent.measures = [
        Measure("share", home, of=Measure("count", home), parts=tuple(parts), scale=scale, alias="share", tables=tables)
    ]


def _is_verb(reading: Reading, index: int) -> bool:
    """A verb that is known, or a word that nothing explains right behind what the share is of ("check-ups needs a …")."""
    item, before = reading.items[index], reading.items[before_aside(reading, index)]
    if reading.word(index) in _VERBS:
        return True
    word = item.words[0]
    unknown = item.is_word or (len(item.words) == 1 and item.is_phrase and item.best.weight < SURE)
    plain = word.kind == "word" and not word.stop and word.lower not in KEYWORDS and not item.role
    return unknown and plain and before.is_phrase


def _done(reading: Reading, index: int) -> int | None:
    """ "Share of women survived": right behind a value or noun, a participle says what part of those with the value it is."""
    for n in range(index + 3, len(reading.items)):
        item, before = reading.items[n], reading.items[n - 1]
        said = item.is_phrase and not item.role and len(item.words) == 1 and participle(item.words[0].lower)
        if (
            said
            and _flag(reading, n)
            and before.is_phrase
            and not before.role
            and before.best.kind in ("value", "table")
        ):
            return n
    return None


def _flag(reading: Reading, index: int) -> bool:
    return reading.items[index].best.kind in ("value", "filter")


def _condition(reading: Reading, index: int) -> Condition | None:
    if (code := code_condition(reading, index)) is not None:
        return code
    item = reading.items[index]
    meaning = item.best if item.best.kind in ("value", "filter") else item.a("value", "filter", near=0.8)
    if meaning is not None and meaning.weight >= 0.8:
        return reading.condition_of(meaning, index)
    column = item.best.column
    if column is None or not 0 <= column.filled < reading.table(column.table).rows:
        return None
    if is_had(reading, index, column) or (column.is_date and participle(item.words[-1].lower)):
        return Condition(f"{item.best.sql} IS NOT NULL", item.best.tables, span=(index, index + 1))
    return None
