"""The list of executions: filters in the URL, pages by keyset, export of what the filters keep.

`before` in the URL is the path of page breaks from the newest page to this one, so that "Newer" leads back the same way.
"""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, get_args
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core import library
from core.clock import now
from core.db import reading
from pages._ui import formatting, layout
from pages._ui.badges import STATUS
from pages._ui.execution_table import execution_table
from pages._ui.icons import ICON

PAGE = "pages/library/executions.py"
SIZE = 50
OFFERED = 100
EXPORTED = 100_000
_ALL = "all"
_TIMES = {"any": None, "today": 0, "7 days": 7, "30 days": 30}
# The address holds the words that stand on the screen.
_STATUSES: dict[str, library.Status] = {STATUS[status][0].lower(): status for status in get_args(library.Status)}
_FILTERS = ("text", "template", "version", "status", "model", "time", "rating")


def draw() -> None:
    """Draw the list; opens the row that is selected."""
    with reading() as session:
        templates = [row.name for row in library.list_templates(session, order="used", size=OFFERED).rows]
        models = library.models_used(session)
    with st.container(horizontal=True, wrap=False, vertical_alignment="bottom"):
        with st.container():
            layout.heading("Executions", "Every model call is recorded here, with what was sent and what came back.")
        action = st.container(width="content")
    picked = _filter_row(templates, models)
    filters = _filters(picked)
    narrowed = filters != library.ExecutionFilter()
    before = _breaks()

    with reading() as session:
        found = library.list_executions(session, filters, before=before[-1] if before else None, size=SIZE)
    if not found.rows:
        _empty(narrowed, bool(before))
        return
    with action:
        _export(filters)
    chosen = execution_table(found.rows, key="executions.table", height=560 if len(found.rows) > 14 else "content")
    if chosen is not None:
        st.switch_page(PAGE, query_params={"execution": chosen.id, **({"list": here} if (here := _address()) else {})})
    _pages(before, found)


def way_back() -> dict[str, str]:
    """The part of an execution's address that remembers the filters and page of the list it was opened from."""
    return {"list": st.query_params["list"]} if st.query_params.get("list") else {}


def back_to_list() -> None:
    """Open the list as it was. Not by a link: one that leads to the same page leaves the old address standing."""
    kept = parse_qs(st.query_params.get("list", ""))
    st.switch_page(PAGE, query_params={name: kept[name] for name in (*_FILTERS, "before") if name in kept})


def _address() -> str:
    """Filters and page of the list as in its URL."""
    names = [name for name in st.query_params if name in (*_FILTERS, "before")]
    return urlencode([(name, value) for name in names for value in st.query_params.get_all(name)])


def _filter_row(templates: list[str], models: list[str]) -> dict:
    """Each filter is bound to the URL by its key; a changed filter starts at the newest again."""
    bound = {"bind": "query-params", "on_change": _from_the_newest}
    picked = {}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        picked["text"] = st.text_input(
            "Text",
            key="text",
            type="search",
            live="400ms",
            placeholder="In what was sent or came back",
            width=300,
            **bound,
        )
        picked["template"] = st.selectbox(
            "Template",
            [_ALL, *templates],
            key="template",
            accept_new_options=True,
            help=f"The {OFFERED} used last are offered; any name can be typed",
            width=240,
            **bound,
        )
        picked["template_view"] = _template(picked["template"])
        latest = picked["template_view"].latest_number if picked["template_view"] else 0
        versions = [_ALL, *(f"v{number}" for number in range(latest, 0, -1))]
        picked["version"] = st.selectbox("Version", versions, key="version", disabled=not latest, width=110, **bound)
        picked["status"] = st.selectbox("Status", [_ALL, *_STATUSES], key="status", width=150, **bound)
        picked["model"] = st.selectbox("Model", [_ALL, *models], key="model", width=220, **bound)
        picked["time"] = st.segmented_control("Time", list(_TIMES), default="any", required=True, key="time", **bound)
        picked["rating"] = st.selectbox("Stars from", [_ALL, *"12345"], key="rating", width=120, **bound)
    return picked


def _template(name: str | None) -> library.TemplateView | None:
    if name in (None, _ALL):
        return None
    with reading() as session:
        return library.get_template_by_name(session, name)


def _filters(picked: dict) -> library.ExecutionFilter:
    def chosen(name: str) -> str | None:
        return None if picked[name] in (None, _ALL) else picked[name]

    template, version, rating = picked["template_view"], chosen("version"), chosen("rating")
    return library.ExecutionFilter(
        template_id=template.id if template else None,
        number=int(version.removeprefix("v")) if version and template else None,
        status=_STATUSES.get(chosen("status") or ""),
        model=chosen("model"),
        since=_since(_TIMES[picked["time"]]),
        rating_from=int(rating) if rating else None,
        text=picked["text"] or "",
    )


def _since(days: int | None) -> datetime | None:
    """0 means since midnight where the person is."""
    if days is None:
        return None
    if days:
        return now() - timedelta(days=days)
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _breaks() -> list[int]:
    return [int(number) for number in st.query_params.get_all("before") if number.isdecimal() and len(number) < 19]


def _from_the_newest() -> None:
    st.query_params.pop("before", None)


def _all() -> None:
    """Take every filter away; a bound parameter is changed through its widget."""
    for name in _FILTERS:
        st.session_state[name] = {"text": "", "time": "any"}.get(name, _ALL)
    _from_the_newest()


def _turn(breaks: list[int]) -> None:
    if breaks:
        st.query_params["before"] = [str(number) for number in breaks]
    else:
        _from_the_newest()


def _pages(before: list[int], found: library.Page[library.ExecutionRow]) -> None:
    first = found.rows[0].created_at
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(
            f"{formatting.plural(len(found.rows), 'row')}, from {formatting.ago(first)} on · select a row to open it"
        )
        if not before and not found.more:
            return
        with st.container(horizontal=True, width="content"):
            st.button(
                "Newer",
                icon=":material/chevron_left:",
                key="executions.newer",
                disabled=not before,
                on_click=_turn,
                args=(before[:-1],),
            )
            st.button(
                "Older",
                icon=":material/chevron_right:",
                icon_position="right",
                key="executions.older",
                disabled=not found.more,
                on_click=_turn,
                args=([*before, found.rows[-1].seq],),
            )


def _empty(narrowed: bool, paged: bool) -> None:
    if narrowed:
        layout.empty_state(
            "Nothing matches", "No execution has all of this. Take a filter away, or search for fewer words."
        )
        st.button("All executions", icon=ICON.execution, key="executions.all", on_click=_all)
    elif paged:
        layout.empty_state("Nothing older", "This is the end of the record.")
        st.button("The newest", icon=ICON.execution, key="executions.newest", on_click=_from_the_newest)
    else:
        layout.empty_state(
            "Nothing was run yet",
            "Run a template, and its call stands here: what was sent, what came back, what it cost.",
            page="pages/library/templates.py",
            label="Choose a template to run",
        )


def _export(filters: library.ExecutionFilter) -> None:
    with st.popover("Export", icon=ICON.download):
        st.caption(f"All that the filters keep, newest first, at most {EXPORTED:,}. Made when you click.")
        for label, form, mime in (("CSV", "csv", "text/csv"), ("JSON Lines", "jsonl", "application/jsonl")):
            st.download_button(
                label,
                _export_of(filters, form),  # type: ignore[arg-type]
                file_name=f"executions.{form}",
                mime=mime,
                icon=ICON.download,
                key=f"executions.export_{form}",
                on_click="ignore",
                width="stretch",
            )


def _export_of(filters: library.ExecutionFilter, form: Literal["csv", "jsonl"]) -> Callable[[], bytes]:
    """Makes the file when it is asked for, outside the page's run."""

    def make() -> bytes:
        buffer = io.BytesIO()
        with reading() as session:
            for piece in library.export_executions(session, filters, form, limit=EXPORTED):
                buffer.write(piece.encode())
        return buffer.getvalue()

    return make
