"""From a template's text to what can be rendered: parse, find the variables, check, compile; kept by text.

Text is compiled here and never anywhere else: compiling alone is enough for an attack.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from jinja2 import Template, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from .environment import Environment, count_rounds
from .limits import MAX_TEMPLATE_CHARS, meter, too_long_sentence
from .names import Use, used_names
from .sentences import explain, missing_sentence, syntax_sentence
from .shapes import joined

_KEPT = 128
_KEPT_CHARS = 4_000_000


@dataclass(frozen=True)
class Problem:
    """Why a text cannot be rendered: a whole sentence without the place, and the place if it is known."""

    message: str
    line: int | None = None
    column: int | None = None

    def located(self, part: str) -> str:
        place = "" if self.line is None else f", line {self.line}"
        return f"In the {part} part{place}{'' if self.column is None else f', column {self.column}'}: {self.message}"


@dataclass(frozen=True)
class Prepared:
    """A text that was looked at. `template` is None if, and only if, there are `problems`."""

    template: Template | None
    uses: Mapping[str, Use] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class FailedError(Exception):
    """A rendering failed. `message` is for a person, `missing` the names without a value."""

    def __init__(self, message: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.missing = missing


class Workbench:
    """Prepares and renders. One per worker, used by one thread."""

    def __init__(self) -> None:
        self._environment = Environment()
        self._kept: OrderedDict[str, Prepared] = OrderedDict()
        self._kept_chars = 0

    def prepare(self, text: str) -> Prepared:
        """Parse, check and compile one part. Never raises for a bad text; MemoryError passes through."""
        prepared = self._kept.get(text)
        if prepared is not None:
            self._kept.move_to_end(text)
            return prepared
        prepared = self._prepare(text)
        self._kept[text] = prepared
        self._kept_chars += len(text)
        while len(self._kept) > _KEPT or (self._kept_chars > _KEPT_CHARS and len(self._kept) > 1):
            forgotten, _ = self._kept.popitem(last=False)
            self._kept_chars -= len(forgotten)
        return prepared

    def render(self, parts: Mapping[str, str], values: Mapping[str, Any]) -> list[str]:
        """Render each part (name → text) with the same values. Raises FailedError."""
        prepared = {part: self.prepare(text) for part, text in parts.items()}
        problems = [problem.located(part) for part, one in prepared.items() for problem in one.problems]
        if problems:
            rest = len(problems) - 3
            raise FailedError(" ".join(problems[:3]) + (f" There are {rest} more problems." if rest > 0 else ""))
        missing = {}
        for part, one in prepared.items():
            for name, use in one.uses.items():
                if use.required and name not in values:
                    missing.setdefault(name, (part, *use.place))
        if missing:
            raise FailedError(missing_sentence(missing), tuple(missing))
        return [self._render(part, one, values) for part, one in prepared.items()]

    def _render(self, part: str, prepared: Prepared, values: Mapping[str, Any]) -> str:
        template = prepared.template
        assert template is not None  # without problems there is a template
        meter.reset()
        try:
            return joined(template.root_render_func(template.new_context(dict(values))))
        except MemoryError:
            raise
        except Exception as error:
            message, names = explain(error, part, template)
            raise FailedError(message, names) from None

    def _prepare(self, text: str) -> Prepared:
        if len(text) > MAX_TEMPLATE_CHARS:
            return Prepared(None, problems=(Problem(too_long_sentence(len(text))),))
        try:
            tree = Parser(self._environment, text).parse()
            blocks = ("self",) if tree.find(nodes.Block) else ()
            uses = used_names(tree, (*self._environment.globals, *blocks))
            problems = tuple(self._check(tree))
            if problems:
                return Prepared(None, uses, problems)
            count_rounds(tree)
            return Prepared(self._compile(tree), uses)
        except TemplateSyntaxError as error:
            return Prepared(
                None,
                problems=(Problem(syntax_sentence(error), int(error.lineno), getattr(error.lineno, "column", None)),),
            )
        except (RecursionError, SyntaxError):
            return Prepared(
                None, problems=(Problem("The template is nested too deeply. Split it into simpler steps."),)
            )
        except (ValueError, OverflowError):
            return Prepared(None, problems=(Problem("The template contains a number that is too long. Shorten it."),))

    def _compile(self, tree: nodes.Template) -> Template:
        source = self._environment._generate(tree, None, None)
        code = compile(source, "<template>", "exec")
        return Template.from_code(self._environment, code, self._environment.make_globals(None))

    def _check(self, tree: nodes.Template) -> Iterator[Problem]:
        """What Jinja2 would say only when it gets there, or say badly."""
        for node in tree.find_all((nodes.Stmt, nodes.Filter, nodes.Test, nodes.ScopedEvalContextModifier)):
            message = None
            match node:
                case nodes.Include() | nodes.Import() | nodes.FromImport() | nodes.Extends():
                    tag = {"fromimport": "from"}.get(type(node).__name__.lower(), type(node).__name__.lower())
                    message = (
                        f"“{{% {tag} %}}” cannot be used: a prompt stands alone and reads no other file. "
                        "Paste the text in, or pass it as a variable."
                    )
                case nodes.ScopedEvalContextModifier():
                    message = (
                        "“{% autoescape %}” cannot be used: a prompt is plain text. Use “|escape” where you need it."
                    )
                case nodes.Filter():
                    message = _unknown("filter", node.name, self._environment.filters)
                case nodes.Test():
                    message = _unknown("test", node.name, self._environment.tests)
            if message is not None:
                line: int = node.lineno
                yield Problem(message, int(line), getattr(line, "column", None))


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str | None:
    if name in known:
        return None
    near = get_close_matches(name, known, n=1)
    advice = f"Did you mean “{near[0]}”?" if near else "Remove it, or prepare the value before."
    return f"There is no {what} “{name}”. {advice}"
