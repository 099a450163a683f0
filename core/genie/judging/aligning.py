"""Two results side by side for a person: equal rows beside each other, then the most alike, then what has no partner."""

from collections import defaultdict
from dataclasses import dataclass

from core.genie.judging.rows import RowKey, rows_close, unmatched
from core.genie.judging.values import cell_key, close, common_family, family
from core.genie.results import ResultTable

_MOST_PAIRINGS = 40_000


@dataclass(frozen=True)
class RowPair:
    """One line of the comparison. A side without a row is None; `differing` are the expected columns whose cells differ."""

    expected: tuple[str | None, ...] | None
    actual: tuple[str | None, ...] | None
    differing: frozenset[int]

    @property
    def equal(self) -> bool:
        return self.expected is not None and self.actual is not None and not self.differing


def align(
    expected: ResultTable, actual: ResultTable, columns: tuple[int, ...] | None = None, *, most: int = 1_000
) -> tuple[RowPair, ...]:
    """The rows in the expected order, then the actual rows without a partner; at most `most` lines.

    `columns` maps expected columns to actual ones, as a judgement found it. Without it, columns belong together by name,
    else by position; an expected column without an actual one differs in every row.
    """
    mapping = dict(enumerate(columns)) if columns is not None else _by_name(expected, actual)
    width = len(expected.columns)
    kinds = [
        common_family(family(expected.columns[i].type), family(actual.columns[mapping[i]].type))
        if i in mapping
        else "text"
        for i in range(width)
    ]
    left = [
        tuple(cell_key(row[i], kinds[i]) if i in mapping else ("absent",) for i in range(width))
        for row in expected.rows
    ]
    right = [
        tuple(cell_key(row[mapping[i]], kinds[i]) if i in mapping else ("absent",) for i in range(width))
        for row in actual.rows
    ]
    missing, extra = unmatched(left, right)
    partner = _partners(left, right, set(missing), set(extra))
    partner |= _most_alike(left, right, missing, extra)
    pairs: list[RowPair] = []
    for i, row in enumerate(expected.rows):
        j = partner.get(i)
        if j is None:
            pairs.append(RowPair(row, None, frozenset(range(width))))
            continue
        differing = {k for k in range(width) if k not in mapping or not close(left[i][k], right[j][k])}
        pairs.append(RowPair(row, actual.rows[j], frozenset(differing)))
    taken = set(partner.values())
    pairs += [RowPair(None, row, frozenset(range(width))) for j, row in enumerate(actual.rows) if j not in taken]
    return tuple(pairs[:most])


def _by_name(expected: ResultTable, actual: ResultTable) -> dict[int, int]:
    names: dict[str, int] = {}
    for j, name in enumerate(actual.names):
        names.setdefault(name.lower(), j)
    by_name = {i: names[name.lower()] for i, name in enumerate(expected.names) if name.lower() in names}
    if len(expected.columns) == len(actual.columns) and len(by_name) < len(expected.columns):
        return {i: i for i in range(len(expected.columns))}
    return by_name


def _partners(left: list[RowKey], right: list[RowKey], missing: set[int], extra: set[int]) -> dict[int, int]:
    """The equal rows, first to first."""
    waiting: dict[RowKey, list[int]] = defaultdict(list)
    for j in range(len(right) - 1, -1, -1):
        if j not in extra:
            waiting[right[j]].append(j)
    found: dict[int, int] = {}
    late: list[int] = []
    for i, key in enumerate(left):
        if i in missing:
            continue
        if waiting.get(key):
            found[i] = waiting[key].pop()
        else:
            late.append(i)
    rest = [j for js in waiting.values() for j in js]
    for i in late:
        j = next((j for j in rest if rows_close(left[i], right[j])), None)
        if j is not None:
            found[i] = j
            rest.remove(j)
    return found


def _most_alike(left: list[RowKey], right: list[RowKey], missing: list[int], extra: list[int]) -> dict[int, int]:
    """Rows without an equal, paired by how many cells they share; the position decides between equals."""
    if len(missing) * len(extra) > _MOST_PAIRINGS:
        return dict(zip(missing, extra, strict=False))
    shared = sorted(
        (-sum(close(a, b) for a, b in zip(left[i], right[j], strict=True)), abs(i - j), i, j)
        for i in missing
        for j in extra
    )
    found: dict[int, int] = {}
    taken: set[int] = set()
    alone = len(left) == len(right) == 1
    for score, _, i, j in shared:
        if i not in found and j not in taken and (score or alone):
            found[i] = j
            taken.add(j)
    return found
