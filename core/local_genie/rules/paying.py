"""Money that somebody spends or brings in, when no column and no number is named: it is the income of their rows."""

from core.local_genie.rules.intent import Measure
from core.local_genie.rules.keywords import INCOME
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column
from core.local_genie.rules.units import fits
from core.local_genie.rules.words import tokens

_PAID = frozenset("spent spend spends paid earned earn generated brought grossed".split())  # noqa: SIM905


def paid_in_all(reading: Reading, before: int) -> Measure | None:
    """ "Customers who spent more than 500 euros": the sum that the space calls revenue, over the rows of each.

    Only where a row of what is asked for has many rows of that.
    """
    said = [word for word in reading.lead(before, 3) if word not in ("in", "a", "total", "of", "us", "with")]
    if not said or said[-1] not in _PAID or reading.subject < 0:
        return None
    subject = reading.groupable(reading.items[reading.subject])
    for name in INCOME:
        for meaning in reading.knowledge.vocabulary.find(tokens(name)):
            part = meaning.fragment
            if meaning.kind != "measure" or part is None or part.function != "SUM" or subject is None:
                continue
            path = reading.knowledge.joins.paths(subject.home).get(meaning.home)
            return reading.measured(meaning) if path is not None and not path.single else None
    return None


def own_price(reading: Reading, word: str, unit: str) -> Column | None:
    """The base's own column of money, when "cost" is said of something else that cannot be meant."""
    column = reading.hinted(reading.base, "price")
    return column if word in ("cost", "pric", "worth") and column is not None and fits(column, unit) else None
