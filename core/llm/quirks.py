"""What a service or model does not take, learnt from its own refusal and remembered while the process runs.

A parameter is left out only if the service says that it does not know it or does not support it, never because its
value is wrong: that is for the person to put right.
"""

from typing import Any, Literal

from core.llm.failures import said, status_of

Quirk = Literal["max_completion_tokens", "no_temperature", "no_stop", "no_stream_options", "no_response_format"]
Key = tuple[str, str, str]
"""Connection id, base URL, model."""

_UNSUPPORTED = (
    "unsupported", "not support", "unknown", "unrecognized", "unrecognised", "not allowed", "not permitted", "unexpected",
    "only the default", "not available", "deprecated", "extra inputs", "extra_forbidden", "not implemented", "not enabled",
)  # fmt: skip
_RENAMED = "max_completion_tokens"

_known: dict[Key, set[Quirk]] = {}


def known(key: Key) -> set[Quirk]:
    return set(_known.get(key, ()))


def forget_all() -> None:
    _known.clear()


def learn(error: Exception, key: Key, params: dict[str, Any], have: set[Quirk]) -> Quirk | None:
    """The quirk that a refusal (400 or 422) tells of, if dropping or renaming a parameter may help; remembers it.

    A `response_format` whose schema the service does not take is left out for this call only.
    """
    if status_of(error) not in (400, 422):
        return None
    text = said(error).lower()
    param = str(getattr(error, "param", "") or "").lower()
    unsupported = any(word in text for word in _UNSUPPORTED) or "unsupported" in str(getattr(error, "code", "")).lower()
    mentioned = f"{param} {text}"
    quirk: Quirk | None = None
    if "max_tokens" in params and _RENAMED in mentioned:
        quirk = _RENAMED
    elif "stream_options" in params and "stream_options" in mentioned:
        quirk = "no_stream_options"
    elif "response_format" in params and ("response_format" in mentioned or "json_schema" in mentioned):
        quirk = "no_response_format"
    elif unsupported and "temperature" in params and "temperature" in mentioned:
        quirk = "no_temperature"
    elif unsupported and "stop" in params and (param == "stop" or "'stop'" in text or '"stop"' in text):
        quirk = "no_stop"
    if quirk is None or quirk in have:
        return None
    if quirk != "no_response_format" or unsupported:
        _known.setdefault(key, set()).add(quirk)
    return quirk


def applied(params: dict[str, Any], quirks: set[Quirk]) -> dict[str, Any]:
    """The parameters as this service takes them."""
    params = dict(params)
    if "max_completion_tokens" in quirks and "max_tokens" in params:
        params[_RENAMED] = params.pop("max_tokens")
    for quirk, name in (
        ("no_temperature", "temperature"),
        ("no_stop", "stop"),
        ("no_stream_options", "stream_options"),
        ("no_response_format", "response_format"),
    ):
        if quirk in quirks:
            params.pop(name, None)
    return params
