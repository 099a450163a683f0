"""Pearson's correlations of all pairs of numeric columns in one pass, by matrix products over batches of rows.

Each pair counts the rows that have both. Values are first brought to mean 0 and deviation 1, so that sums stay exact enough.
"""

from collections.abc import Sequence
from typing import Any

from .tables import quoted

_BATCH_ROWS = 65_536

Column = dict[str, Any]


def correlations(connection: Any, file: str, columns: Sequence[Column]) -> list[Column]:
    """All pairs, the strongest first, as {first, second, r, n}. The columns must vary: their profiles have mean and std_dev above 0."""
    import numpy

    if len(columns) < 2:
        return []
    size = len(columns)
    means = numpy.array([each["mean"] for each in columns], float)
    deviations = numpy.array([each["std_dev"] for each in columns], float)
    both, sums, squares, products = (numpy.zeros((size, size)) for _ in range(4))
    asked = ", ".join(f"{quoted(each['name'])}::DOUBLE AS c{place}" for place, each in enumerate(columns))
    reader = connection.sql(f"SELECT {asked} FROM read_parquet('{file}')").to_arrow_reader(_BATCH_ROWS)
    for batch in reader:
        values = numpy.column_stack([column.to_numpy(zero_copy_only=False) for column in batch.columns])
        present = numpy.isfinite(values)
        scaled = numpy.where(present, (values - means) / deviations, 0.0)
        mask = present.astype(float)
        both += mask.T @ mask
        sums += scaled.T @ mask
        squares += (scaled * scaled).T @ mask
        products += scaled.T @ scaled
    found = []
    for first in range(size):
        for second in range(first + 1, size):
            n = both[first, second]
            if n < 2:
                continue
            x, y = sums[first, second], sums[second, first]
            spread_x, spread_y = squares[first, second] - x * x / n, squares[second, first] - y * y / n
            if spread_x <= 1e-12 * n or spread_y <= 1e-12 * n:
                continue
            r = (products[first, second] - x * y / n) / float(numpy.sqrt(spread_x * spread_y))
            found.append(
                {
                    "first": columns[first]["name"],
                    "second": columns[second]["name"],
                    "r": max(-1.0, min(1.0, float(r))),
                    "n": int(n),
                }
            )
    return sorted(found, key=lambda each: -round(abs(each["r"]), 9))
