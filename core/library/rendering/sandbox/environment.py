"""The Jinja2 environment of the worker: sandboxed, strict about missing values, and never evaluating while compiling."""

from typing import Any, NoReturn

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.compiler import CodeGenerator
from jinja2.exceptions import SecurityError
from jinja2.lexer import Lexer
from jinja2.runtime import Context, LoopContext, missing
from jinja2.sandbox import ImmutableSandboxedEnvironment

from . import methods, operators
from .filters import COUNTED, guarded_filters
from .formatting import format_method
from .limits import Refusal, meter
from .places import PlacingLexer
from .shapes import counted, joined, kind, shown

_MAX_PATH_PARTS = 8


class MissingValueError(Exception):
    """A value is used that is not there. `place` is where, None if only the line can be told."""

    def __init__(self, name: str, place: tuple[int, int] | None) -> None:
        super().__init__(name)
        self.name = name
        self.place = place


class Missing(StrictUndefined):
    """A value that is not there; any use of it raises MissingValueError, or SecurityError for a forbidden name."""

    __slots__ = ("_place",)

    def __init__(self, hint: Any = None, obj: Any = missing, name: Any = None, exc: Any = None) -> None:
        super().__init__(hint, obj, name, exc or self._raise)
        self._place: tuple[int, int] | None = None

    def _raise(self, _: str) -> NoReturn:
        raise MissingValueError(str(self._undefined_name), self._place)


class _Compiler(CodeGenerator):
    """Writes look-ups that know their place, and folds no constants: folding runs the template's code while compiling."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Any, finalize: Any) -> str:
        if isinstance(node, nodes.TemplateData):
            return super()._output_child_to_const(node, frame, finalize)
        raise nodes.Impossible

    def visit_Concat(self, node: nodes.Concat, frame: Any) -> None:
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Any) -> None:
        path, place = _path(node)
        self.write("environment.look_up(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}, {path!r}, {place!r})")

    def visit_Getitem(self, node: nodes.Getitem, frame: Any) -> None:
        if isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        path, place = _path(node)
        self.write("environment.look_up_item(")
        self.visit(node.node, frame)
        self.write(", ")
        self.visit(node.arg, frame)
        self.write(f", {path!r}, {place!r})")


def _path(node: nodes.Expr) -> tuple[str, tuple[int, int]]:
    """How a look-up is written (`d.x`, `d['x']`), and where it starts."""
    parts: list[str] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        if len(parts) > _MAX_PATH_PARTS:
            break
        if isinstance(node, nodes.Getattr):
            parts.append(f".{node.attr}")
        else:
            parts.append(f"[{node.arg.value!r}]" if isinstance(node.arg, nodes.Const) else "[…]")
        node = node.node
    root = node.name if isinstance(node, nodes.Name) else "(…)"
    return root + "".join(reversed(parts)), (int(node.lineno), getattr(node.lineno, "column", 1))


class Environment(ImmutableSandboxedEnvironment):
    """One for the life of a worker. Templates have no loader: each stands alone."""

    code_generator_class = _Compiler
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    concat = staticmethod(joined)  # type: ignore[assignment]
    joined = staticmethod(joined)

    def __init__(self) -> None:
        super().__init__(
            autoescape=False,
            optimized=False,
            undefined=Missing,
            finalize=shown,
            keep_trailing_newline=True,
            cache_size=0,
        )
        for name in ("lipsum", "cycler", "joiner"):
            del self.globals[name]
        self.filters = guarded_filters()
        self._placing_lexer = PlacingLexer(self)

    @property
    def lexer(self) -> Lexer:  # type: ignore[override]
        return self._placing_lexer

    def look_up(self, value: Any, attribute: str, path: str, place: tuple[int, int]) -> Any:
        """`value.attribute`; what is missing knows that it was written as `path` at `place`."""
        return _placed(self.getattr(value, attribute), value, path, place)

    def look_up_item(self, value: Any, key: Any, path: str, place: tuple[int, int]) -> Any:
        """`value[key]`, likewise."""
        return _placed(self.getitem(value, key), value, path, place)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return super().is_safe_attribute(obj, attr, value) and methods.may_read(obj, attr, value)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        return self.undefined(f"A template may not use “{attribute}” of {kind(obj)}.", obj, attribute, SecurityError)

    def wrap_str_format(self, value: Any) -> Any:
        if super().wrap_str_format(value) is None:
            return None
        return format_method(self, value.__self__, from_map=value.__name__ == "format_map")

    def call_binop(self, context: Context | None, operator: str, left: Any, right: Any) -> Any:
        return operators.apply(operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        meter.step()
        if isinstance(__obj, Undefined):
            str(__obj)
        if not callable(__obj):
            raise Refusal(f"Only a function can be called with (), and this is {kind(__obj)}. Leave the () out.")
        if isinstance(__obj, LoopContext) and args:
            args = (counted(args[0]), *args[1:])
        methods.check_call(__obj, args, kwargs)
        return methods.charged(super().call(__context, __obj, *args, **kwargs))


def _placed(found: Any, value: Any, path: str, place: tuple[int, int]) -> Any:
    if type(found) is not Missing or found._undefined_obj is not value or found._undefined_hint:
        return found
    named = Missing(obj=value, name=path)
    named._place = place
    return named


def count_rounds(template: nodes.Template) -> None:
    """Change every loop of a parsed template so that each of its rounds is counted."""
    for loop in template.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, COUNTED, [], [], None, None, lineno=loop.iter.lineno)
    template.set_environment(template.environment)
