"""Versions: what there is, where the labels point, how any two differ; moving labels and going back in one click."""

import pandas as pd
import streamlit as st

from core import library
from core.db import reading, transaction
from core.errors import WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.diff import inline
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.library.template_views.edit import open_sheet
from pages.library.template_views.saving import PARTS, texts_and_settings


def draw(template: library.TemplateView) -> None:
    acted = st.session_state.pop("versions.acted", None)
    if acted:
        st.toast(acted, icon=ICON.check)
    archived = st.session_state.get("versions.archived", False)
    with reading() as session:
        versions = library.list_versions(session, template.id, archived=archived)
    selected = _table(template, versions)
    st.toggle("Show archived versions", key="versions.archived")
    version = versions[selected] if selected is not None else versions[0]
    _actions(template, version, versions)
    _compare(template, versions, version)
    _labels(template)


def _table(template: library.TemplateView, versions: list[library.VersionView]) -> int | None:
    labels: dict[int, list[str]] = {}
    for label in template.labels:
        labels.setdefault(label.number, []).append(label.name)
    table = pd.DataFrame(
        {
            "Version": [f"v{each.number}" for each in versions],
            "Labels": [", ".join(labels.get(each.number, [])) for each in versions],
            "Note": [each.note + (" (archived)" if each.is_archived else "") for each in versions],
            "By": [each.created_by for each in versions],
            "Saved": [formatting.ago(each.created_at) for each in versions],
            "From": [f"v{each.parent_number}" if each.parent_number else "–" for each in versions],
            "Uses": [each.usage_count for each in versions],
            "Last used": [formatting.ago(each.last_used_at) for each in versions],
        }
    )
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="versions.table",
        alt="The versions of this template",
        column_config={
            "Version": st.column_config.TextColumn(width=60),
            "Labels": st.column_config.TextColumn(width=120),
            "Note": st.column_config.TextColumn(width="large"),
            "By": st.column_config.TextColumn(width="small"),
            "Saved": st.column_config.TextColumn(width="small"),
            "From": st.column_config.TextColumn(width="small", help="The version it was edited from"),
            "Uses": st.column_config.NumberColumn(width="small", format="localized"),
            "Last used": st.column_config.TextColumn(width="small"),
        },
    )
    return chosen.selection.rows[0] if chosen.selection.rows else None


def _actions(template: library.TemplateView, version: library.VersionView, versions: list[library.VersionView]) -> None:
    """What can be done with the selected version, in one row."""
    number = version.number
    current = template.current_number
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**v{number}**")
        older = current is not None and number < current
        if st.button(
            "Roll back to it" if older else "Make it production",
            icon=ICON.roll_back if older else ICON.label,
            type="primary",
            key="versions.production",
            disabled=number == current,
            help="It runs already"
            if number == current
            else "Moves the label production here; what runs is decided by it alone",
        ):
            _do(f"production points at v{number}", library.move_label, template, "production", number, current)
        label = st.menu_button(
            "Move a label here", [*_movable(template), "new label …"], key="versions.label", icon=ICON.label
        )
        if label == "new label …":
            st.session_state["versions.naming"] = number
        elif label:
            expected = next((each.number for each in template.labels if each.name == label), None)
            _do(f"{label} points at v{number}", library.move_label, template, label, number, expected)
        if st.button("Edit from here", icon=ICON.edit, key="versions.edit"):
            open_sheet(template, number=number)
            st.switch_page("pages/library/template.py", query_params={"id": template.id})
        more = st.menu_button(
            "More", ["Restore" if version.is_archived else "Archive", "Delete"], key="versions.more", icon=ICON.more
        )
    if more == "Delete":
        _do(f"Deleted v{number}", library.delete_version, template, number)
    elif more:
        _do(f"{more}d v{number}", library.archive_version, template, number, archived=more == "Archive")
    if st.session_state.get("versions.naming") == number:
        with st.form("versions.new_label", border=True):
            name = st.text_input("Name of the label", key="versions.new_name", placeholder="review", max_chars=36)
            if st.form_submit_button(f"Point it at v{number}", icon=ICON.label):
                st.session_state.pop("versions.naming", None)
                _do(f"{name} points at v{number}", library.move_label, template, name, number, None)


def _movable(template: library.TemplateView) -> list[str]:
    names = [label.name for label in template.labels if label.name != library.PRODUCTION]
    return names if "staging" in names else ["staging", *names]


def _do(words: str, service, template: library.TemplateView, *arguments, **named) -> None:
    """Run one service for this template and draw the page anew; an error is shown and changes nothing."""
    if service is library.move_label:
        *arguments, named["expected"] = arguments
    try:
        with transaction() as session:
            service(session, template.id, *arguments, person=person.current(), **named)
    except WorkbenchError as error:
        layout.failed(error)
        return
    st.session_state["versions.acted"] = words
    st.rerun()  # the header and the table above show the labels


def _compare(
    template: library.TemplateView, versions: list[library.VersionView], selected: library.VersionView
) -> None:
    if len(versions) < 2:
        st.caption("One version so far: there is nothing to compare yet.")
        return
    st.markdown("**Difference of two versions**")
    numbers = [version.number for version in versions]
    by_number = {version.number: version for version in versions}
    base = selected.parent_number if selected.parent_number in by_number else numbers[min(1, len(numbers) - 1)]
    left, right, how = st.columns([1, 1, 2], vertical_alignment="bottom")
    old = left.selectbox(
        "From", numbers, numbers.index(base), format_func="v{}".format, key=f"versions.from.{selected.number}"
    )
    new = right.selectbox(
        "To", numbers, numbers.index(selected.number), format_func="v{}".format, key=f"versions.to.{selected.number}"
    )
    mode = how.segmented_control(
        "View", ["Side by side", "Inline"], default="Side by side", required=True, key="versions.how"
    )
    before, after = by_number[old].content, by_number[new].content
    if mode == "Side by side":
        texts_and_settings(before, after, f"v{old}", f"v{new}")
        return
    for title, part in PARTS:
        st.markdown(f"**{title}**")
        inline(getattr(before, part), getattr(after, part))


def _labels(template: library.TemplateView) -> None:
    st.markdown("**Labels**")
    for label in template.labels:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{ICON.label} **{plain(label.name)}** v{label.number}")
            st.caption(f"moved {formatting.ago(label.updated_at)} by {plain(label.updated_by)}")
            protect = "Unprotect" if label.is_protected else "Protect"
            if st.button(
                protect,
                icon=ICON.unprotect if label.is_protected else ICON.protect,
                key=f"versions.protect.{label.name}",
                type="tertiary",
                help="A protected label cannot be moved or removed",
            ):
                _do(f"{protect}ed {label.name}", library.protect_label, template, label.name, not label.is_protected)
            if label.name != library.PRODUCTION and st.button(
                "Remove", icon=ICON.delete, key=f"versions.remove.{label.name}", type="tertiary"
            ):
                _do(f"Removed {label.name}", library.remove_label, template, label.name)
