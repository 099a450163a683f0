"""Saving: the difference first, then a note, then a version. A stale save shows all three texts instead of a loss."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from core import library
from core.db import reading, transaction
from core.errors import ConflictError, WorkbenchError
from pages._ui import layout, person
from pages._ui.diff import side_by_side
from pages._ui.icons import ICON
from pages._ui.text import plain

if TYPE_CHECKING:
    from pages.library.template_views.edit import Sheet

PARTS = (("System prompt", "system"), ("User template", "user"))


def _closed() -> None:
    st.session_state.pop("edit.saving", None)


@st.dialog("Save a version", width="large", icon=ICON.save, on_dismiss=_closed)
def save_dialog(template: library.TemplateView, sheet: "Sheet", content: library.Content) -> None:
    with reading() as session:
        now = library.get_template(session, template.id)
        current = library.get_version(session, template.id, now.current_number or sheet.base.number)
    if now.rev != sheet.base_rev:
        _stale(now, sheet, content)
        return
    st.caption(f"Left v{current.number}, which runs now; right what you save as v{now.latest_number + 1}.")
    texts_and_settings(current.content, content, f"v{current.number}", "Yours")
    _form(now, sheet, content, expected_rev=sheet.base_rev, label=f"Save as v{now.latest_number + 1}")


def texts_and_settings(old: library.Content, new: library.Content, left: str, right: str) -> None:
    """The difference of two contents: texts side by side, then settings and variables that differ."""
    for title, part in PARTS:
        before, after = getattr(old, part), getattr(new, part)
        if before != after:
            st.markdown(f"**{title}**")
            side_by_side(before, after, left=left, right=right)
    rows = _settings_that_differ(old, new)
    if rows:
        st.markdown("**Settings and variables**")
        st.dataframe(
            rows,
            hide_index=True,
            column_config={
                "what": st.column_config.TextColumn("What", width="small"),
                "left": st.column_config.TextColumn(left, width="large"),
                "right": st.column_config.TextColumn(right, width="large"),
            },
        )
    if not rows and old.system == new.system and old.user == new.user:
        st.caption("No difference.")


def _settings_that_differ(old: library.Content, new: library.Content) -> list[dict[str, str]]:
    names = ("connection", "model", "temperature", "max_tokens", "stop", "response_schema")
    pairs: list[tuple[str, Any, Any]] = [(name, getattr(old, name), getattr(new, name)) for name in names]
    before, after = ({spec.name: spec for spec in each.variables} for each in (old, new))
    pairs += [(f"variable {name}", before.get(name), after.get(name)) for name in {**before, **after}]
    return [{"what": name, "left": _shown(a), "right": _shown(b)} for name, a, b in pairs if _shown(a) != _shown(b)]


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "–"
    if isinstance(value, library.VariableSpec):
        parts = [value.type, "required" if value.required else "optional"]
        parts += [
            f"{name} {part}"
            for name in ("default", "sample", "choices", "description")
            if (part := getattr(value, name))
        ]
        return ", ".join(parts)
    return str(value)


def _form(
    now: library.TemplateView, sheet: "Sheet", content: library.Content, *, expected_rev: int, label: str
) -> None:
    protected = any(each.name == library.PRODUCTION and each.is_protected for each in now.labels)
    with st.form("save", border=False):
        note = st.text_input("Note: what changed, and why", key="save.note", max_chars=500)
        production = st.toggle(
            "Make it production: runs use it from now on",
            value=not protected,
            disabled=protected,
            key="save.production",
            help="The label production is protected; take the protection off under Versions." if protected else None,
        )
        if st.form_submit_button(label, icon=ICON.save, type="primary"):
            _save(now, sheet, content, expected_rev, note, production)


def _save(
    now: library.TemplateView, sheet: "Sheet", content: library.Content, expected_rev: int, note: str, production: bool
) -> None:
    from pages.library.template_views.edit import open_sheet

    try:
        with transaction() as session:
            saved = library.save_version(
                session,
                now.id,
                content,
                expected_rev=expected_rev,
                person=person.current(),
                parent_number=sheet.base.number,
                note=note,
                make_production=production,
            )
            library.drop_edit(session, now.id, person.current())
    except ConflictError as error:
        layout.failed(error)
        st.button("Show the difference", key="save.again", icon=ICON.compare)
        return
    except WorkbenchError as error:
        layout.failed(error)
        return
    _closed()
    open_sheet(now, number=saved.number)
    st.toast(f"Saved as v{saved.number}" + (", which runs from now on" if production else ""), icon=ICON.check)
    st.rerun()  # closes the dialog and draws the header with the new version


def _stale(now: library.TemplateView, sheet: "Sheet", content: library.Content) -> None:
    """Somebody saved meanwhile: base, theirs and mine, and three ways on."""
    from pages.library.template_views.edit import open_sheet

    with reading() as session:
        theirs = library.list_versions(session, now.id, limit=1)[0]
    st.warning(
        f"{plain(theirs.created_by)} saved v{theirs.number} at {theirs.created_at:%H:%M} UTC, after you started from "
        f"v{sheet.base.number}. Nothing of yours is lost; it is kept as an unsaved edit.",
        icon=ICON.warning,
    )
    for title, part in PARTS:
        base, other, mine = (getattr(each, part) for each in (sheet.base.content, theirs.content, content))
        if base == other == mine:
            continue
        st.markdown(f"**{title}**")
        st.caption(f"Theirs: v{sheet.base.number} → v{theirs.number}")
        side_by_side(base, other, left=f"v{sheet.base.number}", right=f"v{theirs.number}")
        st.caption(f"Yours: v{sheet.base.number} → unsaved")
        side_by_side(base, mine, left=f"v{sheet.base.number}", right="Yours")
    merged = _merged(sheet.base.content, content, theirs.content)
    if merged is not None:
        st.caption("The two changes do not touch the same lines, so they can be put together.")
    _form(now, sheet, content, expected_rev=now.rev, label="Save mine as a new version")
    with st.container(horizontal=True):
        if merged is not None and st.button("Put both together", icon=":material/merge:", key="save.merge"):
            _save(now, sheet, merged, now.rev, f"Merged with v{theirs.number}", False)
        if st.button("Take theirs", icon=ICON.roll_back, key="save.theirs"):
            with transaction() as session:
                library.drop_edit(session, now.id, person.current())
            _closed()
            open_sheet(now, number=theirs.number)
            st.rerun()  # closes the dialog


def _merged(base: library.Content, mine: library.Content, theirs: library.Content) -> library.Content | None:
    """Both texts put together on top of their settings, None where the changes collide."""
    from dataclasses import replace

    texts = {part: library.merge(getattr(base, part), getattr(mine, part), getattr(theirs, part)) for _, part in PARTS}
    if None in texts.values():
        return None
    return replace(theirs, variables=(*theirs.variables, *mine.variables), **texts)
