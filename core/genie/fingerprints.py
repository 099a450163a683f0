"""When two definitions are the same: the canonical form of a space, and its hash.

The service may store a space otherwise than it was sent, without a change of meaning: text cut into other lines, lists in
another order, empty lists and false flags left out, a metric view moved to `tables`. The canonical form is equal then.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from core.genie.space_parts import dicts, joined
from core.genie.spaces import VERSION, Space

_TEXTS = frozenset({"description", "question", "content", "comment", "instruction", "usage_guidance"})
"""Fields whose list of strings is one text. `sql` is one too, but not in a join, where its parts mean different things."""

_FLAGS = frozenset({"exclude", "enable_format_assistance", "enable_entity_matching"})
_SORTED_BY = {
    "tables": "identifier",
    "metric_views": "identifier",
    "sources": "identifier",
    "column_configs": "column_name",
    "parameters": "name",
    "sample_questions": "id",
    "text_instructions": "id",
    "example_question_sqls": "id",
    "sql_functions": "id",
    "join_specs": "id",
    "filters": "id",
    "expressions": "id",
    "measures": "id",
    "questions": "id",
}
"""The key that each known list is sorted by. Lists that are not named here keep their order: it may mean something."""

SORTED_BY = {name: key for name, key in _SORTED_BY.items() if name != "sources"}


def canonical(space: Space, *, benchmarks: bool = True) -> dict[str, Any]:
    """The form that equal definitions share. `benchmarks=False` leaves them out: Genie does not see them."""
    data = space.copy()
    if not benchmarks:
        data.pop("benchmarks", None)
    sources = data.get("data_sources")
    if isinstance(sources, dict) and all(
        isinstance(sources.get(each, []), list) for each in ("tables", "metric_views")
    ):
        # The service shows a metric view in either place.
        rest = {key: value for key, value in sources.items() if key not in ("tables", "metric_views")}
        data["data_sources"] = rest | {"sources": [*sources.get("tables", []), *sources.get("metric_views", [])]}
    found = _plain(data, in_join=False)
    return {**found, "version": VERSION} if isinstance(found, dict) else {"version": VERSION}


def fingerprint(space: Space, *, benchmarks: bool = True) -> str:
    """SHA-256 of the canonical form, 64 hexadecimal digits."""
    text = json.dumps(canonical(space, benchmarks=benchmarks), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def in_order(space: Space) -> Space:
    """The same definition with each list in the order that the service demands. Benchmarks stay in theirs: it may mean something."""
    data = {key: value if key == "benchmarks" else _ordered(value, key) for key, value in space.copy().items()}
    return Space(data)


def _ordered(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _ordered(each, name) for name, each in value.items()}
    if not isinstance(value, list):
        return value
    items = [_ordered(each, "") for each in value]
    by = SORTED_BY.get(key, "")
    if all(isinstance(each, dict) and isinstance(each.get(by), str) for each in items):
        items.sort(key=lambda item: item[by])
    return items


def same(left: Space, right: Space) -> bool:
    """Whether both mean the same to the service."""
    return canonical(left) == canonical(right)


def _plain(value: Any, *, in_join: bool, key: str = "") -> Any:
    """Without empty parts, texts in one piece, known lists sorted."""
    if isinstance(value, dict):
        found = {name: _plain(each, in_join=in_join or key == "join_specs", key=name) for name, each in value.items()}
        return {name: each for name, each in found.items() if not _means_nothing(name, each)}
    if not isinstance(value, list):
        return value
    if all(isinstance(each, str) for each in value) and (key in _TEXTS or (key == "sql" and not in_join)):
        return joined(value)
    items = [_plain(each, in_join=in_join, key=key) for each in value]
    if key in _SORTED_BY and all(isinstance(each, dict) for each in items):
        items.sort(key=lambda item: (str(item.get(_SORTED_BY[key], "")), json.dumps(item, sort_keys=True)))
    return items


def _means_nothing(name: str, value: Any) -> bool:
    return value is None or value == [] or value == {} or value == "" or (name in _FLAGS and value is False)


def counted(data: Mapping[str, Any], *keys: str) -> int:
    """How many objects the list under that path of keys holds; 0 where it is missing or no list."""
    found: Any = data
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return sum(1 for _ in dicts(found))
