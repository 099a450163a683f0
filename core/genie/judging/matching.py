"""Which actual column stands for which expected one: by position, else by a permutation that makes the rows equal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.genie.judging.rows import RowKey, counts_match, unmatched
from core.genie.judging.values import Family, Key, cell_key, common_family, family, iso, number
from core.genie.results import ResultTable

_MOST_TRIES = 500


@dataclass(frozen=True)
class ColumnMatch:
    """Both sides as comparable rows, the actual ones in the expected columns' order.

    `equal` is equality as multisets. `equal_but_for_types` is that of the values, where some column's type differs;
    `type_sentence` then says which.
    """

    expected: tuple[RowKey, ...]
    actual: tuple[RowKey, ...]
    columns: tuple[int, ...]
    equal: bool
    equal_but_for_types: bool = False
    type_sentence: str = ""

    @property
    def permuted(self) -> bool:
        return self.columns != tuple(range(len(self.columns)))


def match_columns(expected: ResultTable, actual: ResultTable) -> ColumnMatch:
    """The best match of two tables with as many columns: equal rows before equal values of other types, position first."""
    sides = _Sides(expected, actual)
    for columns in sides.candidates():
        rows = sides.rows(columns)
        if len(expected.rows) == len(actual.rows) and not any(unmatched(*rows)):
            differing = [(i, j) for i, j in enumerate(columns) if sides.types_differ(i, j)]
            if not differing:
                return ColumnMatch(*rows, columns, equal=True)
            i, j = differing[0]
            sentence = (
                f"“{expected.columns[i].name}” is {actual.columns[j].type or 'of no type'} instead of "
                f"{expected.columns[i].type or 'no type'}"
            )
            return ColumnMatch(*rows, columns, equal=False, equal_but_for_types=True, type_sentence=sentence)
    straight = tuple(range(len(expected.columns)))
    return ColumnMatch(*sides.rows(straight), straight, equal=False)


class _Sides:
    def __init__(self, expected: ResultTable, actual: ResultTable) -> None:
        self.expected, self.actual = expected, actual
        self._keys: dict[tuple[bool, int, Family], list[Key]] = {}

    def types_differ(self, i: int, j: int) -> bool:
        """Whether the families differ; a column without a type, or with nothing but NULL, has any."""
        left, right = self._families[0][i], self._families[1][j]
        return left != right and "unknown" not in (left, right)

    @cached_property
    def _families(self) -> tuple[list[Family], list[Family]]:
        return tuple(  # type: ignore[return-value]
            [_family(table, column) for column in range(len(table.columns))] for table in (self.expected, self.actual)
        )

    def kind(self, i: int, j: int) -> Family:
        left, right = self._families[0][i], self._families[1][j]
        if "unknown" in (left, right):
            return right if left == "unknown" else left
        return common_family(left, right)

    def column(self, of_expected: bool, index: int, kind: Family) -> list[Key]:
        at = (of_expected, index, kind)
        if at not in self._keys:
            table = self.expected if of_expected else self.actual
            self._keys[at] = [cell_key(row[index], kind) for row in table.rows]
        return self._keys[at]

    def rows(self, columns: Sequence[int]) -> tuple[tuple[RowKey, ...], tuple[RowKey, ...]]:
        kinds = [self.kind(i, j) for i, j in enumerate(columns)]
        left = [self.column(True, i, kind) for i, kind in enumerate(kinds)]
        right = [self.column(False, j, kind) for j, kind in zip(columns, kinds, strict=True)]
        return tuple(zip(*left, strict=True)), tuple(zip(*right, strict=True))

    def candidates(self) -> Iterator[tuple[int, ...]]:
        """Position first, then every permutation whose columns hold the same cells, those of the same types first."""
        width = len(self.expected.columns)
        straight = tuple(range(width))
        strict = not any(self.types_differ(i, i) for i in straight)
        if strict:
            yield straight
        if len(self.expected.rows) != len(self.actual.rows):
            if not strict:
                yield straight
            return
        loose: list[tuple[int, ...]] = [] if strict else [straight]
        for columns in self._permutations(width):
            if columns == straight:
                continue
            if any(self.types_differ(i, j) for i, j in enumerate(columns)):
                loose.append(columns)
            else:
                yield columns
        yield from loose

    def _permutations(self, width: int) -> Iterator[tuple[int, ...]]:
        partners: list[list[int]] = []
        for i in range(width):
            fitting = [j for j in range(width) if self._alike(i, j)]
            if not fitting:
                return
            partners.append(fitting)
        tries = 0
        stack: list[tuple[int, ...]] = [()]
        while stack and tries < _MOST_TRIES:
            chosen = stack.pop()
            if len(chosen) == width:
                tries += 1
                yield chosen
                continue
            stack += [(*chosen, j) for j in reversed(partners[len(chosen)]) if j not in chosen]

    def _alike(self, i: int, j: int) -> bool:
        kind = self.kind(i, j)
        return counts_match(self.column(True, i, kind), self.column(False, j, kind))


def _family(table: ResultTable, column: int) -> Family:
    """The column's family by its type; where the service names none, by what all its values look like."""
    named = family(table.columns[column].type)
    if named != "unknown":
        return named
    cells = [cell for row in table.rows if (cell := row[column]) is not None]
    if not cells:
        return "unknown"
    if all(number(cell) is not None for cell in cells):
        return "number"
    if all(iso(cell) for cell in cells):
        return "time"
    return "boolean" if all(cell.lower() in ("true", "false") for cell in cells) else "text"
