"""Library › one template: edit and run it, its versions, its executions. `?id=ps_…` names it."""

import streamlit as st

from core import library
from core.db import reading, transaction
from core.errors import NotFoundError, WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.badges import label_badge
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.library.template_views import details, edit, executions, run, versions

# The address names a view by its title: `?view=Run`.
VIEWS = {"Edit": edit, "Run": run, "Versions": versions, "Executions": executions}

try:
    with reading() as session:
        template = library.get_template(session, st.query_params.get("id", ""))
except NotFoundError as error:
    layout.missing_page("Template", str(error), "pages/library/templates.py", "Templates")

layout.breadcrumb("pages/library/templates.py", "Templates")
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.title(plain(template.title), anchor=False, width="content")
    for label in template.labels:
        label_badge(label.name, label.number)
    if not template.is_active:
        st.badge("archived" if template.is_archived else "inactive", color="orange")
    if template.builtin_key:
        st.badge("built in", color="gray", icon=ICON.builtin)
facts = [
    f"`{template.name}`",
    plain(template.category),
    formatting.plural(template.usage_count, "use"),
    f"last used {formatting.ago(template.last_used_at)}",
    f"{template.rating_mean:.1f} ★, n = {template.rating_count}" if template.rating_mean is not None else "not rated",
    f"changed {formatting.ago(template.updated_at)} by {plain(template.updated_by)}",
    *(f"#{plain(tag)}" for tag in template.tags),
]
st.caption(" · ".join(facts))
if template.description:
    st.caption(plain(template.description, 400))

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default="Edit",
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    picked = details.actions_menu(template)

try:
    details.act(template, picked, person.current(), transaction)
    VIEWS[view].draw(template)
except WorkbenchError as error:
    layout.failed(error)
