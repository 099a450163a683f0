"""Averages of counts: "visits per patient on average" is visits for each patient, not an average of a column."""

from dataclasses import replace

from core.local_genie.rules.intent import Measure
from core.local_genie.rules.reading import Reading


def averaged_per(reading: Reading) -> None:
    """Turn "average number of visits per patient" into visits for each patient, when that is what was asked."""
    intent = reading.intent
    if intent.rank is None and all(m.kind == "aggregate" and m.function in ("AVG", "MEDIAN") for m in intent.measures):
        homes = {measure.home for measure in intent.measures}
        intent.groups = [
            group for group in intent.groups if group.entity not in homes
        ]  # "average price per book" is one
    if len(intent.measures) != 1 or intent.rank is not None:
        return
    measure = intent.measures[0]
    averages = measure.kind == "aggregate" and measure.function == "AVG"
    entities = [group for group in intent.groups if group.entity and group.entity != measure.home]
    # a list of averages for things that have but a key is hardly wanted: "average data volume per subscriber"
    nameless = averages and any(set(group.aliases) == {_key(reading, group.entity)} for group in entities)
    if not reading.averaged and not nameless:
        return
    summed = averages and (nameless or not _is_column(reading, measure))
    buckets = [group for group in intent.groups if group.bucket and group.shown]
    if measure.kind not in ("count", "distinct") and not summed:
        return
    if not entities:
        if not buckets and measure.kind == "count":
            intent.unanswered = True  # an average was asked for, and nothing to average was found
        if buckets and measure.kind == "count":
            group = buckets[-1]
            intent.groups.remove(group)
            intent.measures = [
                Measure(
                    "per",
                    measure.home,
                    of=measure,
                    unit=f"bucket:{group.bucket}",
                    sql=group.shown[0],
                    tables=group.tables,
                    alias=f"average_{measure.alias}",
                )
            ]
        return
    group = entities[0]
    intent.groups.remove(group)
    if measure.kind == "count" and (between := _bridge(reading, measure.home, group.entity)):
        measure = replace(measure, home=between)  # courses per student are enrolments per student
    inner = replace(measure, function="SUM") if summed else measure
    intent.measures = [
        Measure(
            "per", measure.home, of=inner, unit=group.entity, alias=f"average_{measure.alias}", tables=measure.tables
        )
    ]


def _key(reading: Reading, table: str) -> str:
    primary = reading.table(table).primary
    return primary.name if primary is not None else ""


def _bridge(reading: Reading, counted: str, unit: str) -> str:
    """The table between two that are many to many, whose rows pair them; empty if they hang together otherwise."""
    steps = reading.knowledge.joins.paths(counted)[unit].steps if unit in reading.knowledge.joins.paths(counted) else ()
    return steps[0].right if len(steps) == 2 and not steps[0].single and steps[1].single else ""


def _is_column(reading: Reading, measure: Measure) -> bool:
    """Whether a measure averages a plain column, which then is grouped by, not divided."""
    return any(
        column.sql == measure.sql and measure.alias.endswith(column.name)
        for table in reading.knowledge.schema
        for column in table.columns.values()
    )
