"""A finding's statements, once its table is known: prose is read, and conditions are tied to real columns.

The files of `types` know no tables. They leave four kinds of statement for here: "text" (prose), "segment" (rows under
conditions in words, and how many they are), "properties" (prose about such rows), and "judgement" (no data decides it).
"""

import re
from dataclasses import dataclass, replace

from core.analysis.conditions import Condition, read_conditions
from core.analysis.lexicon import Key
from core.analysis.measuring import is_number
from core.analysis.numbers import Figure, read_figures
from core.analysis.quoting import QUOTED, quoted_text
from core.analysis.stating import conditions_in, read_statements
from core.analysis.types.base import FindingDraft, Statement
from core.sources import Table

_VALUES = frozenset(("mean", "median", "std_dev", "min", "max", "range"))


@dataclass(frozen=True)
class Expanded:
    """`reason` says in a sentence why nothing can be looked up, if that is so."""

    statements: tuple[Statement, ...]
    unread: tuple[str, ...] = ()
    reason: str = ""


def expand(draft: FindingDraft, table: Table, columns: tuple[str, ...], *, withheld: set[str]) -> Expanded:
    """`columns` are the finding's own, by their real names."""
    statements: list[Statement] = []
    unread: list[str] = []
    reason = ""
    for statement in draft.statements:
        match statement.measure:
            case "text":
                found = _text(draft, statement, table, columns)
            case "segment":
                found = _segment(statement, table)
            case "properties":
                found = _properties(statement, table)
            case "judgement":
                found = Expanded((), (), statement.words)
            case _:
                found = Expanded((_tied(statement, table, withheld),))
        statements += found.statements
        unread += found.unread
        reason = reason or found.reason
    return Expanded(_each_once(statements), tuple(dict.fromkeys(unread)), "" if statements else reason)


def _tied(statement: Statement, table: Table, withheld: set[str]) -> Statement:
    if statement.measure == "example" and statement.arguments.get("column") in withheld:
        return replace(statement, arguments={**statement.arguments, "withheld": True})
    return statement


def _text(draft: FindingDraft, statement: Statement, table: Table, columns: tuple[str, ...]) -> Expanded:
    arguments = statement.arguments
    hint = Key(arguments["hint"]) if arguments.get("hint") not in (None, "condition") else None
    if arguments.get("hint") == "condition":
        hint = _condition(conditions_in(f"{draft.claim}\n{draft.evidence}", table.columns))
    pair = (columns[0], columns[1]) if arguments.get("pair") and len(columns) == 2 else None
    column = columns[0] if len(columns) == 1 else None
    read = read_statements(statement.words, table.columns, column=column, hint=hint, pair=pair, table=table.name)
    found = [each for each in read.statements if arguments.get("values", True) or each.measure not in _VALUES]
    if not arguments.get("certain", True):
        found = [replace(each, arguments={**each.arguments, "certain": False}) for each in found]
    unread = list(read.unread)
    for mean in _group_means(statement.words, table, pair):
        found.append(mean)
        unread = [words for words in unread if words != mean.words]
    if arguments.get("magnitude") and column and not found:
        for figure in read_figures(statement.words):
            if figure.words in unread and not figure.percent and figure.base is None and not figure.is_word:
                if _is_alone(statement.words, figure.end):
                    unread.remove(figure.words)
                    found.append(Statement("magnitude", {"column": column, "certain": True}, figure, figure.words))
                break
    return Expanded(tuple(found), tuple(unread))


_BEFORE_MEAN = re.compile(r"\s*(?::|=|has|have|with|at|is)?\s*(?:an?\s+)?(?:average|mean|avg\.?)?(?:\s+(?:of|is))?\s*")
_ROWS_AFTER = re.compile(r"\s*\(\s*$")


def _group_means(text: str, table: Table, pair: tuple[str, str] | None) -> list[Statement]:
    """Of a category and a number: '"cash": average 11.1 (1,812 rows), "credit card" 13.8'."""
    columns = [table.column(name) for name in pair or ()]
    by = next((each for each in columns if each and each.type == "text"), None)
    of = next((each for each in columns if each and is_number(each)), None)
    if by is None or of is None:
        return []
    figures, found = read_figures(text), []
    for match in QUOTED.finditer(text):
        if quoted_text(match) in (by.name, of.name):
            continue
        following = [figure for figure in figures if figure.start >= match.end()][:2]
        if not following or not _BEFORE_MEAN.fullmatch(text[match.end() : following[0].start]) or following[0].percent:
            continue
        where = (Condition(by.name, "=", (quoted_text(match),)),)
        mean, *rows = following
        found.append(Statement("mean", {"column": of.name, "where": where, "certain": True}, mean, mean.words))
        if rows and _ROWS_AFTER.fullmatch(text[mean.end : rows[0].start]) and text[rows[0].end :].startswith(" row"):
            found.append(Statement("prevalence", {"where": where, "certain": True}, rows[0], rows[0].words))
    return found


def _condition(named: tuple[Key, ...]) -> Key | None:
    """The one condition that a finding is about: the one with bounds before "outliers", two open ones as what lies outside."""
    bounded = [key for key in named if key.measure == "matching"]
    if len(bounded) == 2:
        below = [key for key in bounded if key.operator == "<"]
        above = [key for key in bounded if key.operator == ">"]
        if below and above and below[0].values[0] <= above[0].values[0]:
            return Key("matching", "outside", (below[0].values[0], above[0].values[0]))
    if len(bounded) == 1:
        return bounded[0]
    return named[0] if len(named) == 1 else None


def _is_alone(text: str, end: int) -> bool:
    """Whether a number stands for a value of the column: at most one word, such as its unit, follows it."""
    rest = text[end:].strip(" .)")
    return not rest or (
        len(rest.split()) == 1 and rest.lower() not in ("times", "x", "σ", "sd", "sigma", "days", "rows")
    )


def _segment(statement: Statement, table: Table) -> Expanded:
    where, unreadable = _where(statement.arguments["conditions"], table)
    if where is None:
        return Expanded((), (), f"The condition '{unreadable[:120]}' cannot be read as one on the table's columns.")
    stated = str(statement.stated)
    figures = [figure for figure in read_figures(stated) if not figure.is_word or figure.percent]
    if not figures:
        return Expanded((), (), "It states no number for how common this is.")
    bare = len(figures) == 1 and stated.strip() == figures[0].words
    return Expanded(
        tuple(
            Statement("prevalence", {"where": where, "certain": True, "bare": bare}, figure, figure.words)
            for figure in figures
            if figure.high is None or figure.percent
        )
    )


def _properties(statement: Statement, table: Table) -> Expanded:
    where, unreadable = _where(statement.arguments["conditions"], table)
    if where is None:
        return Expanded((), (), f"The condition '{unreadable[:120]}' cannot be read as one on the table's columns.")
    read = read_statements(statement.words, table.columns, where=where, table=table.name)
    return Expanded(read.statements, read.unread)


def _where(texts: list[str], table: Table) -> tuple[tuple[Condition, ...] | None, str]:
    """All conditions together; None with the text that cannot be read."""
    found: list[Condition] = []
    for text in texts:
        conditions = read_conditions(text, table.columns)
        if conditions is None:
            return None, text
        found += conditions
    return (tuple(dict.fromkeys(found)), "") if found else (None, "")


def _each_once(statements: list[Statement]) -> tuple[Statement, ...]:
    """A figure that description and evidence both give is checked once."""
    kept: dict[str, Statement] = {}
    for each in statements:
        stated = replace(each.stated, words="", start=0, end=0) if isinstance(each.stated, Figure) else each.stated
        kept.setdefault(f"{each.measure} {sorted(each.arguments.items(), key=str)} {stated}", each)
    return tuple(kept.values())
