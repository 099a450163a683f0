"""Admin › Settings: what this workbench runs on and under which settings. The operator sets them by variables, not here."""

import pandas as pd
import streamlit as st

from core import __version__, diagnosis, library, startup
from core.db import current_engine, reading
from core.settings import Settings
from pages._ui import formatting, layout
from pages._ui.icons import ICON
from pages._ui.text import plain

TEMPLATE = "pages/library/template.py"
_DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_STATES = {"ok": "ok", "warn": "warning", "fail": "failing"}


def draw_checks(settings: Settings) -> None:
    """What the installation stands on; a warning or failure also stands above the table."""
    checks = diagnosis.diagnose(settings)
    for check in checks:
        if check.state != "ok":
            show = st.error if check.state == "fail" else st.warning
            show(
                plain(f"{check.name}: {check.message}", 1000),
                icon=ICON.error if check.state == "fail" else ICON.warning,
            )
    kind = current_engine().dialect.name
    facts = {
        "Whetstone": ("ok", __version__),
        "Database": ("ok", f"{_DATABASES.get(kind, kind)}, {diagnosis.masked_url(settings.url)}"),
        **{check.name: (check.state, check.message) for check in checks},
        "Rendering": (
            "ok",
            f"at most {settings.render_deadline_s:g} s and {settings.render_memory_mb:,} MB for one text",
        ),
        "Use": ("ok", "hosted, for several people" if settings.hosted else "local, for one person"),
        "Recorded as": ("ok", settings.person),
    }
    st.dataframe(
        pd.DataFrame(
            {
                "What": list(facts),
                "State": [_STATES[state] for state, _ in facts.values()],
                "Finding": [message for _, message in facts.values()],
            }
        ),
        hide_index=True,
        height="content",
        alt="What this installation stands on",
        column_config={
            "What": st.column_config.TextColumn(width=150),
            "State": st.column_config.TextColumn(width=80),
            "Finding": st.column_config.TextColumn(width="large"),
        },
    )


def draw_settings(settings: Settings) -> None:
    """Each with the variable that sets it."""
    shown = diagnosis.settings_in_force(settings)
    st.dataframe(
        pd.DataFrame(
            {
                "Variable": [each.variable for each in shown],
                "Value": [each.value for each in shown],
                "From": ["set" if each.is_given else "default" for each in shown],
                "Meaning": [each.description for each in shown],
            }
        ),
        hide_index=True,
        height="content",
        alt="The settings in force",
        column_config={
            "Variable": st.column_config.TextColumn(width=230, pinned=True),
            "Value": st.column_config.TextColumn(width="medium"),
            "From": st.column_config.TextColumn(width=70),
            "Meaning": st.column_config.TextColumn(width="large"),
        },
    )
    st.caption("Read once at the start: set a variable, then start Whetstone again. Secrets are not shown.")


def draw_builtin() -> None:
    """How the prompts that come with Whetstone stand to their files; select one to open it."""
    with reading() as session:
        rows = library.list_templates(session, library.TemplateFilter(builtin=True), order="title", size=200).rows
        states = {row.id: library.builtin_state(session, row.id) for row in rows}
    words = [_builtin_words(states[row.id]) for row in rows]
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Prompt": [row.title for row in rows],
                "Name": [row.name for row in rows],
                "Current": [f"v{row.current_number}" if row.current_number else formatting.UNKNOWN for row in rows],
                "Text": words,
            }
        ),
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="single-row",
        key="settings.builtin",
        alt="The prompts that come with Whetstone",
        column_config={
            "Prompt": st.column_config.TextColumn(width="medium"),
            "Name": st.column_config.TextColumn(width="medium"),
            "Current": st.column_config.TextColumn(width=80, help="Where the label production points: what runs"),
            "Text": st.column_config.TextColumn(width="large"),
        },
    )
    if chosen.selection.rows:
        st.switch_page(TEMPLATE, query_params={"id": rows[chosen.selection.rows[0]].id})
    edited = sum(state is not None and state.edited for state in states.values())
    st.caption(
        f"{formatting.plural(len(rows), 'prompt')}, {edited} edited. Select one to open it; “Reset to built-in” is among its "
        "actions, shows the difference first, and keeps your edits in the history."
    )


def _builtin_words(state: library.BuiltinState | None) -> str:
    if state is None:
        return "its file is gone; yours stays as it is"
    if state.edited:
        return "edited; the text of this release differs"
    return "a newer text can be had" if state.update else "as it comes with this release"


layout.heading(
    "Settings", "What this workbench runs on. The operator sets it by variables of the environment, not here."
)
opened = startup.opened()
if opened is not None:
    st.toggle(
        "Plain text areas instead of the code editor",
        opened.plain_editor,
        key="editor.plain",
        persist_state="session",
        help="For this browser tab; WHETSTONE_PLAIN_EDITOR sets it for everybody. Screen readers work better with it.",
    )
    with layout.showing_errors():
        st.subheader("Installation", anchor=False)
        draw_checks(opened)
        st.subheader("Settings in force", anchor=False)
        draw_settings(opened)
        st.subheader("Built-in prompts", anchor=False)
        draw_builtin()
