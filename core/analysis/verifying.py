"""What the data says to a finding: every figure it states is looked up by an exact query.

*verified*: all that could be checked agrees. *contradicted*: something does not, and the note gives the truth.
*unverifiable*: nothing could be checked, and the note says why. A doubt never contradicts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from core.analysis.checking import check
from core.analysis.expanding import Expanded, expand
from core.analysis.measuring import Meter
from core.analysis.numbers import Figure
from core.analysis.outcomes import Outcome, shown
from core.analysis.types.base import FindingDraft, Statement
from core.errors import WorkbenchError
from core.sources import Profile, Reader, Table

ProfileOf = Callable[[str], Profile | None]

_NO_COLUMN = frozenset(
    ("", "*", "all", "all columns", "(all)", "n/a", "none", "null", "entire row", "row", "table", "multiple")
)


@dataclass(frozen=True)
class Verdict:
    """`checks` are JSON objects {words, measure, stated, true, agrees, note}; agrees None was not, or could not be, checked."""

    verdict: Literal["verified", "contradicted", "unverifiable"]
    note: str
    checks: tuple[dict[str, Any], ...] = field(default=())


class Verifier:
    """Checks the findings of one job; figures that several of them state are measured once.

    `withheld` are the (table, column) pairs whose cells left masked or hashed, so that examples cannot be looked up.
    """

    def __init__(self, reader: Reader, profile_of: ProfileOf, *, withheld: Iterable[tuple[str, str]] = ()) -> None:
        self._meter = Meter(reader, profile_of)
        self._profile_of = profile_of
        self._withheld = frozenset(withheld)

    def verify(self, draft: FindingDraft) -> Verdict:
        """Never raises for what is wrong with the finding, the table or a query."""
        if not draft.table_name:
            return Verdict("unverifiable", "It names no table.")
        try:
            table = self._meter.table(draft.table_name)
        except WorkbenchError as error:
            return Verdict("unverifiable", str(error))
        if table is None:
            return self._no_table(draft.table_name)
        columns, unknown = _columns(self._meter, table, draft.columns)
        if unknown:
            note = f"The table '{table.name}' has no column '{unknown[0]}'."
            return Verdict(
                "contradicted",
                note,
                (_check("column", unknown[0], unknown[0], Outcome("no such column", False, note)),),
            )
        expanded = expand(draft, table, columns, withheld={name for of, name in self._withheld if of == table.name})
        checks = []
        for statement in expanded.statements:
            try:
                outcome = check(self._meter, table, statement)
            except WorkbenchError as error:
                return Verdict("unverifiable", str(error), tuple(checks))
            except (ArithmeticError, TypeError, ValueError) as error:  # what a database made of odd cells
                outcome = Outcome(None, None, f"It could not be computed ({type(error).__name__}).")
            checks.append(_check(_label(statement), statement.words, _stated(statement.stated), outcome))
        checks += [
            _check("not checked", words, words, Outcome(None, None, "It is not plain what it measures."))
            for words in expanded.unread
        ]
        return _judged(checks, expanded)

    def _no_table(self, name: str) -> Verdict:
        if self._profile_of(name) is not None:
            return Verdict("unverifiable", f"The table '{name}' no longer exists in the source.")
        note = f"The source has no table '{name}'."
        return Verdict("contradicted", note, (_check("table", name, name, Outcome("no such table", False, note)),))


def verify(
    reader: Reader, draft: FindingDraft, profile_of: ProfileOf, *, withheld: Iterable[tuple[str, str]] = ()
) -> Verdict:
    """One finding. For several of one job take a `Verifier`, which measures each figure once."""
    return Verifier(reader, profile_of, withheld=withheld).verify(draft)


def _columns(meter: Meter, table: Table, names: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """The real names, and the names that no column has. "age, cabin" in one name are two columns."""
    known: list[str] = []
    unknown: list[str] = []
    for name in names:
        if name.strip().casefold() in _NO_COLUMN and meter.column(table, name) is None:
            continue
        whole = meter.column(table, name)
        parts = [name] if whole else [part.strip(" \"'`") for part in name.replace(" and ", ",").split(",")]
        found = [meter.column(table, part) for part in parts]
        if all(found):
            known += [column.name for column in found if column]
        else:
            unknown.append(name)
    return tuple(dict.fromkeys(known)), unknown


def _judged(checks: list[dict[str, Any]], expanded: Expanded) -> Verdict:
    wrong = [each for each in checks if each["agrees"] is False]
    right = [each for each in checks if each["agrees"] is True]
    if wrong:
        several = len(wrong) + len(right) > 1
        return Verdict("contradicted", " ".join(_correction(each, several) for each in wrong[:5]), tuple(checks))
    if right:
        agree = "statement agrees" if len(right) == 1 else "statements agree"
        notes = list(dict.fromkeys(each["note"] for each in right if each["note"]))
        return Verdict("verified", " ".join([f"{len(right)} {agree} with the data.", *notes[:3]]), tuple(checks))
    return Verdict("unverifiable", _why(checks, expanded), tuple(checks))


def _correction(each: dict[str, Any], several: bool) -> str:
    """ "12.3 % stated, 4.1 % true (31 of 756)." """
    value, opening, rest = (each["true"] or "something else").partition(" (")
    about = f"{each['measure']}: " if several else ""
    if value == "does not occur":
        return f"{about}'{each['stated']}' does not occur."
    return " ".join([f"{about}{each['stated']} stated, {value} true{opening}{rest}.", each["note"]]).strip()


def _why(checks: list[dict[str, Any]], expanded: Expanded) -> str:
    if expanded.reason:
        return expanded.reason
    tried = [each for each in checks if each["measure"] != "not checked"]
    if tried:
        return tried[0]["note"] or "The data does not decide it."
    if checks:
        words = ", ".join(dict.fromkeys(each["words"] for each in checks[:5]))
        return f"It is not plain what its numbers measure ({words})."
    return "It states no number that could be looked up."


def _check(measure: str, words: str, stated: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "words": words,
        "measure": measure,
        "stated": stated,
        "true": outcome.true,
        "agrees": outcome.agrees,
        "note": outcome.note,
    }


_LABELS = {
    "matching": "values", "std_dev": "standard deviation", "min": "minimum", "max": "maximum", "fences": "outside the fences",
    "sigmas": "beyond 3 standard deviations", "correlation_sign": "sign", "correlation_strength": "strength",
    "data_type": "type", "pairs": "rows",
}  # fmt: skip


def _label(statement: Statement) -> str:
    """The measure in words, with its columns."""
    name = _LABELS.get(statement.measure, statement.measure)
    key = statement.arguments.get("key")
    if statement.measure == "matching" and key:
        name = f"values {key.operator} {' and '.join(value if isinstance(value, str) else shown(value) for value in key.values)}"
    columns = statement.arguments.get("columns") or [statement.arguments.get("column")]
    about = " × ".join(column for column in columns if column)
    if statement.measure == "direction" and not about:
        return "direction of the row count"
    where = " and ".join(map(str, statement.arguments.get("where", ())))
    narrowed = f" where {where}" if where and statement.measure != "prevalence" else ""
    return f"{name} of {about}{narrowed}" if about else f"{name}{narrowed}"


def _stated(stated: Any) -> str:
    if isinstance(stated, Figure):
        if stated.is_word and not stated.value:
            return "none"
        if stated.high is not None:
            return stated.words.replace(" and ", " to ")
        return f"{stated.bound} {stated.words}" if stated.bound else stated.words
    return shown(stated) if isinstance(stated, float) else str(stated)
