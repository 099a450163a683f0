"""What changed between two definitions, as a tree of named changes: a table's description, a synonym, an example.

Both sides are compared in their canonical form, so that what means the same to the service is no change. The leaves are
what a person, or a fix, would call one change; nothing that differs is left out, whether this module knows it or not.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.genie.fingerprints import canonical
from core.genie.space_parts import default_of
from core.genie.spaces import Space

Kind = Literal["added", "removed", "changed"]

_FIELDS = {
    "description": "description",
    "question": "question",
    "sql": "SQL",
    "content": "text",
    "usage_guidance": "usage guidance",
    "comment": "comment",
    "instruction": "instruction",
    "display_name": "display name",
    "alias": "alias",
    "identifier": "identifier",
    "exclude": "hidden from Genie",
    "enable_format_assistance": "format assistance",
    "enable_entity_matching": "entity matching",
    "default_value": "default value",
    "type_hint": "type",
}


@dataclass(frozen=True)
class Change:
    """One node. A leaf has `before` or `after` or both; a group has `children` and the kind of what happened to it as a whole.

    `what` names the part in a few words (“description”, “column amount”); `subject` says which sort of part it is, for
    programs: source, column, description, synonym, example, text_instruction, sample_question, benchmark, function, join,
    filter, expression, measure, parameter, field, section. `path` is for people and stable: names, not positions.
    """

    kind: Kind
    subject: str
    what: str
    path: str
    before: str | None = None
    after: str | None = None
    children: tuple["Change", ...] = ()

    def leaves(self) -> Iterator["Change"]:
        """The changes without children below this one, itself if it has none."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def compare(before: Space, after: Space) -> tuple[Change, ...]:
    """The changes from one definition to the other, by section; empty if they mean the same."""
    left, right = canonical(before), canonical(after)
    changes: list[Change] = []
    for section, title in (
        ("config", "Questions shown at the start"),
        ("data_sources", "Data"),
        ("instructions", "Instructions"),
        ("benchmarks", "Benchmarks"),
    ):
        children = _object(left.get(section, {}), right.get(section, {}), section)
        if children:
            changes.append(_group("section", title, section, children))
    known = {"config", "data_sources", "instructions", "benchmarks"}
    rest = _object(_without(left, known), _without(right, known), "")
    return (*changes, *rest)


def leaves(changes: Sequence[Change]) -> tuple[Change, ...]:
    """All single changes of a tree, in its order."""
    return tuple(leaf for change in changes for leaf in change.leaves())


def describe(change: Change) -> str:
    """A leaf as a line: `+ data_sources › main.sales.orders › description: One row per order`."""
    sign = {"added": "+", "removed": "−", "changed": "~"}[change.kind]
    if change.kind == "changed":
        return f"{sign} {change.path}: {_short(change.before)} → {_short(change.after)}"
    return f"{sign} {change.path}: {_short(change.after if change.kind == 'added' else change.before)}"


def _object(left: Any, right: Any, path: str) -> tuple[Change, ...]:
    """The changes between two objects, key by key."""
    if not isinstance(left, Mapping) or not isinstance(right, Mapping):
        return () if left == right else (_leaf("field", path.rsplit(" › ", 1)[-1], path, left, right),)
    found: list[Change] = []
    for key in [*left, *(key for key in right if key not in left)]:
        before, after = left.get(key), right.get(key)
        if before != after:
            found += _field(key, before, after, _below(path, key))
    return tuple(found)


def _field(key: str, before: Any, after: Any, path: str) -> Sequence[Change]:
    if key in _LISTS and _is(list, before) and _is(list, after):
        return _items(key, before or [], after or [], path.rsplit(" › ", 1)[0] if " › " in path else "")
    if key == "synonyms" and _is_texts(before) and _is_texts(after):
        return _synonyms(before or [], after or [], path)
    if isinstance(before, Mapping) and isinstance(after, Mapping) and key != "default_value":
        return _object(before, after, path)
    if key == "sql_snippets" and _is(Mapping, before) and _is(Mapping, after):
        return _object(before or {}, after or {}, path)
    if key == "answer":
        return (_leaf("field", "expected SQL", path, _answer(before), _answer(after)),)
    if key == "default_value":
        before, after = default_of(before), default_of(after)
    subject = "description" if key == "description" else "field"
    return (_leaf(subject, _FIELDS.get(key, key.replace("_", " ")), path, before, after),)


_LISTS: dict[str, tuple[str, str]] = {
    "sources": ("source", "identifier"),
    "column_configs": ("column", "column_name"),
    "parameters": ("parameter", "name"),
    "sample_questions": ("sample_question", "id"),
    "text_instructions": ("text_instruction", "id"),
    "example_question_sqls": ("example", "id"),
    "sql_functions": ("function", "id"),
    "join_specs": ("join", "id"),
    "filters": ("filter", "id"),
    "expressions": ("expression", "id"),
    "measures": ("measure", "id"),
    "questions": ("benchmark", "id"),
}
"""Each known list: what one of its items is, and the key by which the items of both sides belong together."""


def _items(name: str, before: list[Any], after: list[Any], path: str) -> Sequence[Change]:
    subject, key = _LISTS[name]
    if not _keyed(before, key) or not _keyed(after, key):
        # Items without the key that tells them apart: compared as they stand.
        return (_leaf("field", name.replace("_", " "), _below(path, name), before, after),)
    left, right = {item[key]: item for item in before}, {item[key]: item for item in after}
    if subject == "text_instruction" and len(left) == len(right) == 1:
        # There is one at most: another id is still the same text instruction.
        right = dict(zip(left, right.values(), strict=True))
    found: list[Change] = []
    for identity in [*left, *(each for each in right if each not in left)]:
        old, new = left.get(identity), right.get(identity)
        if old == new:
            continue
        what = _called(subject, new or old)
        where = _below(path, what)
        if old is None or new is None:
            kind: Kind = "added" if old is None else "removed"
            texts = (None, _summary(subject, new)) if old is None else (_summary(subject, old), None)
            # A new column is only the settings that it brings, its name aside; a new example or table is one change.
            settings = (
                _object(_without(old or {}, {key}), _without(new or {}, {key}), where) if subject == "column" else ()
            )
            found.append(Change(kind, subject, what, where, *texts, tuple(settings)))
        else:
            children = _object(old, new, where)
            found.append(_group(subject, what, where, children))
    return found


def _is(form: type, value: Any) -> bool:
    """Whether the value has that form, or is missing. False, 0 and "" in its place are something else, and are told."""
    return value is None or isinstance(value, form)


def _keyed(items: list[Any], key: str) -> bool:
    values = [item.get(key) if isinstance(item, dict) else None for item in items]
    return all(isinstance(value, str) for value in values) and len(set(values)) == len(values)


def _synonyms(before: list[str], after: list[str], path: str) -> Sequence[Change]:
    above = path.rsplit(" › ", 1)[0]
    gone = [
        _leaf("synonym", f"synonym “{each}”", _below(above, f"synonym “{each}”"), each, None)
        for each in before
        if each not in after
    ]
    new = [
        _leaf("synonym", f"synonym “{each}”", _below(above, f"synonym “{each}”"), None, each)
        for each in after
        if each not in before
    ]
    if not gone and not new:  # the same words in another order, or one of them twice
        return (_leaf("field", "order of the synonyms", path, before, after),)
    return [*gone, *new]


def _called(subject: str, item: Mapping[str, Any]) -> str:
    """What people call one item of a list."""
    if subject == "source":
        return str(item.get("identifier"))
    if subject == "column":
        return f"column {item.get('column_name')}"
    if subject == "parameter":
        return f"parameter {item.get('name')}"
    if subject == "text_instruction":
        return "text instruction"
    name = next((item[key] for key in ("question", "display_name", "alias", "identifier") if item.get(key)), None)
    if subject == "join":
        sides = [side.get("identifier") for side in (item.get("left"), item.get("right")) if isinstance(side, Mapping)]
        name = " with ".join(str(side).rsplit(".", 1)[-1] for side in sides) or None
    return f"{subject.replace('_', ' ')} “{_short(name or item.get('id'), 60)}”"


def _summary(subject: str, item: Mapping[str, Any] | None) -> str:
    """The one text that stands for a whole item."""
    item = item or {}
    if subject == "benchmark":
        return _answer(item.get("answer")) or str(item.get("question") or "")
    for key in ("sql", "content", "description", "question", "identifier"):
        value = item.get(key)
        if value:
            return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
    return _text(item) or ""


def _answer(value: Any) -> str | None:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return _text(value[0].get("content"))
    return _text(value)


def _leaf(subject: str, what: str, path: str, before: Any, after: Any) -> Change:
    kind: Kind = "added" if before is None else "removed" if after is None else "changed"
    return Change(kind, subject, what, path, _text(before), _text(after))


def _group(subject: str, what: str, path: str, children: tuple[Change, ...]) -> Change:
    return Change("changed", subject, what, path, children=children)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)


def _is_texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _without(data: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def _below(path: str, name: str) -> str:
    return f"{path} › {name}" if path else name


def _short(text: Any, most: int = 80) -> str:
    flat = " ".join(str(text or "").split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
