"""What sources hand out: frozen, plain, free of the database and of DuckDB."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

SourceKind = Literal["files", "database", "warehouse"]

ColumnType = Literal["text", "integer", "decimal", "boolean", "date", "timestamp", "time", "other"]
NUMERIC: frozenset[ColumnType] = frozenset({"integer", "decimal"})
TEMPORAL: frozenset[ColumnType] = frozenset({"date", "timestamp"})

Policy = Literal["send", "mask", "hash", "statistics", "never"]
POLICIES: dict[Policy, str] = {
    "send": "Send",
    "mask": "Mask",
    "hash": "Hash",
    "statistics": "Statistics only",
    "never": "Never",
}


@dataclass(frozen=True)
class SourceView:
    """A source. `can_write` None means that nobody has looked; `origin` says in words where its tables come from."""

    id: str
    name: str
    kind: SourceKind
    origin: str
    options: dict[str, Any]
    can_write: bool | None
    is_sample: bool
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class Column:
    """`type` is one of ours, `raw_type` the source's own word for it."""

    name: str
    type: ColumnType
    raw_type: str


@dataclass(frozen=True)
class Table:
    """A table of a source. `rows` None means that nobody has counted. `origin` says how a file was read."""

    name: str
    columns: tuple[Column, ...]
    rows: int | None = None
    origin: dict[str, Any] = field(default_factory=dict)
    profiled_at: datetime | None = None

    def column(self, name: str) -> Column | None:
        return next((each for each in self.columns if each.name == name), None)


@dataclass(frozen=True)
class Bin:
    """One bar of a histogram: values in [low, high), the last bar with its upper end."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class ColumnProfile:
    """Figures of one column. None means not measured, or that the type has no such figure.

    `nulls` counts SQL NULLs. `minimum` and `maximum` are numbers, ISO texts of dates and times, or texts. `std_dev` is
    the sample's (n - 1). `top_values` are the most frequent values with their counts, at most ten.
    """

    name: str
    type: ColumnType
    raw_type: str
    nulls: int
    distinct: int | None = None
    distinct_is_exact: bool = False
    minimum: Any = None
    maximum: Any = None
    mean: float | None = None
    median: float | None = None
    std_dev: float | None = None
    lower_quartile: float | None = None
    upper_quartile: float | None = None
    top_values: tuple[tuple[Any, int], ...] = ()
    histogram: tuple[Bin, ...] = ()


@dataclass(frozen=True)
class Profile:
    """Figures of one table: "quick" in one scan with approximate distinct counts, or "full" and exact.

    `sample` are up to 50 rows (20 in a quick profile), chosen at random but the same at each reading; cells are JSON values.
    """

    table: str
    kind: Literal["quick", "full"]
    rows: int
    columns: tuple[ColumnProfile, ...]
    sample: tuple[dict[str, Any], ...]
    measured_at: datetime
    seconds: float

    def column(self, name: str) -> ColumnProfile | None:
        return next((each for each in self.columns if each.name == name), None)


@dataclass(frozen=True)
class Correlation:
    """Pearson's r of two numeric columns over the n rows that have both."""

    first: str
    second: str
    r: float
    n: int


@dataclass(frozen=True)
class Outliers:
    """Values outside the fences (quartile ∓ 1.5 × interquartile range), and beyond 3 standard deviations of the mean."""

    column: str
    low_fence: float
    high_fence: float
    below: int
    above: int
    beyond_3_sd: int


@dataclass(frozen=True)
class SeriesPoint:
    """One bucket of time: `start` as an ISO text, rows in it, and the mean of each numeric column (None if it has none)."""

    start: str
    rows: int
    means: dict[str, float | None]


@dataclass(frozen=True)
class Series:
    """Numeric columns over a time column, by `unit` (year, quarter, month, week, day or hour), oldest first, at most 40 points."""

    time_column: str
    unit: str
    points: tuple[SeriesPoint, ...]


@dataclass(frozen=True)
class Measures:
    """What a job measures beyond the full profile, so that a model need not guess it. Empty parts do not apply.

    `duplicate_rows` counts rows that repeat an earlier one in every column. `segments` gives, per pair of a text-like
    column with few values and a numeric column, [(value, rows, mean)].
    """

    table: str
    duplicate_rows: int | None = None
    correlations: tuple[Correlation, ...] = ()
    outliers: tuple[Outliers, ...] = ()
    series: tuple[Series, ...] = ()
    segments: dict[tuple[str, str], tuple[tuple[Any, int, float | None], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """The answer to a query: column names, rows of JSON values, and whether the row cap cut it off."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool
    seconds: float
