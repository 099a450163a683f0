"""The rule-based SQL writer of the local Genie: `write` reads a question by the space's words and the tables' values."""

from core.local_genie.rules.writer import write

__all__ = ["write"]
