"""From an intent to SQL: which joins are needed, where rows would be multiplied, what becomes EXISTS.

A table that is only filtered by, and lies across a step to many rows, becomes EXISTS, so that sums and counts stay true.
When such a table is grouped by it is joined, and rows of the base are then counted distinctly.
"""

from core.local_genie.rules.aggregating import aggregate_sql
from core.local_genie.rules.constraining import constraints
from core.local_genie.rules.intent import Intent, Measure
from core.local_genie.rules.joins import Joins
from core.local_genie.rules.plan import Plan
from core.local_genie.rules.schema import Schema, quoted
from core.local_genie.rules.styles import Styles


def write_sql(intent: Intent, schema: Schema, joins: Joins, styles: Styles) -> str:
    """The SELECT that answers an intent.

    Raises:
        Unreachable: a table cannot be joined.
    """
    plan = Plan(schema, joins, styles, intent, schema.tables[intent.home])
    intent.groups = list({group.shown: group for group in intent.groups}.values())
    shown = [*intent.groups, *([] if intent.measures else intent.columns)]
    for group in shown:
        plan.need(group.tables)
    for condition in [c for m in _all_measures(intent) for c in (*m.parts, *m.where)]:
        plan.need(condition.tables)
    for measure in _all_measures(intent):
        plan.need(measure.tables, optional=measure.optional)
    for _, _, tables in intent.order:
        plan.need(tables)
    where, branches = constraints(plan)
    select = [
        (sql, alias) for group in shown for sql, alias in zip(group.shown, group.aliases, strict=True)
    ]  # fmt: skip
    aggregates = {measure: aggregate_sql(plan, measure) for measure in _own_measures(intent)}
    shown_measures = [(aggregates[measure], measure.alias or "value") for measure in intent.measures]
    shown_measures = list({sql: (sql, alias) for sql, alias in reversed(shown_measures)}.values())[::-1]
    having = [f"{aggregates[each.measure]} {each.operator} {each.value}" for each in intent.havings]
    where += branches
    keys = list(
        dict.fromkeys(part for group in intent.groups for part in (*((group.key,) if group.key else ()), *group.shown))
    )
    grouped = bool(intent.groups) and bool(intent.measures or having or intent.rank or intent.count_groups)
    body = _body(plan, where)
    if grouped and intent.count_groups:
        head = ", ".join(keys)
        inner = f"SELECT {head}\n{body}\nGROUP BY {head}" + (f"\nHAVING {' AND '.join(having)}" if having else "")
        return f"SELECT COUNT(*) AS {quoted(intent.groups[0].entity or 'groups')}\nFROM (\n{_indented(inner)}\n)"
    outputs = _aliased([*select, *shown_measures], plan)
    distinct = "DISTINCT " if not grouped and not intent.measures and _repeats(plan, intent) else ""
    lines = [f"SELECT {distinct}{', '.join(outputs)}", body]
    if grouped:
        lines.append(f"GROUP BY {', '.join(keys)}")
    if having:
        lines.append(f"HAVING {' AND '.join(having)}")
    lines += _ordering(plan, aggregates, grouped, select)
    return "\n".join(line for line in lines if line)


def _all_measures(intent: Intent) -> list[Measure]:
    found: list[Measure] = []
    for measure in _own_measures(intent):
        found += [measure, *([measure.of] if measure.of else [])]
    return found


def _own_measures(intent: Intent) -> list[Measure]:
    ranked = [intent.rank[0]] if intent.rank else []
    return list(dict.fromkeys([*intent.measures, *ranked, *(having.measure for having in intent.havings)]))


def _body(plan: Plan, where: list[str]) -> str:
    lines = [f"FROM {plan.base.source}", *plan.joined.values()]
    tests = list(dict.fromkeys(where))
    if tests:
        lines.append("WHERE " + "\n  AND ".join(tests))
    return "\n".join(lines)


def _repeats(plan: Plan, intent: Intent) -> bool:
    """Whether a list of these columns may show a row twice that is one thing."""
    if plan.multiplied:
        return True
    for group in intent.columns:
        for sql in group.shown:
            for column in plan.base.columns.values():
                if column.sql == sql and (column is plan.base.primary or column.distinct == plan.base.rows):
                    return False
    things = any(group.entity == plan.base.key for group in intent.columns)  # two patients may have one name
    return len(intent.columns) <= 1 and not intent.order and not things


def _ordering(plan: Plan, aggregates: dict[Measure, str], grouped: bool, select: list[tuple[str, str]]) -> list[str]:
    intent = plan.intent
    lines: list[str] = []
    if intent.rank is not None and grouped:
        direction = "DESC" if intent.rank[1] else "ASC"
        value = aggregates[intent.rank[0]]
        within = [group for group in intent.groups[1:] if not group.beside]
        if within and intent.limit:
            partition = ", ".join(sql for group in within for sql in group.shown)
            return [
                f"QUALIFY ROW_NUMBER() OVER (PARTITION BY {partition} ORDER BY {value} {direction}) <= {intent.limit}"
            ]
        lines.append(f"ORDER BY {value} {direction}")
    elif intent.order:
        lines.append(
            "ORDER BY "
            + ", ".join(f"{sql} {'DESC' if down else 'ASC'}{_nulls(plan, sql, down)}" for sql, down, _ in intent.order)
        )
    elif grouped and any(group.bucket for group in intent.groups):
        lines.append("ORDER BY " + ", ".join(sql for group in intent.groups if group.bucket for sql in group.shown))
    if intent.limit and lines:
        lines.append(f"LIMIT {intent.limit}")
    return lines


def _nulls(plan: Plan, sql: str, down: bool) -> str:
    gaps = any(column.sql == sql and 0 <= column.filled < plan.base.rows for column in plan.base.columns.values())
    return " NULLS LAST" if gaps and not down else ""


def _aliased(outputs: list[tuple[str, str]], plan: Plan) -> list[str]:
    found: list[str] = []
    names: set[str] = set()
    for sql, alias in outputs:
        name = alias
        number = 2
        while name in names:
            name, number = f"{alias}_{number}", number + 1
        names.add(name)
        plain = sql.rpartition(".")[2].strip("`") == name
        digits = plan.styles.digits
        if digits is not None and ("/" in sql or sql.startswith(("AVG(", "MEDIAN("))):
            sql = f"ROUND({sql}, {digits})"
        found.append(sql if plain else f"{sql} AS {quoted(name)}")
    return found or ["*"]


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
