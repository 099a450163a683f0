"""What a call costs. An unknown price is None, never 0: 0 means free."""

from functools import lru_cache

from core.llm.kinds import KINDS
from core.llm.views import ConnectionView

_FREE_KINDS = frozenset({"offline", "ollama"})


def cost(connection: ConnectionView, model: str, input_tokens: int | None, output_tokens: int | None) -> float | None:
    """USD for so many tokens; None if the price, or a number of tokens, is not known.

    The connection's own prices go before the price list, which is looked up by provider, so that a model of the same
    name elsewhere is not charged at another's price. The offline model and Ollama are free unless priced.
    """
    if input_tokens is None or output_tokens is None:
        return None
    prices = prices_per_mtok(connection, model, input_tokens)
    if prices is None:
        return None
    return (input_tokens * prices[0] + output_tokens * prices[1]) / 1_000_000


def prices_per_mtok(connection: ConnectionView, model: str, input_tokens: int = 0) -> tuple[float, float] | None:
    """(input, output) in USD per million tokens. `input_tokens` matters where long prompts cost more."""
    own = (connection.input_usd_per_mtok, connection.output_usd_per_mtok)
    if own[0] is not None and own[1] is not None:
        return own[0], own[1]
    if connection.kind in _FREE_KINDS:
        listed: tuple[float, float] | None = (0.0, 0.0)
    else:
        listed = _listed(model, _provider_id(connection.kind), connection.base_url, input_tokens)
    if listed is None:
        return None
    return (listed[0] if own[0] is None else own[0], listed[1] if own[1] is None else own[1])


@lru_cache(maxsize=1024)
def context_window(model: str, kind: str | None = None) -> int | None:
    """The model's context in tokens, by the price list's data; None if it does not know."""
    from genai_prices import data_snapshot

    try:
        found = data_snapshot.get_snapshot().find_provider_model(model, None, _provider_id(kind), None)
    except LookupError:
        return None
    return found[1].context_window


def _provider_id(kind: str | None) -> str | None:
    return KINDS[kind].price_id if kind in KINDS else None


@lru_cache(maxsize=4096)
def _listed(model: str, provider_id: str | None, base_url: str | None, input_tokens: int) -> tuple[float, float] | None:
    # genai_prices takes 0.15 s to import: not before the first price is needed.
    from genai_prices import Usage, calc_price

    if provider_id is None and base_url is None:
        return None
    where = {"provider_id": provider_id} if provider_id else {"provider_api_url": base_url}
    # At least a million tokens of output keeps the division below exact; the tier follows the input.
    usage = Usage(input_tokens=input_tokens, output_tokens=1_000_000)
    try:
        price = calc_price(usage, model, **where)  # type: ignore[call-overload]
        if input_tokens == 0:
            one = calc_price(Usage(input_tokens=1000, output_tokens=0), model, **where)  # type: ignore[call-overload]
            return float(one.input_price) * 1000, float(price.output_price)
    except (LookupError, ValueError):
        return None
    return float(price.input_price) / input_tokens * 1_000_000, float(price.output_price)
