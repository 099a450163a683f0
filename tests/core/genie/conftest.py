"""A client of the faulty Genie, spaces and benchmarks to use, and a local Genie where it can be started."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.genie.benchmarks.model import Benchmark
from core.genie.client import GenieClient
from core.genie.limiting import QuestionLimiter
from core.genie.workspaces import Timing, Workspace
from tests.servers.faulty_genie import TOKEN, FaultyGenie

FAST = Timing(
    http_s=2.0, question_s=2.0, statement_s=2.0, evaluation_s=3.0, first_poll_s=0.005, longest_poll_s=0.02, retries=3,
    first_retry_s=0.02, longest_retry_s=2.0,
)  # fmt: skip


def hexid(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture(scope="session")
def faulty_genie() -> Iterator[FaultyGenie]:
    with FaultyGenie() as server:
        yield server


@pytest.fixture
def genie(faulty_genie: FaultyGenie) -> FaultyGenie:
    """The faulty Genie without state and history."""
    faulty_genie.reset()
    return faulty_genie


@pytest.fixture
def connect(genie: FaultyGenie) -> Callable[..., GenieClient]:
    """A client of the faulty Genie that behaves so; keyword arguments are fields of the workspace, `limiter` and `timing`."""

    def connect(behaviour: str = "ok", **fields: Any) -> GenieClient:
        limiter: QuestionLimiter | None = fields.pop("limiter", None)
        timing = replace(FAST, **fields.pop("timing", {}))
        given: dict[str, Any] = {
            "host": genie.url(behaviour), "token": TOKEN, "timing": timing, "warehouse_id": "wh1", "questions_per_minute": None,
        }  # fmt: skip
        return GenieClient(Workspace("test", **(given | fields)), limiter)

    return connect


@pytest.fixture
def definition() -> dict[str, Any]:
    """A valid definition of version 2 with one of everything, and keys that nobody knows."""
    return {
        "version": 2,
        "x_future": {"b": [3, 1, 2], "a": None},
        "config": {"sample_questions": [{"id": hexid(1), "question": ["How many orders?"]}]},
        "data_sources": {
            "tables": [
                {
                    "identifier": "main.sales.customers",
                    "description": ["One row per customer.\n", "Active ones too."],
                    "x_owner": "ann",
                    "column_configs": [
                        {"column_name": "name", "synonyms": ["client", "buyer"], "x_flag": True},
                        {"column_name": "region", "description": ["Where the customer is."], "exclude": False},
                    ],
                },
                {"identifier": "main.sales.orders", "column_configs": [{"column_name": "amount", "exclude": True}]},
            ],
            "metric_views": [{"identifier": "main.sales.revenue", "description": ["Revenue."]}],
        },
        "instructions": {
            "text_instructions": [{"id": hexid(10), "content": ["Active means status = 'A'."]}],
            "example_question_sqls": [
                {
                    "id": hexid(11),
                    "question": ["Revenue in a year?"],
                    "sql": ["SELECT sum(amount)\n", "FROM main.sales.orders WHERE year(at) = :year"],
                    "parameters": [{"name": "year", "type_hint": "INT", "default_value": {"values": ["2024"]}}],
                    "usage_guidance": ["For revenue."],
                }
            ],
            "sql_functions": [{"id": hexid(12), "identifier": "main.sales.margin"}],
            "join_specs": [
                {
                    "id": hexid(13),
                    "left": {"identifier": "main.sales.orders", "alias": "orders"},
                    "right": {"identifier": "main.sales.customers", "alias": "customers"},
                    "sql": ["`orders`.`customer_id` = `customers`.`id`", "--rt=FROM_RELATIONSHIP_TYPE_MANY_TO_ONE--"],
                }
            ],
            "sql_snippets": {
                "filters": [{"id": hexid(14), "sql": ["status = 'A'"], "display_name": "active"}],
                "expressions": [],
                "measures": [{"id": hexid(15), "sql": ["sum(amount)"], "alias": "revenue", "display_name": "Revenue"}],
            },
        },
        "benchmarks": {
            "questions": [
                {"id": hexid(3), "question": ["How many customers?"], "answer": [{"format": "SQL", "content": ["SELECT 19"]}]},
                {"id": hexid(2), "question": ["What is the total?"], "answer": [{"format": "SQL", "content": ["SELECT ", "7"]}]},
            ]
        },
    }  # fmt: skip


@pytest.fixture
def benchmark() -> Callable[..., Benchmark]:
    """A benchmark with a number as its id."""

    def make(number: int = 1, question: str = "How many?", sql: str | None = "SELECT 9", **fields: Any) -> Benchmark:
        return Benchmark(hexid(number), question, sql, **fields)

    return make
