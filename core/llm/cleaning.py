"""Text from outside, made fit to be stored."""


def storable(text: str) -> str:
    """`text` without what no database takes: half characters (lone surrogates) and NUL become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
