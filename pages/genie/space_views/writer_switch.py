"""Who writes the local Genie's SQL: its rules, or a model by a connection. One choice for everybody on this machine."""

import streamlit as st

from core import activity, genie, llm
from core.db import reading, transaction
from core.errors import WorkbenchError
from pages._ui import layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain

_KEY = "genie.writer"
_RULES = "Rules"


def draw(client: genie.GenieClient) -> None:
    """A popover that says who writes, and changes it."""
    present = genie.local_writer(client).connection
    with reading() as session:
        connections = [each for each in llm.list_connections(session) if each.kind != "offline" and each.model]
    with st.popover(f"SQL by {plain(present) if present else 'rules'}", icon=ICON.model):
        st.caption(
            "The rules are quick and always answer the same; they know only what the space says. A model understands more, but "
            "is sent the question, the space's configuration, the tables' columns and a few of their values."
        )
        offered = [_RULES, *(each.name for each in connections)]
        if present is not None and present not in offered:
            offered.append(present)
        models = {each.name: each.model for each in connections}
        with layout.showing_errors():
            # Set before the widget is drawn: another person, or the command line, may have changed it.
            st.session_state[_KEY] = present or _RULES
            st.radio(
                "Who writes the SQL",
                offered,
                key=_KEY,
                format_func=lambda name: f"{plain(name)} ({plain(models[name])})" if models.get(name) else plain(name),
                on_change=_choose,
                args=(client,),
            )
        if not connections:
            st.caption("A model needs a connection; the offline model does not write SQL.")
            st.page_link("pages/admin/connections.py", label="Connections", icon=ICON.connection)


def _choose(client: genie.GenieClient) -> None:
    chosen = st.session_state[_KEY]
    try:
        genie.set_local_writer(client, None if chosen == _RULES else chosen)
        with transaction() as session:
            activity.record(session, person.current(), "let the local Genie write SQL by", chosen)
        st.toast(f"The local Genie writes SQL by {plain(chosen)} now.", icon=ICON.check)
    except WorkbenchError as error:
        st.toast(plain(str(error), 400), icon=ICON.error)
