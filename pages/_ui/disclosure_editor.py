"""What of each column may leave the machine. Set once per source; what nobody set follows the suggestion."""

import pandas as pd
import streamlit as st

from core import sources
from core.db import reading, transaction
from pages._ui import layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain

_WORDS = {
    "send": "as it is",
    "mask": "letters as x, digits as 9",
    "hash": "the same short code for the same value",
    "statistics": "figures, but no value",
    "never": "nothing, not even its name",
}


def disclosure_editor(source: sources.SourceView, table: str, *, key: str) -> None:
    """One row a column; saved with the button below it."""
    with layout.showing_errors():
        profile = sources.profile_table(source.id, table, "quick")
        with reading() as session:
            decided = sources.policies(session, source.id, table)
        suggested = sources.suggest(profile)
        labels = list(sources.POLICIES.values())
        edited = st.data_editor(
            pd.DataFrame(
                {
                    "Column": list(suggested),
                    "What may leave": [
                        sources.POLICIES[decided.get(name, policy)] for name, (policy, _) in suggested.items()
                    ],
                    "Why": [
                        "decided" if name in decided else f"suggested: {why or 'nothing personal found'}"
                        for name, (_, why) in suggested.items()
                    ],
                }
            ),
            hide_index=True,
            disabled=["Column", "Why"],
            key=f"{key}.disclosure.{source.id}.{table}",
            height=min(420, 38 + 35 * max(1, len(suggested))),
            column_config={
                "Column": st.column_config.TextColumn(width=220),
                "What may leave": st.column_config.SelectboxColumn(options=labels, required=True, width=160),
                "Why": st.column_config.TextColumn(width=420),
            },
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(
                f"Save for {plain(table)}", icon=ICON.save, key=f"{key}.disclosure.{source.id}.{table}.save"
            )
            st.caption(" · ".join(f"{sources.POLICIES[policy]}: {words}" for policy, words in _WORDS.items()))
        if pressed:
            by_label = {label: policy for policy, label in sources.POLICIES.items()}
            chosen = {
                str(column): by_label[str(label)]
                for column, label in zip(edited["Column"], edited["What may leave"], strict=True)
            }
            with transaction() as session:
                sources.set_policies(session, source.id, table, chosen, person=person.current())
            st.toast(f"Saved for {plain(table)}.", icon=ICON.check)
            st.rerun()  # the reasons, and what is prepared from them, stand above
