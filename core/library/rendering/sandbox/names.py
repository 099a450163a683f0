"""Which variables a template needs, where each is first used, and which it can do without.

Follows the order in which a template runs: what `{% set %}`, a loop, a macro or `{% with %}` has bound is no variable of
the prompt, and `x|default(…)` or a test `x is defined` around a use makes that use optional. In doubt a use is required.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from jinja2 import nodes

_Names = frozenset[str]
_NONE: _Names = frozenset()


@dataclass
class Use:
    """The first place of a name in the text (line and column, 1-based), and whether some use of it has no guard."""

    place: tuple[int, int]
    required: bool = False


@dataclass
class _Scope:
    """Names that are certainly bound by the template, and those known to have a value, at one point of the run."""

    bound: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)

    def copy(self, *, bound: Iterable[str] = (), given: Iterable[str] = ()) -> "_Scope":
        return _Scope(self.bound.union(bound), self.given.union(given))


def used_names(template: nodes.Template, known: Iterable[str]) -> dict[str, Use]:
    """The variables of a parsed template by name, in the order they stand in. `known` are the global functions."""
    walker = _Walker(_bound_at_top(template.body))
    walker.run(template.body, _Scope(bound=set(known)))
    return dict(sorted(walker.uses.items(), key=lambda item: item[1].place))


def _bound_at_top(body: Sequence[nodes.Node]) -> _Names:
    """Names bound anywhere outside a loop or macro: a macro sees them, for it runs later than it is written."""
    names: set[str] = set()
    for node in body:
        if isinstance(node, nodes.Macro):
            names.add(node.name)
        elif isinstance(node, nodes.Assign | nodes.AssignBlock):
            names.update(_targets(node.target))
    return frozenset(names)


def _targets(node: nodes.Node) -> _Names:
    names = [node, *node.find_all(nodes.Name)]
    return frozenset(name.name for name in names if isinstance(name, nodes.Name) and name.ctx in ("store", "param"))


class _Walker:
    def __init__(self, top: _Names) -> None:
        self.uses: dict[str, Use] = {}
        self._top = top

    def run(self, body: Iterable[nodes.Node], scope: _Scope) -> _Scope:
        """Walk statements one after the other; `scope` is changed by what they bind, and returned."""
        for node in body:
            self._statement(node, scope)
        return scope

    def _statement(self, node: nodes.Node, scope: _Scope) -> None:
        match node:
            case nodes.Assign():
                self._read(node.node, scope)
                self._bind(node.target, scope)
            case nodes.AssignBlock():
                self.run(node.body, scope.copy())
                self._read(node.filter, scope)
                self._bind(node.target, scope)
            case nodes.If():
                self._if(node, scope)
            case nodes.For():
                self._for(node, scope)
            case nodes.With():
                inner = scope.copy()
                for value in node.values:
                    self._read(value, scope)
                for target in node.targets:
                    self._bind(target, inner)
                self.run(node.body, inner)
            case nodes.Macro():
                scope.bound.add(node.name)
                self._macro(node, scope, ("caller", "varargs", "kwargs"))
            case nodes.CallBlock():
                self._read(node.call, scope)
                self._macro(node, scope, ("caller",))
            case nodes.FilterBlock():
                self.run(node.body, scope.copy())
                self._read(node.filter, scope)
            case nodes.Block():
                self.run(node.body, scope.copy(bound=("self", "super")))
            case nodes.Scope() | nodes.ScopedEvalContextModifier():
                self.run(node.body, scope.copy())
            case _:
                self._read(node, scope)

    def _if(self, node: nodes.If, scope: _Scope) -> None:
        ends: list[_Scope] = []
        before = scope.copy()
        for branch in (node, *node.elif_):
            self._read(branch.test, before)
            when_true, when_false = _facts(branch.test)
            ends.append(self.run(branch.body, before.copy(given=when_true)))
            before = before.copy(given=when_false)
        ends.append(self.run(node.else_, before))
        known = set.intersection(*(end.bound | end.given for end in ends))
        scope.bound = set.intersection(*(end.bound for end in ends))
        scope.given = known - scope.bound

    def _for(self, node: nodes.For, scope: _Scope) -> None:
        self._read(node.iter, scope)
        inner = scope.copy(bound=_targets(node.target))
        self._read(node.test, inner)
        given = _facts(node.test)[0] if node.test is not None else _NONE
        self.run(node.body, inner.copy(bound=("loop",), given=given))
        self.run(node.else_, scope.copy())

    def _macro(self, node: nodes.Macro | nodes.CallBlock, scope: _Scope, extra: Iterable[str]) -> None:
        inner = scope.copy(bound=(*self._top, *extra, *(argument.name for argument in node.args)))
        self._read_all(node.defaults, inner)
        self.run(node.body, inner)

    def _bind(self, target: nodes.Node, scope: _Scope) -> None:
        if isinstance(target, nodes.NSRef):
            self._use(target.name, target.lineno, scope, guarded=False)
            return
        scope.bound.update(_targets(target))

    def _read(self, node: nodes.Node | None, scope: _Scope) -> None:
        """Walk an expression in the order of evaluation."""
        match node:
            case None:
                return
            case nodes.Name(ctx="load"):
                self._use(node.name, node.lineno, scope, guarded=False)
            case nodes.NSRef():
                self._use(node.name, node.lineno, scope, guarded=False)
            case nodes.Filter(name="default" | "d", node=nodes.Name() as name):
                self._use(name.name, name.lineno, scope, guarded=True)
                self._read_all((*node.args, *node.kwargs, node.dyn_args, node.dyn_kwargs), scope)
            case nodes.Test(name="defined" | "undefined", node=nodes.Name() as name):
                self._use(name.name, name.lineno, scope, guarded=True)
            case nodes.CondExpr():
                self._read(node.test, scope)
                when_true, when_false = _facts(node.test)
                self._read(node.expr1, scope.copy(given=when_true))
                self._read(node.expr2, scope.copy(given=when_false))
            case nodes.And() | nodes.Or():
                self._read(node.left, scope)
                self._read(node.right, scope.copy(given=_facts(node.left)[isinstance(node, nodes.Or)]))
            case _:
                self._read_all(node.iter_child_nodes(), scope)

    def _read_all(self, parts: Iterable[nodes.Node | None], scope: _Scope) -> None:
        for part in parts:
            self._read(part, scope)

    def _use(self, name: str, line: int, scope: _Scope, *, guarded: bool) -> None:
        if name in scope.bound:
            return
        place = (int(line), getattr(line, "column", 1))
        use = self.uses.setdefault(name, Use(place))
        use.place = min(use.place, place)  # the text may stand in another order than it runs: {{ a if b }}
        use.required = use.required or not (guarded or name in scope.given)


def _facts(test: nodes.Node) -> tuple[_Names, _Names]:
    """The names known to have a value if `test` holds, and those if it does not."""
    match test:
        case nodes.Test(name="defined", node=nodes.Name() as name):
            return frozenset({name.name}), _NONE
        case nodes.Test(name="undefined", node=nodes.Name() as name):
            return _NONE, frozenset({name.name})
        case nodes.Not():
            when_true, when_false = _facts(test.node)
            return when_false, when_true
        case nodes.And():
            left, right = _facts(test.left), _facts(test.right)
            return left[0] | right[0], left[1] & right[1]
        case nodes.Or():
            left, right = _facts(test.left), _facts(test.right)
            return left[0] & right[0], left[1] | right[1]
    return _NONE, _NONE
