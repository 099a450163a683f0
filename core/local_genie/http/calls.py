"""A request as the handlers see it, free of the web framework; and pages of lists."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.local_genie.refusals import Refusal, invalid


@dataclass(frozen=True)
class Call:
    """One request. `path` are the values of the route's parameters."""

    method: str
    path: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    raw_body: bytes = b""

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object of the body; an empty body is an empty object."""
        if not self.raw_body.strip():
            return {}
        try:
            value = json.loads(self.raw_body)
        except (ValueError, RecursionError) as error:
            raise Refusal(400, "MALFORMED_REQUEST", f"The body is not valid JSON: {str(error)[:200]}.") from error
        if not isinstance(value, dict):
            raise Refusal(400, "MALFORMED_REQUEST", "The body must be a JSON object.")
        return value

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").casefold() == "true"


Handler = Callable[[Call], dict[str, Any]]


def page(
    call: Call,
    key: str,
    read: Callable[[int, str | None], list[Any]],
    place: Callable[[Any], str],
    *,
    default: int = 20,
    most: int = 100,
    size_name: str = "page_size",
) -> dict[str, Any]:
    """One page of a list. `read(limit, after)` gives the items behind a place, `place(item)` an item's own."""
    size = _size(call.query.get(size_name), default, most, size_name)
    items = read(size + 1, _after(call.query.get("page_token")))
    body: dict[str, Any] = {key: items[:size]}
    if len(items) > size:
        body["next_page_token"] = base64.urlsafe_b64encode(place(items[size - 1]).encode()).decode().rstrip("=")
    return body


def _size(text: str | None, default: int, most: int, name: str) -> int:
    if text in (None, "", "0"):
        return default
    try:
        size = int(str(text))
    except ValueError as error:
        raise invalid(f"{name} must be a whole number.") from error
    if size < 1:
        raise invalid(f"{name} must be above 0.")
    return min(size, most)


def _after(token: str | None) -> str | None:
    if not token:
        return None
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid("page_token is not one that this server gave out.") from error
