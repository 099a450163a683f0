"""Analysis › Jobs › Re-run: the same analysis with a different prompt. `?id=job_…` names the job of origin."""

import streamlit as st

from core import analysis, jobs, llm
from core.db import reading, transaction
from core.errors import NotFoundError, WorkbenchError
from pages._ui import layout, person
from pages._ui.diff import side_by_side
from pages._ui.editor import prompt_editor
from pages._ui.editor_script import editor_script
from pages._ui.estimates import estimate_words
from pages._ui.icons import ICON
from pages._ui.prompt_preview import prompt_preview
from pages._ui.text import plain

LIST = "pages/analysis/jobs.py"
JOB = "pages/analysis/job.py"

try:
    with reading() as session:
        job = jobs.get_job(session, st.query_params.get("id", ""))
        prepared = analysis.prepared_of(session, job.id)
        connections = llm.list_connections(session)
except NotFoundError as error:
    layout.missing_page("Re-run", str(error), LIST, "Jobs")

KEY = f"rerun.{job.id}"
_NOTHING_MEASURED = analysis.Summary("(the tables' figures stand here)", "(sample rows stand here)", (), 0)


def _editors() -> dict[str, tuple[str, str]]:
    """The texts of every type as they stand in the editors. Only the open type is drawn; the others keep their text."""
    texts: dict[str, tuple[str, str]] = st.session_state.setdefault(
        f"{KEY}.texts", {key: (each.prompt.content.system, each.prompt.content.user) for key, each in prompts.items()}
    )
    return texts


def _draw_type(key: str) -> None:
    """Editor at the left, what is sent and what differs at the right."""
    each, texts = prompts[key], _editors()
    if each.origin == "frozen":
        st.warning(
            "This job kept only the text that was sent, with the data of that day in it. Replace the data by "
            "\\{\\{ schema_summary \\}\\} and \\{\\{ sample_rows \\}\\} to ask about today's.",
            icon=ICON.warning,
        )
    elif each.origin == "missing":
        st.warning("This job kept no prompt for this type. Write one, or copy it from a recipe.", icon=ICON.warning)
    left, right = st.columns(2, gap="medium")
    with left:
        # The start of each editor must stay the same while it is open, or what is typed would be thrown away.
        start = st.session_state.setdefault(f"{KEY}.{key}.start", texts[key])
        system = prompt_editor("System message", start[0], key=f"{KEY}.{key}.system", lines=10)
        user = prompt_editor("User template", start[1], key=f"{KEY}.{key}.user", lines=18)
    texts[key] = (system, user)
    with right:
        prompt_preview(
            analysis.type_call(
                key,
                analysis.edited_prompt(each.prompt, system, user),
                prepared.summary if prepared else _NOTHING_MEASURED,
                tables=job.payload["tables"],
                business_context=job.payload["business_context"],
            ),
            title="Preview with the data that the job of origin sent. The new job measures the tables again, by then with "
            "what may leave, so its figures and rows may differ."
            if prepared
            else "Preview without data: the job of origin kept none. The new job measures the tables.",
        )
        original = each.prompt.content
        with st.expander(
            "Difference to the original", expanded=(system, user) != (original.system, original.user), icon=ICON.compare
        ):
            for title, before, after in (
                ("System message", original.system, system),
                ("User template", original.user, user),
            ):
                st.caption(title)
                side_by_side(before, after, left="Original", right="Edited")


def _edited() -> dict[str, tuple[str, str]]:
    return {
        key: text
        for key, text in _editors().items()
        if text != (prompts[key].prompt.content.system, prompts[key].prompt.content.user)
    }


def _recipes(edited: dict[str, tuple[str, str]]) -> dict[str, str] | None:
    """The titles to save as; None while one that is wanted is missing."""
    if not edited:
        return {}
    if not st.toggle("Save as recipe", key=f"{KEY}.save", help="The template is saved, not the rendered text"):
        return {}
    titles = {
        key: st.text_input(
            f"Name of the recipe for {analysis.TYPES[key].title.lower()}",
            analysis.suggested_title(key, job.title),
            key=f"{KEY}.{key}.title",
            max_chars=200,
        )
        for key in edited
    }
    return titles if all(title.strip() for title in titles.values()) else None


def _reason(titles: dict[str, str] | None) -> str | None:
    """Why the job cannot be started, None if it can."""
    for key, (system, user) in _editors().items():
        if not system.strip() or not user.strip():
            return f"{analysis.TYPES[key].title}: the {'system message' if not system.strip() else 'user template'} is empty."
    return "Give the recipe a name, or do not save it." if titles is None else None


def _cost(connection: str, model: str | None) -> str:
    asked = [analysis.edited_prompt(prompts[key].prompt, *text) for key, text in _editors().items()]
    tokens = prepared.summary.tokens if prepared else 0
    with reading() as session:
        estimate = analysis.estimate(session, asked, connection=connection, model=model, summary_tokens=tokens)
    return f"{estimate_words([estimate])} · {plain(connection)}"


def _start(edited: dict[str, tuple[str, str]], titles: dict[str, str], connection: str | None) -> None:
    with st.spinner("Starting the new job …"):
        try:
            with transaction() as session:
                again = analysis.rerun(
                    session, job.id, edited, person=person.current(), save_as=titles, connection=connection
                )
        except WorkbenchError as error:
            layout.failed(error)
            return
    for name in [name for name in st.session_state if str(name).startswith(f"{KEY}.")]:
        del st.session_state[name]
    st.toast(f"{plain(again.title)} is queued.", icon=ICON.check)
    st.switch_page(LIST, query_params={"selected": again.id})


with layout.showing_errors():
    if st.button("The job", icon=ICON.back, type="tertiary", key="rerun.back"):
        st.switch_page(JOB, query_params={"id": job.id})
    layout.heading(
        "Re-run with a different prompt",
        f"A new job over the same tables as “{plain(job.title)}”; that one stays as it is. Placeholders are filled anew.",
    )
    if reason := analysis.can_rerun(job):
        layout.empty_state("Not yet", reason)
        st.stop()
    prompts = analysis.type_prompts(job)
    editor_script()
    titles_by_type = {analysis.TYPES[key].title: key for key in prompts}
    shown = st.segmented_control(
        "Type",
        list(titles_by_type),
        default=next(iter(titles_by_type)),
        required=True,
        key="rerun_type",
        label_visibility="collapsed",
    )
    _draw_type(titles_by_type.get(shown or "", next(iter(prompts))))
    with st.container(border=True):
        edited = _edited()
        names = ", ".join(analysis.TYPES[key].title.lower() for key in edited)
        st.caption(
            f"Edited: {names}." if edited else "Nothing is edited yet: the new job would ask the same as this one."
        )
        titles = _recipes(edited)
        own = job.payload["connection_name"]
        offered = [own, *(each.name for each in connections if each.name != own)]
        name = st.selectbox("Connection", offered, key=f"{KEY}.connection", width=280)
        why_not = _reason(titles)
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(
                "Start the re-run",
                icon=ICON.replay,
                type="primary",
                key="rerun.start",
                disabled=why_not is not None,
                help=why_not,
            )
            st.caption(plain(why_not, 300) if why_not else _cost(name, job.payload["model"] if name == own else None))
        if pressed:
            _start(edited, titles or {}, None if name == own else name)
