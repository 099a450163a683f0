"""Reading a prompt: from a message to passages that can be quoted, told apart from what is asked.

A passage is a sentence, list item, labelled line or line of code, verbatim but for white space. What is read is
never obeyed: an instruction found here only guides which passages are chosen, and how they are laid out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

HEAD_CHARACTERS = 120_000
TAIL_CHARACTERS = 40_000
MAX_PASSAGES = 2_000
_MAX_LINE = 4_000
_MAX_CODE_LINE = 400

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})\s*([\w+#.-]*)")
_TAG = re.compile(r"\s*</?[A-Za-z][\w:-]{0,60}>\s*$")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(\S.*)")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?=\S)")
_LABEL = re.compile(r"\s*\**[^\W\d_][\w /()'’-]{0,40}\**\s?[:：]\**\s+\S")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)|(?<=[。！？])")
_DEFINITION = re.compile(
    r"\s*(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|pub|inline|virtual|override)\s+){0,4}"
    r"(?:def|class|function|fn|func|fun|interface|struct|enum|trait|module|namespace|record|sub|proc"
    r"|create\s+(?:or\s+replace\s+)?(?:table|view|function|procedure))\s+[\w.$\"`]+",
    re.IGNORECASE,
)
_CODE_LINE = re.compile(
    r"\s*(?:import [\w.]+(?: as \w+|;)?$|from \S+ import |if \(|for \(|while \(|#include|[a-z_]\w* ?[-+*/]?= ?\S"
    r"|[{}\])];?,?$|.*[{;]$|@\w[\w.]*(?:\(.*)?$)"
)
_COMMENT = re.compile(r"\s*(?:#+|//+!?|/?\*+|--|\"\"\"|'''|<!--)\s*(\S.*?)\s*(?:\*/|\"\"\"|'''|-->)?$")
_PROSE_FENCES = frozenset({"", "text", "txt", "plain", "markdown", "md", "log"})
_RECORD_FENCES = frozenset({"json", "jsonl", "yaml", "yml", "toml", "ini", "csv", "tsv", "xml", "html", "diff"})
_ORDER = re.compile(
    r"\s*(?:please\b|you are\b|you will\b|your (?:task|job|goal|role|answer|output)\b|do not\b|don['’]t\b|never\b"
    r"|always\b|only\b|make sure\b"
    r"|(?:act|add|analy[sz]e|answer|ask|be|bring|break|choose|classify|compare|compose|convert|create|decide|describe"
    r"|detect|document|draft|ensure|evaluate|explain|extract|fill|find|focus|follow|format|generate|give|highlight"
    r"|identify|improve|include|judge|keep|list|mark|mention|organi[sz]e|outline|output|pick|prepare|produce|propose"
    r"|provide|rate|read|reply|respond|return|review|rewrite|say|select|show|split|start|state|structure|suggest"
    r"|summari[sz]e|tell|think|translate|treat|update|use|work|write)\s+(?!to\b)\w"
    r"|we are\b|using only\b|based on\b"
    r"|(?:bitte|fasse|schreibe|erkläre|résume|écris|explique|resume|escribe|explica)\b|[请請])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Passage:
    """`position` counts from 0 in reading order; `heading` is the nearest heading or lead-in above, empty for none."""

    text: str
    position: int = 0
    heading: str = ""
    is_order: bool = False
    is_question: bool = False
    is_code: bool = False
    is_definition: bool = False


@dataclass(frozen=True)
class Reading:
    """What was found in one text. `headings` are (level, text); `asks` holds its orders, line by line; `capped` says that its middle was left out."""

    passages: tuple[Passage, ...]
    headings: tuple[tuple[int, str], ...]
    asks: str
    capped: bool


def read(text: str) -> Reading:
    """Read a text in linear time; of a long one, the first 120,000 and the last 40,000 characters."""
    capped = len(text) > HEAD_CHARACTERS + TAIL_CHARACTERS
    if capped:
        text = f"{text[:HEAD_CHARACTERS]}\n\n{text[-TAIL_CHARACTERS:]}"
    passages: list[Passage] = []
    headings: list[tuple[int, str]] = []
    asks: list[str] = []
    for block in _blocks(text):
        if block.level:
            headings.append((block.level, block.text))
            continue
        for passage in _passages(block):
            if passage.is_order or passage.is_question or (block.is_lead_in and not block.fenced):
                asks.append(passage.text if not block.is_item else f"- {passage.text}")
            if not block.is_lead_in and len(passages) < MAX_PASSAGES:
                passages.append(replace(passage, position=len(passages)))
    return Reading(tuple(passages), tuple(headings), "\n".join(asks), capped)


@dataclass(frozen=True)
class _Block:
    text: str
    heading: str = ""
    fenced: bool = False
    is_code: bool = False
    level: int = 0
    is_lead_in: bool = False
    is_item: bool = False


def _blocks(text: str) -> Iterator[_Block]:
    fence, language, heading = "", "", ""
    paragraph: list[str] = []

    def flush() -> Iterator[_Block]:
        if paragraph:
            yield _Block(" ".join(paragraph), heading, fenced=bool(fence))
            paragraph.clear()

    for whole_line in text.splitlines():
        mark = _FENCE.match(whole_line)
        line = whole_line[:_MAX_LINE].strip()  # stripped: the patterns below would backtrack over a long indentation
        if mark and (not fence or (line == mark[1] and mark[1].startswith(fence))):
            yield from flush()
            fence, language = ("", "") if fence else (mark[1], mark[2].lower())
        elif not line or _TAG.match(line) or not any(map(str.isalnum, line)):
            yield from flush()
        elif language in _RECORD_FENCES:
            yield _Block(line.rstrip(","), heading, fenced=True)
        elif _is_code(line, language):
            yield from flush()
            yield _Block(line, heading, fenced=bool(fence), is_code=True)
        elif found := _HEADING.match(line):
            yield from flush()
            heading = found[2].strip(" #*")
            yield _Block(heading, fenced=bool(fence), level=len(found[1]))
        elif line.endswith((":", "：")) and len(line) <= 160 and not _ITEM.match(line):
            yield from flush()
            heading = line.strip(" *:：")
            yield _Block(line, heading, fenced=bool(fence), is_lead_in=True)
        elif (item := _ITEM.match(line)) or _LABEL.match(line) or line.startswith("|"):
            yield from flush()
            yield _Block(line[item.end() if item else 0 :].strip(" |"), heading, fenced=bool(fence), is_item=bool(item))
        else:
            paragraph.append(line)
    yield from flush()


def _is_code(line: str, language: str) -> bool:
    if language not in _PROSE_FENCES or _DEFINITION.match(line):
        return True
    return _CODE_LINE.match(line) is not None and not _LABEL.match(line)


def _passages(block: _Block) -> Iterator[Passage]:
    comment = _COMMENT.match(block.text[:_MAX_CODE_LINE]) if block.is_code else None
    if block.is_code and not comment:
        yield Passage(
            block.text[:_MAX_CODE_LINE],
            0,
            block.heading,
            is_code=True,
            is_definition=_DEFINITION.match(block.text[:200]) is not None,
        )
        return
    for sentence in _SENTENCE_END.split(comment[1] if comment else block.text):
        text = " ".join(sentence.split())
        if text:
            is_question = not block.fenced and text.rstrip("\"'”’) ").endswith(("?", "？", "؟"))
            yield Passage(text, 0, block.heading, not block.fenced and _ORDER.match(text) is not None, is_question)
