"""What a question says that its answer shows: "… Show agent and average score.", "…, with the hours".

The clause is cut off before the question is read, and every piece of it is then found among what the reading has or can
show. A clause with a piece that is nothing to show is no such clause, and the question is read as a whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.local_genie.rules.cues import TIME_UNITS
from core.local_genie.rules.intent import Group, Intent, Measure, once
from core.local_genie.rules.matching import Item, cut
from core.local_genie.rules.measuring import find_measures
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.words import Token

_SHOWING = frozenset("show list give return display include output report provide".split())  # noqa: SIM905
_WANTING = frozenset("i we want need like would d please just only me us you can could columns also".split())  # noqa: SIM905
_BESIDES = frozenset("with including showing".split())  # noqa: SIM905
_SMALL = frozenset("the a an their its his her each of for every both respective corresponding as well s".split())  # noqa: SIM905
_ANY_NUMBER = frozenset(
    [
        "number",
        "count",
        "rate",
        "percentage",
        "percent",
        "share",
        "average",
        "total",
        "value",
        "amount",
        "figure",
        "sum",
        "result",
        "numbers",
        "counts",
    ]
)
_NAMES = frozenset("name names".split())  # noqa: SIM905
_MOST_WORDS = 16


@dataclass(frozen=True)
class Clause:
    """The pieces that an answer is said to show. `exact` if nothing else is to be shown."""

    pieces: tuple[tuple[Token, ...], ...]
    exact: bool


def cut_clause(words: Sequence[Token]) -> tuple[Sequence[Token], Clause | None]:
    """The question without its last clause, and that clause, if it may say what is to be shown."""
    signs = [n for n, word in enumerate(words) if word.kind == "sign" and word.text in ("?", ";", ".")]
    ends = [n for n in signs if n + 1 < len(words)]
    if ends and ends[-1] > 1 and len(words) - ends[-1] <= _MOST_WORDS:
        pieces = _pieces(_without_lead(words[ends[-1] + 1 :]))
        return (words[: ends[-1]], Clause(pieces, True)) if pieces else (words, None)
    for at in range(len(words) - 2, 2, -1):
        if words[at].text == "," and words[at + 1].lower in _BESIDES:
            pieces = _pieces(words[at + 2 :])
            return (words[:at], Clause(pieces, False)) if pieces else (words, None)
    return words, None


def _without_lead(words: Sequence[Token]) -> Sequence[Token]:
    """ "I want department and …", "please show …": what is left behind the words of wishing."""
    at = 0
    while at < len(words) and (words[at].lower in _WANTING | _SHOWING or words[at].lower in ("to", "see")):
        at += 1
    return words[at:]


def _pieces(words: Sequence[Token]) -> tuple[tuple[Token, ...], ...]:
    found: list[list[Token]] = [[]]
    for word in words:
        if word.text in (",", "&") or word.lower in ("and", "plus"):
            found.append([])
        elif word.kind == "sign" or word.lower in ("please", "only", "too"):
            continue
        elif word.lower not in _SMALL or (found[-1] and word.lower in ("of", "for")):
            found[-1].append(word)
    return tuple(tuple(piece) for piece in found if piece)


def apply_clause(reading: Reading, clause: Clause) -> bool:
    """Let the answer show what the clause says; False, and nothing done, when a piece of it is nothing to show."""
    intent = reading.intent
    if intent.count_groups or not (intent.groups or intent.columns):
        return False
    numbered = [_numbered(group, clause) for group in intent.groups]
    groups: list[Group] = []
    measures: list[Measure] = []
    for piece in clause.pieces:
        found = _known(intent, reading, piece) or _measure(reading, piece) or _column(reading, piece)
        if found is None:
            return False
        (groups if isinstance(found, Group) else measures).append(found)  # type: ignore[arg-type]
    if intent.columns:
        return not measures and _of_list(intent, groups, clause)
    if clause.exact and not any(group.shown == own.shown for group in groups for own in intent.groups) and groups:
        kept = [own for own in intent.groups if own.bucket or own.entity]
        if len(kept) < len(intent.groups):
            return False  # none of what is to be shown is what the question asks for
    intent.groups += [g for g in groups if all(g.shown != own.shown for own in intent.groups)]
    forms = dict(zip((group.shown for group in intent.groups), numbered, strict=False))
    intent.groups = [forms.get(group.shown, group) for group in intent.groups]
    if clause.exact:
        intent.groups = _without_keys(reading, groups)
    shown = measures if clause.exact else [*intent.measures, *measures]
    intent.measures = once(shown)
    return True


def _numbered(group: Group, clause: Clause) -> Group:
    """A quarter or month as its number, if the clause wants "the quarter number"."""
    said = [" ".join(word.lower for word in piece) for piece in clause.pieces]
    truncated = re.fullmatch(r"DATE_TRUNC\('(MONTH|QUARTER)', (.+)\)", group.shown[0]) if group.shown else None
    if truncated is None or f"{truncated[1].lower()} number" not in said:
        return group
    return replace(group, shown=(f"{truncated[1]}({truncated[2]})",))


def _without_keys(reading: Reading, said: list[Group]) -> list[Group]:
    """Things without a name of their own are told apart by their key, and shown by their columns that are asked for."""
    found = list(reading.intent.groups)
    for own in reading.intent.groups:
        primary = reading.table(own.entity).primary if own.entity else None
        others = [g for g in said if own.entity in g.tables and g.shown != own.shown]
        if primary is None or own.shown != (primary.sql,) or own in said or not others:
            continue
        first = others[0]
        found = [replace(first, key=primary.sql, entity=own.entity) if g is first else g for g in found if g is not own]
    return found


def _of_list(intent: Intent, groups: list[Group], clause: Clause) -> bool:
    shown = groups if clause.exact else [*intent.columns, *groups]
    intent.columns = list({group.shown: group for group in shown}.values())
    return True


def _present(intent: Intent) -> list[Measure]:
    ranked = [intent.rank[0]] if intent.rank else []
    return once([*intent.measures, *ranked, *(having.measure for having in intent.havings)])


def _known(intent: Intent, reading: Reading, piece: Sequence[Token]) -> Group | Measure | None:
    """A piece that names what the reading shows anyway, in a word such as "month", "name" or "count"."""
    said = [word.lower for word in piece]
    unit = TIME_UNITS.get(said[0], "") if len(said) == 1 else ""
    if len(said) == 2 and said[1] in ("number", "numbers"):
        unit = TIME_UNITS.get(said[0], "")
    for group in intent.groups:
        if unit and group.bucket == unit:
            return group
    things = [
        group for group in [*intent.groups, *intent.columns] if group.entity or group.key or _labels(reading, group)
    ]
    if len(said) == 1 and said[0] in _NAMES and things:
        return things[0]
    present = _present(intent)
    if said[-1] in _ANY_NUMBER and len(said) == 1 and len(present) == 1:
        return present[0]
    return None


def _labels(reading: Reading, group: Group) -> bool:
    return any(
        group.shown == (column.sql,) for key in group.tables for column in reading.table(key).labels
    )  # fmt: skip


def _measure(reading: Reading, piece: Sequence[Token]) -> Measure | None:
    """The number that a piece asks for: one that the reading has, else one of its own table."""
    items = _cut(reading, piece)
    other = Reading(reading.knowledge, piece, reading.base, items, reading.paths)
    find_measures(other)
    if len(other.placed) != 1 or other.ratio >= 0 or any(_unused(item) for item in items):
        return None
    measure = other.placed[0].measure
    present = _present(reading.intent)
    same = [own for own in present if once([own, measure]) != [own, measure]]
    if same:
        return same[0]
    kinds = [own for own in present if own.kind == measure.kind == "count"]
    if kinds:
        return kinds[0] if len(kinds) == 1 and kinds[0].home == measure.home else None
    return measure if reading.intent.groups and measure.home == reading.base.key else None


def _unused(item: Item) -> bool:
    return not item.role and (item.is_phrase or not item.words[0].stop) and item.words[0].lower not in _ANY_NUMBER


def _column(reading: Reading, piece: Sequence[Token]) -> Group | None:
    """The column that a piece names: of what is shown, or of what belongs to it."""
    items = [item for item in _cut(reading, piece) if not (item.is_word and item.words[0].stop)]
    if len(items) == 2 and items[1].is_word and items[1].text in _NAMES | {"code", "codes"} and items[0].is_phrase:
        items = items[:1]  # "team name"
    if len(items) != 1 or not items[0].is_phrase or items[0].best.weight < 1.0:
        return None
    item, intent = items[0], reading.intent
    own = [*intent.groups, *intent.columns]
    for meaning in item.meanings:
        if meaning.weight < item.best.weight * 0.5:
            break
        for group in own:
            if (meaning.kind == "table" and group.entity == meaning.home) or group.shown == (meaning.sql,):
                return group
    homes = {table for group in own for table in group.tables}
    named = [m for m in item.meanings if m.kind in ("column", "table") and m.weight >= item.best.weight * 0.7]
    if item.best.kind not in ("column", "table"):
        return None
    for meaning in sorted(named, key=lambda m: m.home not in homes):
        if _belongs(reading, own, meaning.home):
            return replace(reading.group_of(meaning), beside=True)
    return None


def _belongs(reading: Reading, own: Sequence[Group], home: str) -> bool:
    """Whether each thing that is shown has one row of `home` at most."""
    if reading.intent.columns:
        return reading.is_single(home)
    things = [table for group in own if group.entity or group.key or _labels(reading, group) for table in group.tables]
    if home in things:
        return True
    path = reading.paths.get(home)
    return path is not None and path.single and any(step.left in things for step in path.steps)


def _cut(reading: Reading, piece: Sequence[Token]) -> list[Item]:
    return cut(piece, [], reading.knowledge.vocabulary, reading.paths)[0]
