"""What a table or column may be called: phrases from names, synonyms and descriptions, each with a weight.

Weights say how surely the phrase means the thing: 2.5 its own name, 1 a part of it, below 1 a word of its description.
"""

import re
from collections.abc import Iterator

from core.local_genie.rules.codes import called_codes
from core.local_genie.rules.schema import Column, Table
from core.local_genie.rules.words import STOP, participle, stem, tokens

UNIT_WORDS = {
    "min": ["minute"], "mins": ["minute"], "minutes": ["minute"], "h": ["hour"], "hrs": ["hour"], "hours": ["hour"],
    "sec": ["second"], "secs": ["second"], "seconds": ["second"], "ms": ["millisecond"], "days": ["day"], "eur": ["euro", "eur"],
    "usd": ["dollar", "usd"], "gbp": ["pound", "gbp"], "chf": ["franc", "chf"], "ct": ["cent"], "cents": ["cent"],
    "pct": ["percent"], "percent": ["percent"], "kg": ["kilogram", "kilo", "kg"], "g": ["gram"], "t": ["ton", "tonne"],
    "km": ["kilometer", "km"], "m": ["meter"], "cm": ["centimeter", "cm"], "mm": ["millimeter", "mm"], "mi": ["mile"],
    "m2": ["square meter", "sqm", "m2"], "sqm": ["square meter", "sqm"], "m3": ["cubic meter", "m3"], "l": ["liter", "litre"],
    "ml": ["milliliter", "ml"], "kwh": ["kwh", "kilowatt hour"], "mwh": ["mwh"], "kw": ["kw", "kilowatt"], "w": ["watt"],
    "c": ["degree", "celsius"], "f": ["degree", "fahrenheit"], "mb": ["megabyte", "mb"], "gb": ["gigabyte", "gb"],
    "years": ["year"], "weeks": ["week"], "months": ["month"], "bpm": ["bpm"], "kmh": ["kmh"],
}  # fmt: skip
_ABBREVIATED = {
    "qty": "quantity", "amt": "amount", "cnt": "count", "dt": "date", "ts": "time", "no": "number", "nr": "number",
    "num": "number", "cat": "category", "dept": "department", "addr": "address", "cust": "customer", "prod": "product",
    "emp": "employee", "org": "organisation", "desc": "description", "yr": "year", "mo": "month", "wk": "week",
    "avg": "average", "pct": "percent", "acct": "account", "inv": "invoice", "mgr": "manager", "loc": "location",
    "tel": "telephone", "temp": "temperature", "dob": "birth date", "pop": "population", "lang": "language",
    "ctry": "country", "grp": "group", "lvl": "level", "mtr": "meter", "svc": "service", "trx": "transaction",
    "txn": "transaction", "veh": "vehicle", "wt": "weight", "len": "length", "dur": "duration", "dist": "distance",
    "prio": "priority", "stat": "status", "st": "status", "typ": "type", "min": "minimum", "max": "maximum", "ref": "reference",
    "nm": "name", "signup": "sign up", "checkin": "check in", "checkout": "check out", "dropoff": "drop off", "pickup": "pick up",
}  # fmt: skip
_TAILS = frozenset("cd code id key flag ind fk sk".split())  # noqa: SIM905
_OF_KEYS = frozenset(
    "name names title label id key number no code reference sku isbn vin iban barcode login email".split()  # noqa: SIM905
)
_OF_NUMBERS = frozenset("number count amount total share date".split())  # noqa: SIM905
_DATE_TAILS = frozenset("date on at dt ts time day datetime timestamp".split())  # noqa: SIM905
_PREFIXES = frozenset("dim fact fct tbl stg vw v t raw mart".split())  # noqa: SIM905
_DULL = frozenset(
    stem(word)
    for word in """number name date day time identifies identifier unique row column empty true false whether value code per
    record table entry field kind type list id key contain hold store information detail given unit amount total
    first last new each left right full part day text string iso belong used use come go got take made make
    currency percent between different several related corresponding associated describe reference refer""".split()  # noqa: SIM905
)
_DONE = re.compile(  # "when the ticket was resolved", "day the agent started", "date on which the tenant left"
    r"\s*(?:the\s+)?(?:when|day|date|time|moment|timestamp)\b[^.;,(]{0,40}?"
    r"\b(\w{3,}ed|left|began|begun|withdrew|withdrawn|took|came|paid|sold|sent|given|made|born|bought|lost|went)\b",
    re.IGNORECASE,
)
_ROW_OF = re.compile(
    r"(?:one\s+(?:row|record|line|entry)\s+(?:per|for\s+each|for\s+every|is)|(?:each|every)\s+(?:row|record|line|entry)\s+(?:is|represents|describes|holds|stands\s+for|corresponds\s+to)"
    r"|(?:list|table|register|log|catalog(?:ue)?|history)\s+of(?:\s+all)?|contains|holds|stores)\s+(?:(?:an?|one|the|all|every|each)\s+)?([\w][\w /-]*)",
    re.IGNORECASE,
)


def unit_of(column: Column) -> str:
    """The unit that a number's name ends on ("min" of duration_min), empty if none."""
    last = column.words[-1]
    return last if column.kind == "number" and last in UNIT_WORDS and (len(column.words) > 1 or len(last) > 1) else ""


def table_phrases(table: Table) -> Iterator[tuple[str, float]]:
    words = [word for word in table.words if word not in _PREFIXES] or table.words
    words = [_ABBREVIATED.get(word, word) for word in words]
    yield " ".join(words), 2.5
    if len(words) > 1:
        yield words[-1], 1.7
    for match in _ROW_OF.finditer(table.description):
        thing = re.split(
            r"\s(?:of|that|which|who|with|in|on|from|for|within|and|by|at|to|as|is|are|has|we|our|they|registered)\b",
            match[1],
        )[0].strip()
        if re.match(rf"{re.escape(thing)}\s+and\s+\w", match[1]):
            continue  # "one row per visit and diagnosis" is of neither
        if len(thing.split()) > 1 and thing.endswith("ed"):
            thing = thing.rsplit(" ", 1)[0]  # "one row per goal scored"
        if 0 < len(thing.split()) <= 3:
            yield thing, 2.2
            if len(thing.split()) > 1:
                yield thing.split()[-1], 1.6 if participle(thing.split()[0]) else 1.3  # "one row per booked visit"
        rest = table.description[match.start() :]
        if (bracket := re.search(r"\(([^)]{2,60})\)", rest)) and bracket.start() < 80:
            for part in re.split(r"\s*[,;/]\s*|\s+or\s+", bracket[1]):
                noun = re.split(
                    r"\b(?:that|which|who|of|in|with|for)\b",
                    re.sub(r"^(?:an?|the|i\.?e\.?|e\.?g\.?)\s+", "", part.strip()),
                )[0].strip()
                if 0 < len(noun.split()) <= 3:
                    yield noun, 2.0
    if also := re.search(
        r"(?:also called|aka|also known as|synonyms?:?|or simply)\s+([^.;]+)", table.description, re.IGNORECASE
    ):
        for part in re.split(r"\s*,\s*|\s+or\s+|\s+and\s+", also[1]):
            yield part.strip(" '\"()"), 2.2
    for word in description_words(table.description):
        yield word, 0.4


def row_names(column: Column, table: Table) -> list[str]:
    """Synonyms of what identifies a row that name the row itself: "ticket" of the ticket's number."""
    if column is not table.primary:
        return []
    return [
        said
        for said in column.synonyms
        if said.isalpha() and said.casefold() not in _OF_KEYS and stem(said) not in _DULL
    ]


def column_phrases(column: Column, table: Table) -> Iterator[tuple[str, float]]:
    """Phrases of a column. What would only repeat the table's own name is left out."""
    own = {stem(word) for word in table.words}
    words = list(column.words)
    key = (
        column.key_like
        and not column.is_date
        and (words[-1] in ("id", "key", "fk", "sk", "pk") or words[-1].endswith("id"))
    )
    yield " ".join(words), 2.5
    spelt = [_ABBREVIATED.get(word, word) for word in words]
    if spelt != words:
        yield " ".join(spelt), 2.4
    codes = {synonym for synonym, _ in called_codes(column.description, column.values or (), column.synonyms)}
    for synonym in column.synonyms:
        yield synonym, 1.2 if synonym in codes else 2.7
        said = synonym.casefold().split()
        if len(said) == 3 and said[1] == "of" and said[0] not in _OF_NUMBERS:
            yield f"{said[2]} {said[0]}", 2.4  # "kind of shop" is the "shop kind"
        if len(said) == 2 and column.is_date and said[1] in _DATE_TAILS:
            yield said[0], 1.6  # "payment date"
        if len(said) == 2 and stem(said[0]) in own and not column.is_date:
            yield said[1], 2.1  # "bike type" of bikes
    bare = spelt
    if unit_of(column) and len(words) > 1:
        bare = spelt[:-1]
        yield " ".join(bare), 2.4
    elif len(words) > 1 and words[-1] in _TAILS:
        bare = spelt[:-1]
        if {stem(w) for w in bare} - own or not key:
            yield " ".join(bare), 1.2 if key else 2.3
    elif len(words) > 1 and column.is_date and words[-1] in _DATE_TAILS:
        bare = spelt[:-1]
        if {stem(word) for word in bare} - own:
            yield " ".join(bare), 2.2
    elif len(words) > 1 and column.is_year and (not column.year_like or participle(words[0])):
        yield " ".join(w for w in words if w not in ("year", "yr", "fy")), 2.0
    if len(bare) > 1 and stem(bare[0]) in own and not key:
        yield " ".join(bare[1:]), 2.1
    if len(bare) > 1 and not key:
        yield bare[-1], 1.6
        for word in bare[:-1]:
            if word not in STOP and stem(word) not in own:
                yield word, 0.9
    if not key and not column.is_date and {stem(w) for w in bare} - own:
        yield f"{table.words[-1]} {' '.join(bare)}", 2.5
    if column.is_date and {stem(w) for w in bare} & own:
        yield f"{' '.join(bare)} date", 2.0
    if not key:
        yield from _described(column)


def _described(column: Column) -> Iterator[tuple[str, float]]:
    clause = re.split(r"[.;:(\n=]", column.description, maxsplit=1)[0]
    head = re.split(r"\b(?:of|in|that|which|at|on|for|from|by|with|when|where|to|is|was)\b", clause, maxsplit=1)[
        0
    ].strip()
    if 0 < len(head.split()) <= 3 and stem(head.split()[-1]) not in _DULL:
        yield re.sub(r"^(?:the|an?)\s+", "", head, flags=re.IGNORECASE), 1.5
    if column.is_date and (done := _DONE.match(column.description)):
        yield done[1], 1.35
    for word in description_words(column.description):
        yield word, 0.6


def description_words(text: str) -> list[str]:
    """The telling words of a description: no function words, no words that any description may have."""
    return [
        t.lower for t in tokens(text) if t.kind == "word" and not t.stop and len(t.lower) > 2 and t.stem not in _DULL
    ]
