"""What to measure: which benchmarks of a space, by which route, how often, and who judges what stays open."""

import streamlit as st

from core import genie, llm
from core.db import reading, transaction
from core.errors import WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.evaluation_views.words import ROUTES, minutes

EVALUATION = "pages/genie/evaluation.py"
SPACE = "pages/genie/space.py"
_NOBODY = "nobody"
_PARTS = ("all", "working", "held out")


def draw(workspace: genie.WorkspaceView, space_id: str, space_title: str) -> None:
    with reading() as session:
        kept = genie.get_benchmarks(session, workspace.id, space_id)
        connections = [each for each in llm.list_connections(session) if each.kind != "offline"]
    to_benchmarks = {"workspace": workspace.id, "space": space_id, "space_view": "Benchmarks"}
    if kept is None or not kept.benchmarks:
        _without(workspace, space_id, to_benchmarks)
        return
    chosen = _benchmarks(kept, to_benchmarks)
    route, repeats, judge, name = _how(connections, f"{space_title}, {formatting.plural(len(chosen), 'benchmark')}")
    _warnings(kept, chosen)
    if route == "official":
        _official_warning(workspace, space_id, chosen)
    lacking = None if chosen else "No benchmark has all of this. Choose others."
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Evaluate",
            icon=ICON.evaluate,
            type="primary",
            key="evaluate.start",
            disabled=lacking is not None,
            help=lacking,
        )
        st.caption(lacking or _estimate(workspace, route, len(chosen) * repeats))
    if not pressed:
        return
    request = genie.EvaluationRequest(
        workspace=workspace.id,
        space_id=space_id,
        benchmarks=chosen,
        name=name,
        route=route,  # type: ignore[arg-type]
        repeats=repeats,
        judge=judge,
        origin=kept.origin,
    )
    with layout.showing_errors():
        with transaction() as session:
            made = genie.submit_evaluation(session, request, person=person.current())
        st.switch_page(EVALUATION, query_params={"id": made.id})


def _without(workspace: genie.WorkspaceView, space_id: str, to_benchmarks: dict[str, str]) -> None:
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"{ICON.benchmark} **No benchmarks are kept for this space**")
        st.caption("An evaluation needs questions with the SQL that answers them.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.button(
                "Take over those of the space",
                icon=ICON.copy,
                type="primary",
                key="evaluate.take_over",
                on_click=_take_over,
                args=(workspace.id, space_id),
            )
            st.page_link(SPACE, label="Import or write some", icon=ICON.benchmark, query_params=to_benchmarks)


def _take_over(workspace_id: str, space_id: str) -> None:
    try:
        with reading() as session:
            client = genie.client_of(session, workspace_id)
            before = genie.get_benchmarks(session, workspace_id, space_id)
        definition = client.get_space(space_id).definition
        own = genie.from_space(definition) if definition else ()
        if not own:
            st.toast("The space holds no benchmarks itself. Import a file, or write the first.", icon=ICON.note)
            return
        with transaction() as session:
            genie.save_benchmarks(
                session, workspace_id, space_id, own, rev=before.rev if before else None, origin="the space",
                person=person.current(),
            )  # fmt: skip
    except WorkbenchError as error:
        st.toast(plain(str(error), 400), icon=ICON.error)


def _benchmarks(kept: genie.BenchmarkSet, to_benchmarks: dict[str, str]) -> tuple[genie.Benchmark, ...]:
    working, held_out = genie.split_held_out(kept.benchmarks)
    parts = {"all": kept.benchmarks, "working": working, "held out": held_out}
    labels = sorted({label for each in kept.benchmarks for label in (each.category, *each.tags) if label})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = st.segmented_control(
            "Benchmarks",
            _PARTS,
            default="all",
            required=True,
            format_func=lambda each: f"{each} ({len(parts[each]):,})",
            key="evaluate.part",
            help="Held-out ones are never shown to a diagnosis and never decide on a change",
        )
        wanted = (
            st.multiselect(
                "Only of category or tag", labels, key="evaluate.labels", placeholder="all of them", width=340
            )
            if labels
            else []
        )
        st.page_link(SPACE, label="Open the benchmarks", icon=ICON.benchmark, query_params=to_benchmarks)
    return tuple(each for each in parts[part or "all"] if not wanted or {each.category, *each.tags} & set(wanted))


def _how(connections: list[llm.ConnectionView], suggested: str) -> tuple[str, int, str | None, str]:
    asked = st.query_params
    with st.container(horizontal=True, vertical_alignment="top"):
        route = st.segmented_control(
            "Route",
            list(ROUTES),
            default=asked.get("route") if asked.get("route") in ROUTES else "chat",
            required=True,
            format_func=lambda each: ROUTES[each][0],
            key="evaluate.route",
        )
        repeats = st.number_input(
            "Rounds",
            1,
            10,
            min(10, int(asked["repeats"])) if asked.get("repeats", "").isdigit() and int(asked["repeats"]) else 1,
            key="evaluate.repeats",
            help="Genie is not deterministic: the same space may score otherwise the next time. Three rounds show what is flaky.",
            width=130,
        )
        names = {each.id: each.name for each in connections}
        judge = st.selectbox(
            "Judge of what stays undecided",
            [_NOBODY, *names],
            format_func=lambda each: names.get(each, _NOBODY),
            key="evaluate.judge",
            help="Rows are compared by rules. A model is asked only where those cannot tell; without one it stays for review.",
            width=215,
        )
        name = st.text_input("Name", key="evaluate.name", placeholder=suggested, max_chars=200, width=225)
    st.caption(ROUTES[route or "chat"][1])
    return route or "chat", int(repeats), None if judge in (None, _NOBODY) else names[judge], name.strip() or suggested


def _warnings(kept: genie.BenchmarkSet, chosen: tuple[genie.Benchmark, ...]) -> None:
    ids = {each.id for each in chosen}
    if kept.quality is None:
        words = "The quality of these benchmarks was not checked since their last change. A wrong benchmark counts as a wrong answer."
    else:
        bad = {each.benchmark_id for each in kept.quality.findings if each.level == "error"} & ids
        if not bad:
            return
        words = f"The quality check found errors in {len(bad):,} of these {len(chosen):,} benchmarks. Mend them first, or read their verdicts with care."
    st.warning(words, icon=ICON.warning)


@st.cache_data(ttl=30, show_spinner="Reading the space …")
def _asked_by_service(workspace_id: str, space_id: str) -> dict[str, tuple[str, str | None]] | None:
    """Question and SQL of the space's own benchmarks by id; None where its definition cannot be read."""
    with reading() as session:
        client = genie.client_of(session, workspace_id)
    definition = client.get_space(space_id).definition
    return (
        {each.id: (each.question, each.expected_sql) for each in genie.from_space(definition)} if definition else None
    )


def _official_warning(workspace: genie.WorkspaceView, space_id: str, chosen: tuple[genie.Benchmark, ...]) -> None:
    """Says which of these the service would not ask, or not so."""
    own = _asked_by_service(workspace.id, space_id)
    if own is None:
        st.warning("The space cannot be read, so nobody knows which of these stand in it.", icon=ICON.warning)
        return
    absent = sum(each.id not in own for each in chosen)
    other = sum(each.id in own and own[each.id] != (each.question, each.expected_sql) for each in chosen)
    parts = [f"{absent:,} {'is' if absent == 1 else 'are'} not in the space"] if absent else []
    parts += [f"{other:,} {'has' if other == 1 else 'have'} another question or SQL there"] if other else []
    if parts:
        st.warning(
            f"The service asks what stands in the space: of these {len(chosen):,} benchmarks {' and '.join(parts)}. Write them "
            "into the space first, or use the chat.",
            icon=ICON.warning,
        )


def _estimate(workspace: genie.WorkspaceView, route: str, questions: int) -> str:
    if route == "official":
        return f"{formatting.plural(questions, 'question')}, asked by the service at its own pace"
    return minutes(questions, workspace.questions_per_minute)
