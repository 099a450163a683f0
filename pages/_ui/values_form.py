"""Inputs for a template's variables, one by type; a value can also come from a file."""

import json
from collections.abc import Iterable
from typing import Any

import streamlit as st

from core.library import VariableSpec
from pages._ui.icons import ICON
from pages._ui.text import plain

_SHORT = 80


def values_form(specs: Iterable[VariableSpec], *, key: str, start: dict[str, Any] | None = None) -> dict[str, Any]:
    """The values as the person typed them, by name; one that is left empty is missing.

    `start` is what the inputs begin with, such as samples or the variables of a recorded execution.
    """
    values = {}
    for spec in specs:
        value = _input(spec, (start or {}).get(spec.name, spec.default), f"{key}.{spec.name}")
        if value is not None and value != "":
            values[spec.name] = value
    return values


def missing(specs: Iterable[VariableSpec], values: dict[str, Any]) -> list[str]:
    """The required variables that have neither a value nor a default."""
    return [spec.name for spec in specs if spec.required and spec.default is None and spec.name not in values]


def _input(spec: VariableSpec, value: Any, key: str) -> Any:
    label = plain(spec.name) + ("" if spec.required and spec.default is None else " (optional)")
    help_text = plain(spec.description, 500) or None
    if spec.type == "yes_no":
        return st.segmented_control(
            label, [True, False], format_func=lambda yes: "yes" if yes else "no", default=value, key=key, help=help_text
        )
    if spec.type == "choice":
        index = spec.choices.index(value) if value in spec.choices else None
        return st.selectbox(label, spec.choices, index, key=key, help=help_text, placeholder="Choose")
    text = _as_typed(spec, value)
    if spec.type == "number":
        return st.text_input(label, text, key=key, help=help_text, placeholder="a number")
    if spec.type in ("list", "json") or len(text) > _SHORT or "\n" in text or spec.type == "text":
        with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="xsmall"):
            typed = st.text_area(
                label,
                text,
                key=key,
                help=help_text,
                height=None if spec.type == "text" and len(text) <= _SHORT else 140,
                placeholder={"list": "one item a line", "json": "{ }"}.get(spec.type),
            )
            with st.popover("", icon=ICON.upload, help="Take the value from a file", width="content"):
                file = st.file_uploader(f"File for {label}", key=f"{key}.file", max_upload_size=8)
        return typed if file is None else _read(file)
    return st.text_input(label, text, key=key, help=help_text)


def _read(file: Any) -> str | None:
    """The text of an uploaded file; it goes before what is typed."""
    try:
        text = file.getvalue().decode("utf-8-sig")
    except UnicodeDecodeError:
        st.error("This file is not UTF-8 text. Save it as UTF-8, or paste its text.", icon=ICON.error)
        return None
    st.caption(f"From {plain(file.name)}: {len(text):,} characters. Remove the file to type instead.")
    return text


def _as_typed(spec: VariableSpec, value: Any) -> str:
    """The way a person would type the value."""
    if value is None:
        return ""
    if (
        spec.type == "list"
        and isinstance(value, list)
        and all(isinstance(item, str) and "\n" not in item for item in value)
    ):
        return "\n".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
