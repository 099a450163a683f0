"""Edit: both texts beside a live preview, variables, settings, hints; run what stands there, save it as a version.

What is typed is kept in the database as it is typed, so that a reload or a crash loses nothing.
"""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core import library, llm
from core.db import reading, transaction
from core.errors import WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.answer_card import answer_card
from pages._ui.editor import prompt_editor
from pages._ui.editor_script import editor_script
from pages._ui.icons import ICON
from pages._ui.model_settings import model_settings
from pages._ui.text import plain
from pages._ui.values_form import missing, values_form
from pages._ui.variables_table import variables_table
from pages.library.template_views.saving import save_dialog


@dataclass
class Sheet:
    """What the editor of one template in one browser tab started from. `generation` counts replacements of its text."""

    template_id: str
    base: library.VersionView
    base_rev: int
    start: library.Content
    known: tuple[library.VariableSpec, ...]
    generation: int = 0
    kept: library.Content | None = None


def draw(template: library.TemplateView) -> None:
    sheet = _sheet(template)
    editor_script()
    _edit(template, sheet)


def _sheet(template: library.TemplateView) -> Sheet:
    """The open sheet, or a new one: from the unsaved edit if there is one, else from the newest version."""
    sheet: Sheet | None = st.session_state.get("edit.sheet")
    if sheet is not None and sheet.template_id == template.id:
        return sheet
    return open_sheet(template)


def open_sheet(template: library.TemplateView, *, number: int | None = None) -> Sheet:
    """Start anew, from the kept edit, or from version `number` (which drops the kept edit)."""
    before: Sheet | None = st.session_state.get("edit.sheet")
    with reading() as session:
        template = library.get_template(session, template.id)
        edit = library.kept_edit(session, template.id, person.current()) if number is None else None
        newest = library.list_versions(session, template.id, archived=True, limit=1)[0].number
        base = library.get_version(session, template.id, edit.base_number if edit else number or newest)
    content = edit.content if edit else base.content
    sheet = Sheet(
        template.id,
        base,
        edit.base_rev if edit else template.rev,
        content,
        content.variables,
        generation=before.generation + 1 if before else 0,
        kept=edit.content if edit else None,
    )
    st.session_state["edit.sheet"] = sheet
    return sheet


@st.fragment
def _edit(template: library.TemplateView, sheet: Sheet) -> None:
    key = f"edit.{template.id}"
    with reading() as session:
        connections = llm.list_connections(session)
    buttons = st.container(horizontal=True, vertical_alignment="center")
    left, right = st.columns(2, gap="medium")
    with left:
        system = prompt_editor(
            "System prompt", sheet.start.system, key=f"{key}.system", lines=9, generation=sheet.generation
        )
        user = prompt_editor(
            "User template", sheet.start.user, key=f"{key}.user", lines=14, generation=sheet.generation
        )
    content = replace(sheet.start, system=system, user=user)

    with st.expander("Variables and model settings", expanded=True, icon=":material/tune:"):
        content = replace(content, variables=_variables(sheet, content, key))
        content = model_settings(content, connections, key=f"{key}.{sheet.generation}.settings")
    with right:
        values = _values(content, key, sheet.generation)
        runnable = _preview(content, values, connections)
    changed = _keep(sheet, content)
    _buttons(buttons, template, sheet, content, values, changed, runnable)

    if execution_id := st.session_state.get(f"{key}.execution"):
        st.divider()
        answer_card(execution_id, key=f"{key}.answer")


def _variables(sheet: Sheet, content: library.Content, key: str) -> tuple[library.VariableSpec, ...]:
    discovery = library.discover(content.system, content.user)
    if discovery.problems:
        return sheet.known
    specs = library.declared(discovery, sheet.known)
    if not specs:
        st.caption("No variables yet. Write {{ name }} in a text to make one.".replace("{", "\\{"))
        return ()
    # What was declared goes over to the next table when a variable appears or goes, so that nothing is typed twice.
    names = "|".join(spec.name for spec in specs)
    base = f"{key}.{sheet.generation}.variables"
    if st.session_state.get(f"{base}.names") != names:
        st.session_state[f"{base}.names"] = names
        st.session_state[f"{base}.base"] = specs
    edited = variables_table(st.session_state[f"{base}.base"], key=f"{base}.{names}")
    sheet.known = edited + tuple(spec for spec in sheet.known if spec.name not in {each.name for each in edited})
    return edited


def _values(content: library.Content, key: str, generation: int) -> dict[str, Any]:
    samples = library.sample_values(content.variables, stand_ins=False)
    with st.expander("Values for the preview and the run", expanded=bool(content.variables), icon=":material/input:"):
        if not content.variables:
            st.caption("The template has no variables.")
        return values_form(content.variables, key=f"{key}.{generation}.value", start=samples)


def _preview(content: library.Content, values: dict[str, Any], connections: list[llm.ConnectionView]) -> bool:
    """Draw what would be sent, and the hints; True if it can be sent."""
    answering = next((each for each in connections if each.name == content.connection), None)
    answering = answering or next((each for each in connections if each.is_default), None)
    rendered: library.Rendered | None = None
    trouble = ""
    try:
        shown = library.sample_values(content.variables) | values
        typed = library.values_for(library.check_specs(content.variables), shown)
        rendered = library.render(content.system, content.user, typed)
    except WorkbenchError as error:
        trouble = str(error)
    tokens = llm.estimate_tokens(rendered.system) + llm.estimate_tokens(rendered.user) if rendered else None
    window = library.context_tokens(content, answering)
    with st.container(border=True):
        st.caption("Preview: what is sent")
        if rendered:
            for title, text in (("System", rendered.system), ("User", rendered.user)):
                if text:
                    st.caption(title)
                    st.code(text[:20_000], language=None, wrap_lines=True, height=160 if len(text) > 600 else "content")
            st.caption(_size(content, answering, tokens or 0, window))
        elif trouble:
            st.warning(plain(trouble, 1000), icon=ICON.warning)
    hints = library.lint(content, values, window_tokens=window, tokens=tokens)
    for hint in hints:
        if hint.message == trouble:
            continue
        icon = {"problem": ICON.error, "warning": ICON.warning, "note": ICON.note}[hint.level]
        st.caption(f"{icon} {plain(hint.message, 600)}")
    return rendered is not None and not any(hint.level == "problem" for hint in hints)


def _size(content: library.Content, answering: llm.ConnectionView | None, tokens: int, window: int | None) -> str:
    parts = [f"≈ {tokens:,} tokens"]
    if answering is not None:
        model = content.model or answering.model
        cost = llm.cost(answering, model, tokens, content.max_tokens or 500) if model else None
        parts.append(
            "price unknown"
            if cost is None
            else f"≈ {formatting.usd(cost)} with {content.max_tokens or 500:,} tokens of answer"
        )
        parts.append(f"{plain(answering.name)} · {plain(model or 'no model')}")
    if window:
        parts.append("fits" if tokens + (content.max_tokens or 0) <= window else f"does not fit into {window:,} tokens")
    return " · ".join(parts)


def _keep(sheet: Sheet, content: library.Content) -> bool:
    """Keep what is typed; True if it differs from the version that it started from."""
    changed = library.content_hash(content) != library.content_hash(sheet.base.content)
    if content == sheet.kept or (sheet.kept is None and not changed):
        return changed
    with transaction() as session:
        if changed:
            library.keep_edit(
                session,
                sheet.template_id,
                person.current(),
                content,
                base_number=sheet.base.number,
                base_rev=sheet.base_rev,
            )
        else:
            library.drop_edit(session, sheet.template_id, person.current())
    sheet.kept = content if changed else None
    return changed


def _buttons(
    place: Any,
    template: library.TemplateView,
    sheet: Sheet,
    content: library.Content,
    values: dict[str, Any],
    changed: bool,
    runnable: bool,
) -> None:
    key = f"edit.{template.id}"
    lacking = missing(content.variables, values)
    with place:
        run = st.button(
            "Run",
            icon=ICON.run,
            type="primary",
            key=f"{key}.run",
            shortcut="Mod+Enter",
            disabled=bool(lacking) or not runnable,
            help=f"Fill in: {', '.join(lacking)}"
            if lacking
            else "Runs what stands in the editor with the values beside it",
        )
        save = st.button("Save", icon=ICON.save, key=f"{key}.save", shortcut="Mod+S", disabled=not changed)
        if st.button(
            "Discard changes", icon=ICON.roll_back, key=f"{key}.discard", disabled=not changed, type="tertiary"
        ):
            with transaction() as session:
                library.drop_edit(session, template.id, person.current())
            open_sheet(template)
            st.rerun()  # the editors above hold the text that was discarded
        state = "unsaved changes, kept as you type" if changed else f"v{sheet.base.number}, no changes"
        st.caption(f"{state} · started from v{sheet.base.number}" if changed else state)
    if run:
        with layout.showing_errors():
            st.session_state[f"{key}.execution"] = _start(template, sheet, content, values, changed)
    if save:
        st.session_state["edit.saving"] = True
    if st.session_state.get("edit.saving"):
        save_dialog(template, sheet, content)


def _start(
    template: library.TemplateView, sheet: Sheet, content: library.Content, values: dict[str, Any], changed: bool
) -> str:
    """Run what stands in the editor. A changed text belongs to no version yet, and its record says so."""
    if changed:
        content = library.prepared(content)
        call = library.Call(
            content, values, template.id, template.name, source="page", person=person.current(), stream=True
        )
    else:
        with reading() as session:
            call = library.call_version(
                session, sheet.base, values, source="page", person=person.current(), stream=True
            )
    return library.start(call).execution_id
