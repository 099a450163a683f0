"""Analysis › New analysis: choose tables and types, see exactly what leaves, start. `?source=so_…&tables=…` fill it in."""

import streamlit as st

from core import analysis, library, llm, sources
from core.db import reading, transaction
from core.errors import WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.disclosure_editor import disclosure_editor
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages._ui.what_leaves import Prompts, data_that_leaves, what_it_takes, whole_prompts

JOBS = "pages/analysis/jobs.py"
JOB = "pages/analysis/job.py"
COMPARE = "pages/analysis/compare.py"
_SALT = "new_analysis.salt"
_PREPARED = "new_analysis.prepared"


def _source(listed: list[sources.SourceView]) -> sources.SourceView:
    ids = [each.id for each in listed]
    names = {each.id: each.name for each in listed}
    wanted = st.query_params.get("source")
    chosen = st.selectbox(
        "Source",
        ids,
        ids.index(wanted) if wanted in ids else 0,
        format_func=names.__getitem__,
        key="new_analysis.source",
    )
    return next(each for each in listed if each.id == chosen)


def _tables(source: sources.SourceView) -> list[str]:
    with sources.open_source(source) as reader:
        names = [table.name for table in reader.tables()]
    wanted = [name for name in st.query_params.get_all("tables") if name in names]
    return st.multiselect(
        "Tables",
        names,
        wanted or (names if len(names) == 1 else []),
        key=f"new_analysis.tables.{source.id}",
        max_selections=analysis.MOST_TABLES,
        placeholder=f"1 to {analysis.MOST_TABLES} tables",
    )


def _types() -> list[str]:
    titles = {each.title: key for key, each in analysis.TYPES.items()}
    chosen = st.pills(
        "Analysis types",
        list(titles),
        default=[analysis.TYPES["quality"].title],
        selection_mode="multi",
        key="new_analysis.types",
    )
    return [titles[title] for title in chosen]


def _recipes(types: list[str]) -> list[Prompts]:
    """The prompt of each type; for A/B those of the first job and those of the second."""
    with reading() as session:
        every = analysis.list_recipes(session)
    chosen: dict[str, str] = {}
    other = None
    with st.expander("Recipes", icon=ICON.recipe, expanded=False):
        for key in types:
            own = [each for each in every if each.analysis_type == key]
            ids, titles = [each.id for each in own], {each.id: f"{each.title} v{each.version_number}" for each in own}
            if not ids:
                st.warning(f"There is no recipe for {analysis.TYPES[key].title.lower()}. Make one on the Recipes page.")
                continue
            with st.container(horizontal=True, vertical_alignment="bottom"):
                chosen[key] = st.selectbox(
                    analysis.TYPES[key].title, ids, format_func=titles.__getitem__, key=f"new_analysis.recipe.{key}"
                )
                if len(types) == 1 and len(ids) > 1:
                    other = st.selectbox(
                        "Compare with (A/B)",
                        [None, *ids],
                        format_func=lambda each, titles=titles: titles[each] if each else "no second recipe",
                        key=f"new_analysis.second.{key}",
                        help="Starts the same analysis twice, once with each recipe, and opens the comparison",
                    )
    runs = [chosen] if other is None else [chosen, dict.fromkeys(chosen, other)]
    with reading() as session:
        return [{key: analysis.recipe_prompt(session, key, each) for key, each in run.items()} for run in runs]


def _settings() -> tuple[llm.ConnectionView, str | None, str, str, tuple[str, ...], int | None]:
    with reading() as session:
        connections = llm.list_connections(session)
    default = next((at for at, each in enumerate(connections) if each.is_default), 0)
    one, two = st.columns(2, gap="medium")
    with one:
        name = st.selectbox("Connection", [each.name for each in connections], default, key="new_analysis.connection")
        connection = next(each for each in connections if each.name == name)
    with two:
        model = st.text_input("Model", key="new_analysis.model", placeholder=connection.model or "no default model")
    context = st.text_area(
        "Business context",
        key="new_analysis.context",
        placeholder="What are these tables, and what should the model know about them? It is sent as it stands here.",
        height=80,
    )
    three, four, five = st.columns([4, 3, 2], gap="medium", vertical_alignment="bottom")
    title = three.text_input(
        "Name of the job", key="new_analysis.name", placeholder="made from tables and types", max_chars=280
    )
    tags = four.multiselect("Tags", [], key="new_analysis.tags", accept_new_options=True, placeholder="none")
    limit = five.number_input(
        "Token limit",
        min_value=500,
        value=None,
        step=1000,
        key="new_analysis.limit",
        placeholder="the model's",
        help="At most so many tokens of summary and samples; columns and rows are left out by a stated rule",
    )
    return connection, model.strip() or None, context, title, tuple(tags), limit


def _prepared(
    source: sources.SourceView,
    tables: list[str],
    prompts: list[analysis.Prompt],
    connection: str,
    model: str | None,
    limit: int | None,
) -> analysis.Prepared | None:
    """What would leave now. Files are measured at once; a database or warehouse only on request, since it costs it work."""
    salt = st.session_state.setdefault(_SALT, analysis.new_salt())
    with reading() as session:
        room = analysis.room_for_data(session, prompts, connection=connection, model=model, limit=limit)
        said = tuple(tuple(sorted(sources.policies(session, source.id, table).items())) for table in tables)
    key = (source.id, tuple(tables), room, salt, said)
    kept = st.session_state.get(_PREPARED)
    if kept is not None and kept[0] == key:
        return kept[1]
    if source.kind != "files" and not st.button("Measure the tables", icon=ICON.table, key="new_analysis.measure"):
        st.caption("Measuring asks the source for exact figures of every column; on large tables that takes its time.")
        return None
    place = st.empty()
    with place.status(f"Measuring {formatting.plural(len(tables), 'table')} …") as status:
        prepared = analysis.prepare(
            source.id,
            tables,
            salt=salt,
            token_limit=room,
            on_table=lambda done, name: status.update(
                label=f"Measuring {plain(name)}, {done + 1} of {len(tables)} tables"
            ),
        )
    place.empty()
    st.session_state[_PREPARED] = (key, prepared)
    return prepared


def _start(request: analysis.AnalysisRequest, runs: list[Prompts]) -> None:
    with layout.showing_errors():
        with transaction() as session:
            if len(runs) == 2:
                [compared] = runs[0]
                pair = (runs[0][compared], runs[1][compared])
                first, second = analysis.submit_pair(session, request, compared, pair, person=person.current())
            else:
                first, second = analysis.submit_analysis(session, request, person=person.current()), None
        for name in (_SALT, _PREPARED):
            st.session_state.pop(name, None)
        if second is not None:
            st.switch_page(COMPARE, query_params={"with": first.id, "and": second.id})
        st.switch_page(JOB, query_params={"id": first.id})


def _draw() -> None:
    with reading() as session:
        listed = sources.list_sources(session)
    if not listed:
        layout.empty_state(
            "No tables yet",
            "An analysis looks at tables. Bring files, connect a database, or take the sample source.",
            page="pages/analysis/sources.py",
            label="Add a source",
        )
        return
    one, two = st.columns([2, 3], gap="medium")
    with one:
        source = _source(listed)
    with two:
        tables = _tables(source)
    types = _types()
    runs = _recipes(types)
    connection, model, context, title, tags, limit = _settings()
    if not tables:
        st.caption("Choose at least one table to see what would leave this machine.")
        return
    with st.expander("What may leave, column by column", icon=ICON.disclosure):
        for table in tables:
            disclosure_editor(source, table, key="new_analysis")
    prompts = [prompt for run in runs for prompt in run.values()] or [analysis.Prompt(library.Content())]
    prepared = _prepared(source, tables, prompts, connection.name, model, limit)
    if prepared is None:
        return
    data_that_leaves(prepared)
    if runs[0]:
        whole_prompts(runs, prepared, tables, context, connection.name, model)
    missing = "Choose at least one analysis type." if not types else None
    if len(prepared.unread) == len(prepared.tables):
        missing = "None of the tables can be read."
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Start both analyses" if len(runs) == 2 else "Start analysis",
            icon=ICON.run,
            type="primary",
            key="new_analysis.start",
            disabled=missing is not None,
            help=missing,
        )
        st.caption(missing or f"{what_it_takes(runs, prepared, connection.name, model)} · {plain(connection.name)}")
    if pressed:
        words = (
            title.strip()
            or f"{', '.join(tables[:3])}{' …' if len(tables) > 3 else ''}: {', '.join(analysis.TYPES[key].title.lower() for key in types[:3])}"
        )
        request = analysis.AnalysisRequest(
            source_id=source.id,
            tables=tuple(tables),
            types=tuple(types),
            name=words[:280],
            connection=connection.name,
            model=model,
            business_context=context,
            tags=tags,
            prompts=runs[0],
            token_limit=limit,
            salt=st.session_state[_SALT],
            approved=prepared.to_json(),
        )
        _start(request, runs)


layout.heading(
    "New analysis",
    "A model looks at summaries and sample rows of your tables. What it claims is then checked against the tables.",
)
try:
    _draw()
except WorkbenchError as error:
    layout.failed(error)
