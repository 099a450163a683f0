"""Phrases from what people wrote for the space: names, values, codes, SQL snippets and metric views."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.local_genie.rules import fragments
from core.local_genie.rules.codes import called_codes, code_heads, code_kinds, code_meanings, code_names
from core.local_genie.rules.emptiness import empty_states, filled_states
from core.local_genie.rules.fragments import Fragment, fragment
from core.local_genie.rules.joins import Joins
from core.local_genie.rules.keywords import INCOME, KEYWORDS
from core.local_genie.rules.learning import home_of
from core.local_genie.rules.naming import UNIT_WORDS, column_phrases, row_names, table_phrases, unit_of
from core.local_genie.rules.ratios import ratio_home
from core.local_genie.rules.schema import Column, Schema, Table, counts_rows, quoted, text_of
from core.local_genie.rules.vocabulary import Meaning, MeaningKind, Vocabulary
from core.local_genie.rules.words import Token, name_words, participle, tokens

_GROUPED = re.compile(r"(?:by|per|each|every)\s", re.IGNORECASE)
_PEOPLE = {"female": ("woman", "lady"), "male": ("man", "gentleman")}  # "women" are those that are female
_SEXES = {"f": ("female", "woman"), "w": ("female", "woman"), "m": ("male", "man")}
_SEX = frozenset({"sex", "gender"})
_NOT = ("in", "un", "non ", "non")
_SNIPPETS: list[tuple[str, MeaningKind, float]] = [
    ("measures", "measure", 3.1),
    ("filters", "filter", 3.0),
    ("expressions", "expression", 2.9),
]


def literal(value: Any) -> str:
    """A value of the data as SQL."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return "'" + str(value).replace("'", "''") + "'"


def equality(column: Column, value: Any) -> str:
    """The condition that the column has the value."""
    if column.kind == "flag":
        return column.sql if value else f"NOT {column.sql}"
    return f"{column.sql} = {literal(value)}"


def value_meaning(column: Column, value: Any, weight: float, origin: str, *, flag: bool = False) -> Meaning:
    sql = equality(column, value)
    part = Fragment(sql, frozenset({column.table}), columns=((column.table, column.name),))
    return Meaning(
        "value",
        column.table,
        weight,
        sql=sql,
        column=column,
        value=value,
        fragment=part,
        tables=part.tables,
        origin=origin,
        flag=flag,
    )


def add_names(schema: Schema, vocabulary: Vocabulary) -> None:
    """Phrases for every table and column, and for what a yes/no column says."""
    for table in schema:
        for phrase, weight in table_phrases(table):
            vocabulary.add(phrase, Meaning("table", table.key, weight, tables=frozenset({table.key}), origin="name"))
        for column in table.columns.values():
            meaning = Meaning(
                "column", table.key, 2.5, sql=column.sql, column=column, tables=frozenset({table.key}), origin="name"
            )
            states: list[tuple[str, float]] = []
            for phrase in row_names(column, table):
                vocabulary.add(phrase, Meaning("table", table.key, 2.75, tables=frozenset({table.key}), origin="name"))
            for phrase, weight in column_phrases(column, table):
                key = column is table.primary and phrase in column.synonyms
                if key and _names(tokens(phrase), table.key, vocabulary):
                    weight = 1.4  # "feeder" of feeder_id: the row rather than its key
                vocabulary.add(phrase, meaning, weight)
                if column.yes is not None and weight >= 0.9:
                    said = phrase.casefold()
                    for start in ("is ", "has ", "was ", "had ", "can ", "whether "):
                        said = said.removeprefix(start)
                    flag = value_meaning(column, column.yes, weight + 0.1, "flag", flag=True)
                    vocabulary.add(said, flag)
                    if len(said.split()) == 1 and said.isalpha():
                        for other in [value for value in column.values or () if value != column.yes]:
                            denied = value_meaning(column, other, weight, "flag", flag=True)
                            for prefix in _NOT:
                                vocabulary.add(prefix + said, denied)
                    for tail in (" flag", " ind", " indicator", " yn"):
                        if said.endswith(tail):
                            vocabulary.add(said.removesuffix(tail), flag)
                if column.is_date and weight >= 1.5 and participle(phrase):
                    states.append(("un" + phrase.casefold(), 2.4))
            if 0 <= column.filled < table.rows:
                part = Fragment(f"{column.sql} IS NULL", meaning.tables, columns=((table.key, column.name),))
                empty = Meaning(
                    "filter", table.key, 2.4, sql=part.sql, fragment=part, tables=part.tables, origin="state"
                )
                for phrase, weight in [*states, *empty_states(column, table)]:
                    vocabulary.add(phrase, empty, weight)
                kept = replace(part, sql=f"{column.sql} IS NOT NULL")
                for phrase, weight in filled_states(column, table):
                    vocabulary.add(phrase, replace(empty, sql=kept.sql, fragment=kept), weight)
            for unit in UNIT_WORDS.get(unit_of(column), ()):
                vocabulary.add(unit, meaning, 1.3)


def add_values(schema: Schema, vocabulary: Vocabulary) -> None:
    """Phrases for the values that the data holds, and for what descriptions say that codes mean."""
    for table in schema:
        for column in table.columns.values():
            if column.values is None or column.is_date:
                continue
            for synonym, value in called_codes(column.description, column.values, column.synonyms):
                vocabulary.add(synonym, value_meaning(column, value, 2.8, "code"))
            codes = code_meanings(column.description, column.values)
            for name, value in code_names(codes):
                vocabulary.add(name, value_meaning(column, value, 2.1, "code"))
            for kind, value in code_kinds(codes):
                vocabulary.add(kind, value_meaning(column, value, 1.5, "code"))
            for head, value in code_heads(codes):
                vocabulary.add(head, value_meaning(column, value, 2.3, "code"))
            for phrase, value in codes:
                rows = any(m.kind == "table" and m.weight >= 2.4 for m in vocabulary.find(tokens(phrase)))
                if rows:  # "on hold for the customer" is no customer
                    continue
                weight = 1.5 if phrase.casefold() in KEYWORDS else 2.6  # "other than" is no code that means other
                vocabulary.add(phrase, value_meaning(column, value, weight, "code"))
                for other in _PEOPLE.get(phrase.casefold(), ()):
                    vocabulary.add(other, value_meaning(column, value, 2.4, "code"))
                trimmed = " ".join(
                    word
                    for word in phrase.split()
                    if word.casefold() not in ("in", "the", "a", "an", "of", "status", "type")
                )
                vocabulary.add(trimmed, value_meaning(column, value, weight - 0.1, "code"))
            if column.kind != "text" or (column.key_like and column is table.primary and column.distinct > 60):
                continue
            for value in column.values:
                text = str(value).strip()
                if len(text) < 2 or len(text.split()) > 6 or text.isdigit():
                    continue
                if len(text) == 2 and not (text.isupper() and text.isalnum()):
                    continue
                meaning = value_meaning(column, value, 2.7 if len(text) > 2 else 1.9, "value")
                vocabulary.add(" ".join(name_words(text)) or text, meaning)
                for other in _PEOPLE.get(text.casefold(), ()):
                    vocabulary.add(other, meaning, 2.4)
            if {str(value).casefold() for value in column.values} <= {"f", "m", "x", "d", "w"} and _SEX & set(
                column.words
            ):
                for value in column.values:
                    for other in _SEXES.get(str(value).casefold(), ()):
                        vocabulary.add(other, value_meaning(column, value, 2.4, "code"))


def add_snippets(space: Mapping[str, Any], schema: Schema, joins: Joins, vocabulary: Vocabulary) -> None:
    """The space's measures, filters and expressions under their names and synonyms."""
    snippets = (space.get("instructions") or {}).get("sql_snippets") or {}
    for section, kind, weight in _SNIPPETS:
        for entry in snippets.get(section) or []:
            part = fragment(text_of(entry.get("sql")), schema)
            if part is None:
                continue
            home = ratio_home(part.sql) or home_of(part.tables, schema, joins)
            if home is None:
                continue
            meaning = Meaning(
                kind, home, weight, sql=part.sql, fragment=part, tables=part.tables | {home}, origin="snippet"
            )
            counted = kind == "measure" and counts_rows(part.sql, schema.tables[home])
            for name in (text_of(entry.get("display_name")), " ".join(name_words(str(entry.get("alias") or "")))):
                if name:
                    vocabulary.add(name, _rows_of(home, weight) if counted and _names_rows(name) else meaning)
                    if kind == "measure" and name.casefold().startswith(("total ", "overall ")):
                        vocabulary.add(name.split(" ", 1)[1], meaning, weight - 0.3)
            for synonym in entry.get("synonyms") or []:
                if kind == "expression" and _GROUPED.match(str(synonym)):
                    continue  # "by month" asks for groups, of whatever happened then
                vocabulary.add(
                    str(synonym), _rows_of(home, weight) if counted and _names_rows(str(synonym)) else meaning
                )
            said = [text_of(entry.get("display_name")), *map(str, entry.get("synonyms") or [])]
            if (
                kind == "measure"
                and "/" not in part.sql
                and any(set(n.casefold().split()[-1:]) & set(INCOME) for n in said)
            ):
                vocabulary.add("earned", meaning, 1.6)
            if kind == "measure" and (only := fragments.counted(part, schema)) is not None:
                rows = Meaning("filter", home, 2.5, sql=only.sql, fragment=only, tables=only.tables, origin="counted")
                for name in filter(_plural, said):  # "who never had a completed visit"
                    vocabulary.add(name, rows)
            if kind == "filter":
                for name in (text_of(entry.get("display_name")), *map(str, entry.get("synonyms") or [])):
                    if adjective := _adjective(name, home, vocabulary) or _clause(name, home, vocabulary):
                        vocabulary.add(adjective, meaning, 2.3)


def _plural(name: str) -> bool:
    words = [word for word in tokens(name) if word.kind == "word"]
    return bool(words) and words[-1].lower.endswith("s") and words[-1].stem != words[-1].lower


def _names_rows(name: str) -> bool:
    """ "Tickets" for COUNT(*) is what the rows are called, and no number of its own in "tickets from Bern"."""
    words = [word for word in tokens(name) if word.kind == "word"]
    return _plural(name) and not any(word.stop or word.lower in KEYWORDS for word in words)


def _rows_of(home: str, weight: float) -> Meaning:
    return Meaning("table", home, weight, tables=frozenset({home}), origin="snippet")


def _adjective(name: str, home: str, vocabulary: Vocabulary) -> str:
    """ "Open" of the filter "Open accounts": it may stand apart from its noun ("open savings accounts")."""
    words = tokens(name)
    if not 2 <= len(words) <= 3 or any(word.stop or word.lower in KEYWORDS - {"current"} for word in words[:-1]):
        return ""
    return " ".join(word.lower for word in words[:-1]) if _names(words[-1:], home, vocabulary) else ""


def _clause(name: str, home: str, vocabulary: Vocabulary) -> str:
    """ "Took place" of "visits that took place": it is said of visits in other words too."""
    words = tokens(name)
    relative = 3 < len(words) < 7 and words[1].lower in ("that", "which", "who")
    return " ".join(word.lower for word in words[2:]) if relative and _names(words[:1], home, vocabulary) else ""


def _names(words: Sequence[Token], home: str, vocabulary: Vocabulary) -> bool:
    return any(m.kind == "table" and m.home == home and m.weight >= 1.5 for m in vocabulary.find(words))


def add_metric_views(schema: Schema, joins: Joins, vocabulary: Vocabulary) -> None:
    """The measures of metric views, as MEASURE() of the view and as templates over the tables it is made from."""
    for table in schema:
        if table.view is None:
            continue
        aliases = {"source": schema.find(table.view.source)} | {
            join.name: schema.find(join.source) for join in table.view.all_joins()
        }
        tables = {name.casefold(): found for name, found in aliases.items() if found}
        for measure in table.view.measures:
            part = Fragment(f"MEASURE({quoted(measure.name)})", frozenset({table.key}), True)
            meaning = Meaning(
                "measure", table.key, 2.9, sql=part.sql, fragment=part, tables=part.tables, origin="metric view"
            )
            template = _template(measure.expr, table, tables, schema, joins)
            for name in (" ".join(name_words(measure.name)), measure.display_name, *measure.synonyms):
                if name:
                    vocabulary.add(name, meaning)
                    if template:
                        vocabulary.add(name, template)
        for dimension in table.view.dimensions:
            part = _over_source(dimension.expr, tables, schema)
            if part and not part.aggregate and len(part.columns) != 1:
                home = home_of(part.tables, schema, joins)
                for name in (" ".join(name_words(dimension.name)), dimension.display_name, *dimension.synonyms):
                    if name and home:
                        vocabulary.add(
                            name,
                            Meaning(
                                "expression",
                                home,
                                2.7,
                                sql=part.sql,
                                fragment=part,
                                tables=part.tables,
                                origin="metric view",
                            ),
                        )


def _template(expr: str, table: Table, tables: Mapping[str, Table], schema: Schema, joins: Joins) -> Meaning | None:
    part = _over_source(expr, tables, schema)
    base = tables.get("source")
    if part is None or not part.aggregate or base is None or "MEASURE(" in part.sql.upper():
        return None
    where = _over_source(table.view.filter, tables, schema) if table.view and table.view.filter else None
    if table.view and table.view.filter and where is None:
        return None
    return Meaning(
        "measure", base.key, 2.7, sql=part.sql, fragment=part, tables=part.tables | {base.key},
        where=(where,) if where else (), origin="metric view",
    )  # fmt: skip


def _over_source(expr: str, tables: Mapping[str, Table], schema: Schema) -> Fragment | None:
    from core.local_genie.rules.fragments import parse, tied

    tree = parse(f"SELECT {expr}")
    expressions = tree.args.get("expressions") if tree is not None else None
    base = tables.get("source")
    if not expressions or base is None:
        return None
    return tied(expressions[0].unalias(), schema, {**tables}, prefer=(base.key,))
