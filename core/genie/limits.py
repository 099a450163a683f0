"""What the service allows in a space, and how much of it a space uses."""

from dataclasses import dataclass

from core.genie.spaces import Space

LONGEST_TEXT = 25_000
LONGEST_LIST = 10_000
MOST_SOURCES = 30
"""Tables and metric views together."""
MOST_INSTRUCTIONS = 100
"""Each example and each SQL function counts one, the general instruction counts one."""
MOST_BENCHMARKS = 500
LONGEST_TITLE = 63
MOST_RESULT_ROWS = 5_000
"""An expected result of more rows cannot be compared."""
MOST_CONVERSATIONS = 10_000


@dataclass(frozen=True)
class Size:
    """How much of one limit is used. `what` is for people, in the plural."""

    what: str
    used: int
    limit: int

    @property
    def share(self) -> float:
        """0 to 1, above 1 when the limit is passed."""
        return self.used / self.limit

    @property
    def over(self) -> bool:
        return self.used > self.limit


def instruction_count(space: Space) -> int:
    """The instructions as the service counts them."""
    return len(space.examples) + len(space.functions) + bool(space.text_instruction)


def sizes(space: Space, title: str | None = None) -> tuple[Size, ...]:
    """The space against each limit of the service; its title too, where it is given."""
    longest = max((len(text) for text in _texts(space.data)), default=0)
    found = [
        Size("tables and metric views", len(space.sources), MOST_SOURCES),
        Size("instructions", instruction_count(space), MOST_INSTRUCTIONS),
        Size("benchmarks", len(space.benchmarks), MOST_BENCHMARKS),
        Size("characters in the longest text", longest, LONGEST_TEXT),
    ]
    if title is not None:
        found.append(Size("characters in the title", len(title), LONGEST_TITLE))
    return tuple(found)


def _texts(value: object) -> list[str]:
    texts: list[str] = []
    rest = [value]
    while rest:
        each = rest.pop()
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, dict):
            rest += each.values()
        elif isinstance(each, list):
            rest += each
    return texts
