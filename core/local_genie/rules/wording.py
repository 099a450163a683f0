"""SQL and conditions inside sentences: `status = 'done'`, SUM(x), "the sum of minutes in worklogs", "with status done"."""

import re
from collections.abc import Sequence

from core.local_genie.rules.cues import find_comparisons
from core.local_genie.rules.dates import find_dates
from core.local_genie.rules.fragments import Fragment, fragment
from core.local_genie.rules.matching import Item, cut
from core.local_genie.rules.saying import said_conditions
from core.local_genie.rules.schema import Schema, surcharge
from core.local_genie.rules.vocabulary import SURE, Meaning, Vocabulary
from core.local_genie.rules.words import tokens

CONDITION = re.compile(
    r"`?[A-Za-z_][\w.`]*`?(?:\([\w.`,' ]*\))?\s*(?:(?:=|<>|!=|>=|<=|>|<)\s*(?:'[^']*'|\"[^\"]*\"|-?\d+(?:\.\d+)?|TRUE|FALSE|DATE\s*'[^']*'|`?[A-Za-z_][\w.`]*`?)"
    r"|\s(?:NOT\s+)?IN\s*\([^)]*\)|\sIS\s+(?:NOT\s+)?NULL|\s(?:NOT\s+)?LIKE\s+'[^']*'|\sBETWEEN\s+\S+\s+AND\s+\S+)",
    re.IGNORECASE,
)

AGGREGATE = re.compile(
    r"\b(?:SUM|AVG|COUNT|COUNT_IF|MIN|MAX|MEDIAN|STDDEV|PERCENTILE|APPROX_COUNT_DISTINCT|TRY_DIVIDE|NULLIF|ROUND)\s*\(",
    re.IGNORECASE,
)

_FUNCTIONS = {"sum": "SUM", "total": "SUM", "average": "AVG", "mean": "AVG", "number": "COUNT", "count": "COUNT", "maximum": "MAX", "highest": "MAX", "largest": "MAX", "minimum": "MIN", "lowest": "MIN", "smallest": "MIN"}  # fmt: skip


_OF_TIME = re.compile(  # "lead time is the number of days from the order to the show": no rows are counted
    r"\s*(?:the\s+)?(?:number|count)\s+of\s+(?:\w+\s+)?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?)\b"
    r"\s+(?:from|between|since|until|it|that|after|before)\b",
    re.IGNORECASE,
)


def spoken_measure(right: str, items: Sequence[Item], schema: Schema, conditions: list[Fragment]) -> Meaning | None:
    """ "The sum of minutes in worklogs": a function word, then a number column or what is counted."""
    match = re.match(
        r"\s*(?:the\s+|a\s+)?(sum|total|average|mean|number|count|maximum|highest|largest|minimum|lowest|smallest)\b",
        right,
        re.IGNORECASE,
    )
    if not match:
        return None
    function = _FUNCTIONS[match[1].casefold()]
    tables = [m.home for item in items if (m := item.a("table"))]
    if function == "COUNT" and _OF_TIME.match(right):
        return None
    if function == "COUNT":
        return (
            Meaning(
                "measure",
                tables[0],
                2.8,
                sql="COUNT(*)",
                tables=frozenset(tables[:1]),
                where=tuple(conditions),
                origin="rule",
            )
            if tables
            else None
        )
    numbers = [
        m
        for item in items
        for m in item.meanings
        if m.kind == "column" and m.column and m.column.kind == "number" and m.weight >= SURE
    ]
    numbers.sort(key=lambda m: (m.home not in tables, -m.weight))
    if not numbers:
        return None
    column = numbers[0].column
    assert column is not None
    part = Fragment(
        f"{function}({column.sql})",
        frozenset({column.table}),
        True,
        function,
        column.sql,
        ((column.table, column.name),),
    )
    return Meaning(
        "measure",
        column.table,
        2.8,
        sql=part.sql,
        fragment=part,
        tables=part.tables,
        where=tuple(conditions),
        origin="rule",
    )


def spoken_comparison(text: str, schema: Schema, vocabulary: Vocabulary, mentioned: Sequence[str]) -> Fragment | None:
    """ "A donation of at least 500 dollars": the one comparison of a text with a number column that it names or measures."""
    words = tokens(text)
    compared = find_comparisons(words, {n for span in find_dates(words) for n in range(span.start, span.end)})
    if len(compared) != 1 or compared[0].upper is not None:
        return None
    named = [
        m.column
        for item in items_of(text, vocabulary)
        for m in item.meanings
        if m.kind == "column"
        and m.column
        and m.column.kind == "number"
        and not m.column.key_like
        and m.weight >= SURE
        and (m.home in mentioned or not mentioned)
    ]
    if not named:
        return None
    column = min(named, key=surcharge)
    sql = f"{column.sql} {compared[0].sql}"
    return Fragment(sql, frozenset({column.table}), columns=((column.table, column.name),))


def aggregate_in(text: str, schema: Schema, prefer: Sequence[str]) -> Fragment | None:
    """The longest stretch of `text`, from its first aggregate on, that is an aggregate over known columns."""
    match = AGGREGATE.search(text)
    start = match.start() if match else 0
    for begin in {start, *(m.start() for m in re.finditer(r"(?<![\w.])(?:\d+(?:\.\d+)?\s*\*|\()", text[:start]))}:
        ends = [m.end() for m in re.finditer(r"[)\w'`]", text) if m.end() > start]
        for end in reversed(ends[-400:]):
            piece = text[begin:end]
            if (
                piece.count("(") == piece.count(")")
                and (found := fragment(piece.replace("`", ""), schema, prefer=prefer))
                and found.aggregate
            ):
                return found
    return None


def conditions_in(text: str, schema: Schema, vocabulary: Vocabulary, prefer: Sequence[str]) -> list[Fragment]:
    """The conditions in a text: written as SQL, or else said with values that are known."""
    found = []
    text = re.sub(
        r"\s(?:is|are|was|were)\s+not\s+(?=['\"])", " <> ", re.sub(r"\s(?:is|are|was|were)\s+(?=['\"])", " = ", text)
    )
    for match in CONDITION.finditer(text):
        sql = re.sub(r'"([^"]*)"', r"'\1'", match.group())
        piece = fragment(sql.replace("`", ""), schema, prefer=prefer)
        if piece is not None:
            found.append(piece)
    if found:
        return found
    return said_conditions(items_of(text, vocabulary), prefer)


def items_of(text: str, vocabulary: Vocabulary) -> list[Item]:
    words = tokens(text)
    items, _ = cut(words, find_dates(words), vocabulary, None)
    return items
