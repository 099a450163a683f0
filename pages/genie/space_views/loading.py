"""Bringing tables and a space to the local Genie: uploaded files, a folder on this machine, or the demo."""

import tempfile
from pathlib import Path
from typing import Any

import streamlit as st

from core import genie, startup
from core.errors import InputError, WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.space_views.health import draw_faults

SPACE = "pages/genie/space.py"
_OPEN = "spaces.loading"
_LOADED = "spaces.loaded"
_TOLD = "spaces.loaded.told"
_ENDINGS = ["csv", "parquet", "yaml", "yml"]


def open_dialog() -> None:
    st.session_state[_OPEN] = True


def draw_dialog() -> None:
    if st.session_state.get(_OPEN):
        _dialog()


def draw_outcome(space_id: str) -> None:
    """What was loaded just now: a toast once, and warnings until they are dismissed."""
    loaded: genie.LoadedSpace | None = st.session_state.get(_LOADED)
    if loaded is None or loaded.space_id != space_id:
        return
    if st.session_state.get(_TOLD) != space_id:
        st.session_state[_TOLD] = space_id
        rows = formatting.plural(sum(count for _, count in loaded.tables), "row")
        st.toast(f"Loaded {formatting.plural(len(loaded.tables), 'table')} with {rows}.", icon=ICON.check)
    if loaded.warnings:
        with st.container(border=True):
            for warning in loaded.warnings:
                st.warning(plain(warning, 500), icon=ICON.warning)
            st.button("Dismiss", key="spaces.loaded.dismiss", on_click=_forget)


def load_demo(*, curated: bool = False) -> None:
    """Load the bundled space and open it."""
    with layout.showing_errors():
        with st.spinner("Loading the demo space …", show_time=True):
            loaded = genie.load_demo(curated=curated, person=person.current())
        _shown(loaded)


def _shown(loaded: genie.LoadedSpace) -> None:
    st.session_state[_LOADED] = loaded
    _closed()
    st.switch_page(SPACE, query_params={"workspace": "local", "space": loaded.space_id})


def _forget() -> None:
    st.session_state.pop(_LOADED, None)


def _closed() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("Load tables and a space", icon=ICON.upload, width="medium", on_dismiss=_closed)
def _dialog() -> None:
    settings = startup.opened()
    st.caption(
        "For the local Genie, on this machine. A table's file is named as the last part of the table's name in the space: "
        "`shop.sales.orders` is `orders.csv` or `orders.parquet`."
    )
    ways = ["Upload files"] if settings is None or settings.hosted else ["Upload files", "A folder on this machine"]
    way = st.segmented_control("From", ways, default=ways[0], required=True, key="spaces.loading.way")
    uploads: list[Any] = []
    folder = ""
    if way == "Upload files":
        uploads = st.file_uploader(
            "Tables, CSV or Parquet; metric views, YAML",
            type=_ENDINGS,
            accept_multiple_files=True,
            key="spaces.loading.tables",
        )
    else:
        folder = st.text_input("Folder", key="spaces.loading.folder", placeholder="/home/ann/clinic")
    definition = st.file_uploader("Definition, a .geniespace.json", type=["json"], key="spaces.loading.definition")
    title = st.text_input("Title", key="spaces.loading.title", placeholder="Clinic visits", max_chars=63)
    if definition is None:
        st.caption("Without a definition the space is a bare one over all the tables.")
    ready = bool(uploads) or bool(folder.strip())
    if not st.button("Load", icon=ICON.upload, type="primary", key="spaces.loading.load", disabled=not ready):
        return
    space: genie.Space | None = None
    faults: tuple[genie.Fault, ...] = ()
    if definition is not None:
        space, faults = genie.check_text(definition.getvalue())
        if space is None:
            draw_faults(faults)
            return
    try:
        with st.spinner("Reading the tables …", show_time=True):
            loaded = _load(uploads, folder, space, title)
    except WorkbenchError as error:
        layout.failed(error)
        if len(faults) > 1:
            draw_faults(faults)
        return
    _shown(loaded)


def _load(uploads: list[Any], folder: str, space: genie.Space | None, title: str) -> genie.LoadedSpace:
    if not uploads:
        return _from_folder(Path(folder.strip()).expanduser(), space, title)
    with tempfile.TemporaryDirectory(prefix="whetstone-") as made:
        for upload in uploads:
            (Path(made) / Path(upload.name.replace("\\", "/")).name).write_bytes(upload.getvalue())
        return _from_folder(Path(made), space, title)


def _from_folder(folder: Path, space: genie.Space | None, title: str) -> genie.LoadedSpace:
    if space is None:
        space = _bare(folder)
    return genie.load_local(folder, space, title=title.strip() or None)


def _bare(folder: Path) -> genie.Space:
    """A definition that names the tables of the folder and says nothing about them."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    names = sorted({f"local.files.{each.stem}" for each in files if each.suffix.lower() in (".csv", ".parquet")})
    if not names:
        raise InputError(f"There is no CSV or Parquet file in {folder}. Give the folder that holds the tables.")
    return genie.parse({"version": 2, "data_sources": {"tables": [{"identifier": name} for name in names]}})
