"""A metric view as data: dimensions and measures over a source, its joins and its filter."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Dimension:
    """A column to group and filter by. `expr` is Databricks SQL over the source, the joins and earlier dimensions."""

    name: str
    expr: str
    display_name: str = ""
    comment: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """An aggregate, used as `MEASURE(name)`. `expr` is Databricks SQL and may use other measures by MEASURE()."""

    name: str
    expr: str
    display_name: str = ""
    comment: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Join:
    """A LEFT join to the parent, on a condition or by columns of the same name. `joins` hang below it."""

    name: str
    source: str
    on: str = ""
    using: tuple[str, ...] = ()
    joins: tuple["Join", ...] = ()


@dataclass(frozen=True)
class MetricView:
    """`source` is a three-level table name or a SELECT; `filter` is a condition or empty; `yaml` is the text as written."""

    version: str
    source: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    filter: str = ""
    joins: tuple[Join, ...] = ()
    comment: str = ""
    yaml: str = field(default="", compare=False)

    def dimension(self, name: str) -> Dimension | None:
        return next((each for each in self.dimensions if each.name.casefold() == name.casefold()), None)

    def measure(self, name: str) -> Measure | None:
        return next((each for each in self.measures if each.name.casefold() == name.casefold()), None)

    def all_joins(self) -> list[tuple[str, Join]]:
        """Every join with its parent's name ("source" at the top), parents before those below them."""
        found: list[tuple[str, Join]] = []
        waiting = [("source", join) for join in self.joins]
        while waiting:
            parent, join = waiting.pop(0)
            found.append((parent, join))
            waiting = [*((join.name, below) for below in join.joins), *waiting]
        return found
