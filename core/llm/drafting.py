"""What a person may enter for a connection, checked field by field before anything is written."""

import math
import re
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from core.errors import InputError
from core.llm import keys
from core.llm.addresses import check_base_url, origin
from core.llm.keys import KeptKey
from core.llm.kinds import KINDS
from core.llm.views import ConnectionDraft
from core.settings import current

_RESERVED = frozenset({"auto"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
MOST_QUESTIONS_PER_MINUTE = 1_000


@dataclass(frozen=True)
class Columns:
    """A checked draft as the columns of its row, without the key's."""

    base_url: str | None
    values: dict[str, Any]


def check(draft: ConnectionDraft) -> Columns:
    """Every field but name and key.

    Raises:
        InputError: a field breaks a rule; the text names it.
    """
    kind = KINDS.get(draft.kind)
    if kind is None:
        raise InputError(f"'{draft.kind}' is not a kind of connection. Choose one of {', '.join(KINDS)}.")
    base_url = _base_url(draft)
    options = _options(draft)
    _in_range("The time-out", draft.timeout_s, 1, 3600, "s")
    _in_range("The number of retries", draft.max_retries, 0, 10)
    _in_range("The number of parallel calls", draft.parallel, 1, 256)
    for label, amount in (
        ("The input price", draft.input_usd_per_mtok),
        ("The output price", draft.output_usd_per_mtok),
        ("The monthly budget", draft.budget_usd_per_month),
    ):
        if amount is not None:
            _in_range(label, amount, 0, 1e9, "USD")
    model = (draft.model or "").strip() or None
    if model is not None and (len(model) > 200 or _CONTROL.search(model)):
        raise InputError("The model's name is longer than 200 characters or holds a line break. Correct it.")
    return Columns(
        base_url,
        {
            "kind": draft.kind,
            "base_url": base_url,
            "model": model,
            "options": options,
            "timeout_s": float(draft.timeout_s),
            "max_retries": int(draft.max_retries),
            "parallel": int(draft.parallel),
            "input_usd_per_mtok": draft.input_usd_per_mtok,
            "output_usd_per_mtok": draft.output_usd_per_mtok,
            "budget_usd_per_month": draft.budget_usd_per_month,
        },
    )


def check_name(name: str) -> str:
    """The name without spaces around it.

    Raises:
        InputError: empty, too long, reserved, or with control characters.
    """
    name = name.strip()
    if not name or len(name) > 100 or _CONTROL.search(name):
        raise InputError("A connection needs a name of 1 to 100 characters on one line.")
    if name.lower() in _RESERVED:
        raise InputError("'auto' means the default connection. Choose another name.")
    return name


def check_key(draft: ConnectionDraft, *, connection_id: str, base_url: str | None, old: KeptKey) -> KeptKey:
    """Where the key is after saving; puts a new one into its place. No key in the draft keeps the one there is.

    Raises:
        InputError: a key is missing or superfluous, or the kept one was saved for another host.
        ConfigError: there is no keyring, or no secret key to encrypt with.
    """
    key = draft.key.get_secret_value() if isinstance(draft.key, SecretStr) else draft.key
    key = (key or "").strip()
    source = draft.key_source
    if source not in ("none", "env", "keyring", "stored"):
        raise InputError(f"'{source}' is not a place for a key. Choose none, env, keyring or stored.")
    if key and source in ("none", "env"):
        raise InputError("A key was entered, but not where to keep it. Choose to store it, or leave the key empty.")
    if source == "none":
        if KINDS[draft.kind].needs_key:
            raise InputError(
                f"{KINDS[draft.kind].title} needs a key. Store one, or name the environment variable that holds it."
            )
        return KeptKey("none")
    if source == "env":
        return KeptKey("env", keys.check_variable(draft.key_env))
    if base_url is None:
        raise InputError("A kept key is bound to the host it is for. Enter the base URL as well.")
    if key:
        if not key.isascii() or not key.isprintable() or " " in key or len(key) > 4000:
            raise InputError("The key holds a space, a line break or a character that no key has. Copy it again.")
        return keys.keep(source, key, connection_id=connection_id, base_url=base_url)
    if old.source != source:
        raise InputError("The key is empty. Enter it.")
    if old.host != origin(base_url):
        raise InputError(
            f"The kept key was saved for {old.host} and is sent nowhere else. Enter the key again for the new base URL."
        )
    return old


def _base_url(draft: ConnectionDraft) -> str | None:
    given = (draft.base_url or "").strip() or KINDS[draft.kind].base_url
    if draft.kind == "offline":
        if (draft.base_url or "").strip():
            raise InputError("The offline model has no base URL: Whetstone starts it itself. Leave the field empty.")
        return None
    if given is None:
        if draft.kind == "databricks" and draft.key_source == "none":
            return None  # the credentials that it finds by itself name the workspace
        raise InputError(f"{KINDS[draft.kind].title} needs a base URL. {KINDS[draft.kind].base_url_help}")
    settings = current()
    url = check_base_url(given, hosted=settings.hosted, allow_private=settings.allow_private_hosts)
    if len(url) > 2000:
        raise InputError("The base URL is longer than 2,000 characters. Correct it.")
    endings = {"databricks": ("/serving-endpoints",), "azure": ("/openai",)}
    for ending in endings.get(draft.kind, ()):
        url = url.removesuffix(ending)
    return url.removesuffix("/chat/completions")


def _options(draft: ConnectionDraft) -> dict[str, Any]:
    known = KINDS[draft.kind].options
    unknown = sorted(set(draft.options) - set(known))
    if unknown:
        raise InputError(f"{KINDS[draft.kind].title} has no option {', '.join(unknown)}. Take it out.")
    options = {}
    for name, value in draft.options.items():
        value = str(value or "").strip()
        if len(value) > 200 or _CONTROL.search(value):
            raise InputError(f"The option {name} is longer than 200 characters or holds a line break. Correct it.")
        if value:
            options[name] = value
    if draft.kind == "databricks":
        _check_databricks(options, draft)
    return options


def _check_databricks(options: dict[str, Any], draft: ConnectionDraft) -> None:
    """The options of a workspace. A warehouse's id may be given as the path that its page shows."""
    if warehouse := options.get("warehouse_id"):
        options["warehouse_id"] = warehouse = warehouse.rsplit("/", 1)[-1]
        if not _ID.fullmatch(warehouse):
            raise InputError(
                "The warehouse id has a character that none has. Copy it from the warehouse's page, such as 1234567890abcdef."
            )
    if client_id := options.get("client_id"):
        if not _ID.fullmatch(client_id):
            raise InputError(
                "The client id has a character that none has. Copy the service principal's application id."
            )
        if draft.key_source == "none":
            raise InputError("A client id needs its secret. Store it as the key, or name the variable that holds it.")
        if options.get("profile"):
            raise InputError("Give one login only: a profile, or a client id with its secret as the key.")
    if rate := options.get("questions_per_minute"):
        try:
            number = float(rate)
        except ValueError:
            number = math.nan
        if not 0 < number <= MOST_QUESTIONS_PER_MINUTE:
            raise InputError(
                f"The questions per minute must be a number above 0 and at most {MOST_QUESTIONS_PER_MINUTE:,}, such as 5."
            )


def _in_range(label: str, value: float, low: float, high: float, unit: str = "") -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:
        raise InputError(f"{label} must lie between {low:,.0f} and {high:,.0f} {unit}".rstrip() + ".")
