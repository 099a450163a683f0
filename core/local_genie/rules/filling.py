"""Conditions that the instruction adds to a reading, unless the question speaks of their column itself."""

from core.local_genie.rules.defaulting import Default
from core.local_genie.rules.intent import Condition, Measure
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.saying import column_in


def apply_defaults(reading: Reading) -> None:
    """Add every default condition that is for what the reading computes or shows."""
    intent = reading.intent
    spoken = {column_in(condition.sql) for condition in intent.conditions}
    spoken |= {column_in(part.sql) for measure in intent.measures for part in measure.parts}
    asked = {word.stem for word in reading.words}
    grouped = {sql for group in [*intent.groups, *intent.columns] for sql in group.shown}
    for rule in reading.knowledge.rules.defaults:
        column = column_in(rule.condition.sql)
        named = column in spoken or (rule.numbers and column in grouped)
        if not rule.unless & asked and not named and _reaches(reading, rule):
            intent.conditions.append(Condition(rule.condition.sql, rule.condition.tables))


def _reaches(reading: Reading, rule: Default) -> bool:
    intent, tables = reading.intent, rule.condition.tables
    used = {reading.base.key} | {table for group in intent.groups for table in group.tables}
    compared = [having.measure for having in intent.havings] if rule.numbers else []
    ranked = [intent.rank[0]] if intent.rank and rule.numbers else []
    measures = {sql for measure in [*intent.measures, *compared, *ranked] for sql in _names(measure)}
    if rule.measure and rule.measure not in measures:
        return False
    if rule.numbers and not measures and not intent.count_groups:
        return False
    happened = rule.numbers and _happened(reading, tables)
    single = bool(rule.measure) and all(reading.is_single(table) for table in tables)
    return tables <= used or single or happened


def _names(measure: Measure) -> set[str]:
    """The SQL by which a rule may mean a measure: its own, that of what it adds up, and that of what it is a part of."""
    own = {measure.sql, f"{measure.function}({measure.sql})"}
    return own | (_names(measure.of) if measure.of else set())


def _happened(reading: Reading, tables: frozenset[str]) -> bool:
    """ "Customers who bought in May": rows that must exist are of those that count."""
    if any(reading.is_single(table) for table in tables) or len(tables) != 1:
        return False
    said = {table for condition in reading.intent.conditions for table in condition.tables}
    return tables <= said | set(reading.intent.presences)
