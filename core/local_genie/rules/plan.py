"""The state of building one SELECT: which tables are joined so far, and whether that multiplies rows of the base."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.local_genie.rules.intent import Intent
from core.local_genie.rules.joins import Joins, Path
from core.local_genie.rules.schema import Schema, Table
from core.local_genie.rules.styles import Styles


class Unreachable(Exception):
    """A table that the intent needs cannot be joined to its base."""


@dataclass
class Plan:
    """The state of building one SELECT from `base`."""

    schema: Schema
    joins: Joins
    styles: Styles
    intent: Intent
    base: Table
    joined: dict[str, str] = field(default_factory=dict)  # table → its JOIN clause, in order
    multiplied: bool = False

    def path(self, table: str) -> Path:
        try:
            return self.joins.paths(self.base.key)[table]
        except KeyError:
            raise Unreachable(table) from None

    def need(self, tables: Iterable[str], *, optional: bool = False) -> None:
        """Join these tables; LEFT when a row of the base may lack them."""
        for table in sorted(tables, key=lambda key: (self.path(key).cost, key)):
            path = self.path(table)
            self.multiplied = self.multiplied or not path.single
            for step in path.steps:
                if step.right not in self.joined:
                    kind = "LEFT JOIN" if optional else "JOIN"
                    self.joined[step.right] = f"{kind} {self.schema.tables[step.right].source} ON {step.condition}"

    def rows(self, table: str) -> str:
        """COUNT of the rows of a table, seen from the base."""
        if table == self.base.key:
            primary = self.base.primary
            if not self.multiplied or primary is None:
                return "COUNT(*)"
            return f"COUNT(DISTINCT {primary.sql})"
        return f"COUNT(DISTINCT {self.identity(table)})"

    def identity(self, table: str) -> str:
        """What tells the rows of a table apart, by the base's own column where it has one."""
        path = self.path(table)
        if len(path.steps) == 1 and path.single and len(path.steps[0].columns) == 1:
            return self.base.columns[path.steps[0].columns[0][0]].sql
        self.need([table])
        primary = self.schema.tables[table].primary
        if primary is None:
            raise Unreachable(table)
        return primary.sql
