"""The editor for prompt texts: the code editor with Jinja colours, or a plain text area where that is set.

The code editor is a component that tests of single pages cannot see into; the plain one is what they, and people who
prefer it, use. Both give the text back when the person pauses.
"""

import streamlit as st

from core import startup


def is_plain() -> bool:
    """True if this person or the operator chose plain text areas."""
    settings = startup.opened()
    return bool(st.session_state.get("editor.plain", settings.plain_editor if settings else False))


def prompt_editor(label: str, value: str, *, key: str, lines: int = 14, generation: int = 0) -> str:
    """An editor that starts with `value`. Raise `generation` to replace what is in it by a new `value`."""
    widget = f"{key}.{generation}"
    if is_plain():
        return st.text_area(label, value, key=widget, height=lines * 22)
    from streamlit_ace import st_ace

    st.caption(label)
    dark = st.context.theme.type == "dark"
    text = st_ace(
        value,
        language="django",
        theme="tomorrow_night" if dark else "textmate",
        key=f"{widget}.{'dark' if dark else 'light'}",
        height=lines * 20,
        font_size=13,
        wrap=True,
        show_gutter=True,
        show_print_margin=False,
        auto_update=True,
    )
    return value if text is None else text
