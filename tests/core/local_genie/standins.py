"""What the tests of the local Genie share: a stand-in for the writer, names of the tables, waiting for a message."""

import json
import time
from typing import Any

from core.local_genie.catalog import Catalog
from core.local_genie.writing import Written

ORDERS = "main.sales.orders"
CUSTOMERS = "main.sales.customers"


def standin(question: str, space: dict[str, Any], catalog: Catalog, earlier: list[str]) -> Written:
    """Answers with what stands behind "SQL:" in the question; "say …" gets a text; else counts the first table.

    A text instruction `answer: <sql>` in the space is taken instead, so that tests see which definition was used.
    """
    if question.startswith("SQL:"):
        return Written(question.removeprefix("SQL:"), None, "As it was given")
    if question.startswith("say "):
        return Written(None, question.removeprefix("say "), "")
    if question == "break":
        raise RuntimeError("a defect of the writer")
    assert "benchmarks" not in space
    for each in (space.get("instructions") or {}).get("text_instructions") or []:
        text = "".join(each["content"])
        if text.startswith("answer: "):
            return Written(text.removeprefix("answer: "), None, "From the instruction")
    return Written(
        f"SELECT count(*) AS n FROM {catalog.tables[0].identifier}", None, f"Counting; asked before: {earlier}"
    )


def hex_id(number: int) -> str:
    return f"{number:032x}"


def wait_for(client: Any, space: str, conversation: str, message: str, timeout_s: float = 10) -> Any:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = client.genie.get_message(space, conversation, message)
        if found.status.value in ("COMPLETED", "FAILED", "CANCELLED", "QUERY_RESULT_EXPIRED"):
            return found
        time.sleep(0.01)
    raise AssertionError(f"still {found.status} after {timeout_s} s")


def as_text(definition: dict[str, Any]) -> str:
    return json.dumps(definition)
