"""Taking keys out of texts before anybody reads them: logs, errors, exports."""

import re
import threading

_SHORTEST = 8  # a shorter "key" is a word such as "ollama", which would be taken out of every sentence

_LOOKS_LIKE_A_KEY = re.compile(
    r"""
    (?<![A-Za-z0-9])(?:
        (?:sk|xai|gsk|rk|pk|pplx|hf|r8)[-_][A-Za-z0-9_\-]{8,}
      | dapi[0-9a-f]{8,}[0-9a-f-]*
      | AIza[A-Za-z0-9_\-]{20,}
      | eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]*
    )
    | (?<=[Bb]earer\s)[^\s"',;<>]{8,}
    | (?<=[Aa]pi-[Kk]ey:\s)[^\s"',;<>]{8,}
    """,
    re.VERBOSE,
)

_known: set[str] = set()
_lock = threading.Lock()


def remember(key: str) -> str:
    """Mask this key from now on, whatever it looks like. Returns it."""
    if len(key) >= _SHORTEST and key not in _known:
        with _lock:
            _known.add(key)
    return key


def last_four(key: str) -> str | None:
    """The last four characters, or None where they would give away too much of it (under 12 characters)."""
    return key[-4:] if len(key) >= 12 else None


def mask_secrets(text: str) -> str:
    """`text` with every key of this process, and whatever looks like a key, as ••••last4."""
    for key in tuple(_known):
        if key in text:
            text = text.replace(key, _masked(key))
    return _LOOKS_LIKE_A_KEY.sub(lambda match: _masked(match.group()), text)


def _masked(key: str) -> str:
    return "••••" + (last_four(key) or "")
