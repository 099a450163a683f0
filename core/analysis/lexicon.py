"""A model's prose as tokens: figures, the words that name a measure, conditions, columns, quoted values, and the rest.

The words decide what a number is held against, so they are few and plain; a word that is missing here leaves a number
unchecked, a word too many checks it against the wrong thing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.analysis.conditions import column_named
from core.analysis.numbers import LONGEST_TEXT, Figure, read_figures
from core.analysis.quoting import QUOTED, masked, quoted_text
from core.sources import Column

Kind = Literal["figure", "key", "column", "word", "punctuation"]


def words_of(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


@dataclass(frozen=True)
class Token:
    """`value` is a Figure, a Key, a Column, or the word in lower case."""

    kind: Kind
    value: Any
    start: int
    end: int


@dataclass(frozen=True)
class Key:
    """What a number near it counts or measures. A condition has its operator and bounds, a value its text."""

    measure: str
    operator: str | None = None
    values: tuple[Any, ...] = ()


COUNTING = frozenset(
    {"missing", "blank", "present", "duplicates", "distinct", "matching", "outliers", "fences", "sigmas"}
)
"""Measures that a count or a share can state; the others are values of the column."""

COUNT_NOUNS = words_of(
    "row rows record records entry entries value values observation observations cell cells case cases instance instances "
    "item items occurrence occurrences"
)
NOT_ROWS = words_of(
    "column columns field fields variable variables feature features attribute attributes table tables dataset datasets day "
    "days week weeks month months quarter quarters year years hour hours minute minutes second seconds group groups category "
    "categories class classes segment segments cluster clusters decimal decimals digit digits character characters bin bins "
    "bucket buckets point points standard sd σ sigma degree degrees time times x × different distinct-looking country "
    "countries region regions type types kind kinds level levels pair pairs"
)

_NOT_A_COUNT = r"(?!\s+(?:correl|relation|trend|associat|slope|link|skew|impact|effect|influence|coefficient))"
_KEYS: tuple[tuple[str, Key], ...] = (
    (
        r"(?:beyond|more\s+than|outside|over|above|exceed\w*|>|at\s+least)\s*(?:±\s*)?(?:3|three)(?:\.0)?[\s-]*(?:standard[\s-]+deviations?|sds?\b|sigmas?|σ)(?:\s+(?:of|from)\s+(?:the\s+)?(?:mean|average))?",
        Key("sigmas"),
    ),
    (r"(?:above|over|beyond)\s+the\s+upper\s+fence", Key("fences", "above")),
    (r"(?:below|under|beyond)\s+the\s+lower\s+fence", Key("fences", "below")),
    (r"(?:outside|beyond)\s+(?:of\s+)?(?:the\s+)?(?:\w+\s+)?fences", Key("fences", "both")),
    (r"(?:1\.5\s*[×x*]\s*)(?:the\s+)?(?:iqr|inter-?quartile\s+range)", Key("fences", "both")),
    (r"non-?missing|non-?null|not\s+(?:missing|null|empty|blank)|populated|filled(?:\s+in)?|complete(?:ness)?|present", Key("present")),
    (r"missing(?:ness)?|nulls?|nans?|not\s+recorded|absent|unfilled|lack(?:s|ing)?|incomplete", Key("missing")),
    (r"blanks?|empty", Key("blank")),
    (r"duplicat(?:es?|ed|ions?)|repeat(?:s|ing)?\s+an\s+earlier\s+row|repeated", Key("duplicates")),
    (r"distinct|unique|different\s+values|cardinality", Key("distinct")),
    (r"means?|averages?|avg\.?", Key("mean")),
    (r"medians?", Key("median")),
    (r"standard[\s_-]+deviations?|std\.?(?:[\s_-]?dev(?:iation)?\.?)?|stdev|s\.?d\.?", Key("std_dev")),
    (r"min(?:imum)?|lowest|smallest", Key("min")),
    (r"max(?:imum)?|highest|largest|up\s+to|as\s+high\s+as|peak(?:s|ing)?(?:\s+at)?|reach(?:es|ing)", Key("max")),
    (r"as\s+low\s+as|down\s+to", Key("min")),
    (r"rang(?:e|es|ing)|spans?|spanning", Key("range")),
    (rf"negatives?{_NOT_A_COUNT}", Key("matching", "<", (0,))),
    (r"zeros|zeroes|zero\s+values?|equal(?:s|ing)?\s+(?:to\s+)?zero|(?:is|are|of)\s+zero", Key("matching", "=", (0,))),
    (r"outliers?", Key("outliers")),
    (r"correlat(?:ions?|ed|es)|coefficient|pearson(?:['’]s)?(?:\s+r)?|r", Key("correlation")),
)  # fmt: skip
_KEY = re.compile(
    "|".join(rf"(?P<k{at}>(?<![\w-])(?:{pattern})(?![\w-]))" for at, (pattern, _) in enumerate(_KEYS)), re.IGNORECASE
)
_COMPARED = re.compile(
    r"(?:(?P<outside>(?:\bnot\s+between|\boutside)(?:\s+of)?(?:\s+the)?(?:\s+\w+)?(?:\s+range)?(?:\s+of)?)|(?P<between>\bbetween)"
    r"|(?P<ge>≥|>=|\bat\s+least|\bgreater\s+than\s+or\s+equal\s+to)|(?P<le>≤|<=|\bat\s+most|\bless\s+than\s+or\s+equal\s+to)"
    r"|(?P<gt>>|\babove|\bover|\b(?:greater|more|higher|larger|older|longer)\s+than|\bexceed(?:s|ing)?|\bbeyond)"
    r"|(?P<lt><|\bbelow|\bunder|\b(?:less|fewer|lower|smaller|younger|shorter)\s+than)"
    r"|(?P<eq>\bequal(?:s|ing)?(?:\s+to)?|\bthe\s+value))\s*$",
    re.IGNORECASE,
)
_OPERATORS = {"outside": "outside", "between": "between", "ge": ">=", "le": "<=", "gt": ">", "lt": "<", "eq": "="}
_WORD = re.compile(r"[^\W_](?:[\w'’-]*\w)?|[_%§$€£#@&+*/<>=|~^°×≈±–—…·-]|[.,;:!?()\[\]{}\n]", re.UNICODE)
_EXAMPLES = re.compile(r"\b(?:such\s+as|like|e\.g\.|for\s+example|for\s+instance|including)", re.IGNORECASE)


def tokens_of(text: str, columns: Sequence[Column]) -> list[Token]:
    """The text's tokens in order; what belongs to one of them is in no other."""
    text = text[:LONGEST_TEXT]
    figures = read_figures(text)
    found: list[Token] = list(_quoted(text, columns))
    bare = masked(text)
    taken = _Taken(found)
    for match in _KEY.finditer(bare):
        key = next(key for at, (_, key) in enumerate(_KEYS) if match[f"k{at}"])
        inside = [each for each in figures if each.start < match.end() and each.end > match.start()]
        if key.measure in ("sigmas", "fences") or key.operator == "=":
            figures = [each for each in figures if each not in inside]
        elif inside:
            continue
        taken.add(Token("key", key, *match.span()))
    for figure in figures:
        taken.add(_compared(figure, bare) or Token("figure", figure, figure.start, figure.end))
    for token in _named(bare, columns):
        taken.add(token)
    for match in _WORD.finditer(bare):
        kind: Kind = "word" if match[0][0].isalnum() else "punctuation"
        taken.add(Token(kind, match[0].lower(), *match.span()))
    return taken.in_order()


def sentences(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Runs of tokens between full stops, semicolons and line ends."""
    run: list[Token] = []
    for at, token in enumerate(tokens):
        short = token.value == "." and at and tokens[at - 1].value in ("approx", "ca", "c", "vs", "e", "i", "g", "incl")
        if token.kind == "punctuation" and token.value in (".", ";", "!", "?", "\n") and not short:
            if run:
                yield run
            run = []
        else:
            run.append(token)
    if run:
        yield run


class _Taken:
    """Tokens that do not overlap; the first one to claim a place has it."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._places = {place for token in tokens for place in range(token.start, token.end)}

    def add(self, token: Token) -> None:
        places = range(token.start, token.end)
        if self._places.isdisjoint(places):
            self._tokens.append(token)
            self._places.update(places)

    def in_order(self) -> list[Token]:
        return sorted(self._tokens, key=lambda token: token.start)


def _quoted(text: str, columns: Sequence[Column]) -> Iterator[Token]:
    """Names of columns, and values; quoted examples of something are neither."""
    examples = _EXAMPLES.search(text) is not None
    for match in QUOTED.finditer(text):
        inside = quoted_text(match)
        column = column_named(inside, columns)
        if column:
            yield Token("column", column, *match.span())
        elif examples:
            yield Token("word", "example", *match.span())
        else:
            yield Token("key", Key("matching", "=", (inside,)), *match.span())


def _compared(figure: Figure, text: str) -> Token | None:
    """ "above 24.75" as a condition; None if the figure is a count or share, or stands alone."""
    if figure.percent or figure.base is not None or figure.is_word:
        return None
    match = _COMPARED.search(text[max(0, figure.start - 60) : figure.start])
    if not match:
        return None
    following = re.match(r"\s*([A-Za-z-]+)", text[figure.end :])
    word = following[1].lower() if following else ""
    if word in COUNT_NOUNS or _KEY.fullmatch(word):
        return None
    operator = _OPERATORS[next(name for name, part in match.groupdict().items() if part)]
    is_range = figure.high is not None
    if is_range != (operator in ("between", "outside")):
        return None
    start = max(0, figure.start - 60) + match.start()
    if operator == "between" and re.search(
        r"\b(?:rang\w*|vary|varies|spans?|spread|correlation)\s+$", text[:start][-14:]
    ):
        return None
    values = (figure.value, figure.high) if is_range else (figure.value,)
    return Token("key", Key("matching", operator, values), start, figure.end)


def _named(text: str, columns: Sequence[Column]) -> Iterator[Token]:
    """Bare words that are columns. Of an everyday word only a longer or odd spelling counts as a name."""
    by_name = {column.name: column for column in columns}
    for match in re.finditer(r"[^\W\d](?:[\w.]*\w)?", text):
        column = by_name.get(match[0]) or by_name.get(match[0].removesuffix("s"))
        if column and match[0].lower() not in COUNT_NOUNS | FILLERS and len(match[0]) > 1:
            yield Token("column", column, *match.span())
    for name, column in by_name.items():
        if not re.fullmatch(r"[^\W\d](?:[\w.]*\w)?", name) and len(name) > 2:
            start = text.find(name)
            if start >= 0:
                yield Token("column", column, start, start + len(name))


FILLERS = words_of(
    "of in the a an is are was were be been has have having with for at to count counts rate share percentage percent "
    "proportion fraction number total about approximately that which who being column field only just contain contains show "
    "shows its their all it this these lie lies fall falls found recorded appear appears occur occurs seen there as equal "
    "amount amounts marked some any also have around near"
) | COUNT_NOUNS  # fmt: skip
"""Words that may stand between a number and the word that says what it is."""
