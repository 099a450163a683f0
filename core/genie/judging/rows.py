"""Rows as multisets: how many rows of one side have no partner on the other.

Equality of cells is not quite transitive (a number on the border of two roundings equals both), so what exact counting
leaves over is matched by augmenting paths. That is the largest matching there is, whatever the order of the rows.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from core.genie.judging.values import Key, close, is_border

RowKey = tuple[Key, ...]

MOST_LEFT_OVER = 1_000
"""With more unmatched rows than this the sides differ, and which borders could be matched does not matter."""


def unmatched(expected: Sequence[RowKey], actual: Sequence[RowKey]) -> tuple[list[int], list[int]]:
    """The indexes of the expected and of the actual rows that are left when as many as possible are paired off."""
    left, right, pairs = _same_keys(expected, actual)
    if not left or not right or max(len(left), len(right)) > MOST_LEFT_OVER:
        return left, right
    if not any(is_border(cell) for side in (expected, actual) for row in side for cell in row):
        return left, right
    return _augmented(expected, actual, left, right, pairs)


def in_order(expected: Sequence[RowKey], actual: Sequence[RowKey]) -> bool:
    """Whether both are the same rows in the same order."""
    return len(expected) == len(actual) and all(rows_close(a, b) for a, b in zip(expected, actual, strict=True))


def rows_close(left: RowKey, right: RowKey) -> bool:
    return len(left) == len(right) and all(close(a, b) for a, b in zip(left, right, strict=True))


def _same_keys(expected: Sequence[RowKey], actual: Sequence[RowKey]) -> tuple[list[int], list[int], dict[int, int]]:
    waiting: dict[RowKey, list[int]] = defaultdict(list)
    for j in range(len(actual) - 1, -1, -1):
        waiting[actual[j]].append(j)
    left: list[int] = []
    pairs: dict[int, int] = {}
    for i, key in enumerate(expected):
        if waiting.get(key):
            pairs[i] = waiting[key].pop()
        else:
            left.append(i)
    return left, sorted(j for rest in waiting.values() for j in rest), pairs


def _augmented(
    expected: Sequence[RowKey], actual: Sequence[RowKey], left: list[int], right: list[int], pairs: dict[int, int]
) -> tuple[list[int], list[int]]:
    """Kuhn's algorithm, starting from the pairs of equal keys. Rows can only pair within the same non-numeric cells."""
    buckets: dict[tuple[Key | None, ...], list[int]] = defaultdict(list)
    for j, key in enumerate(actual):
        buckets[_coarse(key)].append(j)
    owner = {j: i for i, j in pairs.items()}
    still: list[int] = []
    for start in left:
        if not _place(start, expected, actual, buckets, owner):
            still.append(start)
    return still, [j for j in range(len(actual)) if j not in owner]


def _place(
    start: int,
    expected: Sequence[RowKey],
    actual: Sequence[RowKey],
    buckets: dict[tuple[Key | None, ...], list[int]],
    owner: dict[int, int],
) -> bool:
    """Find a partner for one expected row, moving others to other partners where needed. Breadth first, without recursion."""
    came_from: dict[int, int] = {}
    queue = [start]
    for i in queue:
        for j in buckets[_coarse(expected[i])]:
            if j in came_from or not rows_close(expected[i], actual[j]):
                continue
            came_from[j] = i
            if j in owner:
                queue.append(owner[j])
                continue
            _shift(j, start, came_from, owner)
            return True
    return False


def _shift(end: int, start: int, came_from: dict[int, int], owner: dict[int, int]) -> None:
    taken = {i: j for j, i in owner.items()}
    j = end
    while True:
        i = came_from[j]
        before = taken.get(i)
        owner[j] = i
        if i == start or before is None:
            return
        j = before


def _coarse(row: RowKey) -> tuple[Key | None, ...]:
    return tuple(None if cell[0] == "number" else cell for cell in row)


def counts_match(left: Sequence[Key], right: Sequence[Key]) -> bool:
    """Whether two columns may hold the same cells: exactly so, or as far as borders allow. Prunes permutations only."""
    if Counter(left) == Counter(right):
        return True
    if not any(map(is_border, left)) and not any(map(is_border, right)):
        return False
    return not any(unmatched([(cell,) for cell in left], [(cell,) for cell in right]))
