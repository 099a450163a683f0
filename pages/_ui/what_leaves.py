"""What an analysis would send: the data by itself, each whole prompt, and what that takes."""

import streamlit as st

from core import analysis
from core.db import reading
from pages._ui.estimates import estimate_words
from pages._ui.icons import ICON
from pages._ui.prompt_preview import prompt_preview
from pages._ui.text import plain

Prompts = dict[str, analysis.Prompt]
"""What each type is asked with."""


def data_that_leaves(prepared: analysis.Prepared) -> None:
    """Exactly the text that leaves the machine."""
    for table in prepared.unread:
        st.warning(
            f"{plain(table.name)} cannot be read, and the model is told so. {plain(table.error or '', 600)}",
            icon=ICON.warning,
        )
    for sentence in prepared.summary.left_out:
        st.caption(f"{ICON.note} {plain(sentence, 400)}")
    with st.expander(
        f"What leaves this machine: ≈ {prepared.summary.tokens:,} tokens of data per call",
        icon=ICON.disclosure,
        expanded=True,
    ):
        for title, text in (
            ("schema_summary", prepared.summary.schema_summary),
            ("sample_rows", prepared.summary.sample_rows),
        ):
            st.caption(title)
            st.code(text, language=None, wrap_lines=True, height=300 if len(text) > 1200 else "content")
        st.caption(
            f"SHA-256 of both {prepared.summary.sha256}. They stand where the recipe has its placeholders; nothing else of the tables is sent."
        )


def whole_prompts(
    runs: list[Prompts],
    prepared: analysis.Prepared,
    tables: list[str],
    context: str,
    connection: str,
    model: str | None,
) -> None:
    """Each call's texts with the data in them, one at a time."""
    letters = ["", ""] if len(runs) == 1 else ["A: ", "B: "]
    asked = {
        f"{letter}{analysis.TYPES[key].title}": (key, prompt)
        for letter, run in zip(letters, runs, strict=False)
        for key, prompt in run.items()
    }
    with st.expander("The whole prompts", icon=ICON.recipe, expanded=False):
        shown = st.segmented_control(
            "Prompt",
            list(asked),
            default=next(iter(asked)),
            required=True,
            key="new_analysis.prompt",
            label_visibility="collapsed",
        )
        key, prompt = asked.get(shown or "", next(iter(asked.values())))
        call = analysis.type_call(
            key,
            prompt,
            prepared.summary,
            tables=tables,
            business_context=context,
            connection=connection,
            model=model,
        )
        prompt_preview(call, title=f"Exactly this is sent, with the recipe {plain(prompt.template_name or '')}.")
        st.caption("After all types, one more call sums their answers up in a few sentences.")


def what_it_takes(runs: list[Prompts], prepared: analysis.Prepared, connection: str, model: str | None) -> str:
    """Calls, tokens and price of all runs together, in one line."""
    tokens = prepared.summary.tokens
    with reading() as session:
        return estimate_words(
            [
                analysis.estimate(
                    session, list(run.values()), connection=connection, model=model, summary_tokens=tokens
                )
                for run in runs
            ]
        )
