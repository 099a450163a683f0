"""How the tables hang together: the space's join specs first, then foreign-key-like names and equal column names.

An edge knows its direction by the data: `single` says that each row on the left meets at most one on the right, so that
following it multiplies nothing. Joins are always written along the cheapest path from a base table.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.local_genie.rules.schema import Column, Schema, Table
from core.local_genie.rules.words import stem

_EQUALITY = re.compile(
    r"`?([\w ]+?)`?\.`?([\w ]+?)`?\s*=\s*`?([\w ]+?)`?\.`?([\w ]+?)`?\s*(?:$|\bAND\b)", re.IGNORECASE
)
FAN_COST = 3.0  # to a table's kind and back to its many rows: that says little about the row one came from
MANY_COST = 2.5  # a step to many rows is a longer way than one to a single row


@dataclass(frozen=True)
class Step:
    """From table `left` to table `right` by equal columns; `columns` are (left, right) pairs of names."""

    left: str
    right: str
    columns: tuple[tuple[str, str], ...]
    condition: str
    single: bool
    guess: float = 0.0  # the extra cost of an edge that is only guessed from names
    partial: bool = False  # at most one row, and often none: the far side refers to this one


@dataclass(frozen=True)
class Path:
    """The way from a base to a table. `single` holds when no step multiplies rows."""

    steps: tuple[Step, ...]
    cost: float

    @property
    def single(self) -> bool:
        return all(step.single for step in self.steps)

    @property
    def partial(self) -> bool:
        return any(step.partial for step in self.steps)


class Joins:
    """The graph of all tables. Two tables may hang together in several ways (start station, end station)."""

    def __init__(
        self,
        schema: Schema,
        ways: Mapping[tuple[str, str], Sequence[tuple[Step, Step]]],
        picked: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        self._schema, self._ways, self._picked = schema, ways, dict(picked or {})
        self._out: dict[str, list[Step]] = {table.key: [] for table in schema}
        for pair, choices in ways.items():
            for step in choices[self._picked.get(pair, 0)]:
                self._out[step.left].append(step)
        self._paths: dict[str, dict[str, Path]] = {}
        self._via: dict[tuple[str, str], str] = {}
        self._others: dict[tuple[tuple[tuple[str, str], int], ...], Joins] = {}

    def for_words(self, words: Collection[str]) -> "Joins":
        """The graph for a question with these stems: of several ways between two tables the one that it speaks of."""
        picked: dict[tuple[str, str], int] = {}
        for pair, choices in self._ways.items():
            if len(choices) > 1:
                scores = [self._spoken_of(choice[0], choices, words) for choice in choices]
                picked[pair] = scores.index(max(scores))
        key = tuple(sorted(picked.items()))
        if not any(picked.values()):
            return self
        if key not in self._others:
            self._others[key] = Joins(self._schema, self._ways, picked)
            self._others[key]._via = self._via
        return self._others[key]

    def _spoken_of(self, step: Step, choices: Sequence[tuple[Step, Step]], words: Collection[str]) -> int:
        """How many of the words tell this way from the others."""
        own = [self._told(step, name) for name, _ in step.columns]
        other = [
            self._told(choice[0], name) for choice in choices if choice[0] is not step for name, _ in choice[0].columns
        ]
        names = set().union(*(n for n, _ in own)) - set().union(*(n for n, _ in other))
        said = set().union(*(d for _, d in own)) - set().union(*(d for _, d in other))
        return 3 * len(names & set(words)) + len((said - names) & set(words))

    def _told(self, step: Step, name: str) -> tuple[set[str], set[str]]:
        column = self._schema.tables[step.left].columns[name]
        named = {stem(word) for text in (column.name.replace("_", " "), *column.synonyms) for word in text.split()}
        return named, {stem(word) for word in re.findall(r"[A-Za-z]{3,}", column.description)}

    def paths(self, base: str) -> Mapping[str, Path]:
        """The cheapest path from `base` to every table that can be reached, itself included."""
        if base not in self._paths:
            done: dict[str, Path] = {}
            open_paths = [(0.0, 0, base, Path((), 0.0))]
            order = 0
            while open_paths:
                open_paths.sort(key=lambda item: (item[0], item[1]))
                cost, _, key, path = open_paths.pop(0)
                if key in done:
                    continue
                done[key] = path
                for step in self._out[key]:
                    if step.right not in done:
                        order += 1
                        further = cost + (MANY_COST if not step.single else 1.7 if step.partial else 1.0) + step.guess
                        if not step.single and any(taken.single and not taken.partial for taken in path.steps):
                            further += FAN_COST
                        open_paths.append((further, order, step.right, Path((*path.steps, step), further)))
            self._paths[base] = self._by_rule(done)
        return self._paths[base]

    def _by_rule(self, done: dict[str, Path]) -> dict[str, Path]:
        """The paths, led through the table that a rule names for them."""
        for (start, target), middle in self._via.items():
            led = (
                target in done and (not done[start].steps or any(step.left == start for step in done[target].steps))
                if start in done
                else False
            )
            if led and middle in done:
                there, on = self.direct(start, middle), self.direct(middle, target)
                if there and on and not any(step.left == middle or step.right == middle for step in done[start].steps):
                    steps = (*done[start].steps, there, on)
                    done[target] = Path(steps, done[start].cost + 2.0)
        return done

    def lead(self, start: str, target: str, middle: str) -> None:
        """From now on go from `start` to `target` through `middle`."""
        self._via[start, target] = middle
        self._paths.clear()

    def direct(self, left: str, right: str) -> Step | None:
        """The edge from one table to its neighbour."""
        return next((step for step in self._out[left] if step.right == right), None)


def read_joins(
    schema: Schema, specs: Iterable[Mapping[str, Any]], learned: Iterable[tuple[str, str, str, str]] = ()
) -> Joins:
    """The graph from join specs, from joins seen in example queries (table, column, table, column), and from names."""
    edges: dict[tuple[str, str], list[list[tuple[str, str]]]] = {}
    guesses: dict[tuple[str, str, str], float] = {}

    def add(left: str, right: str, pairs: list[tuple[str, str]]) -> None:
        if (right, left) in edges:
            left, right, pairs = right, left, [(b, a) for a, b in pairs]
        known = edges.setdefault((left, right), [])
        if pairs not in known:
            known.append(pairs)

    for spec in specs:
        if found := _from_spec(schema, spec):
            add(*found)
    specified = set(edges)
    for left, left_column, right, right_column in learned:
        if left != right and (left, right) not in specified and (right, left) not in specified:
            add(left, right, [(left_column, right_column)])
    stated = set(edges)
    for left_table, right_table, pair, guess in _from_names(schema):
        ends = (left_table.key, right_table.key)
        if ends not in stated and ends[::-1] not in stated and (ends in edges or ends[::-1] not in edges):
            add(*ends, [pair])
            guesses[(*ends, pair[0])] = guess
    ways: dict[tuple[str, str], list[tuple[Step, Step]]] = {}
    for (left, right), choices in edges.items():
        for pairs in choices:
            ways.setdefault((left, right), []).append(
                _steps(schema, left, right, pairs, guesses.get((left, right, pairs[0][0]), 0.0))
            )
    return Joins(schema, ways)


def _steps(
    schema: Schema, left_key: str, right_key: str, pairs: list[tuple[str, str]], guess: float
) -> tuple[Step, Step]:
    left, right = schema.tables[left_key], schema.tables[right_key]
    condition = " AND ".join(f"{left.columns[a].sql} = {right.columns[b].sql}" for a, b in pairs)
    to_one, from_one = _unique(right, [b for _, b in pairs]), _unique(left, [a for a, _ in pairs])
    back = tuple((b, a) for a, b in pairs)
    both = to_one and from_one
    there = Step(left_key, right_key, tuple(pairs), condition, to_one, guess, both and right.rows < left.rows)
    return there, Step(right_key, left_key, back, condition, from_one, guess, both and left.rows < right.rows)


def _from_spec(schema: Schema, spec: Mapping[str, Any]) -> tuple[str, str, list[tuple[str, str]]] | None:
    sides = {}
    for side in ("left", "right"):
        entry = spec.get(side) or {}
        table = schema.find(str(entry.get("identifier", "")))
        if table is None:
            return None
        for name in (entry.get("alias"), table.key):
            if name:
                sides[str(name).casefold()] = table
        sides[side] = table
    left, right = sides["left"], sides["right"]
    pairs = []
    for text in spec.get("sql") or []:
        for a_table, a, b_table, b in _EQUALITY.findall(
            re.sub(r"`?[\w ]+`?\.`?[\w ]+`?\.(`?\w+`?\.)", r"\1", str(text))
        ):
            first, second = sides.get(a_table.casefold()), sides.get(b_table.casefold())
            if first is left and second is right and a in left.columns and b in right.columns:
                pairs.append((a, b))
            elif first is right and second is left and b in left.columns and a in right.columns:
                pairs.append((b, a))
    return (left.key, right.key, pairs) if pairs and left is not right else None


def _from_names(schema: Schema) -> list[tuple[Table, Table, tuple[str, str], float]]:
    """Guessed edges, the surest first: to a unique column of the same name, then to a key that the name speaks of."""
    found = []
    for right in schema:
        if right.view:
            continue
        for left in schema:
            if left is right or left.view:
                continue
            for column in left.columns.values():
                rated = [
                    (score, target)
                    for target in right.columns.values()
                    if (score := _refers(left, column, right, target)) is not None
                ]
                for score, target in sorted(rated, key=lambda each: each[0])[:1]:
                    found.append((left, right, (column.name, target.name), score))
    return sorted(found, key=lambda item: item[3])


def _refers(left: Table, column: Column, right: Table, target: Column) -> float | None:
    """How much of a guess it is that `column` refers to `target`; None when nothing speaks for it."""
    if column.kind != target.kind or column.kind not in ("number", "text") or not _unique(right, [target.name]):
        return None
    own = [stem(word) for word in right.words]
    if column.name.casefold() == target.name.casefold():
        if column.words == ["id"] or (target is not right.primary and not target.key_like):
            return None
        return 0.1 if len(column.words) > 1 or stem(column.words[0]) not in ("nam", "cod") else 0.3
    if not target.key_like and target is not right.primary:
        return None
    mine = [stem(word) for word in column.words]
    full = [stem(word) for word in target.words]
    if len(full) > 1 and mine[-len(full) :] == full:
        return 0.4  # assigned_agent_id → agent_id
    if target.words[-1] in ("id", "key", "no", "code", "nr", "number"):
        head = own[-1:] if len(full) == 1 else full[:-1]
        if len(full) == 1 and mine[-1] == full[-1] and len(mine) > 1 and (mine[:-1] == own or mine[-2:-1] == own[-1:]):
            return 0.1 if mine[:-1] == own else 0.4  # customer_id → customers.id
        if mine == head or (
            mine[-1:] == head and column.key_like is False and len(mine) <= 2 and column.distinct <= target.distinct
        ):
            return 0.5  # customer → customers.customer_id
    return None


def _unique(table: Table, columns: list[str]) -> bool:
    """Whether no two rows share a value there, by the data; for several columns, whether one of them is unique alone."""
    known = [table.columns[name] for name in columns]
    return any(c.filled > 0 and c.distinct == c.filled for c in known) or any(table.primary is c for c in known)
