"""Structured logging: one JSON line an event, secrets masked, and a request id that runs from the click to the call."""

import contextvars
import logging
import sys
from collections.abc import Callable

import structlog

from core.clock import new_id

log = structlog.get_logger("whetstone")

_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")


def begin_request() -> str:
    """A new request id for what this thread does from here on: one script run, one command, one HTTP request."""
    value = new_id("rq")
    _request_id.set(value)
    return value


def request_id() -> str:
    """The current request id; a new one where nobody began a request."""
    return _request_id.get() or begin_request()


def configure(level: str, mask: Callable[[str], str]) -> None:
    """Log to stderr from `level` up. `mask` takes secrets out of the finished line, so that nothing is nested too deep."""

    def masked(logger, method, line):
        return mask(line)

    def with_request_id(logger, method, event):
        if value := _request_id.get():
            event.setdefault("request_id", value)
        return event

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            with_request_id,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
            masked,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
