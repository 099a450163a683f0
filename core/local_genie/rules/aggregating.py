"""The SQL of one measure: counts, sums, shares and quotients."""

from core.local_genie.rules.intent import Measure
from core.local_genie.rules.plan import Plan
from core.local_genie.rules.schema import quoted


def aggregate_sql(plan: Plan, measure: Measure) -> str:
    """The SQL of a measure within the plan."""
    kind = measure.kind
    condition = " AND ".join(parenthesised(each.text) for each in measure.where)
    if kind == "count":
        plain = plan.rows(measure.home)
        if not condition:
            return plain
        return (
            f"COUNT_IF({condition})"
            if plain == "COUNT(*)"
            else plain.replace("DISTINCT ", f"DISTINCT CASE WHEN {condition} THEN ").replace(")", " END)")
        )
    if kind == "distinct":
        return f"COUNT(DISTINCT {measure.sql})"
    if kind == "aggregate":
        inner = f"CASE WHEN {condition} THEN {measure.sql} END" if condition else measure.sql
        return f"{measure.function}({inner})"
    if kind == "raw":
        return measure.sql
    of = measure.of
    assert of is not None
    if kind == "share of total":
        value = aggregate_sql(plan, of)
        sql = f"{value} / SUM({value}) OVER ()"
    elif kind == "per":
        sql = _per(plan, measure, of)
    else:
        parts = " AND ".join(parenthesised(each.text) for each in measure.parts)
        if of.kind == "count":
            rows = plan.rows(of.home)
            if rows == "COUNT(*)":
                sql = f"COUNT_IF({parts}) / COUNT(*)"
            else:
                sql = (
                    f"{rows.replace('DISTINCT ', f'DISTINCT CASE WHEN {parts} THEN ').removesuffix(')')} END) / {rows}"
                )
        else:
            sql = f"SUM(CASE WHEN {parts} THEN {of.sql} END) / SUM({of.sql})"
    if measure.scale == 100:
        sql = f"100.0 * {sql}"
    return sql


def _per(plan: Plan, measure: Measure, of: Measure) -> str:
    if measure.unit.startswith("bucket:"):
        return f"{aggregate_sql(plan, of)} / COUNT(DISTINCT {measure.sql})"
    identity = plan.identity(measure.unit)
    value = aggregate_sql(plan, of)
    if value == "COUNT(*)" and identity.startswith(f"{quoted(plan.base.key)}."):
        value = f"COUNT({identity})"  # rows without a unit are no unit's rows
    return f"{value} / COUNT(DISTINCT {identity})"


def parenthesised(sql: str) -> str:
    return f"({sql})" if " OR " in sql and not (sql.startswith("(") and sql.endswith(")")) else sql
