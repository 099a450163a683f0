"""Typed variables: from the texts and what a person declared, to values that a rendering may use."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from core.errors import PromptRenderError, PromptValidationError
from core.library.rendering import Discovery
from core.library.views import VARIABLE_TYPES, VariableSpec

_YES = {"yes", "y", "true", "1", "on"}
_NO = {"no", "n", "false", "0", "off"}


def declared(discovery: Discovery, known: Iterable[VariableSpec]) -> tuple[VariableSpec, ...]:
    """The variables of the texts, in their order, with what is known about them; a new one is text.

    A variable that the texts no longer use is dropped. One that the texts guard with a default is not required.
    """
    specs = {spec.name: spec for spec in known}
    return tuple(
        specs.get(found.name) or VariableSpec(found.name, required=found.name not in discovery.optional)
        for found in discovery.variables
    )


def check_specs(specs: Iterable[VariableSpec]) -> tuple[VariableSpec, ...]:
    """The specs with defaults and samples in their types.

    Raises:
        PromptValidationError: an unknown type, a choice without choices, a default or sample of another type.
    """
    checked = []
    for spec in specs:
        if spec.type not in VARIABLE_TYPES:
            raise PromptValidationError(f"Variable '{spec.name}' has the unknown type '{spec.type}'.")
        if spec.type == "choice" and not spec.choices:
            raise PromptValidationError(f"Variable '{spec.name}' is a choice: name at least one value to choose from.")
        try:
            checked.append(
                replace(spec, default=_maybe_typed(spec, spec.default), sample=_maybe_typed(spec, spec.sample))
            )
        except PromptRenderError as error:
            raise PromptValidationError(f"The default or sample does not fit. {error}") from error
    return tuple(checked)


def _maybe_typed(spec: VariableSpec, value: Any) -> Any:
    return None if value is None else typed(spec, value)


def values_for(specs: Iterable[VariableSpec], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a rendering gets: what was given, in its type, else the default.

    An optional variable without a value and default is left out. A given name that no spec knows is passed on as it
    is, since a template may read it through a guarded expression.

    Raises:
        PromptRenderError: names every required variable without a value, or the value that has the wrong type.
    """
    specs = tuple(specs)
    known = {spec.name for spec in specs}
    values: dict[str, Any] = {name: value for name, value in given.items() if name not in known}
    missing = []
    for spec in specs:
        value = given.get(spec.name)
        if value is None:
            value = spec.default
        if value is not None:
            values[spec.name] = typed(spec, value)
        elif spec.required:
            missing.append(spec.name)
    if missing:
        raise PromptRenderError(missing_sentence(missing), missing=tuple(missing))
    return values


def recordable(given: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The raw values for the record; one that JSON cannot hold (a date, NaN) as the rendering got it, from `values`."""
    return {name: value if is_json(value) else values.get(name) for name, value in given.items()}


def is_json(value: Any) -> bool:
    """Whether JSON has a way to write it; it has none for NaN."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def missing_sentence(names: list[str]) -> str:
    """One sentence that names all of them and the way out."""
    if len(names) == 1:
        return f"The variable '{names[0]}' has no value. Fill it in, or give it a default."
    listed = ", ".join(f"'{name}'" for name in names)
    return f"{len(names)} variables have no value: {listed}. Fill them in, or give them defaults."


def typed(spec: VariableSpec, value: Any) -> Any:
    """`value` as the variable's type; text is read the way a person writes it ("3", "yes", one list item a line, JSON).

    Raises:
        PromptRenderError: it cannot be read as that type; the text says what is expected.
    """
    reader = _READERS[spec.type]
    try:
        return reader(spec, value)
    except (ValueError, TypeError) as error:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        raise PromptRenderError(
            f"The variable '{spec.name}' needs {_EXPECTED[spec.type]}, not '{shown[:60]}'."
            + (f" Choose one of: {', '.join(spec.choices)}." if spec.type == "choice" else "")
        ) from error


def sample_values(specs: Iterable[VariableSpec], *, stand_ins: bool = True) -> dict[str, Any]:
    """A value for each variable: its sample, else its default, else a stand-in of its type.

    Previews and tests use stand-ins; where a person starts a run (`stand_ins` False) such a variable is left out.
    """
    by_type: dict[str, Any] = {"number": 1, "yes_no": True, "list": ["first", "second"], "json": {}}
    samples = {}
    for spec in specs:
        value = spec.sample if spec.sample is not None else spec.default
        if value is None and stand_ins:
            first_choice = spec.choices[0] if spec.type == "choice" and spec.choices else None
            value = first_choice or by_type.get(spec.type, f"<{spec.name}>")
        if value is not None:
            samples[spec.name] = value
    return samples


def specs_to_json(specs: Iterable[VariableSpec]) -> list[dict[str, Any]]:
    return [asdict(spec) | {"choices": list(spec.choices)} for spec in specs]


def specs_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[VariableSpec, ...]:
    return tuple(
        VariableSpec(
            name=row["name"],
            type=row.get("type", "text"),
            default=row.get("default"),
            required=row.get("required", True),
            description=row.get("description") or "",
            choices=tuple(row.get("choices") or ()),
            sample=row.get("sample"),
        )
        for row in rows
    )


def _text(spec: VariableSpec, value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, str) else str(value)


def _number(spec: VariableSpec, value: Any) -> int | float:
    if isinstance(value, bool):
        raise ValueError
    if isinstance(value, str):
        value = value.strip()
        try:
            return int(value)
        except ValueError:
            value = float(value)
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError
    return value


def _yes_no(spec: VariableSpec, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError


def _list(spec: VariableSpec, value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        raise ValueError
    if value.lstrip().startswith("["):
        read = json.loads(value)
        if isinstance(read, list):
            return read
    return [line.strip() for line in value.splitlines() if line.strip()]


def _choice(spec: VariableSpec, value: Any) -> str:
    if str(value) not in spec.choices:
        raise ValueError
    return str(value)


def _json(spec: VariableSpec, value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


_READERS = {"text": _text, "number": _number, "yes_no": _yes_no, "list": _list, "choice": _choice, "json": _json}

_EXPECTED = {
    "text": "a text",
    "number": "a number",
    "yes_no": "yes or no",
    "list": "a list (one item a line, or a JSON array)",
    "choice": "one of its choices",
    "json": "valid JSON",
}
