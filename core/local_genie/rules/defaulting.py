"""Rules that hold unless a question says otherwise: what is left out, or all that is counted."""

import re
from dataclasses import dataclass, field

from core.local_genie.rules.fragments import Fragment
from core.local_genie.rules.saying import denial, said_conditions
from core.local_genie.rules.schema import Schema
from core.local_genie.rules.vocabulary import Vocabulary
from core.local_genie.rules.wording import CONDITION, conditions_in, items_of
from core.local_genie.rules.words import content, stem

DEFAULT = re.compile(
    r"\b(?:exclud\w*|ignor\w*|leav\w*\s+(?:\w+\s+)?out|omit\w*|filter\s+out|(?:do|does|are|is|must|should)\s+not\s+(?:be\s+)?(?:count|includ|consider)\w*|never\s+(?:count|includ|consider)\w*)\b",
    re.IGNORECASE,
)

ONLY = re.compile(
    r"\b(?:only\s+(?:count|includ|us|consider|look)\w*|(?:count|include|use|consider)\s+only|always\s+(?:filter|restrict)\w*(?:\s+(?:to|on|by))?)\b",
    re.IGNORECASE,
)

_ANY_QUESTION = frozenset(
    stem(word)
    for word in "asked ask otherwise question stated specified said says noted explicitly mentioned user about speaks".split()  # noqa: SIM905
)

EXCEPTION = re.compile(
    r"\b(?:unless|by default|always|if nothing else|when not|in general|never|normally|otherwise)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Default:
    """A condition for the measure of that SQL ("" for all), lifted by a question with one of the stems of `unless`.

    `numbers` says that it holds for numbers only, and not for lists of rows.
    """

    condition: Fragment
    measure: str
    unless: frozenset[str]
    numbers: bool = False


@dataclass
class Rules:
    """Rules that are no phrases: default conditions, date columns by table, styles."""

    defaults: list[Default] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    reworded: dict[tuple[str, ...], str] = field(default_factory=dict)  # stems of a term → what it stands for
    percent: bool | None = None


_FIRST_CONDITION = re.compile(r"^(?:when(?:ever)?|if|where|for\s+questions?)\b(?!\s+(?:nothing|not|no|the\s+question\s+(?:does|says\s+nothing)))", re.IGNORECASE)  # fmt: skip
_TWICE = re.compile(
    r"\b(?:not|never|n't|no\s+need\s+to|without)\s+(?:be\s+|to\s+)?(?:exclud\w*|ignor\w*|leav\w*|omit\w*|filter\w*)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(r"\s+(?:from|in|as|to|towards?|into|when|for)\s", re.IGNORECASE)


def default_rule(sentence: str, schema: Schema, vocabulary: Vocabulary, rules: Rules) -> None:
    """ "Unless asked otherwise, exclude expelled members": kept when all that is left out, or kept, is understood."""
    if _TWICE.search(sentence) or _FIRST_CONDITION.match(sentence):
        return
    unless = lifting(sentence)
    plain = re.sub(r"\b(?:unless\b[^,;]*|by default|in general|normally)", " ", sentence, flags=re.IGNORECASE)
    items = items_of(sentence, vocabulary)
    mentioned = [m.home for item in items if (m := item.a("table", near=0.9))]
    conditions, only = _named(plain, schema, vocabulary, mentioned)
    measures = [m.sql for item in items if (m := item.a("measure"))]
    for piece in conditions:
        sql = piece.sql if only else denial(piece.sql)
        if re.search(r"<>|!=|\bNOT\b", piece.sql) and not only and CONDITION.search(sentence):
            sql = piece.sql  # "exclude with st <> 'X'" is written by people who mean st <> 'X'
        elif not only and _written_as_kept(piece, sentence):
            sql = piece.sql
        rule = Default(Fragment(sql, piece.tables, columns=piece.columns), measures[0] if measures else "", unless)
        if rule not in rules.defaults:
            rules.defaults.append(rule)


def lifting(sentence: str) -> frozenset[str]:
    """The stems by which "unless the question speaks of expelled members" is lifted."""
    clause = re.search(r"\bunless\b([^,;]*)", sentence, re.IGNORECASE)
    return frozenset(content(clause[1])) - _ANY_QUESTION if clause else frozenset()


def _written_as_kept(piece: Fragment, sentence: str) -> bool:
    """ "Test orders are excluded (is_test = false)": what is written is what stays, as the words name the opposite."""
    said = CONDITION.sub(" ", sentence)
    named = {stem(word) for _, column in piece.columns for word in column.split("_")} - {stem("is"), stem("flag")}
    denied = re.search(r"= (?:FALSE|0|'(?:N|no|false|F)')$", piece.sql, re.IGNORECASE)
    return bool(denied) and bool(CONDITION.search(sentence)) and bool(named & set(content(said)))


def _named(sentence: str, schema: Schema, vocabulary: Vocabulary, mentioned: list[str]) -> tuple[list[Fragment], bool]:
    """What a sentence leaves out, or alone keeps (then True): written as SQL anywhere, or said behind or before the verb."""
    only = not DEFAULT.search(sentence)
    if CONDITION.search(sentence):
        return conditions_in(sentence, schema, vocabulary, mentioned), only
    cue = (ONLY if only else DEFAULT).search(sentence)
    if cue is None:
        return [], only
    before, behind = sentence[: cue.start()], sentence[cue.end() :]
    passive = re.search(r"\b(?:are|is|be|do|does|must|should)\b[\w\s]*$", before + cue.group(), re.IGNORECASE)
    if not passive and any(
        (m := item.a("value", "filter")) and m.weight >= 1.5 for item in items_of(before, vocabulary)
    ):
        return [], only  # "web orders exclude phone orders": of some rows only
    for said in (before, behind) if passive and before.strip() else (_REFERS.split(behind, maxsplit=1)[0], behind):
        said = re.sub(r"\b(?:are|is|be|always|please|should|must|do|does|otherwise)\b", " ", said, flags=re.IGNORECASE)
        if found := said_conditions(items_of(said, vocabulary), mentioned):
            return found, only
    return [], only
