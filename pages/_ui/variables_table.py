"""The table in which a person declares the variables that were found in the texts."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import InputError
from core.library import VARIABLE_TYPES, VariableSpec, check_specs

_COLUMNS = ["Variable", "Type", "Required", "Default", "Choices", "Sample", "Description"]
_BY_TITLE = {title: name for name, title in VARIABLE_TYPES.items()}


def variables_table(specs: Sequence[VariableSpec], *, key: str) -> tuple[VariableSpec, ...]:
    """The specs as edited, with defaults and samples in their types wherever they can be read so."""
    frame = pd.DataFrame([_row(spec) for spec in specs], columns=_COLUMNS)
    edited = st.data_editor(
        frame,
        hide_index=True,
        key=key,
        num_rows="fixed",
        disabled=["Variable"],
        column_config={
            "Variable": st.column_config.TextColumn(width="small", pinned=True),
            "Type": st.column_config.SelectboxColumn(options=list(_BY_TITLE), required=True, width="small"),
            "Required": st.column_config.CheckboxColumn(width="small", help="A run without a value is refused"),
            "Default": st.column_config.TextColumn(width="small", help="Used when a run gives no value"),
            "Choices": st.column_config.TextColumn(width="small", help="For the type Choice, parted by commas"),
            "Sample": st.column_config.TextColumn(width="medium", help="For the preview and the template test"),
            "Description": st.column_config.TextColumn(width="medium", help="Shown beside the input"),
        },
    )
    return tuple(_spec(row) for row in edited.to_dict("records"))


def _row(spec: VariableSpec) -> list[Any]:
    return [
        spec.name,
        VARIABLE_TYPES[spec.type],
        spec.required,
        _text(spec.default),
        ", ".join(spec.choices),
        _text(spec.sample),
        spec.description,
    ]


def _spec(row: dict[str, Any]) -> VariableSpec:
    def text(column: str) -> str:
        return row[column] if isinstance(row[column], str) else ""

    spec = VariableSpec(
        name=row["Variable"],
        type=_BY_TITLE[row["Type"]],
        required=bool(row["Required"]),
        default=text("Default") or None,
        choices=tuple(part.strip() for part in text("Choices").split(",") if part.strip()),
        sample=text("Sample") or None,
        description=text("Description"),
    )
    try:
        return check_specs([spec])[0]
    except InputError:  # half typed: kept as it stands, saving says what is wrong
        return spec


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
