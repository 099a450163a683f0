"""`.geniespace.json` files: their names, and the button that downloads one."""

import re

import streamlit as st

from core import genie
from pages._ui.icons import ICON


def file_name(title: str) -> str:
    """A name that every file system takes, such as `sales_demo.geniespace.json`."""
    plain = re.sub(r"[^\w.-]+", "_", title, flags=re.ASCII).strip("._")[:60] or "space"
    return f"{plain}.geniespace.json"


def download_definition(title: str, space: genie.Space, *, label: str, key: str) -> None:
    """The whole definition as a file that can be uploaded again, here or in Databricks."""
    st.download_button(
        label,
        lambda: genie.write(space, indent=2).encode(),
        file_name=file_name(title),
        mime="application/json",
        icon=ICON.download,
        key=key,
        on_click="ignore",
    )
