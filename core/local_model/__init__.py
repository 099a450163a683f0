"""The offline model: an OpenAI-compatible server on loopback, so that every page works without a key or a network.

It never reasons and never pretends to: it quotes from the prompt, and says so. Only the code that starts it
(`app.py`, the command line, tests) imports it; everything else reaches it by its base URL.
"""

from core.local_model.chat_request import ChatRequest, Message
from core.local_model.identity import MODEL_NAME, NOTICE
from core.local_model.registry import AnswerFunction, register_answer
from core.local_model.serving import LocalServer

__all__ = [
    "MODEL_NAME",
    "NOTICE",
    "AnswerFunction",
    "ChatRequest",
    "LocalServer",
    "Message",
    "register_answer",
    "serve",
]


def serve(port: int = 0, host: str = "127.0.0.1") -> LocalServer:
    """Start the offline model in a daemon thread of this process and return once it accepts connections.

    `port` 0 takes a free one. Close it with `.close()`, or use it as a context manager.

    Raises:
        ConfigError: the port is taken or not allowed, or `host` is not a loopback address.
    """
    # Starlette costs 70 ms to import: a process that only registers answers does not pay for it.
    from core.local_model.server import create_app

    return LocalServer(create_app, host=host, port=port, path="/v1")
