"""One connection as a card: what it is, where its key is, what it has cost this month, and what can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core import library, llm
from pages._ui import formatting, person
from pages._ui.badges import offline_badge
from pages._ui.icons import ICON
from pages._ui.text import plain

_OFFLINE = (
    "Answers without a key or a network, so that every page works at once. It never reasons: it quotes and rearranges what "
    "the prompt holds, and is marked as the offline model wherever it answers. Add a connection for real answers."
)


@dataclass(frozen=True)
class Acts:
    """What the page does for the buttons. Each is called before the page is drawn."""

    edit: Callable[[llm.ConnectionView], None]
    make_default: Callable[[str], None]
    delete: Callable[[str], None]


def connection_card(connection: llm.ConnectionView, spend: llm.Spend, acts: Acts) -> None:
    """Draw the card. Its test calls the service and shows the result below the buttons."""
    offline = connection.kind == "offline"
    key = f"connections.{connection.id}"
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(connection.name)}**")
            if offline:
                offline_badge("offline")
            else:
                st.badge(llm.KINDS[connection.kind].title, color="gray", icon=ICON.connection)
            if connection.is_default:
                st.badge("default", color="blue", icon=ICON.check)
            if connection.key_missing:
                st.badge("key missing", color="red", icon=ICON.warning)
        st.caption(_OFFLINE if offline else " · ".join(_facts(connection)))
        _spent(connection, spend)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            test = st.button("Test", icon=ICON.test, key=f"{key}.test")
            if not offline:
                st.button("Edit", icon=ICON.edit, key=f"{key}.edit", on_click=acts.edit, args=(connection,))
            if not connection.is_default:
                st.button(
                    "Make default",
                    icon=ICON.check,
                    key=f"{key}.default",
                    on_click=acts.make_default,
                    args=(connection.name,),
                )
            if not offline:
                _delete(connection, key, acts)
        if test:
            _test(connection)


def _facts(connection: llm.ConnectionView) -> list[str]:
    """Where it leads, what answers, and where the key is."""
    # As code, so that it stays an address and does not become a link.
    base_url = f"`{connection.base_url[:120]}`" if connection.base_url else "the workspace of the profile"
    return [base_url, plain(connection.model or "no default model"), _key_words(connection)]


def _key_words(connection: llm.ConnectionView) -> str:
    dots = f"••••{plain(connection.key_last4)}" if connection.key_last4 else "••••"
    if connection.key_source == "env":
        variable = plain(connection.key_env or "")
        return f"key from {variable}, which is not set" if connection.key_missing else f"key {dots} from {variable}"
    if connection.key_source == "none":
        return f"profile {plain(connection.options['profile'])}" if connection.options.get("profile") else "no key"
    return f"key {dots}, " + ("in the keyring" if connection.key_source == "keyring" else "stored encrypted")


def _spent(connection: llm.ConnectionView, spend: llm.Spend) -> None:
    """This month against the budget. A call of unknown cost is said, never counted as free."""
    budget = connection.budget_usd_per_month
    words = f"{_amount(spend.cost_usd)}" + (f" of {_amount(budget)}" if budget is not None else "") + " this month"
    words += f" · {formatting.plural(spend.calls, 'call')}"
    if spend.reserved_usd:
        words += f" · up to {_amount(spend.reserved_usd)} more by calls that run now"
    if budget is not None:
        used = (spend.cost_usd + spend.reserved_usd) / budget if budget else 1.0
        words += f" · {used:.0%} of the budget"
        st.progress(min(1.0, used), text=words)
    else:
        st.caption(f"{words} · no budget")
    if spend.unknown_calls:
        st.caption(
            f"{ICON.warning} The cost of {formatting.plural(spend.unknown_calls, 'call')} is not known and not in the sum. "
            "Enter the model's price to have it counted from now on."
        )


def _amount(usd: float) -> str:
    return f"{usd:,.2f} USD" if usd >= 0.01 or usd == 0 else f"{usd:.4f} USD"


def _delete(connection: llm.ConnectionView, key: str, acts: Acts) -> None:
    with st.popover("Delete", icon=ICON.delete, type="tertiary"):
        if connection.is_default:
            st.caption("This is the default connection. Make another one the default first.")
            return
        st.markdown(f"Delete **{plain(connection.name)}** and its kept key?")
        st.caption("Its executions stay. A version that names it cannot run until another connection has that name.")
        st.button(
            "Delete connection",
            icon=ICON.delete,
            type="primary",
            key=f"{key}.delete",
            on_click=acts.delete,
            args=(connection.name,),
        )


def _test(connection: llm.ConnectionView) -> None:
    with st.spinner("Asking the service …"):
        result = library.test_connection(connection, person=person.current())
    words = plain(result.message, 1000)
    if not result.ok:
        st.error(words, icon=ICON.error)
        return
    st.success(words, icon=ICON.check)
    if result.models:
        st.code("\n".join(result.models), language=None, height=200 if len(result.models) > 9 else "content")
