"""What an evaluation measured: which state of the space, which benchmarks, by which route, within which limits."""

import pandas as pd
import streamlit as st

from core import genie, jobs, llm
from core.db import reading
from core.errors import WorkbenchError
from pages._ui import formatting
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.evaluation_views.words import ROUTES

SPACE = "pages/genie/space.py"


def draw(evaluation: genie.EvaluationView, job: jobs.JobView) -> None:
    workspace = _workspace(evaluation.workspace)
    limit = workspace.questions_per_minute if workspace else None
    working = evaluation.benchmark_count - evaluation.held_out_count
    facts = [
        ("Workspace", workspace.name if workspace else f"{evaluation.workspace} (its connection is gone)"),
        ("Space", f"{evaluation.space_title or 'unknown'} ({evaluation.space_id})"),
        ("State of the space", evaluation.space_hash or "not known: the definition could not be read"),
        ("Benchmarks", f"{evaluation.benchmark_count:,}: {working:,} working, {evaluation.held_out_count:,} held out"),
        ("Where they came from", evaluation.benchmarks_origin or formatting.UNKNOWN),
        ("Route", ". ".join(ROUTES.get(evaluation.route, (evaluation.route,)))),
        ("Rounds", f"{evaluation.repeats:,}, so {formatting.plural(evaluation.planned, 'question')} in all"),
        ("Judge of what stays undecided", _judge(evaluation.judge)),
        ("Limit", f"{limit:g} questions a minute, for the whole workspace" if limit else "none that is known"),
        ("Started", f"{evaluation.created_at:%Y-%m-%d %H:%M} UTC by {evaluation.person}"),
    ]
    st.dataframe(
        pd.DataFrame(facts, columns=["What", "Value"]),
        hide_index=True,
        height="content",
        alt="What the evaluation measured",
        column_config={
            "What": st.column_config.TextColumn(width=210),
            "Value": st.column_config.TextColumn(width=800),
        },
    )
    if evaluation.snapshot_id:
        st.page_link(
            SPACE,
            label=f"Snapshots of the space; this state is {(evaluation.space_hash or '')[:8]}",
            icon=ICON.snapshot,
            query_params={
                "workspace": evaluation.workspace,
                "space": evaluation.space_id,
                "space_view": "Snapshots",
            },
        )
    elif evaluation.is_over:
        st.caption(f"{ICON.note} No snapshot of the space was kept with this evaluation.")


def _workspace(workspace_id: str) -> genie.WorkspaceView | None:
    with reading() as session:
        return next((each for each in genie.list_workspaces(session) if each.id == workspace_id), None)


def _judge(connection: str | None) -> str:
    if connection is None:
        return "nobody: it stays for review"
    with reading() as session:
        try:
            return plain(llm.get_connection(session, connection).name)
        except WorkbenchError:
            return f"{connection} (gone)"
