"""Types of columns that were read as text: inferred from every value, or chosen by a person and then held to.

Inference is by elimination over all rows. A type that a person chose is applied or refused with the row and the value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import fitting
from .fitting import Fit
from .refusals import RefusedError, shown

if TYPE_CHECKING:
    import pyarrow

_STRICT: dict[str, Fit] = {
    "integer": fitting.strict_integer,
    "decimal": fitting.strict_decimal,
    "boolean": fitting.strict_boolean,
    "date": fitting.date,
    "timestamp": fitting.strict_timestamp,
    "instant": fitting.instant,
    "time": fitting.strict_time,
}
_WIDE: dict[str, Fit] = {
    "integer": fitting.wide_integer,
    "decimal": fitting.wide_decimal,
    "boolean": fitting.wide_boolean,
    "date": fitting.date,
    "timestamp": fitting.wide_timestamp,
    "time": fitting.wide_time,
}
_FORMS = {
    "integer": "an integer of at most 64 bits, such as -12",
    "decimal": "a number, such as -12.5",
    "boolean": "true or false",
    "date": "a date, such as 2026-03-01",
    "timestamp": "a date and time, such as 2026-03-01 12:30",
    "time": "a time of day, such as 12:30:00",
}
CHOOSABLE = ("text", *_FORMS)


@dataclass(frozen=True)
class Writing:
    """How numbers and dates are written in a file: 1.234,5 instead of 1234.5, and 31/12/2026 (day first) or 12/31/2026."""

    decimal_comma: bool = False
    day_first: bool | None = None


@dataclass
class Inferred:
    """What the values of one column can be, as far as they were seen.

    The types in `wide` are taken as widely as if a person had chosen them: where cells are typed already. `failed` keeps, per type, the row and the value that ended it and how many values had fitted before.
    """

    writing: Writing = Writing()
    wide: tuple[str, ...] = ()
    alive: list[str] = field(default_factory=lambda: list(_STRICT))
    failed: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    rows: int = 0
    filled: int = 0
    longest: int = 0
    first: list[str] = field(default_factory=list)

    def see(self, texts: "pyarrow.Array") -> None:
        """Take the next batch of the column into account."""
        import pyarrow.compute as pc

        filled = len(texts) - texts.null_count
        if filled:
            self.longest = max(self.longest, pc.max(pc.binary_length(texts)).as_py())
            if len(self.first) < 200:
                self.first += [
                    each[:200] for each in texts.slice(0, 4000).drop_null().to_pylist()[: 200 - len(self.first)]
                ]
            prepared = _trimmed(texts) if self.alive else texts
            for each in list(self.alive):
                fit = self._fit(each)
                if fit(prepared) is None:
                    row = _first_misfit(prepared, fit)
                    before = row - prepared.slice(0, row).null_count
                    self.failed[each] = (self.rows + row + 1, texts[row].as_py(), self.filled + before)
                    self.alive.remove(each)
        self.rows += len(texts)
        self.filled += filled

    def type(self, kinds: Sequence[str] | None = None) -> str:
        """The narrowest type left; text if there is none, or no value. `kinds` restricts the choice."""
        if not self.filled:
            return "text"
        found = next((each for each in self.alive if kinds is None or each in kinds), "text")
        return "timestamp" if found == "instant" else found

    def _fit(self, kind: str) -> Fit:
        return _written(kind, (_WIDE if kind in self.wide else _STRICT)[kind], self.writing)


class Converter:
    """Turns the batches of one column into a type; counts rows for its refusals.

    `scale` set means exact decimals with so many digits after the point. Times with an offset are told by the first one.
    """

    def __init__(self, column: str, kind: str, writing: Writing, *, scale: int | None = None) -> None:
        if kind not in CHOOSABLE:
            raise RefusedError(f"A column of a file cannot be of type {kind}. Choose one of {', '.join(CHOOSABLE)}.")
        self.column, self.kind, self._writing, self._scale = column, kind, writing, scale
        self._rows = 0
        self._fit: Fit | None = None

    @property
    def arrow_type(self) -> "pyarrow.DataType":
        import pyarrow

        if self.kind == "decimal" and self._scale is not None:
            return pyarrow.decimal128(38, self._scale)
        return {
            "text": pyarrow.string(),
            "integer": pyarrow.int64(),
            "decimal": pyarrow.float64(),
            "boolean": pyarrow.bool_(),
            "date": pyarrow.date32(),
            "timestamp": pyarrow.timestamp("us"),
            "time": pyarrow.time64("us"),
        }[self.kind]

    def convert(self, texts: "pyarrow.Array") -> "pyarrow.Array":
        """Raises RefusedError with row and value if one does not fit."""
        rows, self._rows = self._rows, self._rows + len(texts)
        if self.kind == "text":
            return texts
        prepared = _trimmed(texts)
        fit = self._fit_for(prepared)
        values = fit(prepared)
        if values is not None:
            return values.cast(self.arrow_type)
        row = _first_misfit(prepared, fit)
        raise RefusedError(
            f"{shown(self.column)}, row {rows + row + 1:,}: {shown(texts[row].as_py())} is not {_FORMS[self.kind]}. "
            "Correct it in the file, name it among the words for missing values, or choose text for this column."
        )

    def _fit_for(self, texts: "pyarrow.Array") -> Fit:
        if self._fit is None:
            fit = _WIDE[self.kind]
            if self._scale is not None:
                scale = self._scale
                fit = lambda each: fitting.exact_decimal(each, scale)  # noqa: E731
            if self.kind == "timestamp":
                filled = texts.drop_null()
                if not len(filled):
                    return fit
                fit = fitting.instant if fitting.instant(filled.slice(0, 1)) is not None else fit
            self._fit = _written(self.kind, fit, self._writing)
        return self._fit


def floats_hold(texts: "pyarrow.Array", writing: Writing) -> bool:
    """Whether all these numbers are what they were as 64-bit floats."""
    return _written("decimal", fitting.wide_decimal, writing)(_trimmed(texts)) is not None


def digits_after_point(texts: "pyarrow.Array", writing: Writing) -> int:
    """How many digits after the point the numbers among the texts have at most."""
    changed = _with_point(_trimmed(texts)) if writing.decimal_comma else _trimmed(texts)
    return 0 if changed is None else max(0, fitting.decimal_scale(changed))


def _written(kind: str, fit: Fit, writing: Writing) -> Fit:
    """`fit` for texts that are written another way; they are brought into the usual form first, or do not fit."""
    if kind in ("integer", "decimal") and writing.decimal_comma:
        return lambda texts: _through(texts, _with_point, fit)
    if kind in ("date", "timestamp") and writing.day_first is not None:
        order = (1, 2) if writing.day_first else (2, 1)
        return lambda texts: (
            fit(texts) if (found := _through(texts, lambda each: _iso(each, order), fit)) is None else found
        )
    return fit


def _through(texts: "pyarrow.Array", change: Callable[[Any], Any], fit: Fit) -> Any:
    changed = change(texts)
    return None if changed is None else fit(changed)


def _with_point(texts: "pyarrow.Array") -> Any:
    import pyarrow.compute as pc

    if pc.all(pc.match_substring_regex(texts, r"^[-+]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$")).as_py() is False:
        return None
    return pc.replace_substring(pc.replace_substring(texts, ".", ""), ",", ".")


def _iso(texts: "pyarrow.Array", order: tuple[int, int]) -> Any:
    import pyarrow.compute as pc

    if (
        pc.all(
            pc.match_substring_regex(texts, r"^\d{1,2}[./-]\d{1,2}[./-]\d{4}([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?$")
        ).as_py()
        is False
    ):
        return None
    padded = pc.replace_substring_regex(texts, r"^(\d)([./-])", r"0\1\2")
    padded = pc.replace_substring_regex(padded, r"^(\d\d[./-])(\d[./-])", r"\10\2")
    day, month = order
    return pc.replace_substring_regex(padded, r"^(\d\d).(\d\d).(\d{4})", rf"\3-\{month}-\{day}")


def _trimmed(texts: "pyarrow.Array") -> "pyarrow.Array":
    """Without blanks around values; what is nothing but blanks is null."""
    import pyarrow.compute as pc

    if not fitting._other_bytes(texts, bytes(byte for byte in range(256) if byte not in b" \t\r\n")):
        return texts
    trimmed = pc.ascii_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _first_misfit(texts: "pyarrow.Array", fit: Fit) -> int:
    """The index of the first value that does not fit, by halving: a beginning fits if all its values do."""
    low, high = 0, len(texts)  # texts[:low] fits, texts[:high] does not
    while high - low > 1:
        middle = (low + high) // 2
        if fit(texts.slice(low, middle - low)) is not None:
            low = middle
        else:
            high = middle
    return low
