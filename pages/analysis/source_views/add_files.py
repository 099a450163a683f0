"""Files: upload or name them, confirm how they are read, add them. Nothing is guessed silently."""

import pandas as pd
import streamlit as st

from core import sources
from core.db import transaction
from core.errors import WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain

_UPLOADED = "sources.files.uploaded"
_ENDINGS = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "xlsx"]
_TYPES: list[sources.ColumnType] = ["text", "integer", "decimal", "boolean", "date", "timestamp", "time"]
_UNSET = "choose"


def draw() -> sources.SourceView | None:
    """The source once it is added, None until then."""
    paths = _paths()
    if not paths:
        st.caption(
            "CSV, TSV, JSON, JSON Lines, Parquet or Excel. Types are inferred and shown for you to confirm; what cannot be read without guessing is refused."
        )
        return None
    choices = [choice for name, path in paths.items() if (choice := _file(name, path)) is not None]
    first = next(iter(paths)).rsplit(".", 1)[0]
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name of the source", first[:100], key="sources.files.name", max_chars=100)
        lacking = len(paths) - len(choices)
        pressed = st.button(
            "Add source",
            icon=ICON.add,
            type="primary",
            key="sources.files.add",
            disabled=bool(lacking),
            help=f"{formatting.plural(lacking, 'file')} cannot be added as it stands" if lacking else None,
        )
    if not pressed:
        return None
    try:
        with st.spinner("Storing the tables …", show_time=True), transaction() as session:
            made = sources.add_files(session, name, choices, person=person.current())
    except WorkbenchError as error:
        layout.failed(error)
        return None
    for path in st.session_state.pop(_UPLOADED, {}).values():
        sources.forget_upload(path)
    return made


def _paths() -> dict[str, str]:
    """Uploaded files and typed paths, by the name to show."""
    uploads = st.file_uploader("Files", accept_multiple_files=True, type=_ENDINGS, key="sources.files.upload")
    saved: dict[str, str] = st.session_state.setdefault(_UPLOADED, {})
    found: dict[str, str] = {}
    for upload in uploads or []:
        if upload.file_id not in saved:
            with layout.showing_errors():
                saved[upload.file_id] = str(sources.save_upload(upload.name, upload.getvalue()))
        if upload.file_id in saved:
            found[upload.name] = saved[upload.file_id]
    typed = st.text_input(
        "Or a path on this machine",
        key="sources.files.path",
        placeholder="/home/ann/orders.parquet",
        help="For files that are too large to upload; several with a comma between",
    )
    found |= {
        path.strip().replace("\\", "/").rsplit("/", 1)[-1]: path.strip() for path in typed.split(",") if path.strip()
    }
    return found


def _file(name: str, path: str) -> sources.FileChoice | None:
    """One file's card: how it is read, its columns, its first rows. None while something is open."""
    key = f"sources.files.{name}"
    with st.container(border=True):
        st.markdown(f"**{plain(name)}**")
        try:
            with st.spinner(f"Reading {plain(name)} …", show_time=True):
                inspection = _inspected(path, name, _given(key))
        except WorkbenchError as error:
            layout.failed(error)
            return None
        _how_read(inspection)
        _questions(inspection, key)
        types = _columns(inspection, key)
        if inspection.sample:
            with st.expander("First rows", icon=ICON.table):
                st.dataframe(
                    pd.DataFrame(
                        [list(row) for row in inspection.sample], columns=[each.name for each in inspection.columns]
                    ),
                    hide_index=True,
                )
        table = st.text_input("Name of the table", inspection.table_name, key=f"{key}.table", max_chars=200)
        if inspection.questions:
            st.warning("Answer the questions above first: nothing is guessed.", icon=ICON.warning)
            return None
    return sources.FileChoice(inspection, table, types)


def _inspected(path: str, name: str, given: dict) -> sources.FileInspection:
    """Kept in the session while path and options stay, since reading a large file takes a second."""
    wanted = (path, tuple(sorted(given.items())))
    kept = st.session_state.get(f"sources.files.inspected.{name}")
    if kept is None or kept[0] != wanted:
        kept = (wanted, sources.inspect_file(path, name=name, **given))
        st.session_state[f"sources.files.inspected.{name}"] = kept
    return kept[1]


def _given(key: str) -> dict:
    """The options that the person has set for this file."""
    return dict(st.session_state.get(f"{key}.given", {}))


def _set(key: str, option: str, widget: str, readings: dict) -> None:
    given = _given(key)
    value = st.session_state[widget]
    if value in (None, _UNSET):
        given.pop(option, None)
    else:
        given[option] = readings.get(value, value)
    st.session_state[f"{key}.given"] = given


def _how_read(inspection: sources.FileInspection) -> None:
    parts = [
        inspection.format,
        formatting.plural(inspection.rows, "row"),
        formatting.plural(len(inspection.columns), "column"),
    ]
    parts += [f"encoding {inspection.encoding}"] if inspection.encoding else []
    parts += [f"cells separated by {inspection.delimiter!r}"] if inspection.delimiter else []
    parts += (
        ["first line holds names" if inspection.has_header else "no line of names"]
        if inspection.has_header is not None
        else []
    )
    parts += [f"sheet {inspection.sheet}"] if inspection.sheet else []
    st.caption(plain(" · ".join(parts), 600))
    for note in inspection.notes:
        st.caption(f"{ICON.note} {plain(note, 600)}")


def _questions(inspection: sources.FileInspection, key: str) -> None:
    """What the file itself does not say; the rest can be set although it was found."""
    for question in inspection.questions.values():
        st.warning(plain(question, 600), icon=ICON.warning)
    with st.expander("How it is read", icon=":material/tune:", expanded=bool(inspection.questions)):
        delimited = inspection.format == "csv"
        offered: dict[str, tuple[str, dict]] = {
            "encoding": ("Encoding", {each: each for each in ("utf-8", "utf-16", "cp1252", "latin-1")}),
            "has_header": ("First line", {"holds names": True, "holds data": False}),
            "delimiter": ("Cells are separated by", {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}),
            "decimal_comma": ("Decimals", {"1.5": False, "1,5": True}),
            "day_first": ("Dates such as 03/04/2024", {"3 April (day first)": True, "4 March (month first)": False}),
        }
        if delimited:
            offered["quoting"] = ("Quotes", {"hold a cell together": True, "are ordinary characters": False})
        if inspection.sheets:
            offered["sheet"] = ("Sheet", {each: each for each in inspection.sheets})
        given = _given(key)
        with st.container(horizontal=True):
            for option, (label, readings) in offered.items():
                if (
                    option in ("has_header", "delimiter", "encoding")
                    and not delimited
                    and option not in inspection.questions
                ):
                    continue
                words = [_UNSET, *readings]
                current = next(
                    (word for word, value in readings.items() if option in given and given[option] == value), _UNSET
                )
                widget = f"{key}.{option}"
                st.selectbox(
                    label,
                    words,
                    words.index(current),
                    key=widget,
                    on_change=_set,
                    args=(key, option, widget, readings),
                    width=200,
                )
            widget = f"{key}.missing"
            st.text_input(
                "Words for a missing value",
                ", ".join(given.get("missing", ())),
                key=widget,
                placeholder="NA, n/a",
                on_change=_set_missing,
                args=(key, widget),
                width=200,
            )


def _set_missing(key: str, widget: str) -> None:
    words = tuple(word.strip() for word in st.session_state[widget].split(",") if word.strip())
    given = {option: value for option, value in _given(key).items() if option != "missing"}
    st.session_state[f"{key}.given"] = given | ({"missing": words} if words else {})


def _columns(inspection: sources.FileInspection, key: str) -> dict[str, sources.ColumnType]:
    """The types that differ from what was inferred."""
    edited = st.data_editor(
        pd.DataFrame(
            {
                "Column": [each.name for each in inspection.columns],
                "Type": [each.type for each in inspection.columns],
                "Hint": [each.hint or "" for each in inspection.columns],
            }
        ),
        hide_index=True,
        disabled=["Column", "Hint"] if inspection.format != "parquet" else True,
        key=f"{key}.types.{hash(tuple(each.type for each in inspection.columns))}",
        height=min(320, 38 + 35 * max(1, len(inspection.columns))),
        column_config={
            "Column": st.column_config.TextColumn(width=260),
            "Type": st.column_config.SelectboxColumn(options=_TYPES, required=True, width=130),
            "Hint": st.column_config.TextColumn(width=460),
        },
    )
    inferred = {each.name: each.type for each in inspection.columns}
    return {
        str(name): type_
        for name, type_ in zip(edited["Column"], edited["Type"], strict=True)
        if inferred[str(name)] != type_
    }
