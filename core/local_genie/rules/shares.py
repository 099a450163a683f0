"""Words for shares: what asks for one, and what only says how it is to be written."""

from core.local_genie.rules.reading import Reading

_PERCENT = frozenset("percent % pct percentage percentages".split())  # noqa: SIM905
_SHARE_WORDS = frozenset("share proportion fraction ratio rate percentage".split())  # noqa: SIM905


def is_percent_unit(reading: Reading, index: int) -> bool:
    """ "What share of orders was returned, in percent": how the share is written, when something else names it."""
    before = [word for word in reading.lead(index, 2) if word not in ("a", "the")]
    if reading.word(index) not in _PERCENT or before[-1:] not in (["in"], ["as"]):
        return False
    others = (item for n, item in enumerate(reading.items) if n != index)
    return any(
        (item.is_word and item.words[0].lower in _SHARE_WORDS)
        or (item.is_phrase and item.best.kind == "measure" and _SHARE_WORDS & {word.lower for word in item.words})
        for item in others
    )


def in_percent(reading: Reading) -> bool:
    """Whether a share is to be written from 0 to 100."""
    return any(item.role == "unit" and item.words[0].lower in _PERCENT for item in reading.items)


def before_aside(reading: Reading, index: int) -> int:
    """The item before another, without an aside between commas ("…, in percent, …")."""
    place = index - 1
    aside = any(reading.items[n].role == "unit" for n in range(max(0, index - 4), index))
    while aside and place > 0:
        item = reading.items[place]
        if not (item.role == "unit" or item.words[0].kind == "sign" or reading.word(place) in ("in", "as", "a")):
            break
        place -= 1
    return place
