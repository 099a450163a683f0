"""What turns a question into SQL: the one interface of the local Genie's answer engines.

A writer sees the question, the space without its benchmarks, the catalog of the space's tables and the earlier
questions of the conversation. Its answer must depend on these alone, so that a score measures the space's configuration.
The rule-based writer stands in `core.local_genie.rules`; one that asks a model is built by whoever holds a connection
and handed to `serve(model_writer=…)`. Which of the two answers is chosen in `core.local_genie.choosing`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.local_genie.catalog import Catalog


@dataclass(frozen=True)
class Written:
    """An answer. `sql` is one Databricks SELECT with three-level names, or None.

    `text` is a clarifying question or a refusal when `sql` is None; beside SQL it may be None. `explanation` says in a
    sentence how the question was read.
    """

    sql: str | None
    text: str | None
    explanation: str


class WriterError(Exception):
    """No answer came, so that the question is neither right nor wrong. `kind` is the service's name for it."""

    def __init__(self, text: str, kind: str = "GENERIC_CHAT_COMPLETION_EXCEPTION") -> None:
        super().__init__(text)
        self.kind = kind


# (question, serialized_space without `benchmarks`, catalog, earlier questions of the conversation, oldest first)
Writer = Callable[[str, dict[str, Any], Catalog, list[str]], Written]

# Makes the writer that asks a model by the connection of that name. Raises InputError if that one cannot write.
ModelWriter = Callable[[str], Writer]
