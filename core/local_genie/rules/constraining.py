"""WHERE: plain conditions, and EXISTS for tables whose rows must not multiply those of the base."""

from core.local_genie.rules.aggregating import parenthesised
from core.local_genie.rules.intent import Absence, Condition
from core.local_genie.rules.plan import Plan, Unreachable


def constraints(plan: Plan) -> tuple[list[str], list[str]]:
    """The conditions of WHERE, and the EXISTS of tables that would multiply rows."""
    plain: list[Condition] = []
    branches: dict[str, list[Condition]] = {}
    conditions = [*plan.intent.conditions]
    joined_many = {table for table in plan.joined if not plan.path(table).single}
    for condition in _merged(conditions):
        many = [table for table in sorted(condition.tables) if not plan.path(table).single]
        if not many or joined_many >= set(many):
            plan.need(condition.tables)
            plain.append(condition)
        else:
            branches.setdefault(_branch(plan, many[0]), []).append(condition)
    for table in plan.intent.presences:
        if table not in plan.joined and not plan.path(table).single:
            branches.setdefault(_branch(plan, table), [])
    exists = []
    for branch, inside in branches.items():
        needed = {table for each in inside for table in each.tables} | {
            t for t in plan.intent.presences if _branch(plan, t) == branch
        }
        exists.append(_exists(plan, branch, inside, needed))
    for absence in plan.intent.absences:
        exists.append("NOT " + _absent(plan, absence))
    return [parenthesised(each.text) for each in plain], exists


def _merged(conditions: list[Condition]) -> list[Condition]:
    """Equalities on one column become one IN; repeated conditions become one."""
    found: list[Condition] = []
    for condition in conditions:
        same = [
            c for c in found if c.column is not None and c.column is condition.column and c.negated == condition.negated
        ]
        if condition.column is None or not same or condition.column.kind == "flag":
            if all(c.text != condition.text for c in found):
                found.append(condition)
            continue
        first = same[0]
        if condition.sql in first.sql:
            continue
        left = condition.column.sql
        values = [part for part in (first.sql, condition.sql)]
        inner = ", ".join(
            part.split(" IN (", 1)[1].removesuffix(")") if " IN (" in part else part.split(" = ", 1)[1]
            for part in values
        )
        found[found.index(first)] = Condition(
            f"{left} IN ({inner})", first.tables, condition.column, None, first.negated, first.span
        )
    return found


def _branch(plan: Plan, table: str) -> str:
    """The first table on the way that multiplies rows."""
    return next(step.right for step in plan.path(table).steps if not step.single)


def _exists(plan: Plan, branch: str, conditions: list[Condition], needed: set[str]) -> str:
    steps = plan.path(branch).steps
    outer = {plan.base.key, *(step.left for step in steps)}
    plan.need([step.left for step in steps])
    inner = plan.joins.paths(branch)
    lines = [f"SELECT 1 FROM {plan.schema.tables[branch].source}"]
    seen = {branch} | outer
    for table in sorted(needed - seen, key=lambda key: (inner[key].cost if key in inner else 0, key)):
        if table not in inner:
            raise Unreachable(table)
        for step in inner[table].steps:
            if step.right not in seen:
                seen.add(step.right)
                lines.append(f"JOIN {plan.schema.tables[step.right].source} ON {step.condition}")
    tests = [steps[-1].condition, *(parenthesised(each.text) for each in conditions)]
    return f"EXISTS ({' '.join(lines)} WHERE {' AND '.join(tests)})"


def _absent(plan: Plan, absence: Absence) -> str:
    branch = _branch(plan, absence.table) if not plan.path(absence.table).single else absence.table
    needed = {absence.table, *(table for each in absence.where for table in each.tables)}
    return _exists(plan, branch, list(absence.where), needed)
