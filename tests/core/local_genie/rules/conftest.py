"""A small lending library, and questions about it that are answered by the rules and run on the real engine."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.local_genie.catalog import Catalog
from core.local_genie.metric_views.definition import MetricView
from core.local_genie.rules import write
from core.local_genie.tables import Engine, store_table
from core.local_genie.writing import Written

PREFIX = "town.library"
BRANCHES = """branch_id,branch_name,city,opened_on,monthly_rent_eur
1,Riverside,Basel,2001-04-01,1800.5
2,Hilltop,Bern,2010-09-15,950.0
3,Old Market,Basel,1998-01-10,2100.0"""
MEMBERS = """member_id,member_name,branch_id,joined_on,status_cd,newsletter
1,Ada Abel,1,2022-01-05,A,true
2,Ben Berg,1,2022-03-10,A,false
3,Cora Cole,2,2023-02-01,L,true
4,Dan Dorn,3,2023-07-20,A,false
5,Eve Ende,2,2024-05-02,X,true"""
BOOKS = """book_id,title,genre,price_eur,pages,withdrawn_on
10,Quiet Rivers,novel,12.5,310,
11,Star Maps,science,30.0,220,
12,Tall Tales,novel,9.0,150,2024-02-01
13,Garden Year,hobby,22.0,180,
14,Deep Time,science,41.0,520,"""
LOANS = """loan_id,book_id,member_id,lent_on,due_on,returned_on,fine_eur,desk
100,10,1,2023-01-10,2023-02-10,2023-02-01,0.0,front
101,11,1,2023-03-15,2023-04-15,2023-04-20,2.5,front
102,12,2,2023-03-20,2023-04-20,2023-04-18,0.0,self-service
103,10,2,2023-11-02,2023-12-02,2023-12-12,5.0,front
104,14,3,2024-01-08,2024-02-08,2024-03-01,11.0,self-service
105,10,3,2024-03-04,2024-04-04,2024-03-30,0.0,front
106,11,4,2024-03-21,2024-04-21,,0.0,self-service
107,12,4,2024-06-01,2024-07-01,2024-06-20,0.0,front
108,10,1,2024-06-15,2024-07-15,,0.0,front
109,14,1,2024-12-20,2025-01-20,,0.0,self-service"""
BUDGETS = """budget_id,branch_id,budget_year,granted_eur
1,1,2023,5000.0
2,1,2024,5500.0
3,2,2023,2000.0
4,2,2024,2500.0"""
FILES = {"budgets": BUDGETS, "branches": BRANCHES, "members": MEMBERS, "books": BOOKS, "loans": LOANS}


def named(table: str) -> str:
    return f"{PREFIX}.{table}"


@pytest.fixture(scope="session")
def library_catalog(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Catalog]:
    """A catalog of the library's tables, with metric views if given."""
    folder: Path = tmp_path_factory.mktemp("library")
    engine = Engine()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    stored = {named(name): store_table(folder / f"{name}.csv", folder / "stored") for name in FILES}

    def library_catalog(views: dict[str, MetricView] | None = None) -> Catalog:
        return Catalog(stored, engine, views)

    return library_catalog


@pytest.fixture
def space() -> Callable[..., dict[str, Any]]:
    """A space over the library: `columns` are (table, column) → config; the rest fills the instructions."""

    def space(
        columns: dict[tuple[str, str], dict[str, Any]] | None = None, *, tables: dict[str, str] | None = None,
        text: str = "", examples: list[dict[str, Any]] | None = None, joins: list[dict[str, Any]] | None = None,
        views: tuple[str, ...] = (), **snippets: list[dict[str, Any]],
    ) -> dict[str, Any]:  # fmt: skip
        entries = []
        for name in sorted(FILES):
            configs = [
                {"column_name": column, **config}
                for (table, column), config in sorted((columns or {}).items())
                if table == name
            ]
            entry: dict[str, Any] = {"identifier": named(name), "column_configs": configs}
            if tables and name in tables:
                entry["description"] = [tables[name]]
            entries.append(entry)
        return {
            "version": 2,
            "data_sources": {"tables": entries, "metric_views": [{"identifier": named(view)} for view in views]},
            "instructions": {
                "text_instructions": [{"id": "0" * 32, "content": [text]}] if text else [],
                "example_question_sqls": examples or [],
                "join_specs": joins or [],
                "sql_snippets": snippets,
            },
        }

    return space


@pytest.fixture
def answer(library_catalog: Callable[..., Catalog], space: Callable[..., dict[str, Any]]) -> Callable[..., Written]:
    """What the rules say to a question; `earlier` are the questions before it, `config` a space (bare by default)."""

    def answer(
        question: str, config: dict[str, Any] | None = None, *, earlier: tuple[str, ...] = (),
        metric_views: dict[str, MetricView] | None = None,
    ) -> Written:  # fmt: skip
        return write(question, copy.deepcopy(config or space()), library_catalog(metric_views), list(earlier))

    return answer


@pytest.fixture
def rows(
    answer: Callable[..., Written], library_catalog: Callable[..., Catalog]
) -> Callable[..., list[tuple[Any, ...]]]:
    """The rows that a question brings, sorted as text, dates and times as ISO days."""

    def rows(question: str, config: dict[str, Any] | None = None, **more: Any) -> list[tuple[Any, ...]]:
        written = answer(question, config, **more)
        assert written.sql is not None, f"no SQL, but: {written.text}"
        found = library_catalog(more.get("metric_views")).query(written.sql).rows
        return sorted((tuple(_cell(cell) for cell in row) for row in found), key=str)

    return rows


def _cell(cell: Any) -> Any:
    if hasattr(cell, "isoformat"):
        return cell.isoformat()[:10]
    return round(float(cell), 4) if isinstance(cell, float) or type(cell).__name__ == "Decimal" else cell
