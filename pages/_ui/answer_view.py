"""How the answer of a model is drawn: as text, as Markdown made harmless, or as the JSON that a schema asked for.

Text and JSON stand in code blocks, which fetch nothing and have a button that copies.
"""

import json

import streamlit as st

from core.library import ExecutionView
from pages._ui import formatting
from pages._ui.icons import ICON
from pages._ui.text import markdown, plain

LONGEST = 100_000
"""Characters that a block shows; the whole of a longer text is a download."""


def answer_view(execution: ExecutionView, *, key: str) -> None:
    """The answer of a call that has ended, under the sentence that says why it failed or was cut short."""
    if execution.error:
        st.error(plain(execution.error, 2000), icon=ICON.error)
    elif execution.status == "cancelled":
        st.caption("Stopped on request." + ("" if execution.response else " Nothing had come."))
    elif execution.status == "interrupted":
        st.warning(
            "The process that made this call ended before the answer came. Replay it to ask again.", icon=ICON.warning
        )
    if not execution.response:
        if execution.status == "completed":
            st.caption("The model answered with an empty text.")
        return
    if execution.status != "completed":
        st.caption("What had come until then:")
    shapes = ["JSON", "Text"] if execution.parsed is not None else ["Text", "Markdown"]
    shape = st.segmented_control(
        "Show as", shapes, default=shapes[0], required=True, key=f"{key}.shape", label_visibility="collapsed"
    )
    if shape == "JSON":
        text_block(json.dumps(execution.parsed, indent=2, ensure_ascii=False), key=f"{key}.json", language="json")
    elif shape == "Markdown":
        with st.container(border=True):
            markdown(execution.response[:LONGEST])
    else:
        text_block(execution.response, key=f"{key}.text")


def text_block(text: str, *, key: str, language: str | None = None, tall: bool = True) -> None:
    """A text as it is, with a button that copies it. A long one scrolls, a very long one is cut and offered whole."""
    high = len(text) > 3_000 or text.count("\n") > 30
    st.code(
        text[:LONGEST],
        language=language,
        wrap_lines=True,
        height=(520 if tall else 240) if high else "content",
    )
    if len(text) > LONGEST:
        st.caption(f"The first {LONGEST:,} of {len(text):,} characters.")
        st.download_button(
            "The whole text",
            text,
            file_name="text.txt",
            mime="text/plain",
            icon=ICON.download,
            key=f"{key}.whole",
            on_click="ignore",
        )


def figures(execution: ExecutionView) -> str:
    """Tokens, cost and time in one line; an unknown number is a dash, an estimate says so."""
    parts = [tokens(execution), cost(execution), formatting.duration(execution.duration_ms)]
    if execution.first_token_ms is not None:
        parts.append(f"first words after {formatting.duration(execution.first_token_ms)}")
    return " · ".join(parts)


def tokens(execution: ExecutionView) -> str:
    if execution.input_tokens is None and execution.output_tokens is None:
        return f"{formatting.UNKNOWN} tokens"
    said = "tokens, estimated" if execution.tokens_estimated else "tokens"
    return f"{formatting.count(execution.input_tokens)} + {formatting.count(execution.output_tokens)} {said}"


def cost(execution: ExecutionView) -> str:
    if execution.is_cached:
        return "free, from the cache"
    return "cost unknown" if execution.cost_usd is None else formatting.usd(execution.cost_usd)
