"""One question read from one base table: the steps in their order, and how well the reading holds together."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.local_genie.rules.asking import find_subject
from core.local_genie.rules.averaging import averaged_per
from core.local_genie.rules.coding import apply_codes
from core.local_genie.rules.comparing import apply_comparisons
from core.local_genie.rules.dating import apply_dates, find_date_items
from core.local_genie.rules.filling import apply_defaults
from core.local_genie.rules.filtering import apply_negations, apply_values, close_absences, negations
from core.local_genie.rules.grouping import find_groups
from core.local_genie.rules.happening import done_by_each, of_events
from core.local_genie.rules.intent import Intent, Measure, once
from core.local_genie.rules.knowledge import Knowledge
from core.local_genie.rules.learning import home_of
from core.local_genie.rules.listing import list_columns, lists_rows, more_columns
from core.local_genie.rules.matching import cut, unexplained
from core.local_genie.rules.measuring import default_measure, find_measures
from core.local_genie.rules.periods import DateSpan
from core.local_genie.rules.ranking import apply_ranking
from core.local_genie.rules.reading import ASKING, Reading
from core.local_genie.rules.schema import Table
from core.local_genie.rules.sharing import apply_share, share_of_dates
from core.local_genie.rules.things import side_with_nouns
from core.local_genie.rules.vocabulary import Meaning
from core.local_genie.rules.words import Token


def interpret(
    knowledge: Knowledge,
    words: Sequence[Token],
    dates: Sequence[DateSpan],
    base: Table,
    extra: Mapping[tuple[int, int], list[Meaning]],
) -> tuple[Reading, float]:
    """Read the question from `base`. The number says how well it holds together; compare it between bases only."""  # fmt: skip
    paths = knowledge.joins.paths(base.key)
    items, score = cut(words, dates, knowledge.vocabulary, paths, extra)
    reading = Reading(knowledge, words, base, items, paths)
    side_with_nouns(reading)
    find_groups(reading)
    find_subject(reading)
    find_measures(reading)
    reading.intent.measures = [placed.measure for placed in reading.placed]
    apply_codes(reading)
    apply_comparisons(reading)
    reading.intent.measures = [placed.measure for placed in reading.placed]
    absent = apply_negations(reading, negations(reading))
    find_date_items(reading)
    apply_ranking(reading)
    if reading.ratio >= 0:
        apply_share(reading)
    _shape(reading)
    apply_values(reading)
    apply_dates(reading, absent)
    close_absences(reading, absent)
    if reading.ratio >= 0 and not reading.intent.measures:
        share_of_dates(reading)
    averaged_per(reading)
    reading.intent.measures = once(reading.intent.measures)
    _settle(reading)
    apply_defaults(reading)
    return reading, score + reading.intent.evidence + _holds(reading) - 0.3 * len(unexplained(items))


def _shape(reading: Reading) -> None:
    """Decide between numbers, groups and a list, now that measures, groups and comparisons are known."""
    intent = reading.intent
    subject = reading.items[reading.subject] if reading.subject >= 0 else None
    if lists_rows(reading):
        list_columns(reading)
        return
    ranked = intent.rank is not None or bool(intent.order) or bool(intent.columns)
    if intent.havings and not ranked:
        counted = [m for m in intent.measures if m.kind == "count"]
        if subject is not None and not subject.role:
            meaning = reading.groupable(subject)
            if meaning is not None:
                intent.groups.insert(0, reading.group_of(meaning))
                subject.role = "group"
                intent.measures = intent.measures or [h.measure for h in intent.havings]
        elif counted and not intent.groups:  # "how many customers have more than 10 orders"
            key = counted[0].home
            group = reading.entity_group(reading.table(key))
            primary = reading.table(key).primary
            intent.groups = [
                replace(group, shown=(primary.sql,), aliases=(primary.name,), key="") if primary else group
            ]
            intent.measures, intent.count_groups = [], True
        elif intent.groups and not intent.measures:
            intent.measures = [h.measure for h in intent.havings]
        return
    if ranked:
        if intent.columns:
            more_columns(reading)
        return
    if subject is not None and not subject.role and intent.measures:
        meaning = reading.groupable(subject)
        unit = reading.time_unit(reading.subject)
        if meaning is not None and meaning.home != "" and not unit and not _is_scalar(reading):
            intent.groups.insert(0, reading.group_of(meaning))  # "list the teams with their number of agents"
            subject.role = "group"
        return
    if not intent.measures and (intent.groups or not _asks_for_rows(reading)):
        measure = default_measure(reading)
        if measure is not None:
            intent.measures.append(measure)
            return
    if not intent.measures and not intent.groups and (state := _state_asked(reading)):
        intent.measures.append(Measure("count", state, alias=reading.table(state).words[-1]))
        return
    if intent.groups and not intent.measures:
        first = next(
            (
                item
                for item in reading.items
                if not item.role and item.is_phrase and item.best.kind in ("table", "value", "filter")
            ),
            None,
        )
        home = first.best.home if first else reading.base.key
        if first and first.best.kind == "table":
            first.role = "measure"
        intent.invented = first is None
        intent.measures.append(Measure("count", home, alias=reading.table(home).words[-1]))
        return
    if not intent.measures:
        intent.unanswered = reading.averaged
        list_columns(reading)


def _state_asked(reading: Reading) -> str:
    """ "What is our backlog?": the table of a state that is asked for like a number; empty if none is."""
    first = [word.lower for word in reading.words[:3]]
    states = [item for item in reading.items if item.is_phrase and item.best.kind == "filter" and not item.role]
    asked = first[:2] in (["what", "is"], ["what", "was"]) and first[2:] in (["our"], ["the"], ["your"], ["my"])
    if not asked or not states:
        return ""
    noun = states[0].words[-1]
    things = [item for item in reading.items[: reading.items.index(states[0])] if item.is_phrase]
    return states[0].best.home if not things and noun.lower == noun.lower.removesuffix("s") else ""


def _is_scalar(reading: Reading) -> bool:
    """Whether the subject stands behind the measure it belongs to ("what is the average fee of visits")."""
    return any(placed.start < reading.items[reading.subject].start for placed in reading.placed)


def _asks_for_rows(reading: Reading) -> bool:
    if reading.subject >= 0:
        return True
    first = next((word.lower for word in reading.words if word.kind == "word"), "")
    return first in ASKING - {"what"} and not any(
        reading.numeric(item, 0.9) and not item.role for item in reading.items if item.is_phrase
    )


def _settle(reading: Reading) -> None:
    """Find the table at whose grain all measures live, and take it as the home of the reading."""
    intent = reading.intent
    tables: set[str] = set()
    for measure in [
        *intent.measures,
        *(having.measure for having in intent.havings),
        *([intent.rank[0]] if intent.rank else []),
    ]:
        tables |= {measure.home}
        for where in measure.where:
            if len(intent.measures) == 1 and measure.kind in ("count", "aggregate", "raw") and not intent.havings:
                intent.conditions.append(where)
    if len(intent.measures) == 1 and intent.measures[0].where and not intent.havings:
        plain = replace(intent.measures[0], where=())
        if intent.rank is not None and intent.rank[0] == intent.measures[0]:
            intent.rank = (plain, intent.rank[1])
        intent.measures = [plain]
    wanted = home_of(frozenset(tables), reading.knowledge.schema, reading.knowledge.joins) if tables else None
    if wanted is None and intent.columns:
        wanted = next((group.entity or next(iter(group.tables), None) for group in intent.columns), None)
    if _links(reading):
        intent.evidence += 2.0
        return
    if of_events(reading) or done_by_each(reading):
        intent.evidence += 5.5 + 0.1 * math.log10(reading.base.rows + 1)
        return
    intent.evidence += 0.0 if wanted is None else 2.0 if wanted == reading.base.key else -4.0


def _links(reading: Reading) -> bool:
    """ "Doctors with visits at more than one clinic": rows of the base tie what is counted to what is listed."""
    havings, base = reading.intent.havings, reading.base.key
    counted = havings[0].measure.home if len(havings) == 1 and havings[0].measure.kind == "count" else base
    listed = [group.entity for group in reading.intent.groups if group.entity]
    if counted == base or listed == [] or {counted, base} & set(listed):
        return False
    return reading.speaks_of(base) and all(reading.is_single(table) for table in (counted, *listed))


def _holds(reading: Reading) -> float:
    """A reading that found something to show is worth more than one that shows everything."""
    intent: Intent = reading.intent
    named = any(
        meaning.home == reading.base.key
        for item in reading.items
        if item.is_phrase
        for meaning in item.meanings[:1]
        if meaning.weight > 0.8
    )
    return (1.0 if named else -2.0) + (0.0 if intent.measures or intent.columns or intent.count_groups else -3.0)
