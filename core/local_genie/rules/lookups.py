"""Values of columns that have too many to know them all: sought in the data, word by word of the question."""

from collections.abc import Iterator, Sequence

from core.errors import WorkbenchError
from core.local_genie.catalog import Catalog
from core.local_genie.rules.dates import find_dates
from core.local_genie.rules.knowledge import Knowledge
from core.local_genie.rules.schema import Column, quoted
from core.local_genie.rules.snippets import literal, value_meaning
from core.local_genie.rules.vocabulary import Meaning
from core.local_genie.rules.words import Token

_MOST_WORDS = 5
_MOST_COLUMNS = 12


def look_up(words: Sequence[Token], knowledge: Knowledge, catalog: Catalog) -> dict[tuple[int, int], list[Meaning]]:
    """Meanings of the question's names and quotes that are values of such columns, by their span of words."""
    dated = {n for span in find_dates(words) for n in range(span.start, span.end)}
    wanted: dict[str, tuple[int, int]] = {}
    for start, end, text in _names(words):
        if not dated & set(range(start, end)) and not (
            end - start == 1 and knowledge.vocabulary.find(words[start:end])
        ):
            wanted.setdefault(text.casefold(), (start, end))
    found: dict[tuple[int, int], list[Meaning]] = {}
    columns = [
        column
        for table in knowledge.schema
        for column in table.columns.values()
        if column.kind == "text" and _many(column, table.view is not None)
    ]
    for column in columns[:_MOST_COLUMNS]:
        table = knowledge.schema.tables[column.table]
        name = ".".join(quoted(part) for part in table.identifier.split("."))
        fitting = [text for text in wanted if not column.key_like or any(letter.isdigit() for letter in text)]
        if not fitting:
            continue
        listed = ", ".join(literal(text) for text in fitting)
        try:
            rows = catalog.query(
                f"SELECT DISTINCT {quoted(column.name)} FROM {name} WHERE LOWER({quoted(column.name)}) IN ({listed})",
                20,
            ).rows
        except WorkbenchError:
            continue
        for (value,) in rows:
            span = wanted.get(str(value).casefold())
            if span is not None:
                found.setdefault(span, []).append(value_meaning(column, value, 2.8, "value"))
    return found


def _many(column: Column, of_view: bool) -> bool:
    return not of_view and (column.values is None or (column.key_like and column.distinct > 60))


def _names(words: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """Stretches that look like names: in quotes, with capitals after the start, or letters with digits."""
    for start, word in enumerate(words):
        if word.kind == "quoted":
            yield start, start + 1, word.text
            continue
        for end in range(start + 1, min(len(words), start + _MOST_WORDS) + 1):
            part = words[start:end]
            if part[-1].kind in ("sign", "quoted"):
                break
            capital = part[0].text[0].isupper() and (start > 0 or end - start > 1)
            coded = any(any(c.isdigit() for c in token.text) for token in part) and any(
                c.isalpha() for token in part for c in token.text
            )
            if not (capital or coded) or part[-1].stop:
                continue
            text = part[0].text
            for token in part[1:]:
                text += ("-" if token.glued else " ") + token.text
            yield start, end, text
