"""An extract of a prompt: its most telling passages, laid out the way the prompt asks for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from core.local_model.chat_request import ChatRequest
from core.local_model.choosing import Ranking
from core.local_model.identity import NOTICE, SHORT_NOTICE
from core.local_model.outlining import Layout, layout
from core.local_model.reading import Passage, Reading, read

_MAX_QUOTE = 320
_MAX_TITLE = 90
_DEFAULT_COUNT = 3
_MAX_HEADINGS = 12
_EARLIER_MESSAGES = 10
_NOTHING = "Nothing in the prompt speaks of this."
_OVERVIEW = re.compile(
    r"summary|overview|description|context|background|introduction|problem|purpose|about|what\b|abstract|tl;?dr",
    re.IGNORECASE,
)
_ABOUT_CODE = re.compile(
    r"api|function|class|method|reference|parameter|signature|component|module|definition|interface|structure",
    re.IGNORECASE,
)
_TITLE_LABEL = re.compile(
    r"\**(?:title|subject|summary|name|issue|parent issue|topic)\**\s*[:：]\s*(\S.*)", re.IGNORECASE
)
_SHORT_FACT = re.compile(r"[^\W\d_][\w ]{1,30}\s?[:：]\s+(\S.{1,58})$")
_QUESTION_LABEL = re.compile(r"(?:question|frage|q|pregunta)\s*[:：]\s*", re.IGNORECASE)


_TAGGED = re.compile(r"^<([A-Za-z][\w-]{0,60})>[ \t]*\n(.*?)\n</\1>[ \t]*$", re.MULTILINE | re.DOTALL)


def _material(text: str, whole: Reading) -> Reading:
    """What there is to quote from: what stands between tags on lines of their own, else the whole message."""
    tagged = [inner for _, inner in _TAGGED.findall(text)]
    return read("\n\n".join(tagged)) if tagged else whole


@dataclass(frozen=True)
class Extract:
    """What there is to quote: `data` of the last user message, `background` of others; `asks` holds the orders."""

    layout: Layout
    reading: Reading
    data: tuple[Passage, ...]
    background: tuple[Passage, ...]
    asks: str

    @classmethod
    def of(cls, asked: ChatRequest) -> Self:
        """Read the request: the last user message is what is quoted, the rest is background."""
        user = asked.user or asked.system
        system = asked.system if asked.user else ""
        reading, rules = read(user), read(system)
        earlier = [p for text in asked.earlier[-_EARLIER_MESSAGES:] for p in _quotable(read(text).passages)]
        asks = f"{rules.asks}\n{reading.asks}"
        return cls(
            layout=layout(system, user, asks),
            reading=reading,
            data=_quotable(_material(user, reading).passages),
            background=_renumbered([*earlier, *_quotable(rules.passages)]),
            asks=asks[-4_000:],
        )

    @cached_property
    def _ranking(self) -> Ranking:
        return Ranking(self.data)

    @cached_property
    def _document(self) -> str:
        """The title of a document in the prompt whose headings are used for want of others; empty if there is none."""
        headings = self.reading.headings
        if self.layout.sections or not headings or headings[0][0] != 1 or any(level == 1 for level, _ in headings[1:]):
            return ""
        return headings[0][1]

    @cached_property
    def _sections(self) -> tuple[str, ...]:
        """The sections to fill: those asked for, else the headings of the text; empty when another form is asked for."""
        if len(self.layout.sections) >= 2 or (self.layout.sections and self.layout.title):
            return self.layout.sections
        if self.layout.bullets or self.layout.count:
            return ()
        names = [name for _, name in self.reading.headings if name != self._document and name.lower() != "title"]
        return tuple(dict.fromkeys(names[:_MAX_HEADINGS])) if len(names) >= 2 else ()

    @property
    def _questions(self) -> list[Passage]:
        """Questions that open or close the message; those in its middle are data."""
        return [p for p in self.reading.passages if _asks(p, self.reading.passages)]

    @property
    def _definitions(self) -> list[Passage]:
        return [p for p in self.reading.passages if p.is_definition]

    def as_text(self) -> str:
        """The extract as Markdown, without the notice."""
        if not self.reading.passages:
            return self._of_little()
        if self._sections and self.data:
            body = self._as_outline()
        elif self._questions and not self.layout.bullets:
            body = self._to_question(self._questions[-1])
        elif not self.data:
            return self._of_little()
        else:
            body = self._as_points()
        return body + ("\n\nThe text is long: its middle was not read." if self.reading.capped else "")

    def as_object(self) -> dict[str, str]:
        """The extract under the JSON keys that the prompt names, or under "answer"; always with a "notice"."""
        values: dict[str, str] = {}
        for key in (key for key in self.layout.json_keys if key != "notice"):
            values[key] = self.text_for(key.replace("_", " "))
        if not values:
            chosen = self._ranking.most_informative(self.layout.count or _DEFAULT_COUNT, self.asks)
            values["answer"] = " ".join(map(_quote, chosen)) or self._of_little()
        return values | {"notice": NOTICE}

    def text_for(self, hint: str) -> str:
        """One quoted passage for a field described by `hint`, with a short notice."""
        chosen = self._ranking.matching(hint, 1) or self._ranking.most_informative(1)
        return f"{SHORT_NOTICE}: {_quote(chosen[0])}" if chosen else f"{SHORT_NOTICE}: nothing to quote"

    def _of_little(self) -> str:
        said = (
            " ".join(_quote(p) for p in self.reading.passages[:3]) or " ".join(self.reading.asks.split())[:_MAX_QUOTE]
        )
        if not said:
            return "The message is empty: there is nothing to quote."
        if any(p.is_order for p in self.reading.passages):
            return f"The prompt holds an instruction, but no text to quote from. It reads:\n\n> {said}"
        return f"The prompt is too short to choose from. It reads:\n\n> {said}"

    def _to_question(self, question: Passage) -> str:
        found = self._ranking.matching(question.text, self.layout.count or _DEFAULT_COUNT)
        if not found and self.background:
            found = Ranking(self.background).matching(question.text, self.layout.count or _DEFAULT_COUNT)
        if not found:
            return f"Nothing in the prompt matches the question:\n\n> {_quote(question)}"
        asked = _QUESTION_LABEL.sub("", _quote(question), count=1)
        return f"To “{asked}” the prompt says:\n\n{_quoted_block(found)}"

    def _as_points(self) -> str:
        chosen = self._ranking.most_informative(
            self.layout.count or (5 if self.layout.bullets else _DEFAULT_COUNT), self.asks
        )
        if all(p.is_code for p in self.data) or (self._definitions and not self.layout.bullets):
            prose = [p for p in chosen if not p.is_code]
            listed = _code_bullets(self._definitions or chosen)
            return "\n\n".join(part for part in (_quoted_block(prose), f"In the code:\n\n{listed}") if part)
        if self.layout.bullets:
            return _bullets(chosen)
        if len(self.data) == len(chosen):
            return f"The prompt says:\n\n{_quoted_block(chosen)}"
        return f"The passages of the prompt that say most:\n\n{_quoted_block(chosen)}"

    def _as_outline(self) -> str:
        sections = self._sections
        found, used = self._matched(sections)
        parts = [f"# {self._title()}"] if self.layout.title or self._document else []
        if own := [p for p in self.data if self._document and p.heading == self._document and p not in used]:
            parts.append(_bullets(own[:3]))
            used += own[:3]
        code_shown = not self._definitions
        for name in sections:
            content = _bullets(found[name])
            if not code_shown and _ABOUT_CODE.search(name):
                content = "\n".join(part for part in (content, _code_bullets(self._definitions)) if part)
                code_shown = True
            parts.append(f"## {name}\n\n{content or _NOTHING}")
        rest = [p for p in self._ranking.most_informative(4, self.asks) if p not in used and not p.is_code]
        if rest:
            parts.append(f"## Also in the prompt\n\n{_bullets(rest)}")
        if not code_shown:
            parts.append(f"## Definitions in the code\n\n{_code_bullets(self._definitions)}")
        return "\n\n".join(parts)

    def _matched(self, sections: Sequence[str]) -> tuple[dict[str, list[Passage]], list[Passage]]:
        """Passages per section: those under the same heading, those that share its words; overviews take of the rest."""
        found: dict[str, list[Passage]] = {}
        used: list[Passage] = []
        for name in sections:
            own = [p for p in self.data if p.heading == name and p not in used]
            found[name] = Ranking(own).most_informative(3) if own else self._ranking.matching(name, 3, without=used)
            used += found[name]
        for name in sections:
            if not found[name] and _OVERVIEW.search(name):
                best = self._ranking.most_informative(len(used) + 2, self.asks)
                found[name] = [p for p in best if not p.is_code and p not in used][:2]
                used += found[name]
        return found, used

    def _title(self) -> str:
        if self._document:
            return self._document
        if labelled := [found for p in self.data if (found := _TITLE_LABEL.match(p.text))]:
            return _cut(labelled[0][1], _MAX_TITLE)
        if facts := [found[1] for p in self.data if (found := _SHORT_FACT.match(p.text))]:
            return _cut(": ".join(facts[:2]), _MAX_TITLE)
        prose = [p for p in self.data if not p.is_code] or self.data
        return _cut(Ranking(prose).most_informative(1)[0].text, _MAX_TITLE)


def _asks(passage: Passage, passages: Sequence[Passage]) -> bool:
    return passage.is_question and (passage.position < 2 or passage.position >= len(passages) - 2)


def _quotable(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Data only: no orders, no questions, and of code its definitions – or all of it where there is nothing else."""
    data = [p for p in passages if not p.is_order and not _asks(p, passages)]
    return tuple([p for p in data if not p.is_code or p.is_definition] or data)


def _renumbered(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    return tuple(Passage(p.text, place, p.heading, is_code=p.is_code) for place, p in enumerate(passages))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _quote(passage: Passage) -> str:
    return _cut(passage.text, _MAX_QUOTE)


def _quoted_block(passages: Iterable[Passage]) -> str:
    return "\n>\n".join(f"> {_quote(p)}" for p in passages)


def _bullets(passages: Iterable[Passage]) -> str:
    return "\n".join(f"- {_quote(p)}" for p in passages if not p.is_code)


def _code_bullets(passages: Sequence[Passage]) -> str:
    return "\n".join(f"- `{_quote(p).replace('`', '').rstrip(' {:')}`" for p in passages[:12])
