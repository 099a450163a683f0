"""The fault knobs as data. Nothing goes wrong unless it is set here."""

import re
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from core.local_genie.refusals import invalid

# 3-digit kinds are that HTTP status in the service's error shape. html: a 502 page of a proxy. half_json: a 200 whose
# JSON breaks off. wrong_html: a 200 with a login page. drop: the connection is closed. hang: no answer for `seconds`.
HTTP_KINDS = (
    "400", "401", "403", "404", "409", "429", "500", "503", "504",
    "html", "wrong_html", "half_json", "empty", "drop", "hang",
)  # fmt: skip
# What becomes of a question instead of its answer
ANSWER_KINDS = ("failed", "rate_limited", "sql_error", "cancelled", "expired", "clarify", "never", "empty")


@dataclass(frozen=True)
class HttpFault:
    """A fault of requests whose path matches `path` (a regular expression) and `method` (empty: any).

    `after` matching requests pass first, then `times` are hit (None: all), each with probability `share`.
    With `late` the request is carried out, and only its answer is lost. `retry_after_s` sets the header on 429 and 503.
    """

    kind: str
    path: str = ""
    method: str = ""
    after: int = 0
    times: int | None = None
    share: float = 1.0
    late: bool = False
    retry_after_s: float | None = None
    seconds: float = 30.0


@dataclass(frozen=True)
class AnswerFault:
    """A fault of questions that match `question` (a regular expression, any case), counted as an `HttpFault` is."""

    kind: str
    question: str = ""
    after: int = 0
    times: int | None = None
    share: float = 1.0


@dataclass(frozen=True)
class FaultSettings:
    """Every knob. `seed` decides all chances.

    `questions_per_minute` allows that many questions in any `window_s` seconds; above it `rate_limit_as` "http" gives
    429, with a Retry-After header if `retry_after`, and "message" accepts the question and fails it.
    `latency_s` is added to each answer, `http_latency_s` to each HTTP response, `propagation_delay_s` to the time until
    a changed definition is seen by questions. `answer_noise` is the share of answers that come out otherwise.
    """

    seed: int = 0
    questions_per_minute: int | None = None
    window_s: float = 60.0
    retry_after: bool = True
    rate_limit_as: str = "http"
    latency_s: float = 0.0
    http_latency_s: float = 0.0
    propagation_delay_s: float = 0.0
    answer_noise: float = 0.0
    http: tuple[HttpFault, ...] = field(default=())
    answers: tuple[AnswerFault, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Any) -> "FaultSettings":
        """The settings in a JSON object; what it leaves out has its default.

        Raises:
            Refusal: a key is unknown or a value out of range.
        """
        values = _values(data, FaultSettings, "the fault settings")
        for key, kind, kinds in (("http", HttpFault, HTTP_KINDS), ("answers", AnswerFault, ANSWER_KINDS)):
            if key in values:
                values[key] = tuple(
                    _fault(each, kind, kinds, f"{key}[{n}]") for n, each in enumerate(_list(values, key))
                )
        settings = FaultSettings(**values)
        for name in ("window_s", "latency_s", "http_latency_s", "propagation_delay_s"):
            _number(getattr(settings, name), name, 0, 86_400)
        _number(settings.answer_noise, "answer_noise", 0, 1)
        if settings.questions_per_minute is not None:
            _number(settings.questions_per_minute, "questions_per_minute", 0, 1e6)
        if settings.rate_limit_as not in ("http", "message"):
            raise invalid('rate_limit_as must be "http" or "message".')
        if not isinstance(settings.seed, int):
            raise invalid("seed must be a whole number.")
        return settings


def _fault(data: Any, kind: type, kinds: tuple[str, ...], place: str) -> Any:
    values = _values(data, kind, place)
    values["kind"] = str(values.get("kind", ""))
    if values["kind"] not in kinds:
        raise invalid(f"{place}.kind must be one of {', '.join(kinds)}.")
    for key in ("path", "question"):
        try:
            re.compile(str(values.get(key, "")))
        except re.error as error:
            raise invalid(f"{place}.{key} is not a regular expression: {error}.") from error
    fault = kind(**values)
    _number(fault.share, f"{place}.share", 0, 1)
    _number(fault.after, f"{place}.after", 0, 1e9)
    if fault.times is not None:
        _number(fault.times, f"{place}.times", 0, 1e9)
    return fault


def _values(data: Any, kind: type, place: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise invalid(f"{place} must be a JSON object.")
    known = {each.name for each in fields(kind)}
    unknown = [key for key in data if key not in known]
    if unknown:
        raise invalid(f"{place}: {unknown[0]} is not known; the knobs are {', '.join(sorted(known))}.")
    return dict(data)


def _list(values: dict[str, Any], key: str) -> list[Any]:
    if not isinstance(values[key], (list, tuple)):
        raise invalid(f"{key} must be a list.")
    return list(values[key])


def _number(value: Any, name: str, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise invalid(f"{name} must be a number from {low:g} to {high:g}.")
