"""Values of `:name` markers, as a statement request gives them."""

from typing import Any

from core.local_genie.refusals import invalid

_TYPES = {
    "STRING", "INT", "BIGINT", "SMALLINT", "TINYINT", "DOUBLE", "FLOAT", "DATE", "TIMESTAMP", "BOOLEAN", "DECIMAL",
}  # fmt: skip


def read_parameters(value: Any) -> dict[str, Any]:
    """Expressions by marker name.

    Raises:
        Refusal: the list is not one of {name, value, type}, or a type is not known.
    """
    import sqlglot
    from sqlglot import exp

    if value is None:
        return {}
    if not isinstance(value, list) or not all(isinstance(each, dict) and each.get("name") for each in value):
        raise invalid("parameters must be a list of objects with name, value and type.")
    found = {}
    for each in value:
        text, kind = each.get("value"), str(each.get("type") or "STRING").upper()
        if kind.split("(")[0] not in _TYPES:
            raise invalid(f"The type {kind[:40]} of the parameter {each['name']} is not known.")
        literal = exp.Null() if text is None else exp.Literal.string(str(text))
        try:
            to = sqlglot.parse_one(f"CAST(NULL AS {kind})", read="databricks").args["to"]
        except (sqlglot.errors.SqlglotError, KeyError) as error:
            raise invalid(f"The type {kind[:40]} of the parameter {each['name']} is not known.") from error
        found[str(each["name"])] = exp.Cast(this=literal, to=to)
    return found
