"""Prompts sent: exactly the text that left, with its hash, and the template behind it."""

import streamlit as st

from core import analysis, jobs
from pages._ui import layout
from pages._ui.icons import ICON
from pages._ui.text import plain

EXECUTION = "pages/library/executions.py"
TEMPLATE = "pages/library/template.py"


def draw(job: jobs.JobView) -> None:
    prompts = analysis.type_prompts(job)
    titles = {analysis.TYPES[key].title: key for key in prompts}
    if not titles:
        layout.empty_state("No prompts", "The job kept none.")
        return
    shown = st.segmented_control(
        "Type", list(titles), default=next(iter(titles)), required=True, key="prompt_type", bind="query-params"
    )
    key = titles.get(shown or "", next(iter(prompts)))
    each = prompts[key]
    _origin(job, each)
    if each.sent_system is None and each.sent_user is None:
        st.caption("Nothing was sent for this type yet. The templates that it will be made from:")
        _texts(each.prompt.content.system, each.prompt.content.user)
        return
    st.caption(f"Sent, character by character. SHA-256 {job.job_metadata.get(f'{key}_sent_sha256', '–')}")
    _texts(each.sent_system or "", each.sent_user or "")


def _origin(job: jobs.JobView, each: analysis.TypePrompt) -> None:
    prompt = each.prompt
    with st.container(horizontal=True, vertical_alignment="center"):
        if prompt.template_id and prompt.version_number:
            words = f"Recipe {plain(prompt.template_name or '')} v{prompt.version_number}"
        elif prompt.edited_from:
            words = f"Edited from a version of {plain(prompt.template_name or 'a recipe')}, not saved"
        elif each.origin == "frozen":
            words = "Only the rendered text was kept; its data is frozen in it"
        else:
            words = "Texts of its own"
        st.caption(words, width="content")
        if prompt.template_id:
            st.page_link(TEMPLATE, label="Template", icon=ICON.template, query_params={"id": prompt.template_id})
        if execution_id := job.job_metadata.get(f"{each.analysis_type}_execution_id"):
            st.page_link(
                EXECUTION, label="Recorded call", icon=ICON.execution, query_params={"execution": execution_id}
            )


def _texts(system: str, user: str) -> None:
    for title, text in (("System message", system), ("User message", user)):
        st.caption(title)
        st.code(text, language=None, wrap_lines=True, height=420 if len(text) > 1500 else "content")
