"""The grammar of a page: one title, one line of what it is, four designed states."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import WorkbenchError
from pages._ui.icons import ICON
from pages._ui.text import plain


def heading(title: str, lead: str = "") -> None:
    """The page's one title and the line below it. Both are the workbench's own words."""
    st.title(title, anchor=False)
    if lead:
        st.caption(lead)


def header(title: str, lead: str = "") -> DeltaGenerator:
    """Title and lead at the left; returns the place at the right for the page's one primary button."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with row.container(width="stretch"):
        heading(title, lead)
    return row.container(width="content")


def breadcrumb(page: str, label: str) -> None:
    """The way back to the list above a detail page."""
    st.page_link(page, label=label, icon=ICON.back)


def empty_state(title: str, why: str, *, page: str | None = None, label: str = "", icon: str = ICON.note) -> None:
    """What this is, why it is empty, and the one link that fills it."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"{icon} **{title}**")
        st.caption(why)
        if page:
            st.page_link(page, label=label, icon=ICON.add)


def failed(error: WorkbenchError, details: str | None = None) -> None:
    """One sentence with the way out; details folded."""
    st.error(_as_text(str(error)), icon=ICON.error)
    if details:
        with st.expander("Details"):
            st.code(details, language=None, wrap_lines=True)


@contextmanager
def showing_errors() -> Iterator[None]:
    """Show what a person can do something about; anything else is a defect and goes to the log."""
    try:
        yield
    except WorkbenchError as error:
        failed(error)


def missing_page(title: str, message: str, page: str, label: str) -> None:
    """A detail page whose subject is gone: say so, and lead back."""
    heading(title)
    st.warning(_as_text(message), icon=ICON.warning)
    st.page_link(page, label=label, icon=ICON.back)
    st.stop()


def _as_text(message: str) -> str:
    """An error's sentence may quote what a person typed, so nothing in it may act as Markdown."""
    return plain(message, limit=2000)
