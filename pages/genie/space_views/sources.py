"""The tables and metric views of a space, with the columns of one: what the space says, beside what the catalog knows."""

import json
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core import genie
from core.errors import WorkbenchError
from pages._ui import formatting, layout
from pages._ui.icons import ICON
from pages._ui.text import plain

_LONGEST = 20_000


def draw(workspace: genie.WorkspaceView, client: genie.GenieClient, space: genie.Space) -> None:
    """The sources as a table; selecting one shows its columns below, the first one's without a selection."""
    st.subheader(f"Tables and metric views ({len(space.sources):,})", anchor=False)
    if not space.sources:
        layout.empty_state("No tables", "The space names no table, so Genie can answer nothing.", icon=ICON.table)
        return
    catalog = _catalog(workspace.id, client, tuple(sorted({_schema(each) for each in space.sources})))
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Name": [each.identifier for each in space.sources],
                "Kind": [_kind(each, catalog) for each in space.sources],
                "Description": [each.description for each in space.sources],
                "Columns": [_column_count(each, catalog) for each in space.sources],
                "Configured": [len(each.columns) for each in space.sources],
                "Described": [
                    sum(bool(column.description.strip()) for column in each.columns) for each in space.sources
                ],
                "With synonyms": [sum(bool(column.synonyms) for column in each.columns) for each in space.sources],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row-required",
        key="space.sources",
        height="content" if len(space.sources) <= 12 else "auto",
        alt="The tables and metric views of the space",
        column_config={
            "Name": st.column_config.TextColumn(width=210),
            "Kind": st.column_config.TextColumn(width=75),
            "Description": st.column_config.TextColumn(width=310),
            "Columns": st.column_config.TextColumn(width=75, alignment="right", help="In the catalog; – is unknown"),
            "Configured": st.column_config.NumberColumn(width=85, help="Columns that the space says something about"),
            "Described": st.column_config.NumberColumn(width=80),
            "With synonyms": st.column_config.NumberColumn(width=110),
        },
    )
    rows = chosen.selection.rows
    _columns(space.sources[rows[0] if rows and rows[0] < len(space.sources) else 0], catalog)


def _columns(source: genie.TableSource, catalog: Mapping[str, genie.CatalogTable]) -> None:
    """Every column of one source, whether the space configures it or only the catalog knows it."""
    st.markdown(f"**{plain(source.identifier)}**")
    if source.description:
        st.caption(plain(source.description, 2_000))
    _more(source)
    known = catalog.get(source.identifier.replace("`", "").lower())
    types = {each.name.lower(): each for each in known.columns} if known else {}
    configured = {each.name.lower(): each for each in source.columns}
    names = [each.name for each in known.columns] if known else []
    names += [each.name for each in source.columns if each.name.lower() not in types]
    if not names:
        st.caption(
            "The space configures no column, and the catalog could not be read. Genie sees the catalog's columns."
        )
        return
    own = [configured.get(name.lower()) for name in names]
    missing = [each.name for each in source.columns if known and each.name.lower() not in types]
    st.dataframe(
        pd.DataFrame(
            {
                "Column": names,
                "Type": [types[name.lower()].type if name.lower() in types else formatting.UNKNOWN for name in names],
                "Description": [each.description if each else "" for each in own],
                "Synonyms": [", ".join(each.synonyms) if each else "" for each in own],
                "Settings": [_settings(each) for each in own],
                "Comment in the catalog": [
                    types[name.lower()].comment if name.lower() in types else "" for name in names
                ],
            }
        ),
        hide_index=True,
        key=f"space.columns.{source.identifier}",
        height="content" if len(names) <= 15 else "auto",
        alt=f"The columns of {source.identifier}",
        column_config={
            "Column": st.column_config.TextColumn(width=150),
            "Type": st.column_config.TextColumn(width=85),
            "Description": st.column_config.TextColumn(width=300),
            "Synonyms": st.column_config.TextColumn(width=170),
            "Settings": st.column_config.TextColumn(width=150),
            "Comment in the catalog": st.column_config.TextColumn(width=150),
        },
    )
    if missing:
        listed = ", ".join(plain(name, 60) for name in missing[:10])
        st.caption(f"{ICON.warning} Not in the catalog, so the service drops their settings: {listed}.")


def _more(source: genie.TableSource) -> None:
    """What the space says about a source beyond the known keys, such as the definition of a metric view."""
    known = {"identifier", "description", "column_configs"}
    for key, value in source.raw.items():
        if key not in known:
            st.caption(plain(key))
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
            st.code(text[:_LONGEST], language="yaml" if isinstance(value, str) else "json", wrap_lines=True)


def _settings(column: genie.SpaceColumn | None) -> str:
    if column is None:
        return "not configured"
    words = {
        "hidden from Genie": column.excluded,
        "format assistance": column.format_assistance,
        "entity matching": column.entity_matching,
    }
    return ", ".join(word for word, on in words.items() if on)


def _kind(source: genie.TableSource, catalog: Mapping[str, genie.CatalogTable]) -> str:
    known = catalog.get(source.identifier.replace("`", "").lower())
    if source.place == "metric_views" or (known and known.kind == "METRIC_VIEW"):
        return "metric view"
    return "view" if known and known.kind == "VIEW" else "table"


def _column_count(source: genie.TableSource, catalog: Mapping[str, genie.CatalogTable]) -> str:
    known = catalog.get(source.identifier.replace("`", "").lower())
    return formatting.count(len(known.columns) if known else None)


def _schema(source: genie.TableSource) -> tuple[str, str]:
    parts = source.identifier.replace("`", "").split(".")
    return (parts[0], parts[1]) if len(parts) == 3 else ("", "")


@st.cache_data(ttl=60, max_entries=20, show_spinner="Reading the catalog …")
def _catalog(
    workspace_id: str, _client: genie.GenieClient, schemas: tuple[tuple[str, str], ...]
) -> dict[str, genie.CatalogTable]:
    """The tables of these schemas by identifier in lower case. A schema that may not be read leaves its tables unknown."""
    found: dict[str, genie.CatalogTable] = {}
    for catalog, schema in schemas:
        if not catalog:
            continue
        try:
            found |= {each.identifier.replace("`", "").lower(): each for each in _client.list_tables(catalog, schema)}
        except WorkbenchError:
            continue
    return found
