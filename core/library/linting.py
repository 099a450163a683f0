"""Hints on a template: what is probably not meant. A hint never stops anybody; a problem stops the save."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core import llm
from core.library import rendering
from core.library.content import problem_sentence
from core.library.views import Content

_SINGLE_BRACES = re.compile(r"(?<![{%#$\\])\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}(?!\})")
_ROLE_MARKER = re.compile(r"^\s*(system|user|assistant|developer)\s*:", re.IGNORECASE | re.MULTILINE)
_CHAT_TOKENS = re.compile(r"<\|(?:im_start|im_end|system|user|assistant)\|>|\[/?INST\]|<<SYS>>")


@dataclass(frozen=True)
class Hint:
    """`level` *problem* keeps the text from being saved. `part` is "system", "user" or None for the whole."""

    level: Literal["problem", "warning", "note"]
    message: str
    part: str | None = None
    line: int | None = None


def lint(
    content: Content,
    values: Mapping[str, Any] | None = None,
    *,
    window_tokens: int | None = None,
    tokens: int | None = None,
) -> list[Hint]:
    """Hints on the texts, on `values` (as a run or preview uses them), and on the size.

    `tokens` is the estimated size of the rendered texts and `window_tokens` the model's context; None means unknown.
    """
    if not content.system.strip() and not content.user.strip():
        return [Hint("problem", "Both texts are empty. Write a system prompt or a user template.")]
    discovery = rendering.discover(content.system, content.user)
    hints = [Hint("problem", problem_sentence(problem), problem.part, problem.line) for problem in discovery.problems]
    if not content.user.strip():
        hints.append(Hint("note", "The user template is empty: the model only gets the system prompt.", "user"))
    hints += _declared_against_used(content, discovery)
    for part, text in (("system", content.system), ("user", content.user)):
        hints += _braces(part, text)
    hints += _role_markers(values or {})
    answer = content.max_tokens or 0
    if window_tokens and tokens and tokens + answer > window_tokens:
        hints.append(
            Hint(
                "warning",
                f"About {tokens:,} tokens{f' and {answer:,} for the answer' if answer else ''} do not fit into the model's "
                f"context of {window_tokens:,}. Shorten the texts or values, or choose a model with a larger context.",
            )
        )
    return hints


def context_tokens(content: Content, connection: llm.ConnectionView | None) -> int | None:
    """The context of the model that would answer, in tokens; None if nobody knows."""
    model = content.model or (connection.model if connection else None)
    return llm.context_window(model, connection.kind if connection else None) if model else None


def _declared_against_used(content: Content, discovery: rendering.Discovery) -> list[Hint]:
    if discovery.problems:
        return []
    used = {variable.name: variable for variable in discovery.variables}
    declared = {spec.name for spec in content.variables}
    hints = [
        Hint("note", f"The variable '{name}' is declared but neither text uses it; saving drops it.")
        for name in sorted(declared - set(used))
    ]
    if declared:
        hints += [
            Hint("note", f"The variable '{name}' is used but not declared yet; it counts as text.", at.part, at.line)
            for name, at in used.items()
            if name not in declared
        ]
    return hints


def _braces(part: str, text: str) -> list[Hint]:
    hints = []
    for match in _SINGLE_BRACES.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        name = match.group(1)
        hints.append(
            Hint(
                "warning",
                f"{{{name}}} in line {line} stays as it is. Write {{{{ {name} }}}} if you mean a variable.",
                part,
                line,
            )
        )
        if len(hints) == 5:
            break
    return hints


def _role_markers(values: Mapping[str, Any]) -> list[Hint]:
    hints = []
    for name, value in values.items():
        if isinstance(value, str) and (found := _ROLE_MARKER.search(value) or _CHAT_TOKENS.search(value)):
            hints.append(
                Hint(
                    "warning",
                    f"The value of '{name}' contains '{found.group(0).strip()}', which looks like a role marker. It is sent "
                    "as plain text and opens no message, but a model may be misled by it.",
                )
            )
    return hints
