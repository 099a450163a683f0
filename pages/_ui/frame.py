"""The frame around every page: settings of the page, the menu, and what stands below it."""

from pathlib import Path

import streamlit as st

from core import __version__, logs, startup
from core.errors import WorkbenchError
from pages._ui import person
from pages._ui.icons import ICON
from pages._ui.job_news import job_news

_HERE = Path(__file__).parent

_SECTIONS = {
    "": [
        ("pages/home/home.py", "Home", ICON.home),
    ],
    "Library": [
        ("pages/library/templates.py", "Templates", ICON.template),
        ("pages/library/executions.py", "Executions", ICON.execution),
    ],
    "Analysis": [
        ("pages/analysis/sources.py", "Sources", ICON.source),
        ("pages/analysis/new_analysis.py", "New analysis", ICON.analysis),
        ("pages/analysis/jobs.py", "Jobs", ICON.job),
        ("pages/analysis/recipes.py", "Recipes", ICON.recipe),
    ],
    "Genie": [
        ("pages/genie/spaces.py", "Spaces", ICON.space),
        ("pages/genie/evaluate.py", "Evaluate", ICON.evaluate),
    ],
    "Admin": [
        ("pages/admin/connections.py", "Connections", ICON.connection),
        ("pages/admin/activity.py", "Activity", ICON.activity),
        ("pages/admin/settings.py", "Settings", ICON.settings),
    ],
}
_HIDDEN = {
    "Library": [("pages/library/template.py", "Template", ICON.template)],
    "Analysis": [
        ("pages/analysis/source.py", "Source", ICON.source),
        ("pages/analysis/job.py", "Job", ICON.job),
        ("pages/analysis/rerun.py", "Re-run", ICON.replay),
        ("pages/analysis/compare.py", "Compare jobs", ICON.compare),
    ],
    "Genie": [
        ("pages/genie/space.py", "Space", ICON.space),
        ("pages/genie/evaluation.py", "Evaluation", ICON.evaluate),
    ],
}


def draw() -> None:
    """Draw the menu and run the page that the address names."""
    logs.begin_request()
    st.set_page_config(page_title="Whetstone", page_icon=_HERE / "mark.svg", layout="wide")
    sections = {
        title: [st.Page(path, title=name, icon=icon, default=path.endswith("home.py")) for path, name, icon in pages]
        for title, pages in _SECTIONS.items()
    }
    for title, pages in _HIDDEN.items():
        sections[title] += [st.Page(path, title=name, icon=icon, visibility="hidden") for path, name, icon in pages]
    st.logo(_HERE / "logo.svg", size="large", icon_image=_HERE / "mark.svg")
    page = st.navigation(sections)
    with st.sidebar:
        st.caption(f"Whetstone {__version__} · {person.current() or 'not open'}")
    if startup.opened() is None and not _opened_now():
        return
    job_news()
    page.run()


def _opened_now() -> bool:
    """Try to open the workbench, as after the operator mended what kept it shut; says why if it stays shut."""
    try:
        startup.open_workbench()
    except WorkbenchError as error:
        st.title("Whetstone cannot open its database")
        st.error(str(error), icon=ICON.error)
        st.button("Try again", icon=ICON.retry, type="primary", key="frame.retry")
        return False
    return True
