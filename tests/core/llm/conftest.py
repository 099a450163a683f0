"""Connections to the faulty model, without a database."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core import db, llm
from core.clock import now
from core.db.models.base import Base
from core.llm import quirks
from core.settings import Settings, configure
from tests.servers.faulty_model import FaultyModel

_ids = itertools.count()


@pytest.fixture(autouse=True)
def configured(tmp_path: Path) -> Iterator[Settings]:
    """Local settings with a data folder of the test's own; clients and what they learnt are forgotten afterwards."""
    settings = Settings(data_dir=tmp_path / "data")
    configure(settings)
    yield settings
    llm.close()
    quirks.forget_all()


@pytest.fixture
def database(settings: Settings, configured: Settings) -> Iterator[Settings]:
    """Empty tables, and the settings that go with them in force. A whole workbench takes ten times as long to open."""
    settings.data_dir.mkdir(exist_ok=True)
    engine = db.make_engine(settings.url)
    Base.metadata.create_all(engine)
    db.use(engine)
    configure(settings)
    yield settings
    db.close()


@pytest.fixture
def model(faulty_model: FaultyModel) -> FaultyModel:
    """The faulty model with an empty history."""
    faulty_model.reset()
    return faulty_model


@pytest.fixture
def connect(model: FaultyModel) -> Callable[..., llm.ConnectionView]:
    """A connection to the faulty model that behaves so, with any field replaced."""

    def connect(behaviour: str = "ok", **fields: Any) -> llm.ConnectionView:
        view: dict[str, Any] = {
            "id": f"cn_{next(_ids)}",
            "name": "probe",
            "kind": "compatible",
            "base_url": model.url(behaviour),
            "model": "faulty-1",
            "is_default": False,
            "key_source": "none",
            "key_last4": None,
            "key_missing": False,
            "key_env": None,
            "timeout_s": 5.0,
            "max_retries": 0,
            "parallel": 8,
            "input_usd_per_mtok": None,
            "output_usd_per_mtok": None,
            "budget_usd_per_month": None,
            "options": {},
            "rev": 1,
            "created_at": now(),
            "updated_at": now(),
        }
        return llm.ConnectionView(**(view | fields))

    return connect


@pytest.fixture
def ask() -> Callable[..., llm.ChatReply]:
    """Call a connection and wait; keyword arguments are fields of the request, `on_text` and `repair_prompt`."""

    def ask(connection: llm.ConnectionView, **more: Any) -> llm.ChatReply:
        on_text = more.pop("on_text", None)
        repair = more.pop("repair_prompt", lambda reply, error, schema: f"Again, as JSON. {error}")
        request = llm.ChatRequest(**({"system": "Be brief.", "user": "Hello", "model": "faulty-1"} | more))
        return llm.run_async(llm.chat(connection, request, on_text=on_text, repair_prompt=repair), timeout=20)

    return ask
