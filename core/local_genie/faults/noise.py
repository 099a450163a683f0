"""An answer that comes out otherwise: the SQL of a writer, changed as an inattentive one would have changed it."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.local_genie.writing import Written

if TYPE_CHECKING:
    from sqlglot import exp

_ASIDE = "Could you say more exactly what you would like to see?"


def spoil(written: Written, chance: random.Random) -> Written:
    """The answer, changed in one way that `chance` picks; a refusal stays as it is."""
    if written.sql is None:
        return written
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(written.sql, read="databricks")
    except SqlglotError:
        return written
    ways: list[Callable[[exp.Select], bool]] = [_drop_filter, _other_aggregate, _drop_group, _more_rows]
    chance.shuffle(ways)
    select = tree if isinstance(tree, exp.Select) else tree.find(exp.Select)
    if select is not None and any(way(select) for way in ways):
        return Written(tree.sql(dialect="databricks"), written.text, written.explanation)
    return Written(None, _ASIDE, "")


def _drop_filter(select: "exp.Select") -> bool:
    from sqlglot import exp

    where = select.args.get("where")
    if where is None:
        return False
    parts = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
    if len(parts) > 1:
        where.set("this", exp.and_(*(each.copy() for each in parts[:-1])))
    else:
        select.set("where", None)
    return True


def _other_aggregate(select: "exp.Select") -> bool:
    from sqlglot import exp

    for node in select.find_all(exp.Sum, exp.Avg):
        node.replace((exp.Avg if isinstance(node, exp.Sum) else exp.Sum)(this=node.this.copy()))
        return True
    return False


def _drop_group(select: "exp.Select") -> bool:
    """One grouping column less, so that there are fewer columns and rows."""
    group = select.args.get("group")
    if group is None or not group.expressions or len(select.expressions) < 2:
        return False
    gone = group.expressions[-1]
    same = [each for each in select.expressions if each.unalias() == gone]
    if not same or select.args.get("order"):
        return False
    select.set("expressions", [each for each in select.expressions if each is not same[0]])
    if len(group.expressions) == 1:
        select.set("group", None)
    else:
        group.set("expressions", group.expressions[:-1])
    return True


def _more_rows(select: "exp.Select") -> bool:
    limit = select.args.get("limit")
    if limit is None:
        return False
    select.set("limit", None)
    return True
