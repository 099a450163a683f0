"""How a recipe's texts will render with a job's data, and hints on them."""

from typing import Any

import streamlit as st

from core import analysis, library, llm
from core.errors import WorkbenchError
from pages._ui.icons import ICON
from pages._ui.text import plain

_LONGEST = 20_000
_HIGHLIGHTED = ("schema_summary", "sample_rows")


def prompt_preview(
    content: library.Content,
    summary: analysis.Summary | None,
    payload: dict[str, Any],
    *,
    placeholders: list[str],
) -> None:
    """What is sent, with the data in it. `placeholders` are those that the texts do not use."""
    values: dict[str, Any] = {
        "schema_summary": summary.schema_summary if summary else "(the tables' figures stand here)",
        "sample_rows": summary.sample_rows if summary else "(sample rows stand here)",
        "business_context": payload.get("business_context", ""),
        "tables": payload.get("tables", []),
    }
    with st.container(border=True):
        st.caption("Preview: what is sent")
        try:
            ready = library.prepared(content)
            rendered = library.render(ready.system, ready.user, library.values_for(ready.variables, values))
        except WorkbenchError as error:
            st.warning(plain(str(error), 1000), icon=ICON.warning)
            return
        for title, text in (("System", rendered.system), ("User", rendered.user)):
            st.caption(title)
            st.code(text[:_LONGEST], language=None, wrap_lines=True, height=180 if title == "System" else 340)
        st.caption(f"≈ {llm.estimate_tokens(rendered.system) + llm.estimate_tokens(rendered.user):,} tokens")
    if len(placeholders) == len(_HIGHLIGHTED):
        st.warning(
            "Neither text has a placeholder for the data, so the model sees no table. Write "
            "\\{\\{ schema_summary \\}\\} or \\{\\{ sample_rows \\}\\} where the data belongs.",
            icon=ICON.warning,
        )
    elif placeholders:
        st.caption(f"{ICON.note} Not used: {', '.join(placeholders)}. The model does not see that part of the data.")
    for hint in library.lint(content, values):
        if hint.level != "note":
            st.caption(f"{ICON.warning} {plain(hint.message, 600)}")
