"""Admin › Connections: the model services. `?add=1` adds one, `?edit=name&rev=3` changes one as it stood at that save."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import activity, llm
from core.db import reading, transaction
from core.errors import ConflictError, NotFoundError, WorkbenchError
from pages._ui import layout, person
from pages._ui.connection_card import Acts, connection_card
from pages._ui.connection_form import connection_form
from pages._ui.icons import ICON
from pages._ui.text import plain

PAGE = "pages/admin/connections.py"


def draw_list() -> None:
    """The cards, and the button that leads to the form."""
    with reading() as session:
        connections = llm.list_connections(session)
        spent = {each.name: llm.month_spend(session, each.name) for each in connections}
    with st.container(horizontal=True, wrap=False, vertical_alignment="bottom"):
        with st.container():
            layout.heading(
                "Connections",
                "The model services that answer. The default one answers wherever nothing else is chosen.",
            )
        st.button("Add connection", icon=ICON.add, type="primary", key="connections.add", on_click=_open_add)
    acts = Acts(edit=_open_edit, make_default=_make_default, delete=_delete)
    for connection in connections:
        connection_card(connection, spent[connection.name], acts)


def draw_add() -> None:
    """The form for a new connection."""
    _breadcrumb()
    layout.heading("Add connection", "Nothing is sent yet: Test on its card does that.")
    draft = connection_form(None, key="connections.new")
    if draft is None:
        return
    with layout.showing_errors():
        with transaction() as session:
            made = llm.add_connection(session, draft)
            _record(session, "added connection", made.name)
        st.toast(f"{plain(made.name)} added." + (" It is the default now." if made.is_default else ""), icon=ICON.check)
        st.switch_page(PAGE)


def draw_edit(name: str) -> None:
    """The form for a connection. It is saved only if nobody changed it since `rev`."""
    try:
        with reading() as session:
            connection = llm.get_connection(session, name)
    except NotFoundError as error:
        layout.missing_page("Edit connection", str(error), PAGE, "Connections")
    _breadcrumb()
    layout.heading(f"Edit {plain(connection.name)}", "A change holds from the next call on.")
    given = st.query_params.get("rev", "")
    rev = int(given) if given.isdecimal() and len(given) < 10 else connection.rev
    if not given:
        st.query_params["rev"] = str(rev)
    draft = connection_form(connection, key=f"connections.{connection.id}.{rev}")
    if draft is None:
        return
    try:
        with transaction() as session:
            llm.update_connection(session, name, draft, expected_rev=rev)
            _record(session, "changed connection", name)
    except ConflictError as error:
        layout.failed(error)
        st.button("Load it again", icon=ICON.retry, key="connections.reload", on_click=_open_edit, args=(connection,))
    except WorkbenchError as error:
        layout.failed(error)
    else:
        st.toast(f"{plain(name)} saved.", icon=ICON.check)
        st.switch_page(PAGE)


def _breadcrumb() -> None:
    # Not by a link: one that leads to the same page leaves the old address standing.
    st.button("Connections", icon=ICON.back, type="tertiary", key="connections.back", on_click=st.query_params.clear)


def _open_add() -> None:
    st.query_params.from_dict({"add": "1"})


def _open_edit(connection: llm.ConnectionView) -> None:
    st.query_params.from_dict({"edit": connection.name, "rev": str(connection.rev)})


def _make_default(name: str) -> None:
    _do(f"{plain(name)} is the default now.", "made default connection", name, llm.set_default)


def _delete(name: str) -> None:
    _do(f"{plain(name)} deleted.", "deleted connection", name, llm.delete_connection)


def _do(words: str, verb: str, name: str, act: Callable[..., None]) -> None:
    """Act before the page is drawn; the toast says how it went."""
    try:
        with transaction() as session:
            act(session, name)
            _record(session, verb, name)
        st.toast(words, icon=ICON.check)
    except WorkbenchError as error:
        st.toast(plain(str(error), 400), icon=ICON.error)


def _record(session: Any, verb: str, name: str) -> None:
    activity.record(session, person.current(), verb, name)


with layout.showing_errors():
    if "add" in st.query_params:
        draw_add()
    elif editing := st.query_params.get("edit"):
        draw_edit(editing)
    else:
        draw_list()
