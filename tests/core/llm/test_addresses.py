"""Which base URLs are taken, and that what was judged is what is connected to."""

import asyncio
import ipaddress
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError, ServiceError
from core.llm.addresses import AddressRefusedError, check_base_url, origin, reach_of
from core.llm.transport import AddressRules, Transport
from core.settings import configure

PAYLOADS = (Path(__file__).parents[2] / "hostile" / "ssrf.txt").read_text(encoding="utf-8").split("\n")
PAYLOADS = [line for line in PAYLOADS if line and not line.startswith("# ")]
REDIRECTING = "https://redirect.example/302-to-127.0.0.1"
PUBLIC = "93.184.215.14"


def names(host: str) -> list[str]:
    """What the names of the payloads would resolve to."""
    if host in ("redirect.example", "api.openai.com"):
        return [PUBLIC]
    if host == "127.0.0.1.nip.io":
        return ["127.0.0.1"]
    raise OSError("no such name")


def check(url, *, hosted=False, allow_private=(), lookup=names):
    return check_base_url(url, hosted=hosted, allow_private=allow_private, lookup=lookup)


@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if payload != REDIRECTING])
def test_every_payload_is_refused_with_a_sentence_on_a_hosted_instance(payload):
    with pytest.raises(InputError) as caught:
        check(payload, hosted=True)
    assert str(caught.value).endswith(".")


def test_the_redirecting_payload_is_refused_when_it_redirects(connect, ask, model):
    assert check(REDIRECTING, hosted=True) == REDIRECTING
    with pytest.raises(ServiceError, match="does not follow"):
        ask(connect("redirect"))
    assert model.leaked == []


@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if payload != REDIRECTING])
def test_locally_only_what_is_plainly_this_machine_is_taken(payload):
    plainly_local = {
        "http://127.0.0.1:8501/_stcore/health",
        "http://[::ffff:127.0.0.1]/",
        "http://127.0.0.1.nip.io/",
        "http://[64:ff9b::7f00:1]/",
    }
    if payload in plainly_local:
        check(payload)
    else:
        with pytest.raises(InputError):
            check(payload)


@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if payload != REDIRECTING])
def test_no_payload_is_connected_to_even_if_it_was_saved(payload, connect, ask, configured):

    configure(configured.model_copy(update={"hosted": True}))
    with pytest.raises(ServiceError) as caught:
        ask(connect(base_url=payload))
    assert caught.value.partial.attempts == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        (" HTTPS://API.OpenAI.com:8443/v1/ ", "https://api.openai.com:8443/v1"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("https://not-resolvable-now.example/v1", "https://not-resolvable-now.example/v1"),
    ],
)
def test_takes_and_tidies_what_people_enter(url, expected):
    def lookup(host):
        return ["127.0.0.1"] if host == "localhost" else names(host)

    assert check(url, lookup=lookup) == expected


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "empty"),
        ("api.openai.com/v1", "must start with https://"),
        ("https://key@api.openai.com/v1", "user name"),
        ("https://api.openai.com/v1?key=1", "query"),
        ("https://api.openai.com:99999/v1", "not valid"),
        ("https:///v1", "no host"),
        ("https://api openai.com", "a space"),
        ("https://[::1", "not valid"),
        ("https://2130706433/", "odd spelling"),
        ("https://0177.0.0.1/", "odd spelling"),
        ("https://пример.рф/", "xn--"),
        ("https://a_b.-c/", "not a host name"),
    ],
)
def test_says_what_is_wrong_with_a_base_url(url, says):
    with pytest.raises(InputError, match=says):
        check(url)


def test_refuses_to_send_a_key_in_clear_over_the_network():
    with pytest.raises(InputError, match="unencrypted"):
        check("http://api.openai.com/v1")


def test_reaches_private_addresses_only_where_the_operator_allows_them():
    with pytest.raises(InputError, match="WHETSTONE_ALLOW_PRIVATE_HOSTS"):
        check("http://10.1.2.3/v1")
    assert check("http://10.1.2.3/v1", allow_private=["10.1.0.0/16"])
    assert check("http://10.1.2.3/v1", hosted=True, allow_private=["10.1.2.3"])
    assert check("http://gpu.lan/v1", allow_private=["GPU.lan"], lookup=lambda host: ["192.168.1.5"])
    with pytest.raises(InputError):
        check("http://other.lan/v1", allow_private=["gpu.lan"], lookup=lambda host: ["192.168.1.5"])


def test_metadata_addresses_are_out_of_bounds_whatever_is_allowed():
    for address in ("169.254.169.254", "100.100.100.200", "168.63.129.16"):
        with pytest.raises(InputError, match="never"):
            check(f"https://{address}/", allow_private=["0.0.0.0/0"])
    with pytest.raises(InputError, match="never"):
        check("https://[fd00:ec2::254]/", allow_private=["::/0"])


def test_one_bad_address_among_good_ones_is_enough_to_refuse():
    with pytest.raises(InputError):
        check("https://both.example/v1", hosted=True, lookup=lambda host: [PUBLIC, "127.0.0.1"])


def get(url, rules, lookup):
    async def request():
        async with httpx2.AsyncClient(transport=Transport(rules, lookup=lookup), trust_env=False) as client:
            return await client.get(url)

    return asyncio.run(request())


def test_a_name_that_moves_to_loopback_after_it_was_saved_is_refused_at_connect(model):
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    def rebinding(host):
        return next(answers)

    url = f"https://rebind.example:{model.port}/ok/v1"
    assert check(url, hosted=True, lookup=rebinding) == url
    with pytest.raises(Exception) as caught:
        get(f"{url}/models", AddressRules(True, ()), rebinding)
    assert isinstance(caught.value.os_error, AddressRefusedError)
    assert model.history == []


def test_connects_to_the_address_that_was_judged_without_asking_again(model):
    asked = []

    def lookup(host):
        asked.append(host)
        return ["127.0.0.1"]

    response = get(f"http://named.example:{model.port}/ok/v1/models", AddressRules(False, ()), lookup)
    assert response.status_code == 200
    assert asked == ["named.example"]


def test_a_key_is_bound_to_scheme_host_and_port():
    assert origin("https://API.openai.com/v1") == "https://api.openai.com:443"
    assert origin("http://127.0.0.1:8080/v1") == "http://127.0.0.1:8080"


@given(st.ip_addresses(v=4))
def test_an_address_in_ipv6_clothes_is_judged_as_what_it_is(address):
    for form in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert reach_of(ipaddress.IPv6Address(form)) == reach_of(address)


@given(
    st.text(max_size=60) | st.text(alphabet="htps:/@[]%#?.0179afx\\ ", max_size=60).map(lambda text: "http://" + text)
)
def test_whatever_is_entered_is_taken_or_refused_with_a_sentence(url):
    try:
        check(url, hosted=True)
    except InputError as error:
        assert str(error)
