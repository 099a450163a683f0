"""What a job will probably take, in one line."""

from collections.abc import Sequence

from core import analysis
from pages._ui import formatting


def estimate_words(estimates: Sequence[analysis.Estimate]) -> str:
    """ "2 calls · ≈ 3,100 tokens sent · ≈ 0.0200 USD", of all these together."""
    calls, tokens = sum(each.calls for each in estimates), sum(each.input_tokens for each in estimates)
    costs = [each.cost_usd for each in estimates if each.cost_usd is not None]
    if len(costs) < len(estimates):
        price = "price unknown"
    else:
        price = f"≈ {formatting.usd(sum(costs))}" if sum(costs) else formatting.usd(0)
    return f"{calls} calls · ≈ {tokens:,} tokens sent · {price}"
