"""Stars and a note on an execution. What is given is stored at once, before the page is drawn anew."""

import streamlit as st

from core import library
from core.db import transaction
from core.errors import WorkbenchError
from pages._ui.icons import ICON
from pages._ui.text import plain


def star_rating(execution: library.ExecutionView, *, key: str) -> None:
    """One to five stars; clicking the same star again takes them back. The note stands in a popover."""
    stars, note = f"{key}.{execution.id}.stars", f"{key}.{execution.id}.note"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.feedback(
            "stars",
            key=stars,
            default=execution.rating - 1 if execution.rating else None,
            on_change=_store_stars,
            args=(execution.id, stars),
        )
        with st.popover("Note", icon=ICON.edit, type="tertiary", help="Why this many stars"):
            st.text_area(
                "Note on the rating",
                execution.rating_note,
                key=note,
                max_chars=2000,
                on_change=_store_note,
                args=(execution.id, note),
                placeholder="What is good about this answer, and what is not?",
            )
            st.caption("Stored when you leave the field.")
    if execution.rating_note:
        st.caption(f"{ICON.edit} {plain(execution.rating_note, 300)}")


def _store_stars(execution_id: str, widget: str) -> None:
    given = st.session_state[widget]
    _store(execution_id, rating=None if given is None else given + 1)


def _store_note(execution_id: str, widget: str) -> None:
    _store(execution_id, note=st.session_state[widget])


def _store(execution_id: str, **changed: int | str | None) -> None:
    try:
        with transaction() as session:
            now = library.get_execution(session, execution_id)
            fields = {"rating": now.rating, "note": now.rating_note} | changed
            library.rate_execution(session, execution_id, fields["rating"], note=fields["note"])
        st.toast("Rating stored.", icon=ICON.check)
    except WorkbenchError as error:
        st.toast(plain(str(error), 400), icon=ICON.error)
