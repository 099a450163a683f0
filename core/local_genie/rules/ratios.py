"""Quotients of things counted in two tables: of which rows they are."""

import re

_THINGS = r"COUNT\(DISTINCT `?(\w+)`?\.`?\w+`?\)"
_RATIO = re.compile(
    rf"\(?(?:100(?:\.0+)? \* )?{_THINGS}(?: \* (?:100|1)(?:\.0+)?)?\)? / \(?(?:NULLIF\()?{_THINGS}(?:, 0\))?\)?(?: \* 100(?:\.0+)?)?",
    re.IGNORECASE,
)


def ratio_home(sql: str) -> str | None:
    """ "Orders with a refund / orders": a quotient of things counted once each is of those it is divided by.

    All of these count, also those for which the other table has no row.
    """
    match = _RATIO.fullmatch(sql.strip())
    return match[2] if match and match[1] != match[2] else None
