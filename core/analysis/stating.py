"""From a model's prose to statements: which number states which figure of which column.

A number is associated by the words right beside it. Where it is not plain what it counts it stays unchecked, or – where
only the group it counts is unclear ("20 % of women") – may be confirmed but not contradicted (`certain` False).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.analysis.conditions import Condition
from core.analysis.lexicon import COUNT_NOUNS, COUNTING, FILLERS, NOT_ROWS, Key, Token, sentences, tokens_of, words_of
from core.analysis.numbers import Figure
from core.analysis.scoping import column_of, mentioned, narrowed, of_present
from core.analysis.types.base import Statement
from core.sources import Column

_QUALIFIERS = words_of("among within when whose where who during since until per by each grouped if except excluding")
_OF_SAMPLE = words_of("sample samples sampled excerpt")
_VALUES = frozenset(("mean", "median", "std_dev", "min", "max", "range"))
_VERBS = frozenset(("is", "are", "was", "were"))
_FARTHEST = 9


@dataclass(frozen=True)
class Read:
    """What a text states, and the numbers in it that could not be associated."""

    statements: tuple[Statement, ...]
    unread: tuple[str, ...]


def read_statements(
    text: str,
    columns: Sequence[Column],
    *,
    column: str | None = None,
    hint: Key | None = None,
    where: tuple[Condition, ...] = (),
    pair: tuple[str, str] | None = None,
    table: str = "",
) -> Read:
    """The statements of a text about a table with these columns.

    `column` is what the text is about unless it names another; `hint` is what its counts and shares are of unless it says;
    `where` holds for all of it. `pair` are the columns of a correlation.
    """
    statements: list[Statement] = []
    unread: list[str] = []
    for sentence in sentences(tokens_of(text, columns)):
        for at, token in enumerate(sentence):
            if token.kind != "figure":
                continue
            figure: Figure = token.value
            found = _statement(sentence, at, column, hint, where, pair, table.lower())
            if found:
                statements.append(found)
            elif not figure.is_word:
                unread.append(figure.words)
    return Read(tuple(statements), tuple(unread))


def conditions_in(text: str, columns: Sequence[Column]) -> tuple[Key, ...]:
    """The different conditions on values that a text names ("above 24.75", "outside the fences")."""
    keys = (token.value for token in tokens_of(text, columns) if token.kind == "key")
    wanted = [key for key in keys if key.measure in ("matching", "fences", "sigmas")]
    return tuple(dict.fromkeys(key for key in wanted if not isinstance((key.values or (0,))[0], str)))


def _statement(
    sentence: list[Token],
    at: int,
    column: str | None,
    hint: Key | None,
    where: tuple[Condition, ...],
    pair: tuple[str, str] | None,
    table: str,
) -> Statement | None:
    words = {token.value for token in sentence if token.kind == "word"}
    if words & _OF_SAMPLE:
        return None
    figure: Figure = sentence[at].value
    key, certain = _key_of(sentence, at)
    if key is None and pair is not None and _after_two_columns(sentence, at):
        key, certain = Key("correlation"), True
    if key is None and hint is not None and not figure.is_word:
        key, certain = _hinted(sentence, at, hint)
    if pair is not None and _counts_pairs(sentence, at) and not mentioned(sentence)[2:]:
        named, counted = tuple(mentioned(sentence)), replace(figure, bound=None)  # "over 6,433 rows" is no lower bound
        return Statement(
            "pairs", {"columns": named if len(named) == 2 else pair, "certain": True}, counted, figure.words
        )
    if key is None:
        return _rows(sentence, at, figure, where)
    if not _fits(key, figure):
        return None
    if key.measure == "correlation":
        columns = mentioned(sentence)
        named = tuple(columns) if len(columns) == 2 else None if columns and set(columns) != set(pair or ()) else pair
        beside = sentence[at - 1].value in ("=", "of") or sentence[at - 1].kind == "key"
        if named is None or (abs(figure.value) > 1 and (figure.is_whole or not beside)):
            return None
        return Statement("correlation", {"columns": named, "certain": True}, figure, figure.words)
    about = column_of(sentence, at, column)
    if about is None and not (key.measure == "duplicates" and not mentioned(sentence)):
        return None
    arguments = {
        "column": about,
        "key": key,
        "where": where,
        "certain": certain and not words & _QUALIFIERS and not narrowed(sentence, at, table),
        "of_present": key.measure != "present" and of_present(sentence, at),
    }
    return Statement(key.measure, arguments, figure, figure.words)


def _key_of(sentence: list[Token], at: int) -> tuple[Key | None, bool]:
    """The measure that the words beside the figure name, and whether it is plain what it counts."""
    figure: Figure = sentence[at].value
    ahead, ahead_certain = _ahead(sentence, at)
    behind, behind_certain = _behind(sentence, at)
    if figure.is_word and figure.percent and figure.value == 100:
        return (ahead, ahead_certain) if ahead and _verb_before_key(sentence, at) else (None, False)
    if figure.is_word and figure.value == 0:
        zero = {"distinct", "present", "mean", "median", "std_dev", "min", "max", "range", "correlation"}
        return (ahead or behind, True) if (ahead or behind) and (ahead or behind).measure not in zero else (None, False)
    if ahead and ahead.measure in COUNTING:
        return ahead, ahead_certain
    return (behind, behind_certain) if behind else (None, False)


def _ahead(sentence: list[Token], at: int) -> tuple[Key | None, bool]:
    """ "177 missing", "177 of 891 passengers (19.9 %) have no recorded age": the next measure, past fillers and one noun."""
    figure: Figure = sentence[at].value
    certain, unknown, words = True, 0, 0
    for place in range(at + 1, min(len(sentence), at + 1 + _FARTHEST)):
        token = sentence[place]
        if token.kind == "key":
            if token.value.measure == "present" and sentence[place - 1].value in ("of", "the", "among"):
                continue  # "12 % of the non-missing values": what the share is of
            return (None, False) if _opens_list(sentence, place) else (token.value, certain)
        if token.kind in ("figure", "column") or token.value in ("(", ")", "[", "]"):
            continue
        if token.kind == "punctuation" or token.value in ("and", "but", "or", "while", "whereas"):
            return None, False
        words += 1
        if words == 1 and token.value in NOT_ROWS:
            return None, False
        if token.value not in FILLERS:
            unknown, certain = unknown + 1, False
            if unknown > 1 or words > 3 or figure.is_word or token.value in NOT_ROWS:
                return None, False
    return None, False


def _behind(sentence: list[Token], at: int) -> tuple[Key | None, bool]:
    """ "missing: 177 (19.9 %)", "average of the fare is 32.2": the last measure, past fillers alone."""
    certain = True
    following = sentence[at + 1] if at + 1 < len(sentence) else None
    if following and following.kind == "word" and following.value not in FILLERS and following.value != "times":
        certain = False
    of = [token.value for token in sentence[at + 1 : at + 5] if token.kind == "word"]
    if of[:1] == ["of"]:
        noun = next((word for word in of[1:] if word not in ("the", "all", "its", "these")), "")
        certain = certain and (not noun or noun in FILLERS)
    for place in range(at - 1, max(-1, at - 1 - _FARTHEST), -1):
        token = sentence[place]
        if token.kind == "key":
            key: Key = token.value
            if key.measure in COUNTING and following and following.value in NOT_ROWS and following.value != "times":
                return None, False
            return key, certain or key.measure in _VALUES or key.measure == "correlation"
        passes = token.kind in ("figure", "column") or token.value in ("(", ")", ":", "=", "[", "×", "–")
        if not passes and not (token.kind == "word" and token.value in FILLERS):
            return None, False
    return None, False


def _opens_list(sentence: list[Token], place: int) -> bool:
    """Whether the measure's own number comes after it: "distinct: 88", "mean 29.7"."""
    key: Key = sentence[place].value
    for token in sentence[place + 1 : place + 4]:
        if token.value in (":", "="):
            return True
        if token.kind == "figure":
            return key.measure not in COUNTING
        if token.value not in COUNT_NOUNS | {"count", "rate", "share", "percentage"}:
            return False
    return False


def _verb_before_key(sentence: list[Token], at: int) -> bool:
    between = []
    for token in sentence[at + 1 :]:
        if token.kind == "key":
            break
        between.append(token.value)
    return bool(_VERBS.intersection(value for value in between if isinstance(value, str)))


def _hinted(sentence: list[Token], at: int, hint: Key) -> tuple[Key | None, bool]:
    """The finding's own measure for a share or a count of rows, in a sentence that names no other measure."""
    others = [token.value for token in sentence if token.kind == "key" and token.value != hint]
    figure: Figure = sentence[at].value
    following = sentence[at + 1].value if at + 1 < len(sentence) else ""
    is_count = figure.percent or figure.base is not None or following in COUNT_NOUNS or len(sentence) == 1
    if others or not is_count or (isinstance(following, str) and following in NOT_ROWS):
        return None, False
    after = [token.value for token in sentence[at + 1 : at + 5] if token.kind == "word"]
    noun = next((word for word in after if word not in ("of", "the", "all", "its", "these")), "")
    return hint, not noun or noun in FILLERS


def _rows(sentence: list[Token], at: int, figure: Figure, where: tuple[Condition, ...]) -> Statement | None:
    """ "The table has 891 rows" – a bare "12 rows" states nothing about the table."""
    after = [token.value for token in sentence[at + 1 : at + 4]]
    before = [token.value for token in sentence[max(0, at - 4) : at]]
    if where and len(sentence) <= 5 and not any(token.kind == "key" for token in sentence) and not figure.is_word:
        nouns = [each for each in after if isinstance(each, str) and each not in ("of", "the", "all")]
        if not nouns or nouns[0] in COUNT_NOUNS:
            return Statement("prevalence", {"where": where, "certain": True}, figure, figure.words)
    if (
        where
        or after[:1] not in (["rows"], ["records"], ["observations"])
        or not figure.is_whole
        or figure.base is not None
    ):
        return None
    whole = after[1:3] == ["in", "total"] or (
        bool({"has", "contains", "holds", "have", "contain"} & {each for each in before[-1:] if isinstance(each, str)})
        and bool({"table", "dataset", "data", "it", "file"} & {each for each in before if isinstance(each, str)})
    )
    return Statement("rows", {"certain": True}, figure, figure.words) if whole else None


def _after_two_columns(sentence: list[Token], at: int) -> bool:
    """ "distance" × "fare" 0.92" """
    before = [token.kind for token in sentence[max(0, at - 4) : at] if token.value not in (":", "=", "(")]
    figure: Figure = sentence[at].value
    return (
        before[-3:-2] == ["column"] == before[-1:]
        and not figure.percent
        and figure.base is None
        and abs(figure.value) <= 1
    )


def _counts_pairs(sentence: list[Token], at: int) -> bool:
    """ "over 6,433 rows", "n = 342": how many rows a coefficient stands on."""
    figure: Figure = sentence[at].value
    before = [token.value for token in sentence[max(0, at - 2) : at]]
    after = sentence[at + 1].value if at + 1 < len(sentence) else ""
    if not figure.is_whole or figure.base is not None or figure.is_word:
        return False
    return before == ["n", "="] or (
        before[-1:] in (["over"], ["across"], ["from"]) and after in ("rows", "pairs", "records")
    )


def _fits(key: Key, figure: Figure) -> bool:
    if key.measure in COUNTING:
        if figure.percent or figure.base is not None:
            return key.measure != "distinct" or figure.base is None
        return figure.value >= 0 and (figure.is_whole or figure.approximate or figure.high is not None)
    if figure.percent or figure.base is not None:
        return False
    return key.measure != "range" or figure.high is not None
