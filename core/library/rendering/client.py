"""Discover variables and render, from any thread; all Jinja2 runs in worker processes.

System and user part are rendered apart from each other, so that no value can open a message. A part without `{{`, `{%`
or `{#` is plain text: it is its own rendering and never leaves this process.
"""

import atexit
import json
import os
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import PromptRenderError

from .pool import Pool
from .sandbox.limits import MAX_TEMPLATE_CHARS, too_long_sentence
from .values import encode_values, is_whole

JSON = dict[str, Any] | list[Any] | str | int | float | bool | None

_MARK = re.compile(r"\{[{%#]")
_HALF_CHARACTER = "The template contains half a character (a lone surrogate), which cannot be sent. Remove it."

_lock = threading.Lock()
_pool: Pool | None = None
_deadline_s = 1.5
_memory_mb = 384


@dataclass(frozen=True)
class Variable:
    """A variable of a template and where it is first used. `part` is "system" or "user"; line and column are 1-based."""

    name: str
    line: int
    column: int
    part: str


@dataclass(frozen=True)
class TemplateProblem:
    """Why a part cannot be rendered: a whole sentence, and the place (1-based) if it is known."""

    message: str
    part: str
    line: int | None
    column: int | None


@dataclass(frozen=True)
class Discovery:
    """What a template needs. `variables` are unique by name, in the order of first use, system first.

    `optional` holds the names that need no value: every use is guarded by `|default(…)` or `is defined`.
    A part with a syntax error adds no variables, only its problem.
    """

    variables: tuple[Variable, ...]
    problems: tuple[TemplateProblem, ...]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rendered:
    """The two texts of a prompt. Line ends of a part with template marks are "\\n"; plain parts and values keep theirs."""

    system: str
    user: str


def discover(system: str, user: str) -> Discovery:
    """Return the variables and the problems of a template. Never raises for a bad template: the problems say it."""
    variables: dict[str, Variable] = {}
    required: set[str] = set()
    problems: list[TemplateProblem] = []
    parts: dict[str, str] = {}
    for part, text in (("system", system), ("user", user)):
        fault = _text_fault(text)
        if fault:
            problems.append(TemplateProblem(fault, part, None, None))
        elif _MARK.search(text):
            parts[part] = text
    try:
        answers = _current().ask("discover", {}, [_encoded(text) for text in parts.values()]) if parts else []
    except PromptRenderError as error:
        answers = [{"error": str(error)} for _ in parts]
    for part, answer in zip(parts, answers, strict=True):
        if "error" in answer:
            problems.append(TemplateProblem(answer["error"], part, None, None))
            continue
        problems += (TemplateProblem(message, part, line, column) for message, line, column in answer["problems"])
        for name, line, column, is_required in answer["variables"]:
            variables.setdefault(name, Variable(name, line, column, part))
            if is_required:
                required.add(name)
    problems.sort(key=lambda problem: problem.part)
    return Discovery(tuple(variables.values()), tuple(problems), frozenset(variables.keys() - required))


def render(system: str, user: str, values: Mapping[str, JSON]) -> Rendered:
    """Render both parts with the same values. Values that no part uses are ignored; None is a value.

    Raises:
        PromptRenderError: a variable has no value (`missing` names all of them), a value is not JSON or is too large
            (8 MB of JSON in, 8 million characters out), the template has a problem, or rendering took too long.
    """
    (result,) = render_many(system, user, [values])
    if isinstance(result, PromptRenderError):
        raise result
    return result


def render_many(system: str, user: str, rows: Sequence[Mapping[str, JSON]]) -> list[Rendered | PromptRenderError]:
    """Render one template for every row of a data set, in order; an error stays with its row and is not raised."""
    texts = {"system": system, "user": user}
    for part, text in texts.items():
        fault = _text_fault(text)
        if fault:
            return [PromptRenderError(f"In the {part} part: {fault}") for _ in rows]
    results: list[Rendered | PromptRenderError | None] = [None] * len(rows)
    asked: list[int] = []
    items: list[bytes] = []
    for index, row in enumerate(rows):
        try:
            items.append(encode_values(row))
            asked.append(index)
        except PromptRenderError as error:
            results[index] = error
    parts = {part: text for part, text in texts.items() if _MARK.search(text)}
    answers: Sequence[dict[str, Any]]
    try:
        answers = _current().ask("render", parts, items) if parts and items else [{"texts": []}] * len(items)
    except PromptRenderError as error:
        answers = [{"error": str(error), "missing": []}] * len(items)
    for index, answer in zip(asked, answers, strict=True):
        if "error" in answer:
            results[index] = PromptRenderError(answer["error"], missing=tuple(answer["missing"]))
        else:
            results[index] = Rendered(**{**texts, **dict(zip(parts, answer["texts"], strict=True))})
    return [result for result in results if result is not None]


def configure(*, deadline_s: float | None = None, memory_mb: int | None = None) -> None:
    """Set the deadline of one rendering (seconds) and the address space of a worker (MB); None leaves it as it is.

    A change ends the present workers; without a change nothing happens, so that every script run may call it.
    """
    global _deadline_s, _memory_mb
    with _lock:
        wanted = (deadline_s or _deadline_s, memory_mb or _memory_mb)
        if wanted == (_deadline_s, _memory_mb):
            return
        _deadline_s, _memory_mb = wanted
    close()


def close() -> None:
    """End all worker processes. The next rendering starts new ones."""
    global _pool
    with _lock:
        pool, _pool = _pool, None
    if pool is not None:
        pool.close()


def worker_pids() -> list[int]:
    """The process ids of the present workers."""
    with _lock:
        pool = _pool
    return pool.pids() if pool is not None else []


def _current() -> Pool:
    global _pool
    with _lock:
        if _pool is None:
            _pool = Pool(deadline_s=_deadline_s, memory_mb=_memory_mb)
        return _pool


def _text_fault(text: str) -> str | None:
    if len(text) > MAX_TEMPLATE_CHARS:
        return too_long_sentence(len(text))
    return None if is_whole(text) else _HALF_CHARACTER


def _encoded(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()


def _forget() -> None:
    """In a forked child: the pipes belong to the parent."""
    global _pool, _lock
    _pool, _lock = None, threading.Lock()


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
