"""Replay: the same variables under any version, or the same texts again, with any connection and model."""

from typing import Any

import streamlit as st

from core import library, llm
from core.db import reading
from core.errors import NotFoundError, WorkbenchError
from pages._ui import layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.library.execution_views.listing import PAGE, way_back


def replay_button(execution: library.ExecutionView, connections: list[llm.ConnectionView]) -> None:
    """The button with its form; a sent form opens the new execution, which streams in there."""
    numbers, current = _versions(execution)
    key = f"replay.{execution.id}"  # each execution has a form of its own, closed at first
    with st.popover("Replay", icon=ICON.replay, type="primary", key=key), st.form(f"{key}.form", border=False):
        number = None
        if numbers:
            start = execution.version_number if execution.version_number in numbers else None
            options: list[int | None] = list(numbers) if start else [None, *numbers]
            number = st.selectbox(
                "Version",
                options,
                options.index(start),
                format_func=lambda each: _version_words(each, execution.version_number, current),
                key=f"{key}.version",
                help="The variables of this execution are rendered by it",
            )
        else:
            st.caption("The texts are sent again as they were: this call has no template to render.")
        names = [connection.name for connection in connections]
        default = next((connection.name for connection in connections if connection.is_default), None)
        start_name = execution.connection if execution.connection in names else default
        connection = st.selectbox(
            "Connection",
            names,
            names.index(start_name) if start_name else 0,
            format_func=plain,
            key=f"{key}.connection",
        )
        model = st.text_input(
            "Model",
            key=f"{key}.model",
            placeholder=f"as recorded: {execution.model}",
            help="Empty: the recorded model, or on another connection that one's own",
        )
        st.caption("The answer is a new execution; this one stays as it is.")
        sent = st.form_submit_button("Replay now", icon=ICON.replay, type="primary", key=f"{key}.send")
    if sent:
        with layout.showing_errors():
            started = _start(execution, number, connection, model.strip())
            st.switch_page(PAGE, query_params={**way_back(), "execution": started})


def _start(execution: library.ExecutionView, number: int | None, connection: str, model: str) -> str:
    same = connection == execution.connection
    overrides = {"connection": connection, "model": model or (execution.model if same else None)}
    fields: dict[str, Any] = {"overrides": overrides, "source": "page", "person": person.current(), "stream": True}
    with reading() as session:
        call = library.call_again(session, execution.id, number=number, **fields)
    try:
        return library.start(call).execution_id
    except WorkbenchError as error:
        # A call that is refused for its budget is recorded too, and its record says why.
        refused = getattr(error, "execution_id", None)
        if refused is None:
            raise
        return refused


def _versions(execution: library.ExecutionView) -> tuple[list[int], int | None]:
    """The versions that can render the variables, newest first, and which of them runs by name."""
    if execution.template_id is None or execution.variables is None:
        return [], None
    try:
        with reading() as session:
            versions = library.list_versions(session, execution.template_id, archived=True)
            return [version.number for version in versions], library.get_template(
                session, execution.template_id
            ).current_number
    except NotFoundError:
        return [], None


def _version_words(number: int | None, used: int | None, current: int | None) -> str:
    if number is None:
        return "the texts as they were sent"
    notes = [words for words, holds in (("used here", number == used), ("production", number == current)) if holds]
    return f"v{number}" + (f" ({', '.join(notes)})" if notes else "")
