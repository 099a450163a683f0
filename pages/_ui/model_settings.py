"""The model settings of a version: connection, model, temperature, length, stop texts, response schema."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.library import Content
from core.llm import ConnectionView
from pages._ui.icons import ICON

_AUTO = "auto"


def model_settings(content: Content, connections: Sequence[ConnectionView], *, key: str) -> Content:
    """`content` with the settings as edited; an empty field means "not set"."""
    names = [_AUTO, *(connection.name for connection in connections)]
    default = next((each for each in connections if each.is_default), None)
    one, two, three, four = st.columns(4)
    chosen = content.connection if content.connection in names else _AUTO
    connection = one.selectbox(
        "Connection",
        names,
        names.index(chosen),
        key=f"{key}.connection",
        format_func=lambda name: f"auto ({default.name})" if name == _AUTO and default else name,
        help="auto is the default connection",
    )
    if content.connection and content.connection not in names:
        one.warning(f"The connection '{content.connection}' is gone.", icon=ICON.warning)
    answering = next((each for each in connections if each.name == connection), default)
    model = two.text_input(
        "Model",
        content.model or "",
        key=f"{key}.model",
        placeholder=(answering.model if answering else None) or "the connection's default",
    )
    temperature = three.number_input(
        "Temperature", 0.0, 2.0, content.temperature, 0.1, key=f"{key}.temperature", placeholder="not set"
    )
    max_tokens = four.number_input(
        "Longest answer (tokens)", 1, 1_000_000, content.max_tokens, 100, key=f"{key}.max_tokens", placeholder="not set"
    )
    left, right = st.columns(2)
    stop = left.text_area(
        "Stop texts, one a line",
        "\n".join(content.stop),
        key=f"{key}.stop",
        height=100,
        help="At most four; the answer ends before them",
    )
    schema_text = right.text_area(
        "Response schema (JSON Schema)",
        json.dumps(content.response_schema, indent=2, ensure_ascii=False) if content.response_schema else "",
        key=f"{key}.schema",
        height=100,
        placeholder='{"type": "object", "properties": { … }}',
        help="The answer is checked against it, and asked for once more if it does not meet it",
    )
    return replace(
        content,
        connection=None if connection == _AUTO else connection,
        model=model.strip() or None,
        temperature=temperature,
        max_tokens=int(max_tokens) if max_tokens else None,
        stop=tuple(line for line in stop.split("\n") if line),
        response_schema=_schema(schema_text, content.response_schema),
    )


def _schema(text: str, before: dict[str, Any] | None) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        schema = json.loads(text)
    except ValueError as error:
        st.error(f"The response schema is not JSON yet: {error}. The last valid one is kept.", icon=ICON.error)
        return before
    if not isinstance(schema, dict):
        st.error("The response schema has to be a JSON object. The last valid one is kept.", icon=ICON.error)
        return before
    return schema
