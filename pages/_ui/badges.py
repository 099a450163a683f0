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

OUTCOME: Mapping[str, tuple[str, Colour]] = {
    "passed": ("✓ passed", "green"),
    "wrong": ("✗ wrong", "red"),
    "needs_review": ("? for review", "orange"),
    "not_measured": ("– not measured", "gray"),
    "configuration": ("! to configure", "violet"),
}

STABILITY: Mapping[str, tuple[str, Colour]] = {
    "stable_pass": ("✓ stable pass", "green"),
    "stable_fail": ("✗ stable fail", "red"),
    "flaky": ("~ flaky", "orange"),
    "once": ("1 measured once", "gray"),
    "unmeasured": ("– not measured", "gray"),
}

FITNESS: Mapping[str, tuple[str, Colour]] = {
    "ready": ("✓ ready", "green"),
    "error": ("✗ error", "red"),
    "warning": ("! warning", "orange"),
    "not_checked": ("? not checked", "gray"),
}

ANSWER: Mapping[str, tuple[str, Colour]] = {
    "answered": ("✓ answered", "green"),
    "asks_back": ("? asks back", "violet"),
    "wrong": ("✗ no answer", "red"),
    "not_measured": ("– not answered", "gray"),
    "configuration": ("! to configure", "violet"),
}

HEALTH: Mapping[str, tuple[str, Colour]] = {
    "good": ("✓ good", "green"),
    "weak": ("! weak", "orange"),
    "missing": ("✗ missing", "red"),
}


def outcome_badge(state: str) -> None:
    words, colour = OUTCOME[state]
    st.badge(words, color=colour)


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


def local_badge(is_local: bool) -> None:
    """Says so wherever the local Genie answers."""
    if is_local:
        st.badge("local Genie", color="orange", icon=ICON.local)


def offline_badge(kind: str) -> None:
    """Says so wherever an answer comes from the offline model."""
    if kind == "offline":
        st.badge("offline model", color="orange", icon=ICON.model)
