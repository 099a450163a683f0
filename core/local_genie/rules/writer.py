"""The rule-based SQL writer: a question, read from every table in turn, becomes the SELECT of the best reading.

Deterministic; it knows no particular table. What it says depends on the space's configuration, the tables and the
question with those asked before it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.local_genie.catalog import Catalog
from core.local_genie.rules.clarifying import clarify, explain
from core.local_genie.rules.dates import find_dates
from core.local_genie.rules.doubting import doubtful
from core.local_genie.rules.followups import complete
from core.local_genie.rules.interpreting import interpret
from core.local_genie.rules.knowledge import Knowledge, know
from core.local_genie.rules.lookups import look_up
from core.local_genie.rules.matching import cut, unexplained
from core.local_genie.rules.outputs import apply_clause, cut_clause
from core.local_genie.rules.paraphrasing import reworded
from core.local_genie.rules.plan import Unreachable
from core.local_genie.rules.planning import write_sql
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.repeating import repeat_example
from core.local_genie.rules.seasons import spell_out
from core.local_genie.rules.sorting import apply_order, cut_order
from core.local_genie.rules.words import Token, tokens
from core.local_genie.writing import Written

_LONGEST = 120  # words of a question that are read


def write(question: str, space: dict[str, Any], catalog: Catalog, earlier: list[str]) -> Written:
    """Answer a question over a space with one SELECT, or with a text that asks back."""
    knowledge = know(space, catalog)
    if not knowledge.schema.tables:
        return Written(
            None, "This space has no tables that I can read. Add tables to it first.", "The space has no tables."
        )
    if not any(token.kind == "word" for token in tokens(question)):
        return Written(None, clarify(knowledge, []), "The question has no words.")
    if (repeated := repeat_example(question, knowledge)) is not None:
        return repeated
    words = complete(tokens(question), [tokens(each) for each in earlier], knowledge)
    words = spell_out(reworded(words, knowledge.rules)[:_LONGEST], knowledge.seasons)
    if not _understood(words, knowledge):
        return Written(
            None, clarify(knowledge, _unknown(words, knowledge)), "No word of the question names anything in the space."
        )
    words, superlative = cut_order(words)
    best = _with_clause(words, knowledge, catalog) or _best(words, knowledge, catalog)
    if best is None:
        return Written(None, clarify(knowledge, _unknown(words, knowledge)), "No table could answer the question.")
    reading, sql = best
    if superlative and apply_order(reading, superlative):
        sql = write_sql(reading.intent, knowledge.schema, knowledge.joins, knowledge.styles)
    unknown = unexplained(reading.items)
    doubts = doubtful(reading)
    if (reading.intent.invented and unknown) or reading.intent.empty or doubts:
        return Written(None, clarify(knowledge, doubts or unknown), explain(reading, unknown))
    return Written(sql, None, explain(reading, unknown))


def _with_clause(words: Sequence[Token], knowledge: Knowledge, catalog: Catalog) -> tuple[Reading, str] | None:
    """The best reading of a question that ends with what to show; None unless all of that can be shown."""
    question, clause = cut_clause(words)
    best = _best(question, knowledge, catalog) if clause is not None else None
    if clause is None or best is None or best[0].intent.invented or not apply_clause(best[0], clause):
        return None
    try:
        return best[0], write_sql(best[0].intent, knowledge.schema, knowledge.joins, knowledge.styles)
    except Unreachable:
        return None


def _best(words: Sequence[Token], knowledge: Knowledge, catalog: Catalog) -> tuple[Reading, str] | None:
    dates = find_dates(words)
    knowledge = replace(knowledge, joins=knowledge.joins.for_words({word.stem for word in words}))
    extra = look_up(words, knowledge, catalog)
    rated: list[tuple[float, int, Reading, str]] = []
    for order, table in enumerate(knowledge.schema):
        reading, score = interpret(knowledge, words, dates, table, extra)
        try:
            sql = write_sql(reading.intent, knowledge.schema, knowledge.joins, knowledge.styles)
        except Unreachable:
            continue
        rated.append((-round(score, 6), order, reading, sql))
    if not rated:
        return None
    _, _, reading, sql = min(rated, key=lambda each: each[:2])
    return reading, sql


def _understood(words: Sequence[Token], knowledge: Knowledge) -> bool:
    items, _ = cut(words, find_dates(words), knowledge.vocabulary, None)
    return any(item.is_phrase and item.best.weight >= 0.55 for item in items)


def _unknown(words: Sequence[Token], knowledge: Knowledge) -> list[str]:
    items, _ = cut(words, find_dates(words), knowledge.vocabulary, None)
    return unexplained(items)
