"""The whole of what a call sends, and hints on it."""

import streamlit as st

from core import analysis, library, llm
from core.errors import WorkbenchError
from pages._ui.icons import ICON
from pages._ui.text import plain

_LONGEST = 200_000


def prompt_preview(call: library.Call, *, title: str) -> None:
    """Both texts as they are rendered for this call. `title` says when they are what is sent."""
    with st.container(border=True):
        st.caption(title)
        try:
            system, user, _ = library.sent_texts(call)
        except WorkbenchError as error:
            st.warning(plain(str(error), 1000), icon=ICON.warning)
            return
        for name, text, height in (("System", system, 180), ("User", user, 340)):
            st.caption(name)
            st.code(text[:_LONGEST], language=None, wrap_lines=True, height=height)
            if len(text) > _LONGEST:
                st.caption(f"{ICON.note} The first {_LONGEST:,} of {len(text):,} characters are shown.")
        tokens = llm.estimate_tokens(system) + llm.estimate_tokens(user)
        st.caption(f"≈ {tokens:,} tokens. The JSON schema of the answer is sent along.")
    _hints(call)


def _hints(call: library.Call) -> None:
    missing = analysis.placeholders_missing(call.content.system, call.content.user)
    if len(missing) == len(analysis.PLACEHOLDERS):
        st.warning(
            "Neither text has a placeholder for the data, so the model sees no table. Write "
            "\\{\\{ schema_summary \\}\\} or \\{\\{ sample_rows \\}\\} where the data belongs.",
            icon=ICON.warning,
        )
    elif missing:
        st.caption(f"{ICON.note} Not used: {', '.join(missing)}. The model does not see that part of the data.")
    for hint in library.lint(call.content, dict(call.values or {})):
        if hint.level != "note":
            st.caption(f"{ICON.warning} {plain(hint.message, 600)}")
