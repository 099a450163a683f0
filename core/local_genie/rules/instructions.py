"""Rules out of the one text instruction: definitions of terms, what is left out by default, which date is meant.

A sentence counts only when it has a known form ("X means …", "unless asked otherwise, leave out …", "dates of X refer
to …") and what it says can be tied to columns and values. Everything else is left alone.
"""

import re
from collections.abc import Sequence

from core.local_genie.rules.clauses import UNLESS, UNLESS_FIRST, defines_nothing, sentences
from core.local_genie.rules.cues import SUPERLATIVES, find_comparisons
from core.local_genie.rules.defaulting import DEFAULT, EXCEPTION, ONLY, Rules, default_rule
from core.local_genie.rules.fragments import Fragment
from core.local_genie.rules.joins import Joins
from core.local_genie.rules.keywords import KEYWORDS
from core.local_genie.rules.leading import date_rule, via_rule
from core.local_genie.rules.learning import home_of
from core.local_genie.rules.matching import Item, cut
from core.local_genie.rules.paraphrasing import counted_term
from core.local_genie.rules.saying import NEGATIVE, calculates, with_empties
from core.local_genie.rules.schema import Schema, is_amount
from core.local_genie.rules.scoping import defined_scope, scope_rule
from core.local_genie.rules.snippets import value_meaning
from core.local_genie.rules.vocabulary import SURE, Meaning, Vocabulary
from core.local_genie.rules.wording import (
    AGGREGATE,
    CONDITION,
    aggregate_in,
    conditions_in,
    items_of,
    spoken_comparison,
    spoken_measure,
)
from core.local_genie.rules.words import stem, tokens

_VERBS = re.compile(
    r"\s+(?:means?|refers?\s+to|stands?\s+for|denotes?|(?:is|are)\s+(?:defined|calculated|computed|measured|counted|expressed|understood)\s+(?:as|by|from|with)"
    r"|(?:is|are)\s+(?:the\s+)?(?:same\s+as|another\s+(?:word|name|term)\s+for|(?:a\s+)?synonyms?\s+(?:for|of))|equals?|corresponds?\s+to)\s+|\s+=\s+(?=[A-Z]+\()|\s*:\s+",
    re.IGNORECASE,
)

_WEAK_VERBS = re.compile(
    r"\s+(?:is|are|has|have|was|were)\s+(?:(?:one|those|any|the\s+ones?|an?|when|if|where|while|as\s+long\s+as|counted\s+when)\s+)?|\s+(?:when|if|where|while|as\s+long\s+as)\s+",
    re.IGNORECASE,
)


def read_rules(text: str, schema: Schema, joins: Joins, vocabulary: Vocabulary) -> Rules:
    """Add the terms that the text defines to the vocabulary, and return its other rules."""
    rules = Rules()
    said = sentences(text[:20_000])
    for _ in range(2):  # the second time a rule may use a term that a later one defines
        dated = scoped = False
        for sentence, continues in said:
            if dated := date_rule(sentence, schema, vocabulary, rules, again=dated and continues):
                continue
            if not (scoped := scope_rule(sentence, schema, vocabulary, rules, again=scoped and continues)):
                _read(sentence, schema, joins, vocabulary, rules)
    if re.search(
        r"\b(?:0\s*(?:-|–|to)\s*100|times 100|multipl\w* by 100|in percent|as (?:a )?percentages?)\b",
        text,
        re.IGNORECASE,
    ):
        rules.percent = True
    elif re.search(r"\b(?:0\s*(?:-|–|to|and)\s*1\b|as (?:a )?(?:fraction|decimal|ratio))", text, re.IGNORECASE):
        rules.percent = False
    return rules


def _read(sentence: str, schema: Schema, joins: Joins, vocabulary: Vocabulary, rules: Rules) -> None:
    if via_rule(sentence, joins, vocabulary) or counted_term(sentence, vocabulary, rules):
        return
    if DEFAULT.search(sentence) or (ONLY.search(sentence) and EXCEPTION.search(sentence)):
        default_rule(sentence, schema, vocabulary, rules)
        return
    if defines_nothing(sentence):
        return
    defined_scope(sentence, schema, vocabulary, rules)
    sentence = with_empties(UNLESS.sub("", UNLESS_FIRST.sub("", sentence)))
    strong = _VERBS.search(sentence)
    match = strong or _WEAK_VERBS.search(sentence)
    if match is None:
        return
    left, right = sentence[: match.start()], sentence[match.end() :]
    if (
        not strong
        and re.match(r"\s*(?:when|if|where|while|as)\b", match.group(), re.IGNORECASE) is None
        and (later := re.search(r"\s(?:when|if|where|while|as long as)\s", right))
    ):
        middle = right[: later.start()]
        again = any(item.a("table", near=0.9) and item.best.weight >= SURE for item in items_of(middle, vocabulary))
        # "a patient was seen when …", but "running leases are leases where …"
        left, right = left if again else f"{left} {middle}", right[later.end() :]
    for term in _terms(left, vocabulary, alone=bool(strong)):
        _define(term, left, right, schema, joins, vocabulary)


_LINKING = frozenset("that which who whose whom where they it you unless".split())  # noqa: SIM905
_OF_TIME = frozenset(stem(word) for word in "date day time period year quarter month week".split())  # noqa: SIM905
_BEFORE = frozenset("in on at by with from of when if this these those there".split())  # noqa: SIM905


def _terms(left: str, vocabulary: Vocabulary, *, alone: bool) -> list[str]:
    """What a sentence defines: "An active customer" → "active customer", and "active" when customers are known."""
    left = re.sub(
        r"^(?:when (?:someone|people|users?) (?:asks?|says?|talks?) (?:for|about)\s+|the (?:term|word|phrase)\s+|if .*?,\s*|for\s+|in this space,?\s+)",
        "",
        left.strip(),
        flags=re.IGNORECASE,
    )
    quoted = re.findall(r"[\"“'`]([^\"”'`]{2,60})[\"”'`]", left)
    pieces = quoted or re.split(r"\s*,\s*|\s+(?:and|or)\s+|\s*/\s*", left)
    found: list[str] = []
    for piece in pieces:
        phrase = re.sub(r"^(?:(?:an?|the|all|any|our|every|each|to)\s+)+", "", piece.strip(" ()"), flags=re.IGNORECASE)
        words = [token for token in tokens(phrase) if token.kind != "sign"]
        if not 0 < len(words) <= 6 or any(word.lower in _LINKING for word in words) or words[0].lower in _BEFORE:
            continue
        if words[0].stem in _OF_TIME and (len(words) == 1 or words[1].lower == "of"):
            continue  # "dates of open invoices" are no term, but which date is meant
        found.append(phrase)
        items, _ = cut(words, (), vocabulary, None)
        bare = [item for item in items if not item.a("table", near=0.9) and not (item.is_word and item.words[0].stop)]
        if len(bare) < len(items) and 0 < sum(len(item.words) for item in bare) <= 3:
            rest = " ".join(item.text for item in bare)
            if rest.casefold() != phrase.casefold() and not all(
                word.lower in KEYWORDS for item in bare for word in item.words
            ):
                found.append(rest)
    return found


_OTHERS = re.compile(
    r"(?:(?:those|that|the\s+ones?|the\s+same)\s+)?of\b", re.IGNORECASE
)  # "city means that of the site"
_KEY = re.compile(r"[`\w]+(?:\.[`\w]+)+_(?:id|key|no|nr|fk|sk|code|cd)`?", re.IGNORECASE)
_GROUPING = re.compile(r"(?:(?:per|by|each|every)\s|(?:years?|quarters?|months?|weeks?|days?|hours?)$)", re.IGNORECASE)


def _define(term: str, left: str, right: str, schema: Schema, joins: Joins, vocabulary: Vocabulary) -> None:
    if any(m.kind == "table" and m.weight >= 2.5 for m in vocabulary.find(tokens(term))):
        return  # a table is what it is called
    if _denies_written(right) or _KEY.fullmatch(right) or _OTHERS.match(right):
        return  # "the school of a student is student.school_id" says how they are joined, and names nothing
    if _GROUPING.match(term):
        return  # "per shop means …", "months are shown as …": how answers are broken down, and nothing that has a value
    mentioned = [
        m.home
        for item in items_of(f"{left} . {right}", vocabulary)
        if (m := item.a("table", near=0.9)) and m.weight > SURE
    ]
    if AGGREGATE.search(right) and (found := aggregate_in(right, schema, mentioned)):
        home = home_of(found.tables, schema, joins) or next(iter(mentioned), None)
        if home:
            extra = (
                conditions_in(right.replace(found.sql, " "), schema, vocabulary, mentioned)
                if re.search(r"\b(?:where|with|of only|for)\b", right)
                else []
            )
            vocabulary.add(
                term,
                Meaning(
                    "measure",
                    home,
                    3.0,
                    sql=found.sql,
                    fragment=found,
                    tables=found.tables | {home},
                    where=tuple(extra),
                    origin="rule",
                ),
            )
        return
    found_conditions = conditions_in(right, schema, vocabulary, mentioned)
    items = items_of(CONDITION.sub(" ", right), vocabulary)
    if measure := spoken_measure(right, items, schema, found_conditions):
        if found_conditions or not _RESTRICTS.search(right):
            vocabulary.add(term, measure)
        return
    if calculates(CONDITION.sub(" ", right)):
        _alias(term, right, items, vocabulary)
        return  # a calculation in words
    if found_conditions and (measure := _amount_with(items, found_conditions)):
        vocabulary.add(term, measure)
        return
    if found_conditions:
        joiner = " OR " if re.search(r"'?\s+or\s+", right, re.IGNORECASE) and len(found_conditions) > 1 else " AND "
        sql = joiner.join(piece.sql for piece in found_conditions)
        sql = f"({sql})" if joiner == " OR " else sql
        tables = frozenset().union(*(piece.tables for piece in found_conditions))
        home = home_of(tables, schema, joins)
        columns = tuple(pair for piece in found_conditions for pair in piece.columns)
        if home:
            vocabulary.add(
                term,
                Meaning(
                    "filter",
                    home,
                    2.9,
                    sql=sql,
                    fragment=Fragment(sql, tables, columns=columns),
                    tables=tables,
                    origin="rule",
                ),
            )
        return
    if find_comparisons(tokens(right), set()):
        if found := spoken_comparison(right, schema, vocabulary, mentioned):
            vocabulary.add(
                term,
                Meaning(
                    "filter", min(found.tables), 2.9, sql=found.sql, fragment=found, tables=found.tables, origin="rule"
                ),
            )
        return
    _alias(term, right, items, vocabulary)


def _amount_with(items: Sequence[Item], conditions: list[Fragment]) -> Meaning | None:
    """ "The days of leaves with leave_type = 'SICK'": a number named first is added up under the conditions."""
    first = next((item for item in items if not (item.is_word and item.words[0].stop)), None)
    column = first.best.column if first is not None and first.is_phrase and first.best.kind == "column" else None
    if first is None or column is None or not is_amount(column) or first.best.weight < 1.5:
        return None
    used = ((column.table, column.name),)
    part = Fragment(f"SUM({column.sql})", frozenset({column.table}), True, "SUM", column.sql, used)
    return Meaning(
        "measure",
        column.table,
        2.9,
        sql=part.sql,
        fragment=part,
        tables=part.tables,
        where=tuple(conditions),
        origin="rule",
    )


def _is_known(item: Item) -> bool:
    word = item.words[0]
    if item.is_phrase:
        return item.best.weight >= SURE
    return (
        item.span is None
        and word.kind != "number"
        and word.lower not in NEGATIVE
        and (word.stop or word.lower in KEYWORDS)
    )


_WHOSE = frozenset("whose where that which who having".split())  # noqa: SIM905


_RESTRICTS = re.compile(
    r"\b(?:that|which|who|whose|where|when|with|without|only|except|excluding|not)\b", re.IGNORECASE
)
_DENIES = re.compile(r"\b(?:no|not|never|without|except|neither)\b|n't\b", re.IGNORECASE)


def _denies_written(right: str) -> bool:
    """ "Orders that are not with st = 'X'": a written condition is denied by words around it."""
    return bool(CONDITION.search(right)) and bool(_DENIES.search(CONDITION.sub(" ", right)))


def _alias(term: str, right: str, items: Sequence[Item], vocabulary: Vocabulary) -> None:
    """ "Clients are customers": another word for one thing that is known, when all is known that is said of it."""
    if calculates(right) or not all(_is_known(item) for item in items):
        head = items_of(re.split(r"\s*[:(]", right, maxsplit=1)[0], vocabulary)
        if len(head) == 1 and head[0].is_phrase and head[0].best.kind == "measure" and head[0].best.weight >= 1.5:
            vocabulary.add(term, head[0].best, 2.6)  # "revenue means energy charge: kwh times the unit rate"
        return
    if any(word.lower in SUPERLATIVES for word in tokens(term)):
        return  # "largest means by area" ranks, it names nothing
    if any(item.text in _WHOSE for item in items):
        return  # "results whose …": some of them, and which was not understood
    strong = [item for item in items if item.is_phrase and item.best.weight >= 1.5]
    first = next((item for item in items if not (item.is_word and item.words[0].stop)), None)
    if first is not None and first.is_phrase and first.best.kind == "table" and first.best.weight >= 1.5:
        vocabulary.add(term, first.best, 2.6)  # "an exam is an enrolment with its date"
        return
    if not strong or len(strong) > 2:
        return
    targets = [meaning for item in strong for meaning in item.meanings if meaning.weight >= 1.5]
    if len(strong) == 2:  # "the cost of prescriptions": a column of a table
        tables = {m.home for item in strong if (m := item.a("table"))}
        targets = [m for m in targets if m.kind in ("column", "measure", "expression") and m.home in tables]
    else:
        targets = [m for m in targets if m.weight >= strong[0].best.weight * 0.95]
    for meaning in targets:
        vocabulary.add(term, meaning, 2.6)
    column = targets[0].column if len(targets) == 1 and targets[0].kind == "column" else None
    if column is not None and column.kind == "text":  # "city means the city of the restaurant": and Basel is its value
        for value in column.values or ():
            vocabulary.add(str(value), value_meaning(column, value, 2.9, "rule"))
