"""Analysis › Recipes: what each analysis type is asked with. A recipe is a template; it is edited on the template's page."""

import pandas as pd
import streamlit as st

from core import analysis
from core.db import reading, transaction
from core.errors import WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain

TEMPLATE = "pages/library/template.py"
_ASKING = "recipes.asking"
_ALL = "all"


def _new_button() -> None:
    if action.button("New recipe", icon=ICON.add, type="primary", key="recipes.new"):
        st.session_state[_ASKING] = ("new", None)


def _closed() -> None:
    st.session_state.pop(_ASKING, None)


def _act(act: str, recipe: analysis.RecipeView) -> None:
    """Before the page is drawn again."""
    if act == "default":
        try:
            with transaction() as session:
                analysis.set_default(session, recipe.id, person=person.current())
            st.toast(
                f"New {analysis.TYPES[recipe.analysis_type].title.lower()} jobs take {plain(recipe.title)}.",
                icon=ICON.check,
            )
        except WorkbenchError as error:
            st.toast(plain(str(error), 400), icon=ICON.error)
    else:
        st.session_state[_ASKING] = (act, recipe.id)


@st.dialog("New recipe", icon=ICON.recipe, on_dismiss=_closed)
def _new_dialog() -> None:
    """A new recipe starts from the type's default one, so that its structure is there to edit."""
    titles = {each.title: key for key, each in analysis.TYPES.items()}
    with st.form("recipes.form", border=False):
        kind = st.selectbox("Analysis type", list(titles), key="recipes.type")
        title = st.text_input("Name", key="recipes.title", placeholder="Quality, strict about dates", max_chars=200)
        submitted = st.form_submit_button("Create recipe", icon=ICON.add, type="primary")
    if submitted:
        with reading() as session:
            start = analysis.recipe_prompt(session, titles[kind])
        if start.template_id is not None:
            _copy(start.template_id, title)


@st.dialog("Clone the recipe", icon=ICON.copy, on_dismiss=_closed)
def _clone_dialog(recipe: analysis.RecipeView) -> None:
    with st.form("recipes.clone", border=False):
        title = st.text_input("Name", f"{recipe.title} (copy)", key="recipes.clone_title", max_chars=200)
        submitted = st.form_submit_button("Clone recipe", icon=ICON.copy, type="primary")
    if submitted:
        _copy(recipe.id, title)


@st.dialog("Delete the recipe", icon=ICON.delete, on_dismiss=_closed)
def _delete_dialog(recipe: analysis.RecipeView) -> None:
    st.write(
        f"{plain(recipe.title)} leaves the list. If jobs were run with it, its template is kept in the archive, so that "
        "they still say what they were asked with."
    )
    if recipe.is_default:
        st.caption("It is the default of its type: the built-in recipe takes its place.")
    if st.button("Delete recipe", icon=ICON.delete, type="primary", key="recipes.delete"):
        with layout.showing_errors():
            with transaction() as session:
                analysis.delete_recipe(session, recipe.id, person=person.current())
            _closed()
            st.toast(f"{plain(recipe.title)} deleted.", icon=ICON.check)
            st.rerun()  # closes the dialog, and draws the list without it


def _copy(recipe_id: str, title: str) -> None:
    with layout.showing_errors():
        with transaction() as session:
            made = analysis.clone_recipe(session, recipe_id, title, person=person.current())
        _closed()
        st.switch_page(TEMPLATE, query_params={"id": made.id})


def _dialogs(recipes: dict[str, analysis.RecipeView]) -> None:
    act, recipe_id = st.session_state.get(_ASKING, (None, None))
    if act == "new":
        _new_dialog()
    elif act and recipe_id in recipes:
        {"clone": _clone_dialog, "delete": _delete_dialog}[act](recipes[recipe_id])


def _table(recipes: list[analysis.RecipeView]) -> analysis.RecipeView | None:
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Type": [analysis.TYPES[each.analysis_type].title for each in recipes],
                "Name": [each.title for each in recipes],
                "Default": ["default" if each.is_default else "" for each in recipes],
                "Version": [f"v{each.version_number}" for each in recipes],
                "Source": ["built in" if each.source == "seed" else "yours" for each in recipes],
                "Changed": [f"{formatting.ago(each.updated_at)} by {each.updated_by}" for each in recipes],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="recipes.table",
        height="content",
        alt="Recipes by type",
        column_config={
            "Type": st.column_config.TextColumn(width=160),
            "Name": st.column_config.TextColumn(width=360),
            "Default": st.column_config.TextColumn(width=80, help="What a job takes unless another one is chosen"),
            "Version": st.column_config.TextColumn(width=70),
            "Source": st.column_config.TextColumn(width=80),
            "Changed": st.column_config.TextColumn(width=200),
        },
    )
    return recipes[chosen.selection.rows[0]] if chosen.selection.rows else None


def _chosen(recipe: analysis.RecipeView) -> None:
    """What can be done with the chosen one, and its texts."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(recipe.title)}**", width="stretch")
            st.page_link(TEMPLATE, label="Edit", icon=ICON.edit, query_params={"id": recipe.id})
            acts = {
                "clone": ("Clone", ICON.copy, False),
                "default": ("Make default", ICON.check, recipe.is_default),
                "delete": ("Delete", ICON.delete, recipe.source == "seed"),
            }
            for act, (label, icon, disabled) in acts.items():
                st.button(
                    label,
                    icon=icon,
                    key=f"recipes.{act}",
                    disabled=disabled,
                    on_click=_act,
                    args=(act, recipe),
                    help="Built-in recipes stay; make another one the default instead"
                    if act == "delete" and disabled
                    else None,
                )
        for title, text in (("System message", recipe.content.system), ("User template", recipe.content.user)):
            st.caption(title)
            st.code(text, language=None, wrap_lines=True, height=260 if len(text) > 900 else "content")


action = layout.header(
    "Recipes", "What a model is asked for each analysis type. A job takes the default one unless you choose another."
)
with layout.showing_errors():
    _new_button()
    with reading() as session:
        recipes = analysis.list_recipes(session)
    titles = {each.title: key for key, each in analysis.TYPES.items()}
    kind = st.selectbox("Analysis type", [_ALL, *titles], key="recipe_type", bind="query-params", width=280)
    shown = [each for each in recipes if kind in (None, _ALL) or each.analysis_type == titles[kind]]
    _dialogs({each.id: each for each in recipes})
    if not shown:
        layout.empty_state(
            "No recipe for this type", "The built-in one was retired. “New recipe” makes another.", icon=ICON.recipe
        )
    else:
        recipe = _table(shown)
        if recipe is None:
            st.caption("Select a recipe to read it and to see what can be done with it.")
        else:
            _chosen(recipe)
