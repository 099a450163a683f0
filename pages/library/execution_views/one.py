"""One execution: its facts, its answer, what was sent; rate it, replay it, compare a replay with its original."""

import json

import pandas as pd
import streamlit as st

from core import library, llm
from core.db import reading
from core.errors import NotFoundError
from pages._ui import formatting, layout
from pages._ui.answer_card import is_offline, live_answer, version_words
from pages._ui.answer_view import answer_view, cost, figures, text_block, tokens
from pages._ui.badges import offline_badge, status_badge
from pages._ui.icons import ICON
from pages._ui.star_rating import star_rating
from pages._ui.text import plain
from pages.library.execution_views import comparing, replaying
from pages.library.execution_views.listing import PAGE, back_to_list, way_back


def draw(execution_id: str) -> None:
    """Draw the execution, or say that there is none."""
    try:
        with reading() as session:
            execution = library.get_execution(session, execution_id)
            connections = llm.list_connections(session)
    except NotFoundError as error:
        layout.missing_page("Execution", str(error), PAGE, "Executions")
    if st.button("Executions", icon=ICON.back, type="tertiary", key="execution.back"):
        back_to_list()
    _head(execution, connections)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        replaying.replay_button(execution, connections)
        if execution.template_id:
            st.page_link(
                "pages/library/template.py",
                label="Open the template",
                icon=ICON.template,
                query_params={"id": execution.template_id},
            )
        if execution.replay_of and st.button(
            "The original", icon=ICON.execution, type="tertiary", key="execution.original"
        ):
            st.switch_page(PAGE, query_params={**way_back(), "execution": execution.replay_of})
        if execution.status != "running":
            star_rating(execution, key="execution")

    views = {"Answer": _answer, "Sent": _sent, "Variables": _variables, "Details": _details}
    if execution.replay_of:
        views["Compare"] = comparing.draw
    view = st.segmented_control(
        "View",
        list(views),
        default="Answer",
        required=True,
        key="body",
        bind="query-params",
        label_visibility="collapsed",
    )
    views[view](execution)


def _head(execution: library.ExecutionView, connections: list[llm.ConnectionView]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"### {plain(execution.template_name or 'Direct call')}")
        if execution.template_name:
            st.badge(version_words(execution), color="gray", icon=ICON.version)
        status_badge(execution.status)
        if is_offline(execution, connections):
            offline_badge("offline")
        if execution.is_cached:
            st.badge("from the cache", color="gray")
        if execution.replay_of:
            st.badge("replay", color="gray", icon=ICON.replay)
    facts = [
        formatting.ago(execution.created_at) + f" by {plain(execution.person)}",
        f"{plain(execution.model)} on {plain(execution.connection)}",
    ]
    if execution.status != "running":
        facts.append(figures(execution))
    if execution.attempts > 1:
        facts.append(f"{execution.attempts} attempts")
    st.caption(" · ".join(facts))


def _answer(execution: library.ExecutionView) -> None:
    if execution.status == "running":
        live_answer(execution, key="execution")
    else:
        answer_view(execution, key=f"execution.{execution.id}")


def _sent(execution: library.ExecutionView) -> None:
    st.caption("Exactly what went to the model, after rendering.")
    for title, text in (("System prompt", execution.system), ("User prompt", execution.user)):
        st.markdown(f"**{title}** · {formatting.plural(len(text), 'character')}")
        if text:
            text_block(text, key=f"execution.sent.{title}", tall=False)
        else:
            st.caption("Empty, so it was not sent.")
    given = {name: value for name, value in execution.settings.items() if value not in (None, [])}
    st.markdown("**Settings**")
    if given:
        st.code(json.dumps(given, indent=2, ensure_ascii=False), language="json", wrap_lines=True)
    else:
        st.caption("None: the defaults of the service applied.")


def _variables(execution: library.ExecutionView) -> None:
    if execution.variables is None:
        layout.empty_state("No variables", "This call sent its texts as they were, without rendering a template.")
        return
    if not execution.variables:
        layout.empty_state("No variables", "The template needed none, or its defaults were used.")
        return
    st.caption("The raw values, as they were given. A replay uses them again.")
    for name, value in execution.variables.items():
        st.markdown(f"**{plain(name)}**")
        if isinstance(value, str):
            text_block(value or " ", key=f"execution.variable.{name}", tall=False)
        else:
            shown = json.dumps(value, indent=2, ensure_ascii=False)
            text_block(shown, key=f"execution.variable.{name}", language="json", tall=False)


def _details(execution: library.ExecutionView) -> None:
    facts = {
        "Execution": execution.id,
        "Template": execution.template_name or formatting.UNKNOWN,
        "Version": version_words(execution),
        "Status": execution.status,
        "Kind of error": execution.error_kind or formatting.UNKNOWN,
        "Connection": execution.connection,
        "Model": execution.model,
        "Tokens in + out": tokens(execution),
        "Cost": cost(execution),
        "Duration": formatting.duration(execution.duration_ms),
        "First words after": formatting.duration(execution.first_token_ms),
        "Attempts": formatting.count(execution.attempts),
        "From the cache": "yes" if execution.is_cached else "no",
        "Began": f"{execution.created_at:%Y-%m-%d %H:%M:%S} UTC",
        "Person": execution.person,
        "Started from": execution.source,
        "Request": execution.request_id,
        "Replay of": execution.replay_of or formatting.UNKNOWN,
        "Rating": formatting.stars(execution.rating),
        "Note": execution.rating_note or formatting.UNKNOWN,
    }
    st.dataframe(
        pd.DataFrame({"Fact": list(facts), "Value": list(facts.values())}),
        hide_index=True,
        height="content",
        alt="Everything recorded about this call",
        column_config={
            "Fact": st.column_config.TextColumn(width=150),
            "Value": st.column_config.TextColumn(width="large"),
        },
    )
