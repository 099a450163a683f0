"""A served offline model, and the real SDK that talks to it."""

from collections.abc import Callable, Iterator

import openai
import pytest

from core.local_model import MODEL_NAME, LocalServer, serve


@pytest.fixture(scope="session")
def offline_server() -> Iterator[LocalServer]:
    with serve() as server:
        yield server


@pytest.fixture(scope="session")
def client(offline_server: LocalServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=offline_server.base_url, api_key="any", max_retries=0, timeout=30) as sdk:
        yield sdk


@pytest.fixture
def complete(client: openai.OpenAI) -> Callable:
    """Ask with a user text, and a system text if given; returns the SDK's completion (or stream)."""

    def complete(user: str, system: str = "", **more):
        messages = [{"role": "system", "content": system}] if system else []
        return client.chat.completions.create(
            model=MODEL_NAME, messages=[*messages, {"role": "user", "content": user}], **more
        )

    return complete


@pytest.fixture
def say(complete: Callable) -> Callable[..., str]:
    """As `complete`, but returns the text of the answer."""
    return lambda user, system="", **more: complete(user, system, **more).choices[0].message.content
