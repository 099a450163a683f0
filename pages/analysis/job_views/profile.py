"""Profile: the figures that the job was made from. They are the whole ones and stay here; what was sent may be less."""

import streamlit as st

from core import analysis, jobs
from core.db import reading
from pages._ui import layout
from pages._ui.icons import ICON
from pages._ui.profile_view import profile_view
from pages._ui.text import plain


def draw(job: jobs.JobView) -> None:
    with reading() as session:
        prepared = analysis.prepared_of(session, job.id)
    if prepared is None:
        layout.empty_state("Not measured yet", "The tables are measured when the job starts.", icon=ICON.table)
        return
    names = [table.name for table in prepared.tables]
    name = (
        st.selectbox("Table", names, key="profile_table", bind="query-params", width=320)
        if len(names) > 1
        else names[0]
    )
    table = next((each for each in prepared.tables if each.name == name), prepared.tables[0])
    if table.profile is None:
        st.warning(plain(table.error or "It could not be read.", 1000), icon=ICON.warning)
        return
    profile_view(table.profile, key=f"job.{job.id}.{name}")
    if withheld := prepared.withheld.get(table.name):
        listed = ", ".join(f"{plain(column)} ({policy})" for column, policy in withheld.items())
        st.caption(f"{ICON.disclosure} Not sent as they are: {listed}.")
