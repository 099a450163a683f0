"""Which failures are tried again, and after how long."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import httpx2
import pytest

from core.errors import AuthError, RateLimitError, ServiceError, ServiceTimeoutError
from core.llm.failures import retry_after_s
from core.llm.retrying import LONGEST_WAIT_S, pause_before_retry


@pytest.mark.parametrize("behaviour", ["500-then-ok", "503-then-ok", "408-then-ok", "409-then-ok"])
def test_tries_again_after_a_passing_failure(connect, ask, model, behaviour):
    reply = ask(connect(behaviour, max_retries=1))
    assert reply.text == model.content
    assert reply.attempts == len(model.history) == 2


def test_waits_as_long_as_the_service_asks(connect, ask, model):
    reply = ask(connect("429-after-1-then-ok", max_retries=1))
    assert reply.attempts == 2
    assert reply.duration_ms >= 1000


def test_gives_up_with_the_time_when_the_wait_would_be_long(connect, ask, model):
    with pytest.raises(RateLimitError, match=r"in 10 min \(at \d\d:\d\d UTC\)") as caught:
        ask(connect("429-after-600", max_retries=5))
    assert caught.value.retry_after_s == 600
    assert len(model.history) == 1


@pytest.mark.parametrize("behaviour", ["400", "401", "403", "404", "422", "501"])
def test_does_not_repeat_what_will_fail_again(connect, ask, model, behaviour):
    with pytest.raises(ServiceError):
        ask(connect(behaviour, max_retries=3))
    assert len(model.history) == 1


def test_tries_no_more_often_than_the_connection_allows(connect, ask, model):
    with pytest.raises(ServiceError) as caught:
        ask(connect("500", max_retries=1))
    assert caught.value.partial.attempts == len(model.history) == 2


def test_a_broken_answer_is_asked_for_again_when_nothing_was_shown(connect, ask, model):
    with pytest.raises(ServiceError) as caught:
        ask(connect("half-stream", max_retries=1))
    assert caught.value.partial.attempts == 2


def test_a_refused_connection_is_tried_again(connect, ask):
    with pytest.raises(ServiceError) as caught:
        ask(connect(base_url="http://127.0.0.1:1/v1", max_retries=1))
    assert caught.value.partial.attempts == 2


def failure(**fields):
    return ServiceError("It failed.", service="test", **({"retryable": True} | fields))


def test_pauses_double_up_to_a_limit():
    for tried in range(1, 9):
        pause = pause_before_retry(failure(), tried=tried, max_retries=10, asked_s=None)
        usual = min(0.5 * 2 ** (tried - 1), 8)
        assert 0.75 * usual <= pause.seconds <= 1.25 * usual


def test_a_pause_asked_for_goes_before_our_own_and_is_bounded():
    assert pause_before_retry(failure(), tried=1, max_retries=1, asked_s=3).seconds >= 3
    assert pause_before_retry(failure(), tried=1, max_retries=1, asked_s=LONGEST_WAIT_S + 1) is None


def test_a_late_answer_is_not_paid_for_twice_but_a_late_connection_is_tried_again():
    late = ServiceTimeoutError("Late.", service="test", retryable=True)
    assert pause_before_retry(late, tried=1, max_retries=3, asked_s=None) is None
    late.while_connecting = True
    assert pause_before_retry(late, tried=1, max_retries=3, asked_s=None) is not None


def test_a_refused_key_is_final():
    assert pause_before_retry(AuthError("No.", service="test"), tried=1, max_retries=3, asked_s=None) is None


def answered(**headers):
    return SimpleNamespace(response=httpx2.Response(429, headers={k.replace("_", "-"): v for k, v in headers.items()}))


def test_reads_the_wait_in_seconds_milliseconds_and_as_a_date():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert retry_after_s(answered(retry_after="2.5")) == 2.5
    assert retry_after_s(answered(retry_after_ms="1500", retry_after="9")) == 1.5
    date = {
        "date": format_datetime(at, usegmt=True),
        "retry_after": format_datetime(at + timedelta(seconds=40), usegmt=True),
    }
    assert retry_after_s(answered(**date)) == 40, "by the service's own clock"
    past = {
        "date": format_datetime(at, usegmt=True),
        "retry_after": format_datetime(at - timedelta(hours=1), usegmt=True),
    }
    assert retry_after_s(answered(**past)) == 0


@pytest.mark.parametrize("value", ["soon", "", "-5", "nan", "inf", "1e999", "Thu, 99 Foo 2026"])
def test_ignores_a_wait_that_makes_no_sense(value):
    assert retry_after_s(answered(retry_after=value)) is None


def test_says_nothing_where_there_was_no_answer():
    assert retry_after_s(OSError("refused")) is None
