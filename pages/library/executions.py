"""Library › Executions: every recorded model call. `?execution=ex_…` opens one."""

import streamlit as st

from pages._ui import layout
from pages.library.execution_views import listing, one

execution_id = st.query_params.get("execution")
with layout.showing_errors():
    if execution_id is None:
        listing.draw()
    else:
        one.draw(execution_id)
