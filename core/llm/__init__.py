"""Model services: connections, calls over the openai SDK, structured output, prices and token estimates.

The only place that imports `openai`, and that late: the first page must not wait for it. Nothing records a call here;
`core.library.running` does, and everything that calls a model goes through it.
"""

from core.llm.addresses import check_base_url, judge, origin, system_lookup
from core.llm.chatting import chat
from core.llm.connections import (
    add_connection,
    delete_connection,
    ensure_offline,
    get_connection,
    list_connections,
    set_default,
    update_connection,
)
from core.llm.databricks import check_login, oauth_login
from core.llm.encrypting import decrypt, encrypt
from core.llm.keys import check_variable, environment_key, key_for
from core.llm.kinds import KINDS, Kind
from core.llm.loop import close, run_async, submit
from core.llm.masking import mask_secrets, remember
from core.llm.offline import set_offline_starter
from core.llm.pricing import context_window, cost
from core.llm.probing import list_models, test_connection
from core.llm.spending import month_spend
from core.llm.tokens import estimate_tokens
from core.llm.views import (
    ChatReply,
    ChatRequest,
    ConnectionDraft,
    ConnectionView,
    KeySource,
    Spend,
    TestResult,
    Usage,
)

__all__ = [
    "KINDS",
    "ChatReply",
    "ChatRequest",
    "ConnectionDraft",
    "ConnectionView",
    "KeySource",
    "Kind",
    "Spend",
    "TestResult",
    "Usage",
    "add_connection",
    "chat",
    "check_base_url",
    "check_login",
    "check_variable",
    "close",
    "configure",
    "context_window",
    "cost",
    "decrypt",
    "delete_connection",
    "encrypt",
    "ensure_offline",
    "environment_key",
    "estimate_tokens",
    "get_connection",
    "judge",
    "key_for",
    "list_connections",
    "list_models",
    "mask_secrets",
    "month_spend",
    "oauth_login",
    "origin",
    "remember",
    "run_async",
    "set_default",
    "set_offline_starter",
    "submit",
    "system_lookup",
    "test_connection",
    "update_connection",
]
