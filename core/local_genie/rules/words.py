"""Words of questions, names and descriptions: tokens, stems, and what counts as a function word.

`stem` folds inflection only (visits, visited → visit), so that two words with one stem are one word. `root` also cuts
derivation (prescription, prescribed → prescr) and is a hint, never a proof.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]{1,80}"|“[^”]{1,80}”|(?<!\w)'[^']{1,80}'(?!\w))
    |(?P<number>[$€£]?\d+(?:[.,:/-]?\d+)*(?:(?:k|m|bn|th|st|nd|rd)\b|%)?(?!\w))
    |(?P<word>\w+(?:['’](?!s\b)\w+)?)
    |(?P<sign>[<>]=?|!=|=|%|&|,|;|\?|-|\.(?=\s+(?:please\s+)?(?:show|list|give|return|display|i\s+want|i\s+need)\b))""",
    re.VERBOSE | re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+|-+|\s+|\.")

STOP = frozenset(
    """a an the of in on at to from for by with within into onto as and or nor but if then than that this these those there
    here it its he she they them their his her we our us you your i me my is are was were be been being am do does did
    done has have had having will would shall should can could may might must what which who whom whose when where why
    how please show list give tell find get display return provide let see want need know many much any some all each every per
    over about also just only so such very not no s currently now moment together overall during between among
    through via out up off both one ones s t d ll re ve were""".split()  # noqa: SIM905
) - {"return", "need", "know", "over", "out", "off", "up", "one", "done", "between"}

IRREGULAR = {
    "sold": "sell", "bought": "buy", "spent": "spend", "paid": "pay", "left": "leave", "took": "take", "taken": "take",
    "made": "make", "came": "come", "went": "go", "gave": "give", "given": "give", "got": "get", "had": "have",
    "ran": "run", "began": "begin", "begun": "begin", "people": "person", "persons": "person", "men": "man",
    "women": "woman", "children": "child", "held": "hold", "sent": "send", "built": "build", "lent": "lend",
    "won": "win", "lost": "lose", "wrote": "write", "written": "write", "born": "birth", "broke": "break", "broken": "break",
    "drove": "drive", "driven": "drive", "flew": "fly", "flown": "fly", "grew": "grow", "knew": "know", "saw": "see",
    "seen": "see", "sat": "sit", "stood": "stand", "taught": "teach", "thought": "think", "caught": "catch",
    "chose": "choose", "chosen": "choose", "did": "do", "done": "do", "fell": "fall", "found": "find", "kept": "keep",
    "led": "lead", "lain": "lie", "met": "meet", "rode": "ride", "rose": "rise", "said": "say", "slept": "sleep",
    "spoke": "speak", "stole": "steal", "wore": "wear", "analyses": "analysis", "indices": "index", "mice": "mouse",
    "feet": "foot", "lives": "live", "data": "data", "series": "series", "leaves": "leave", "halves": "half",
    "canceled": "cancelled", "canceling": "cancelled", "bus": "bus", "gas": "gas", "metre": "meter", "metres": "meter",
    "speeding": "speed", "centre": "center", "centres": "center", "catalogue": "catalog", "programme": "program",
}  # fmt: skip
_OF_COUNTRIES = {  # Swedish artists are artists from Sweden
    "american": "america", "argentinian": "argentina", "australian": "australia", "austrian": "austria",
    "belgian": "belgium", "brazilian": "brazil", "british": "britain", "bulgarian": "bulgaria", "canadian": "canada",
    "chilean": "chile", "chinese": "china", "colombian": "colombia", "croatian": "croatia", "czech": "czechia",
    "danish": "denmark", "dutch": "netherlands", "egyptian": "egypt", "estonian": "estonia", "finnish": "finland",
    "french": "france", "german": "germany", "greek": "greece", "hungarian": "hungary", "icelandic": "iceland",
    "indian": "india", "indonesian": "indonesia", "irish": "ireland", "israeli": "israel", "italian": "italy",
    "japanese": "japan", "kenyan": "kenya", "korean": "korea", "latvian": "latvia", "lithuanian": "lithuania",
    "mexican": "mexico", "moroccan": "morocco", "nigerian": "nigeria", "norwegian": "norway", "peruvian": "peru",
    "polish": "poland", "portuguese": "portugal", "romanian": "romania", "russian": "russia", "scottish": "scotland",
    "serbian": "serbia", "slovak": "slovakia", "slovenian": "slovenia", "spanish": "spain", "swedish": "sweden",
    "swiss": "switzerland", "thai": "thailand", "turkish": "turkey", "ukrainian": "ukraine", "vietnamese": "vietnam",
    "welsh": "wales",
}  # fmt: skip
_KEEP = frozenset(
    """rating building meeting string spring morning evening thing king ring wing during heating ceiling housing
    wedding hundred need speed feed seed breed weed indeed bed red shed sled led embed always is was has this us plus
    status bonus campus virus census news species sales address access process business class pass loss less success
    mass gross cross boss glass dress stress press express unless across analysis basis crisis thesis diagnosis
    previous various lens atlas canvas christmas perhaps""".split()  # noqa: SIM905
) - {"sales"}
_DERIVED = re.compile(
    r"(?:ations?|itions?|ptions?|tions?|sions?|ments?|ances?|ences?|ists?|ers?|ors?|als?|ity|ness|ives?|ly|y|ic)$"
)


@dataclass(frozen=True)
class Token:
    """A piece of a question. `kind` is word, number, quoted or sign; `glued` joins it to the one before by a hyphen."""

    text: str
    kind: str
    stem: str
    glued: bool = False

    @property
    def lower(self) -> str:
        return self.text.casefold()

    @property
    def stop(self) -> bool:
        return self.kind == "sign" or (self.lower in STOP and not self.glued)


def tokens(text: str) -> list[Token]:
    """The tokens of a text in order. Hyphenated words come apart, the later parts `glued`; possessive 's is dropped."""
    found: list[Token] = []
    pending = -1  # where a hyphen ended, if the last thing seen was one
    for match in _TOKEN.finditer(text[:4000]):
        kind, piece = match.lastgroup or "word", match.group()
        if kind == "sign" and piece == "-":
            near = match.start() > 0 and not text[match.start() - 1].isspace()
            pending = match.end() if near else -1
            continue
        if kind == "quoted":
            piece = piece[1:-1].strip()
        for part in piece.split("_") if kind == "word" else [piece]:
            if part:
                glued = bool(found) and (pending == match.start() or (kind == "word" and part != piece.split("_")[0]))
                found.append(Token(part, kind, part.casefold() if kind != "word" else stem(part), glued))
        pending = -1
    return found


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word without inflection and without a final e; the same for all forms of a regular word."""
    word = word.casefold()
    word = IRREGULAR.get(word) or _OF_COUNTRIES.get(word, word)
    if word in _KEEP:
        return word.rstrip("e") if len(word) > 3 else word
    if (
        len(word) > 2
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is"))
        and (len(word) > 3 or word[0] in "aeiou" or word[1] not in "aeiou")
    ):
        if word.endswith("ies") and len(word) > 4:
            word = word[:-3] + "y"
        elif word.endswith(("sses", "xes", "ches", "shes", "zzes")):
            word = word[:-2]
        else:
            word = word[:-1]
        if word in _KEEP:
            return word
    for suffix in ("ing", "ed"):
        rest = word.removesuffix(suffix)
        if rest != word and len(rest) >= 3 and re.search("[aeiouy]", rest) and not word.endswith(("eed",)):
            if suffix == "ed" and rest.endswith("i"):
                return rest[:-1] + "y"
            if rest[-1] == rest[-2] and rest[-1] not in "sl":
                rest = rest[:-1]
            word = rest
            break
    if word.endswith("ll") and len(word) > 4:
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """The stem without derivation, at most six letters; empty for words too short to tell anything."""
    base = stem(word)
    if len(base) > 5:
        shorter = _DERIVED.sub("", base)
        if shorter == base and base.endswith("nc"):
            shorter = _DERIVED.sub("", base + "e")
        base = shorter if len(shorter) >= 5 else base
    return base[:6] if len(base) >= 4 else ""


def name_words(name: str) -> list[str]:
    """The words of a table's or column's name in lower case: `visitDate`, `visit_date` → visit, date."""
    return [part.casefold() for part in _CAMEL.split(name.strip("`")) if part]


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text's words, numbers and quotes, function words included."""
    return tuple(part for token in tokens(text) if token.kind != "sign" for part in _stems_of(token))


def _stems_of(token: Token) -> list[str]:
    if token.kind != "quoted":
        return [token.stem]
    return [stem(word) if not word[0].isdigit() else word.casefold() for word in re.findall(r"\w+", token.text)]


def content(text: str) -> tuple[str, ...]:
    """The stems of a text's content words."""
    return tuple(token.stem for token in tokens(text) if not token.stop)


def participle(word: str) -> bool:
    """Whether a word says by its form what was done: closed, sold, withdrawn."""
    return word.endswith(("ed", "en", "wn", "ne")) or IRREGULAR.get(word, word) != word
