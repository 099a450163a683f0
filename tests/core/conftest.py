"""For what stands on an open workbench: connections to the faulty model in it."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core import llm
from core.db import transaction
from core.settings import Settings
from tests.conftest import shared_workbench  # noqa: F401
from tests.servers.faulty_model import FaultyModel

KEY = "sk-live-0123456789abcdefWXYZ"

_numbers = itertools.count(1)


@pytest.fixture
def connect(workbench: Settings, faulty_model: FaultyModel) -> Iterator[Callable[..., str]]:
    """Adds a connection to the faulty model that behaves so, with a stored key; returns its name. No retries, no default."""
    faulty_model.reset()

    def connect(behaviour: str = "ok", **fields: Any) -> str:
        given: dict[str, Any] = {
            "name": f"faulty-{next(_numbers)}",
            "kind": "compatible",
            "base_url": faulty_model.url(behaviour),
            "model": "faulty-1",
            "key": KEY,
            "key_source": "stored",
            "timeout_s": 5.0,
            "max_retries": 0,
        }
        with transaction() as session:
            draft = llm.ConnectionDraft(**(given | fields))
            return llm.add_connection(session, draft, make_default=False).name

    yield connect
    faulty_model.reset()
