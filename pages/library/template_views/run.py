"""Run: the same values through up to four versions and models, side by side."""

from dataclasses import dataclass, replace

import streamlit as st

from core import library, llm
from core.db import reading
from core.errors import NotFoundError
from pages._ui import layout, person
from pages._ui.answer_card import answer_card
from pages._ui.icons import ICON
from pages._ui.values_form import missing, values_form

MOST = 4


@dataclass(frozen=True)
class Candidate:
    """One column: a version with a connection and model; None is the version's own choice."""

    number: int
    connection: str | None = None
    model: str | None = None


def draw(template: library.TemplateView) -> None:
    key = f"run.{template.id}"
    with reading() as session:
        versions = library.list_versions(session, template.id, limit=100)
        connections = llm.list_connections(session)
        start = _start_values(session)
    newest = template.current_number or versions[0].number
    candidates: list[Candidate] = st.session_state.setdefault(f"{key}.candidates", [Candidate(newest)])

    candidates = _pickers(template, candidates, [version.number for version in versions], connections, key)
    chosen = [version for version in versions if version.number in {each.number for each in candidates}]
    specs = _union(chosen)
    if not specs:
        st.caption("The chosen versions have no variables.")
    values = values_form(specs, key=f"{key}.value", start=start or library.sample_values(specs, stand_ins=False))
    with st.container(horizontal=True, vertical_alignment="center"):
        lacking = missing(specs, values)
        pressed = st.button(
            "Run" if len(candidates) == 1 else f"Run all {len(candidates)}",
            icon=ICON.run,
            type="primary",
            key=f"{key}.go",
            shortcut="Mod+Enter",
            disabled=bool(lacking),
            help=f"Fill in: {', '.join(lacking)}" if lacking else None,
        )
        cache = st.toggle(
            "Reuse stored answers",
            key=f"{key}.cache",
            help="An identical request gets the answer that is stored, marked as cached, at no cost. Off: the model is asked again.",
        )
    if pressed:
        st.session_state[f"{key}.executions"] = []
        for each in candidates:
            with layout.showing_errors():
                version = next(version for version in chosen if version.number == each.number)
                st.session_state[f"{key}.executions"].append(_start(version, each, values, cache))
    executions = st.session_state.get(f"{key}.executions", [])
    if executions:
        st.divider()
        for column, execution_id in zip(st.columns(len(executions), gap="medium"), executions, strict=True):
            with column:
                answer_card(execution_id, key=f"{key}.card.{execution_id}")


def _start_values(session) -> dict | None:
    """The raw variables of the execution that the address names by `?values=`, as "run again with…" does."""
    wanted = st.query_params.get("values")
    if not wanted:
        return None
    try:
        return library.get_execution(session, wanted).variables
    except NotFoundError as error:
        layout.failed(error)
        return None


def _pickers(
    template: library.TemplateView,
    candidates: list[Candidate],
    numbers: list[int],
    connections: list[llm.ConnectionView],
    key: str,
) -> list[Candidate]:
    names = ["as saved", *(connection.name for connection in connections)]
    labels = {label.number: label.name for label in reversed(template.labels)}
    picked = []
    for index, each in enumerate(candidates):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            hidden = "visible" if index == 0 else "collapsed"
            number = st.selectbox(
                "Version",
                numbers,
                numbers.index(each.number) if each.number in numbers else 0,
                format_func=lambda n: f"v{n} {labels.get(n, '')}".strip(),
                key=f"{key}.number.{index}",
                label_visibility=hidden,
                width=180,
            )
            connection = st.selectbox(
                "Connection", names, key=f"{key}.connection.{index}", label_visibility=hidden, width=200
            )
            model = st.text_input(
                "Model", key=f"{key}.model.{index}", placeholder="as saved", label_visibility=hidden, width=260
            )
        picked.append(Candidate(number, None if connection == "as saved" else connection, model.strip() or None))
    with st.container(horizontal=True):
        if len(picked) < MOST and st.button("Add a column", icon=ICON.add, key=f"{key}.add", type="tertiary"):
            others = [n for n in numbers if n not in {each.number for each in picked}]
            picked.append(Candidate(others[0] if others else picked[-1].number))
            st.session_state[f"{key}.candidates"] = picked
            st.rerun()  # the new column's pickers stand above this button
        if len(picked) > 1 and st.button("Remove the last", icon=ICON.delete, key=f"{key}.remove", type="tertiary"):
            st.session_state[f"{key}.candidates"] = picked[:-1]
            st.rerun()
    st.session_state[f"{key}.candidates"] = picked
    return picked


def _union(versions: list[library.VersionView]) -> list[library.VariableSpec]:
    """Every variable that one of the versions needs; what one version requires is asked for."""
    specs: dict[str, library.VariableSpec] = {}
    for version in versions:
        for spec in version.content.variables:
            known = specs.get(spec.name)
            specs[spec.name] = spec if known is None else replace(known, required=known.required or spec.required)
    return list(specs.values())


def _start(version: library.VersionView, each: Candidate, values: dict, cache: bool) -> str:
    own = {spec.name for spec in version.content.variables}
    with reading() as session:
        call = library.call_version(
            session,
            version,
            {name: value for name, value in values.items() if name in own},
            overrides={"connection": each.connection, "model": each.model},
            source="page",
            person=person.current(),
            stream=True,
            use_cache=cache,
        )
    return library.start(call).execution_id
