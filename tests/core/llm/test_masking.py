"""Keys never reach a log or an error."""

import pytest

from core import llm
from core.errors import AuthError
from core.llm import masking


@pytest.mark.parametrize(
    "text",
    [
        "key sk-proj-abcdefghijkl7890 is wrong",
        "xai-abcdefghijkl7890",
        "dapi0123456789abcdef01237890",
        "Authorization: Bearer abcdefghijkl7890",
        "api-key: abcdefghijkl7890",
        "gsk_abcdefghijkl7890",
    ],
)
def test_masks_what_looks_like_a_key(text):
    masked = llm.mask_secrets(text)
    assert "••••7890" in masked
    assert "abcdefghijkl" not in masked and "456789abcdef" not in masked


def test_masks_a_known_key_whatever_it_looks_like():
    masking.remember("my own odd passphrase")
    assert llm.mask_secrets("it was: my own odd passphrase.") == "it was: ••••rase."


def test_leaves_words_alone():
    masking.remember("ollama")
    for text in ("Start ollama now", "a risk-averse desk-bound task", "sk-", "", "The bearer of news"):
        assert llm.mask_secrets(text) == text


def test_a_key_that_the_service_repeats_does_not_reach_the_error(connect, ask, model, monkeypatch):
    key = "unusual/key+0123456789"
    monkeypatch.setenv("PROBE_KEY", key)
    connection = connect("401", key_source="env", key_env="PROBE_KEY", model="m")
    with pytest.raises(AuthError) as caught:
        ask(connection, model=f"model-{key}")
    assert key not in str(caught.value)
    assert "PROBE_KEY" in str(caught.value)
