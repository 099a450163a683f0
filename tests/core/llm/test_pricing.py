"""What calls cost, and that unknown is never free."""

import pytest

from core import llm


def test_own_prices_go_before_the_list(connect):
    own = connect(kind="openai", base_url="https://api.openai.com/v1", input_usd_per_mtok=3.0, output_usd_per_mtok=6.0)
    assert llm.cost(own, "gpt-4o", 1_000_000, 500_000) == pytest.approx(6.0)


def test_the_list_is_asked_by_provider(connect):
    openai = connect(kind="openai", base_url="https://api.openai.com/v1")
    assert llm.cost(openai, "gpt-4o", 1_000_000, 0) == pytest.approx(2.5)
    assert llm.cost(openai, "gpt-4o", 0, 1_000_000) == pytest.approx(10.0)
    groq = connect(base_url="https://api.groq.com/openai/v1")
    assert llm.cost(groq, "llama-3.3-70b-versatile", 1000, 1000) > 0


def test_a_model_of_the_same_name_elsewhere_has_no_known_price(connect):
    assert llm.cost(connect(base_url="https://example.org/v1"), "gpt-4o", 10, 10) is None


@pytest.mark.parametrize("kind", ["offline", "ollama"])
def test_what_runs_here_is_free_unless_priced(connect, kind):
    assert llm.cost(connect(kind=kind), "anything", 10, 10) == 0.0
    assert llm.cost(connect(kind=kind, input_usd_per_mtok=1.0), "anything", 1_000_000, 10) == 1.0


def test_half_a_price_of_one_s_own_is_not_enough_for_an_unlisted_model(connect):
    assert llm.cost(connect(input_usd_per_mtok=1.0), "unheard-of", 10, 10) is None


def test_unknown_tokens_have_an_unknown_cost(connect):
    assert llm.cost(connect(kind="ollama"), "m", None, 10) is None


def test_the_reply_carries_its_cost_and_none_for_an_unlisted_model(connect, ask):
    priced = ask(connect(input_usd_per_mtok=1.0, output_usd_per_mtok=0.0))
    assert priced.cost_usd == pytest.approx(11 / 1e6)
    assert ask(connect()).cost_usd is None


def test_knows_the_context_of_listed_models():
    assert llm.context_window("gpt-4o", "openai") == 128_000
    assert llm.context_window("gpt-4o") == 128_000
    assert llm.context_window("unheard-of") is None
    assert llm.context_window("llama3.2", "ollama") is None
