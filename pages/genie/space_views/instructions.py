"""Everything else that the space tells Genie: text, examples, joins, snippets, functions, questions at the start."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pandas as pd
import streamlit as st

from core import genie
from pages._ui import formatting
from pages._ui.text import plain

T = TypeVar("T")
_PAGE = 10


def draw(space: genie.Space) -> None:
    """One section a kind; kinds that the space has nothing of are named in one line at the end."""
    parts: dict[str, tuple[Sequence[object], Callable[[], None]]] = {
        "text instruction": (space.text_instructions, lambda: _text(space)),
        "example queries": (space.examples, lambda: _pages("Example queries", space.examples, _example)),
        "joins": (space.joins, lambda: _joins(space.joins)),
        "SQL snippets": (space.snippets, lambda: _snippets(space.snippets)),
        "SQL functions": (space.functions, lambda: _functions(space.functions)),
        "questions at the start": (space.sample_questions, lambda: _questions(space.sample_questions)),
    }
    for items, draw_part in parts.values():
        if items:
            draw_part()
    if absent := [name for name, (items, _) in parts.items() if not items]:
        st.caption(f"The space has none of these: {', '.join(absent)}.")


def _text(space: genie.Space) -> None:
    st.subheader("Text instruction", anchor=False)
    st.code(space.text_instruction, language=None, wrap_lines=True, height="content")
    st.caption(formatting.plural(len(space.text_instruction), "character"))


def _pages(title: str, items: Sequence[T], draw_one: Callable[[T], None]) -> None:
    """Ten at a time: a space may have a hundred."""
    st.subheader(f"{title} ({len(items):,})", anchor=False)
    key = f"space.{title}.page"
    pages = -(-len(items) // _PAGE)
    number = min(st.session_state.get(key) or 1, pages)
    for each in items[(number - 1) * _PAGE : number * _PAGE]:
        draw_one(each)
    if pages > 1:
        st.pagination(pages, key=key)


def _example(example: genie.Example) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(example.question, 500)}**")
        if example.usage_guidance:
            st.caption(plain(example.usage_guidance, 1_000))
        st.code(example.sql, language="sql", wrap_lines=True)
        for each in example.parameters:
            default = f", {plain(each.default_value, 100)} unless given" if each.default_value is not None else ""
            described = f": {plain(each.description, 400)}" if each.description else ""
            st.caption(f"Parameter {plain(each.name)} ({plain(each.type_hint) or 'no type'}{default}){described}")


def _joins(joins: Sequence[genie.JoinSpec]) -> None:
    st.subheader(f"Joins ({len(joins):,})", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                "Left": [each.left for each in joins],
                "Right": [each.right for each in joins],
                "Condition": [each.sql[0] if each.sql else "" for each in joins],
                "Relationship": [_relationship(each) for each in joins],
                "Comment": [each.comment for each in joins],
                "Instruction": [each.instruction for each in joins],
            }
        ),
        hide_index=True,
        height="content" if len(joins) <= 12 else "auto",
        alt="How the tables are joined",
        column_config={
            "Left": st.column_config.TextColumn(width=200),
            "Right": st.column_config.TextColumn(width=200),
            "Condition": st.column_config.TextColumn(width=340),
            "Relationship": st.column_config.TextColumn(width=130),
            "Comment": st.column_config.TextColumn(width=200),
            "Instruction": st.column_config.TextColumn(width=200),
        },
    )


def _relationship(join: genie.JoinSpec) -> str:
    """The second part of a join's SQL is a comment such as `--rt=FROM_RELATIONSHIP_TYPE_MANY_TO_ONE--`."""
    said = " ".join(join.sql[1:]).strip("- ").removeprefix("rt=").removeprefix("FROM_RELATIONSHIP_TYPE_")
    return said.replace("_", " ").lower()


_KINDS = {"filters": "filter", "expressions": "expression", "measures": "measure"}


def _snippets(snippets: Sequence[genie.Snippet]) -> None:
    st.subheader(f"SQL snippets ({len(snippets):,})", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                "Kind": [_KINDS[each.kind] for each in snippets],
                "Name": [each.name or each.alias for each in snippets],
                "SQL": [each.sql for each in snippets],
                "Synonyms": [", ".join(each.synonyms) for each in snippets],
            }
        ),
        hide_index=True,
        height="content" if len(snippets) <= 12 else "auto",
        alt="Named filters, expressions and measures",
        column_config={
            "Kind": st.column_config.TextColumn(width=90),
            "Name": st.column_config.TextColumn(width=200),
            "SQL": st.column_config.TextColumn(width=560),
            "Synonyms": st.column_config.TextColumn(width=260),
        },
    )


def _functions(functions: Sequence[genie.SqlFunction]) -> None:
    st.subheader(f"SQL functions ({len(functions):,})", anchor=False)
    st.dataframe(
        pd.DataFrame({"Function": [each.identifier for each in functions]}),
        hide_index=True,
        height="content" if len(functions) <= 12 else "auto",
        alt="SQL functions that Genie may call",
    )


def _questions(questions: Sequence[genie.Question]) -> None:
    st.subheader(f"Questions at the start ({len(questions):,})", anchor=False)
    st.dataframe(
        pd.DataFrame({"Question": [each.text for each in questions]}),
        hide_index=True,
        height="content" if len(questions) <= 12 else "auto",
        alt="Questions that Genie offers at the start",
    )
