"""Line and column of every token, carried through Jinja2 by the line number itself.

Jinja2 knows lines only. `Place` is an int (the line) that also remembers the column; tokens, nodes and syntax errors
take the line number over as it is, and so the column with it.
"""

from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import Lexer, newline_re


class Place(int):
    """A line number, 1-based, with its `column`, 1-based."""

    column: int

    def __new__(cls, line: int, column: int) -> "Place":
        place = super().__new__(cls, line)
        place.column = column
        return place


class PlacingLexer(Lexer):
    """The stock lexer, its line numbers replaced by places."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        text = "\n".join(newline_re.split(source)[::2])
        position, line, line_start = 0, 1, 0

        def advance(to: int) -> None:
            nonlocal position, line, line_start
            breaks = text.count("\n", position, to)
            if breaks:
                line += breaks
                line_start = text.rindex("\n", position, to) + 1
            position = to

        try:
            for _, token, value in super().tokeniter(source, name, filename, state):
                # The lexer leaves out nothing but the white space before a tag with a minus sign.
                if not text.startswith(value, position):
                    advance(_next_visible(text, position))
                yield Place(line, position - line_start + 1), token, value
                advance(position + len(value))
        except TemplateSyntaxError as error:
            if not isinstance(error.lineno, Place):
                advance(_next_visible(text, position))
                error.lineno = Place(line, position - line_start + 1)
            raise


def _next_visible(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
