"""The form of a connection: the kind decides which fields there are and what they begin with.

A key that is typed leaves the form only in the draft; it is never shown again beyond its last four characters.
"""

from itertools import cycle
from typing import get_args

import streamlit as st
from pydantic import SecretStr

from core import startup
from core.llm import KINDS, ConnectionDraft, ConnectionView, KeySource, Kind
from pages._ui.icons import ICON

_SOURCES: dict[KeySource, str] = {
    "none": "No key",
    "env": "Environment variable",
    "keyring": "Keyring of this machine",
    "stored": "Stored encrypted",
}
_ADDABLE = [name for name in KINDS if name != "offline"]


def connection_form(start: ConnectionView | None, *, key: str) -> ConnectionDraft | None:
    """Draw the form, for a new connection if `start` is None; what was entered when it is sent, else None."""
    pick, source_place = st.columns([1, 2], gap="medium")
    kind_name = start.kind if start else "openai"
    kind_name = pick.selectbox(
        "Kind",
        _ADDABLE,
        _ADDABLE.index(kind_name),
        format_func=lambda name: KINDS[name].title,
        key=f"{key}.kind",
        disabled=start is not None,
        help="A connection keeps its kind" if start else None,
    )
    kind = KINDS[kind_name]
    key = f"{key}.{kind_name}"
    sources = _sources(kind)
    source = source_place.segmented_control(
        "Where the key is",
        sources,
        default=start.key_source if start and start.key_source in sources else sources[0],
        required=True,
        format_func=lambda name: (
            "No key: the profile signs in" if name == "none" and "profile" in kind.options else _SOURCES[name]
        ),
        key=f"{key}.source",
        wrap=True,
    )
    with st.form(f"{key}.form"):
        draft = _fields(start, kind_name, kind, source, key)
        sent = st.form_submit_button(
            "Save" if start else "Add connection",
            icon=ICON.save if start else ICON.add,
            type="primary",
            key=f"{key}.send",
        )
    return draft if sent else None


def _sources(kind: Kind) -> list[KeySource]:
    """The places a key of this kind can be in, the likeliest first."""
    settings = startup.opened()
    hosted = settings is not None and settings.hosted
    places = [source for source in get_args(KeySource) if not (source == "keyring" and hosted)]
    if kind.needs_key:
        places.remove("none")
    return places


def _fields(start: ConnectionView | None, kind_name: str, kind: Kind, source: KeySource, key: str) -> ConnectionDraft:
    left, right = st.columns(2, gap="medium")
    name = left.text_input(
        "Name",
        start.name if start else kind_name,
        key=f"{key}.name",
        max_chars=100,
        disabled=start is not None,
        help="Versions refer to a connection by its name, so it stays."
        if start
        else "Versions refer to it by this name",
    )
    model = right.text_input(
        "Model",
        (start.model if start else None) or "",
        key=f"{key}.model",
        placeholder="what answers where a version names no model",
        max_chars=200,
    )
    base_url = left.text_input(
        "Base URL",
        (start.base_url if start else kind.base_url) or "",
        key=f"{key}.base_url",
        placeholder="https://…",
        help=kind.base_url_help or None,
    )
    key_env, typed = _key_fields(right, start, kind, source, key)
    options = {}
    for place, (option, help_text) in zip(cycle((left, right)), kind.options.items(), strict=False):
        stored = (start.options if start else {}).get(option, "")
        options[option] = place.text_input(
            option.replace("_", " ").capitalize(), stored, key=f"{key}.{option}", placeholder=help_text, help=help_text
        )
    with st.expander("Limits, prices and budget", icon=":material/tune:"):
        numbers = _numbers(start, key)
    return ConnectionDraft(
        name=name,
        kind=kind_name,
        base_url=base_url.strip() or None,
        model=model.strip() or None,
        key=SecretStr(typed) if typed else None,
        key_source=source,
        key_env=key_env,
        options={option: value for option, value in options.items() if value},
        **numbers,
    )


def _key_fields(
    place, start: ConnectionView | None, kind: Kind, source: KeySource, key: str
) -> tuple[str | None, str | None]:
    """The name of the variable, or the key that was typed."""
    if source == "env":
        suggested = (start.key_env if start else None) or kind.key_env or ""
        variable = place.text_input(
            "Environment variable",
            suggested,
            key=f"{key}.env",
            placeholder="MY_SERVICE_KEY",
            help="Read at each call, and never stored",
        )
        return variable.strip() or None, None
    if source == "none":
        return None, None
    kept = start is not None and start.key_source == source
    typed = place.text_input(
        "Key",
        type="password",
        key=f"{key}.{source}.key",
        autocomplete="new-password",
        placeholder=f"kept: ••••{start.key_last4 or ''}" if start and kept else None,
        help="Empty keeps the key there is. It is sent only to the host of the base URL.",
    )
    return None, typed or None


def _numbers(start: ConnectionView | None, key: str) -> dict[str, float | int | None]:
    one, two, three = st.columns(3)
    timeout = one.number_input(
        "Time-out (s)", 1.0, 3600.0, start.timeout_s if start else 60.0, 5.0, format="%.0f", key=f"{key}.timeout_s",
        help="For one attempt; in a stream: to the first words, and between words",
    )  # fmt: skip
    retries = two.number_input("Retries", 0, 10, start.max_retries if start else 2, key=f"{key}.max_retries")
    parallel = three.number_input("Calls at once", 1, 256, start.parallel if start else 8, key=f"{key}.parallel")
    unset = {"min_value": 0.0, "step": 0.1, "format": "%.2f", "placeholder": "price list"}
    price_in = one.number_input(
        "Input price (USD per 1M tokens)", value=start.input_usd_per_mtok if start else None, key=f"{key}.input_usd",
        help="Empty: the built-in price list decides, and what it does not know is unknown", **unset,
    )  # fmt: skip
    price_out = two.number_input(
        "Output price (USD per 1M tokens)", value=start.output_usd_per_mtok if start else None, key=f"{key}.output_usd", **unset
    )  # fmt: skip
    budget = three.number_input(
        "Budget per month (USD)", value=start.budget_usd_per_month if start else None, key=f"{key}.budget_usd",
        help="A call that might pass it is refused before it is sent", **{**unset, "step": 5.0, "placeholder": "none"},
    )  # fmt: skip
    return {
        "timeout_s": timeout,
        "max_retries": int(retries or 0),
        "parallel": int(parallel or 1),
        "input_usd_per_mtok": price_in,
        "output_usd_per_mtok": price_out,
        "budget_usd_per_month": budget,
    }
