"""What example queries teach: measures with their definitions, filters and expressions, under the words that ask for them.

An example is taken apart into its aggregate, conditions and groups. Conditions that its own question asks for (a date,
a known value, a parameter) are dropped; what is left belongs to the definition. Only the definition is kept, so that the
question at hand brings its own dates, filters and grouping.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.local_genie.rules.cues import HINTS
from core.local_genie.rules.dates import find_dates
from core.local_genie.rules.fragments import Fragment, Query, take_apart
from core.local_genie.rules.joins import Joins
from core.local_genie.rules.keywords import KEYWORDS, LIGHT
from core.local_genie.rules.matching import Item, cut
from core.local_genie.rules.naming import UNIT_WORDS
from core.local_genie.rules.schema import Schema, text_of
from core.local_genie.rules.vocabulary import SURE, Meaning, Vocabulary
from core.local_genie.rules.words import Token, name_words, participle, stem, tokens

_UNITS = {stem(word) for names in UNIT_WORDS.values() for name in names for word in name.split()} | {
    stem(word)
    for word in "second minute min hour hr day week month year percent euro dollar pound km kilometre".split()  # noqa: SIM905
}
_BEFORE_UNIT = re.compile(  # "the average resolution time in hours"
    r"\b(?:average|mean|median|typical)\s+((?:[a-z-]+\s+){1,3}?)in\s+(\w+)\b", re.IGNORECASE
)
_TRIVIAL = re.compile(r"COUNT\((\*|1|DISTINCT [\w.`]+|[\w`]+\.[\w`]+)\)", re.IGNORECASE)
_BUCKET = re.compile(
    r"\b(DATE_TRUNC|TRUNC|YEAR|MONTH|QUARTER|WEEK|DATE_FORMAT|DAY|DAYOFWEEK|WEEKOFYEAR|EXTRACT|DATE)\(", re.IGNORECASE
)
_DULL_ALIAS = frozenset(
    """
    total sum count number avg average n cnt num value amount max min result of the pct share rate ratio
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Example:
    """An example query of the space. `parameters` are name → default value as SQL text; `query` None when not plain."""

    question: str
    sql: str
    parameters: Mapping[str, tuple[str, str]]
    query: Query | None


def read_examples(space: Mapping[str, Any], schema: Schema) -> list[Example]:
    """The example queries in the space's order."""
    found = []
    for entry in (space.get("instructions") or {}).get("example_question_sqls") or []:
        sql = text_of(entry.get("sql")).strip().rstrip(";")
        parameters = {}
        for parameter in entry.get("parameters") or []:
            values = (parameter.get("default_value") or {}).get("values") or []
            parameters[str(parameter.get("name"))] = (
                str(parameter.get("type_hint", "STRING")).upper(),
                str(values[0]) if values else "",
            )
        question = text_of(entry.get("question")).strip()
        if question and sql:
            found.append(Example(question, sql, parameters, take_apart(sql, schema)))
    return found


def learn(examples: Sequence[Example], schema: Schema, joins: Joins, vocabulary: Vocabulary) -> None:
    """Add what the examples define to the vocabulary."""
    learnt: list[tuple[str, Meaning]] = []
    for example in examples:
        if example.query is not None:
            learnt += _lessons(example, example.query, schema, joins, vocabulary)
    for phrase, meaning in learnt:
        vocabulary.add(phrase, meaning)


def home_of(tables: frozenset[str], schema: Schema, joins: Joins) -> str | None:
    """The table at whose grain an expression over `tables` lives: it reaches the others without multiplying rows."""
    fits = [
        key
        for key in sorted(tables)
        if all(table in joins.paths(key) and joins.paths(key)[table].single for table in tables)
    ]
    return max(fits, key=lambda key: schema.tables[key].rows, default=min(tables, default=None))


def _lessons(
    example: Example, query: Query, schema: Schema, joins: Joins, vocabulary: Vocabulary
) -> list[tuple[str, Meaning]]:
    text = re.sub(r":\w+", " ", example.question)
    words = tokens(text)
    items, _ = cut(words, find_dates(words), vocabulary, None)
    left = [part for part in query.conditions if not _asked(part, items, example, schema)]
    chunk = _chunk(items)
    aggregates = [(alias, part) for alias, part in query.outputs if part.aggregate]
    lessons: list[tuple[str, Meaning]] = []
    for alias, part in aggregates:
        trivial = bool(_TRIVIAL.fullmatch(part.sql))
        tables = part.tables or frozenset(query.tables[:1])
        home = query.tables[0] if query.left_joined or not part.tables else home_of(tables, schema, joins)
        if part.function == "SUM" and (grain := home_of(frozenset(query.tables), schema, joins)) is not None:
            home = grain  # prices of what was ordered are added up for each order line
        if home is not None and trivial and not left and part.sql.upper() in ("COUNT(*)", "COUNT(1)"):
            # "departures" of an example that counts trips are trips, if nothing else is called so
            called = [phrase for phrase in _alias_phrases(alias)[-1:] if not vocabulary.find(tokens(phrase))]
            named = Meaning("table", home, 1.9, tables=frozenset({home}), origin="example")
            lessons += [(phrase, named) for phrase in called if len(phrase.split()) == 1 and phrase.endswith("s")]
        if home is None or (trivial and not left):
            continue
        meaning = Meaning(
            "measure",
            home,
            2.1,
            sql=part.sql,
            fragment=part,
            tables=tables | {home},
            where=tuple(left),
            origin="example",
        )
        if trivial:
            if chunk and len(aggregates) == 1:
                condition = " AND ".join(piece.sql for piece in left)
                over = frozenset().union(*(piece.tables for piece in left))
                whole = Fragment(condition, over)
                where = home_of(over, schema, joins) or home
                lessons.append(
                    (chunk, Meaning("filter", where, 2.0, sql=condition, fragment=whole, tables=over, origin="example"))
                )
            continue
        for phrase in _alias_phrases(alias):
            known = [m.weight for m in vocabulary.find(tokens(phrase)) if m.sql == part.sql and m.home != home]
            lessons.append((phrase, replace(meaning, weight=max([meaning.weight, *(w + 0.1 for w in known)]))))
        if chunk and len(aggregates) == 1 and not _spells_out(part, items):
            hint = participle(chunk) and _named(part, items)  # "hours booked" says little about "booked" alone
            hint = hint or (part.sql.startswith("AVG(") and chunk.isalpha() and chunk.endswith("s"))  # of whom it is
            lessons.append((chunk, replace(meaning, weight=0.9 if hint else 2.0)))
        if len(aggregates) == 1 and (named := _BEFORE_UNIT.search(text)) and stem(named[2].casefold()) in _UNITS:
            lessons.append((named[1].strip(), replace(meaning, weight=2.0)))
    for group in query.groups:
        if (
            len(group.columns) >= 1
            and not group.sql.replace("`", "").replace(".", "").replace("_", "").isalnum()
            and not _BUCKET.search(group.sql)
        ):
            meaning = Meaning(
                "expression",
                home_of(group.tables, schema, joins) or "",
                2.0,
                sql=group.sql,
                fragment=group,
                tables=group.tables,
                origin="example",
            )
            alias = next((alias for alias, part in query.outputs if part.sql == group.sql and alias), "")
            lessons += [(phrase, meaning) for phrase in (" ".join(name_words(alias)), chunk) if phrase]
    return lessons


def _asked(part: Fragment, items: Sequence[Item], example: Example, schema: Schema) -> bool:
    """Whether the example's question itself asks for the condition."""
    if "'?" in part.sql or (":" in example.question and re.search(r"'\?\w+'", part.sql)):
        return True
    columns = [schema.tables[table].columns[name] for table, name in part.columns]
    if any(column.is_date for column in columns) and not re.search(r"IS (NOT )?NULL", part.sql, re.IGNORECASE):
        return any(item.span for item in items) or len(columns) > 1
    folded = example.question.casefold()
    literals = [literal.casefold() for literal in re.findall(r"'([^']*)'", part.sql)] + re.findall(
        r"(?<![\w.'])\d+(?:\.\d+)?", part.sql
    )
    if literals and all(
        len(literal) > 1 and literal.replace("_", " ") in folded.replace(",", "") for literal in literals
    ):
        return True
    names = {(column.table, column.name) for column in columns}
    for item in items:
        for meaning in item.meanings:
            if meaning.kind in ("value", "filter") and meaning.weight >= SURE:
                touched = (
                    {(meaning.column.table, meaning.column.name)}
                    if meaning.column
                    else set(meaning.fragment.columns if meaning.fragment else ())
                )
                if touched & names:
                    return True
    return False


def _spells_out(part: Fragment, items: Sequence[Item]) -> bool:
    """Whether the aggregate contains a condition on a value that the question itself names: then it is no definition."""
    named = {
        (m.column.table, m.column.name) for item in items for m in item.meanings[:2] if m.kind == "value" and m.column
    }
    return "'" in part.sql and bool(named & set(part.columns))


def _named(part: Fragment, items: Sequence[Item]) -> bool:
    """Whether the question names the column that is aggregated: "hours booked" teaches nothing about "booked"."""
    return any(m.sql == part.inner and m.weight >= SURE for item in items for m in item.meanings if m.kind == "column")


def _chunk(items: Sequence[Item]) -> str:
    """The only stretch of one to three content words that nothing explains; empty when there is none or several."""
    runs: list[list[Token]] = [[]]
    before = ""
    for item in items:
        word, before, last = item.words[0], item.words[0].lower, before
        if last == "in" and word.stem in _UNITS:
            continue  # "average delay in hours" does not say what hours are
        weak = item.is_phrase and len(item.words) == 1 and item.best.weight < SURE
        if (item.is_word or weak) and not word.stop and word.lower not in KEYWORDS and word.kind == "word":
            runs[-1].append(word)
        else:
            runs.append([])
    runs = [run for run in runs if run]
    said = runs[0] if len(runs) == 1 and len(runs[0]) <= 3 else []
    if all(word.stem in _UNITS or word.stem in LIGHT or word.lower in HINTS for word in said):
        return ""  # "in minutes" is how a number is told, and "how long" is asked of many things
    return " ".join(word.lower for word in said)


def _alias_phrases(alias: str) -> list[str]:
    """What an output's name calls it: total_revenue → "total revenue" and "revenue"; names such as "n" say nothing."""
    words = name_words(alias) if alias else []
    if not [word for word in words if word not in _DULL_ALIAS]:
        return []
    shorter = words[1:] if words[0] in ("total", "sum", "overall") else []
    return [" ".join(part) for part in (words, shorter) if part]
