"""States as coloured words; colour never stands alone."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from pages._ui.icons import ICON

Colour = Literal["red", "orange", "blue", "green", "violet", "gray"]

STATUS: Mapping[str, tuple[str, Colour]] = {
    "running": ("Running", "blue"),
    "completed": ("Completed", "green"),
    "failed": ("Failed", "red"),
    "cancelled": ("Stopped", "gray"),
    "interrupted": ("Interrupted", "orange"),
}


JOB_STATE: Mapping[str, tuple[str, Colour]] = {
    "queued": ("Queued", "gray"),
    "running": ("Running", "blue"),
    "paused": ("Paused", "orange"),
    "waiting": ("Waiting for you", "violet"),
    "completed": ("Completed", "green"),
    "failed": ("Failed", "red"),
    "cancelled": ("Cancelled", "gray"),
}

VERDICT: Mapping[str, tuple[str, Colour]] = {
    "verified": ("✓ verified", "green"),
    "contradicted": ("✗ contradicted", "red"),
    "unverifiable": ("? unverifiable", "gray"),
}


def status_badge(status: str) -> None:
    words, colour = STATUS[status]
    st.badge(words, color=colour)


def job_badge(state: str) -> None:
    words, colour = JOB_STATE[state]
    st.badge(words, color=colour)


def verdict_badge(verdict: str) -> None:
    words, colour = VERDICT[verdict]
    st.badge(words, color=colour)


def label_badge(name: str, number: int) -> None:
    """A label and the version it points at; `production` stands out."""
    st.badge(f"{name} v{number}", color="green" if name == "production" else "gray", icon=ICON.label)


def offline_badge(kind: str) -> None:
    """Says so wherever an answer comes from the offline model."""
    if kind == "offline":
        st.badge("offline model", color="orange", icon=ICON.model)
