"""Foreign text on the screen: what a person or a model wrote must not fetch anything, nor pass for the workbench's own.

A text goes into a label, badge, toast or caption only through `plain`; a model's Markdown is drawn only by `markdown`.
The content security policy of the server is the first wall, this is the second.
"""

import re

import streamlit as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

# Only what means something in Markdown or to Streamlit, so that a name such as `file_path` stays itself for screen readers.
_SPECIAL = re.compile(
    r"[\\`*\[\]<>|~$#!]"  # marks that mean something anywhere
    r"|(?<!\w)_|_(?!\w)"  # an underscore at the edge of a word is emphasis
    r"|:(?=[A-Za-z+\-_])"  # directives, emoji, icons
    r"|&(?=[\w#])"  # entities
    r"|:(?=//)|(?<=\bwww)\."  # addresses, which would become links
    r"|^[-+=]|^\d+(?=[.)](?:\s|$))"  # lists and rules
)
_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")


def plain(text: str, limit: int = 200) -> str:
    """`text` as one line without any meaning in Markdown, at most `limit` characters, for labels and captions."""
    line = " ".join(text.split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return _SPECIAL.sub(_escaped, line)


def _escaped(match: re.Match[str]) -> str:
    found = match.group()
    # A backslash does not keep an address or a list number apart; an invisible space does.
    return (
        f"{found}\u200b" if found[0].isdigit() or (found in (":", ".") and not _is_directive(match)) else f"\\{found}"
    )


def _is_directive(match: re.Match[str]) -> bool:
    return match.group() == ":" and not match.string.startswith("//", match.end())


def markdown(text: str) -> None:
    """Draw Markdown without images, raw HTML and Streamlit's own extensions; links stay links."""
    st.markdown(harmless(text))


def harmless(text: str) -> str:
    """The Markdown of `text` in which images are their alternative text and HTML is shown as code.

    Works block by block on the parsed tokens, so that code blocks keep every character.
    """
    lines = text.splitlines()
    out: list[str] = []
    at = 0
    for token in _PARSER.parse(text):
        if token.map is None or token.type not in ("inline", "html_block", "fence", "code_block"):
            continue
        start, end = token.map
        if start < at:
            continue
        out += lines[at:start]
        block = lines[start:end]
        if token.type == "html_block":
            out += ["```html", *(line.replace("```", "ˋˋˋ") for line in block), "```"]
        elif token.type == "inline":
            out += _inline(token, block)
        else:
            out += block
        at = end
    return "\n".join(out + lines[at:])


def _inline(token: Token, block: list[str]) -> list[str]:
    """A paragraph, heading or table cell; kept as written unless something in it has to go."""
    text = "\n".join(block)
    children = token.children or []
    for child in children:
        if child.type == "html_inline":
            text = text.replace(child.content, "`" + child.content.replace("`", "ˋ").replace("\n", " ") + "`", 1)
    # Whatever the parser calls an image is cut at its mark; an escaped mark shows as itself.
    if any(child.type == "image" for child in children) or "![" in text:
        text = text.replace("![", "\\!\\[")
    return [_without_directives(line) for line in text.split("\n")]


def _without_directives(line: str) -> str:
    """Take Streamlit's own `:red[…]`, `:material/…:` and emoji codes out of a line."""
    return re.sub(r":(?=[A-Za-z_-]+(?:\[|/|:))", "\\:", line)
