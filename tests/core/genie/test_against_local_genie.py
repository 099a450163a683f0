"""The client against the real local Genie, through the unchanged SDK: nothing stands between them."""

import copy
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConflictError, InputError
from core.genie import (
    LOCAL,
    ChatRoute,
    GenieClient,
    Kind,
    MemoryPlaces,
    OfficialRoute,
    OutcomeState,
    QuestionLimiter,
    Space,
    StatementError,
    Workspace,
    ask,
    check_quality,
    faults,
    from_space,
    list_conversations,
    run_sql,
    score,
)
from core.local_genie import LocalGenie, serve
from core.local_genie.faults import AnswerFault, FaultSettings, HttpFault
from core.local_genie.writing import Written
from tests.core.genie.conftest import hexid

ORDERS = "main.sales.orders"
GOOD = [
    ("How many orders are there?", f"SELECT count(*) AS n FROM {ORDERS}"),
    ("What is the total amount by customer?", f"SELECT customer, sum(amount) AS total FROM {ORDERS} GROUP BY customer"),
]
WRONG = ("How many orders are there by customer?", f"SELECT customer, 1 AS n FROM {ORDERS} GROUP BY customer")


ANSWERS = dict(GOOD) | {WRONG[0]: f"SELECT customer, count(*) AS n FROM {ORDERS} GROUP BY customer"}


def writer(question: str, space: dict[str, Any], catalog: Any, earlier: list[str]) -> Written:
    """What is written is not what is tested here, so it stands in a table."""
    return Written(ANSWERS[question], None, "")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGenie]:
    with serve(tmp_path_factory.mktemp("local"), writer=writer) as genie:
        yield genie


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    rows = [f"{i},c{i % 7},{i * 1.5},2024-{i % 12 + 1:02}-03" for i in range(200)]
    (folder / "orders.csv").write_text("\n".join(["id,customer,amount,placed_on", *rows]))
    return folder


@pytest.fixture
def space(server: LocalGenie, tables: Path) -> Iterator[str]:
    server.set_faults(FaultSettings())
    questions = [
        {"id": hexid(i), "question": [question], "answer": [{"format": "SQL", "content": [sql]}]}
        for i, (question, sql) in enumerate([*GOOD, WRONG], start=1)
    ]
    definition = {
        "version": 2,
        "data_sources": {"tables": [{"identifier": ORDERS, "description": ["One row per order."]}]},
        "benchmarks": {"questions": questions},
    }
    yield server.load(tables, definition)
    server.set_faults(FaultSettings())


@pytest.fixture
def client(server: LocalGenie) -> Callable[..., GenieClient]:
    def client(limiter: QuestionLimiter | None = None, **timing: float) -> GenieClient:
        fast = replace(LOCAL, **({"first_retry_s": 0.05} | timing))
        return GenieClient(
            Workspace("local", host=server.base_url, token=server.token, local=True, timing=fast), limiter
        )

    return client


def test_a_question_is_answered_with_rows(client, space):
    answer = ask(client(), space, GOOD[0][0])
    assert answer.failure is None and answer.table.rows == (("200",),) and ORDERS in answer.sql
    assert list_conversations(client(), space) == ()


def test_both_routes_give_the_same_verdicts(client, space):
    benchmarks = from_space(client().get_space(space).definition)
    for route in (ChatRoute(client()), OfficialRoute(client())):
        found = route.measure(space, benchmarks)
        assert [each.state for each in found] == [OutcomeState.PASSED, OutcomeState.PASSED, OutcomeState.WRONG], (
            route.name
        )
        assert str(score(found)) == "66.7% (2/3)" and all(each.actual_sql for each in found)
    assert list_conversations(client(), space) == ()


def test_a_space_is_created_adopted_changed_and_trashed(client, space):
    genie = client()
    definition = genie.get_space(space).definition
    assert faults(definition) == ()
    made = genie.create_space(definition, title="Copy", tag=f"test:{space}")
    again = genie.create_space(definition, title="Copy", tag=f"test:{space}")
    assert made.exact and again.adopted and again.state.id == made.state.id
    other = definition.copy()
    other["data_sources"]["tables"][0]["description"] = ["One row for each order."]
    written = genie.update_space(made.state.id, definition=Space(other), etag=again.state.etag)
    assert written.exact and written.changed and written.state.hash != made.state.hash
    with pytest.raises(ConflictError):
        genie.update_space(made.state.id, definition=definition, etag=again.state.etag)
    genie.trash_space(made.state.id)
    assert made.state.id not in {each.id for each in genie.list_spaces()}


def test_what_we_call_a_fault_the_server_refuses(client, space):
    genie = client()
    definition = genie.get_space(space).definition
    unsorted = definition.copy()
    unsorted["data_sources"]["tables"].append({"identifier": "main.sales.aaa"})
    two_texts = definition.copy()
    two_texts["instructions"] = {"text_instructions": [{"id": hexid(50 + i), "content": ["a"]} for i in range(2)]}
    same_id = definition.copy()
    same_id["benchmarks"]["questions"].append(copy.deepcopy(same_id["benchmarks"]["questions"][0]))
    for bad in (unsorted, two_texts, same_id):
        assert faults(bad)
        with pytest.raises(InputError, match="400"):
            genie.update_space(space, definition=Space(bad))


def test_statements_and_quality_go_to_its_warehouse(client, space):
    genie = client()
    assert run_sql(genie, f"SELECT count(*) AS n FROM {ORDERS}").rows == (("200",),)
    with pytest.raises(StatementError, match="UNRESOLVED_COLUMN") as raised:
        run_sql(genie, f"SELECT nothing FROM {ORDERS}")
    assert raised.value.failure.kind is Kind.QUERY_FAILED
    report = check_quality(from_space(genie.get_space(space).definition), lambda sql: run_sql(genie, sql))
    assert report.usable == 3 and report.rows[hexid(2)] == 7
    (table,) = [each for each in genie.list_tables("main", "sales") if each.identifier == ORDERS]
    assert [each.name for each in table.columns] == ["id", "customer", "amount", "placed_on"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("failed", Kind.SERVER_ERROR), ("rate_limited", Kind.RATE_LIMITED), ("sql_error", None), ("cancelled", Kind.CANCELLED),
        ("clarify", Kind.CLARIFYING_QUESTION), ("never", Kind.TIMED_OUT), ("expired", None),
    ],
)  # fmt: skip
def test_the_servers_answer_faults_are_classed(server, client, space, kind, expected):
    server.set_faults(FaultSettings(answers=(AnswerFault(kind),)))
    answer = ask(client(question_s=0.8), space, GOOD[0][0])
    if kind == "expired":
        assert answer.failure is None or answer.failure.kind is Kind.EXPIRED
    elif kind == "sql_error":
        assert answer.failure is not None and answer.failure.kind in (Kind.QUERY_FAILED, Kind.GENIE_FAILED)
    else:
        assert answer.failure is not None and answer.failure.kind is expected, answer
    server.set_faults(FaultSettings())
    assert list_conversations(client(), space) == ()


@pytest.mark.parametrize("kind", ["429", "500", "503", "html", "wrong_html", "half_json", "drop", "401", "403", "404"])
def test_the_servers_http_faults_are_classed_and_leave_nothing_behind(server, client, space, kind):
    server.set_faults(FaultSettings(http=(HttpFault(kind, path="start-conversation$", times=2, late=kind == "drop"),)))
    answer = ask(client(), space, GOOD[0][0])
    if kind in ("429", "drop"):
        assert answer.failure is None, "asked again, or found again"
    else:
        assert answer.failure is not None and answer.table is None
    server.set_faults(FaultSettings())
    assert list_conversations(client(), space) == ()


def test_the_limit_is_kept_without_a_refused_question(server, client, space):
    server.set_faults(FaultSettings(questions_per_minute=5, window_s=2.0))
    genie = client(QuestionLimiter(MemoryPlaces(), "k", per_window=5, window_s=2.0))
    # What was asked before the limit was set counts for the server too.
    genie.limiter.hold(2.0)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: ask(genie, space, GOOD[0][0]), range(15)))
    assert all(each.failure is None and each.attempts == 1 for each in answers)
    assert server._service.faults.as_json()["counts"].get("questions_refused", 0) == 0


def test_a_hundred_questions_leave_no_conversation_behind(client, space):
    benchmark = from_space(client().get_space(space).definition)[0]
    many = [replace(benchmark, id=hexid(1_000 + i)) for i in range(100)]
    found = ChatRoute(client(), parallel=8).measure(space, many)
    assert str(score(found)) == "100.0% (100/100)" and list_conversations(client(), space) == ()
