"""What can be done with a template as a whole: describe, duplicate, (de)activate, archive, delete, reset to built-in."""

from collections.abc import Callable

import streamlit as st

from core import library
from core.errors import WorkbenchError
from pages._ui import layout
from pages._ui.diff import side_by_side
from pages._ui.icons import ICON

_ASKING = "template.asking"


def actions_menu(template: library.TemplateView) -> str | None:
    """The "…" menu; what was picked in this run, None otherwise."""
    options = ["Describe", "Duplicate", "Deactivate" if template.is_active else "Activate"]
    options.append("Restore" if template.is_archived else "Archive")
    if template.builtin_key:
        options.append("Reset to built-in")
    else:
        options.append("Delete")
    return st.menu_button("Actions", options, key="template.actions", icon=ICON.more)


def act(template: library.TemplateView, picked: str | None, who: str, transaction: Callable) -> None:
    """Do what was picked, or open the dialog that asks first."""
    if picked in ("Activate", "Deactivate"):
        with transaction() as session:
            library.set_active(session, template.id, picked == "Activate", person=who)
        _again(f"{'Activated' if picked == 'Activate' else 'Deactivated'}.")
    if picked in ("Archive", "Restore"):
        with transaction() as session:
            library.set_archived(session, template.id, picked == "Archive", person=who)
        _again("Archived. It is out of the lists, and nothing of it is lost." if picked == "Archive" else "Restored.")
    if picked in _DIALOGS:
        # A dialog opened by the button itself loses its form on the next run; the flag lives until it is done or dismissed.
        st.session_state[_ASKING] = picked
    asking = st.session_state.get(_ASKING)
    if asking:
        _DIALOGS[asking](template, who, transaction)


def _closed() -> None:
    st.session_state.pop(_ASKING, None)


def _again(words: str) -> None:
    """The header above was drawn before the act, so the page is drawn once more."""
    _closed()
    st.toast(words, icon=ICON.check)
    st.rerun()


@st.dialog("Describe the template", icon=ICON.edit, on_dismiss=_closed)
def _describe(template: library.TemplateView, who: str, transaction: Callable) -> None:
    with st.form("describe", border=False):
        title = st.text_input("Title", template.title, key="describe.title", max_chars=200)
        description = st.text_area("Description", template.description, key="describe.description")
        category = st.text_input("Category", template.category, key="describe.category")
        tags = st.text_input("Tags, parted by commas", ", ".join(template.tags), key="describe.tags")
        if not st.form_submit_button("Save", icon=ICON.save, type="primary"):
            return
    try:
        with transaction() as session:
            library.describe_template(
                session,
                template.id,
                person=who,
                title=title,
                description=description,
                category=category,
                tags=tuple(tags.split(",")),
            )
    except WorkbenchError as error:
        layout.failed(error)
        return
    _again("Saved.")


@st.dialog("Duplicate the template", icon=ICON.copy, on_dismiss=_closed)
def _duplicate(template: library.TemplateView, who: str, transaction: Callable) -> None:
    with st.form("duplicate", border=False):
        name = st.text_input("Name of the copy", f"{template.name}_copy", key="duplicate.name")
        numbers = list(range(template.latest_number, 0, -1))
        current = template.current_number or template.latest_number
        number = st.selectbox(
            "Version to copy", numbers, numbers.index(current), format_func="v{}".format, key="duplicate.number"
        )
        if not st.form_submit_button("Duplicate", icon=ICON.copy, type="primary"):
            return
    try:
        with transaction() as session:
            copy = library.duplicate_template(session, template.id, name, person=who, number=number)
    except WorkbenchError as error:
        layout.failed(error)
        return
    _closed()
    st.switch_page("pages/library/template.py", query_params={"id": copy.id})


@st.dialog("Delete the template", icon=ICON.delete, on_dismiss=_closed)
def _delete(template: library.TemplateView, who: str, transaction: Callable) -> None:
    st.write("All its versions go with it. This cannot be undone; archiving keeps everything.")
    if not st.button("Delete", icon=ICON.delete, type="primary", key="delete.confirm"):
        return
    try:
        with transaction() as session:
            library.delete_template(session, template.id, person=who)
    except WorkbenchError as error:
        layout.failed(error)
        return
    _closed()
    st.switch_page("pages/library/templates.py")


@st.dialog("Reset to built-in", width="large", icon=ICON.builtin, on_dismiss=_closed)
def _reset(template: library.TemplateView, who: str, transaction: Callable) -> None:
    with transaction() as session:
        state = library.builtin_state(session, template.id)
        current = library.get_version(session, template.id, template.current_number or template.latest_number)
    if state is None or state.update is None:
        st.info("The current version is the text that comes with Whetstone.", icon=ICON.note)
        return
    st.caption("Left what runs now, right the text of this release. Your edits stay in the history.")
    for title, old, new in (
        ("System prompt", current.content.system, state.update.system),
        ("User template", current.content.user, state.update.user),
    ):
        st.markdown(f"**{title}**")
        side_by_side(old, new, left=f"v{current.number}", right="Built in")
    if not st.button("Reset to built-in", icon=ICON.builtin, type="primary", key="reset.confirm"):
        return
    try:
        with transaction() as session:
            library.reset_to_builtin(session, template.id, person=who)
    except WorkbenchError as error:
        layout.failed(error)
        return
    _again("Reset.")


_DIALOGS = {"Describe": _describe, "Duplicate": _duplicate, "Delete": _delete, "Reset to built-in": _reset}
