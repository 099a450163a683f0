"""A served local Genie over two small tables, and the unchanged SDK that talks to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.local_genie import LocalGenie, serve
from core.local_genie.faults import FaultSettings
from tests.core.local_genie.standins import CUSTOMERS, ORDERS, hex_id, standin, wait_for


@pytest.fixture(scope="session")
def tables_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    rows = [
        f"{n},{n % 5},2024-{n % 12 + 1:02d}-15,{n * 1.5},{'open' if n % 3 else 'closed'},{n:05d}" for n in range(1, 101)
    ]
    (folder / "orders.csv").write_text("order_id,customer_id,order_date,amount,status,zip\n" + "\n".join(rows))
    people = [f"{n},Customer {n},{'North' if n % 2 else 'South'}" for n in range(5)]
    (folder / "customers.csv").write_text("customer_id,name,region\n" + "\n".join(people))
    return folder


@pytest.fixture
def definition() -> Callable[..., dict[str, Any]]:
    """A definition over the two tables; `benchmarks` are (question, expected SQL) pairs, `answer` the instruction."""

    def definition(benchmarks: tuple[tuple[str, str], ...] = (), answer: str | None = None) -> dict[str, Any]:
        space: dict[str, Any] = {
            "version": 2,
            "data_sources": {"tables": [{"identifier": CUSTOMERS}, {"identifier": ORDERS}]},
        }
        if answer:
            space["instructions"] = {"text_instructions": [{"id": hex_id(900), "content": ["answer: ", answer]}]}
        if benchmarks:
            space["benchmarks"] = {
                "questions": [
                    {"id": hex_id(n), "question": [question], "answer": [{"format": "SQL", "content": [sql]}]}
                    for n, (question, sql) in enumerate(benchmarks, 1)
                ]
            }
        return space

    return definition


@pytest.fixture(scope="session")
def genie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGenie]:
    with serve(tmp_path_factory.mktemp("genie"), writer=standin) as server:
        yield server


@pytest.fixture
def connect() -> Callable[..., Any]:
    """A `WorkspaceClient` for a served Genie, without patience for failures."""
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.core import Config

    def connect(server: LocalGenie, token: str | None = None, retry_s: int = 1) -> Any:
        return WorkspaceClient(
            config=Config(
                host=server.base_url,
                token=token or server.token,
                auth_type="pat",
                retry_timeout_seconds=retry_s,
                http_timeout_seconds=30,
            )
        )

    return connect


@pytest.fixture
def client(genie: LocalGenie, connect: Callable[..., Any]) -> Iterator[Any]:
    yield connect(genie)
    genie.set_faults(FaultSettings())


@pytest.fixture
def space_id(genie: LocalGenie, tables_dir: Path, definition: Callable[..., dict[str, Any]]) -> str:
    return genie.load(tables_dir, definition(), "Sales")


@pytest.fixture
def ask(client: Any, space_id: str) -> Callable[..., Any]:
    """Ask a question and poll its message to the end."""

    def ask(question: str, *, space: str | None = None, timeout_s: float = 10) -> Any:
        started = client.genie.start_conversation(space or space_id, question).response
        return wait_for(client, space or space_id, started.conversation_id, started.message_id, timeout_s)

    return ask
