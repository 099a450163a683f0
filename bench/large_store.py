"""Fills an open, empty SQLite workbench with many templates and executions, past the services and fast.

Texts follow Zipf's law: a few words stand nearly everywhere, most are rare, and each execution has a number of its own.
"""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core import db

MONTH = datetime(2026, 10, 1, tzinfo=UTC)
END = datetime(2026, 10, 31, 12, tzinfo=UTC)
"""All executions lie between these two, so that the month is the whole record."""

COMMON, RARE = "customer", "zirconium"
MODELS = ("gpt-large", "gpt-small", "local-8b", "local-1b", "trial-model")
_MODEL_WEIGHTS = (50, 30, 15, 4.99, 0.01)
_CATEGORIES = ("chat", "extraction", "classification", "rewriting", "summaries", "code", "search", "support")
_SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "je",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "qui",
    "ro",
    "su",
    "ta",
    "ve",
    "wi",
    "xo",
    "ya",
    "ze",
    "bri",
    "cla",
    "dro",
    "fle",
    "gri",
    "pla",
    "sta",
    "tre",
]


@dataclass(frozen=True)
class Built:
    """How many rows there are, and how long they took to write."""

    templates: int
    executions: int
    seconds: float
    file_mb: float


def build(templates: int, executions: int) -> Built:
    """Fill the database of this process. The full-text indexes are built afterwards, in one go."""
    started = time.perf_counter()
    random.seed(7)
    sentences = _sentences(min(20_000, executions // 10 + 100))
    with db.current_engine().connect() as connection:
        raw = connection.connection.driver_connection
        connection.rollback()
        triggers = raw.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_fts_%'"
        ).fetchall()
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("PRAGMA cache_size=-400000")
        raw.execute("BEGIN IMMEDIATE")
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        _insert(raw, "template", _templates(templates, sentences))
        _insert(raw, "version", _versions(templates, sentences))
        _insert(raw, "label", _labels(templates))
        _insert(raw, "template_tag", _tags(templates))
        raw.execute("COMMIT")
        for start in range(0, executions, 100_000):
            raw.execute("BEGIN IMMEDIATE")
            _insert(
                raw, "execution", _executions(start, min(executions, start + 100_000), executions, templates, sentences)
            )
            raw.execute("COMMIT")
        raw.execute("BEGIN IMMEDIATE")
        for name in ("template", "execution"):
            raw.execute(f"INSERT INTO {name}_fts({name}_fts) VALUES ('rebuild')")
        for _, sql in triggers:
            raw.execute(sql)
        raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, size = raw.execute("SELECT page_count, page_size FROM pragma_page_count, pragma_page_size").fetchone()
        connection.invalidate()  # its pragmas are not the workbench's
    return Built(templates, executions, time.perf_counter() - started, pages * size / 1e6)


def template_name(number: int) -> str:
    return f"{_CATEGORIES[number % 8]}/prompt_{number:05}"


def execution_id(number: int) -> str:
    return f"ex_{number:026d}"


def _insert(raw, table: str, rows: Iterator[dict]) -> None:
    first = next(rows)
    names = ", ".join(first)
    marks = ", ".join("?" * len(first))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
    raw.execute(statement, tuple(first.values()))
    raw.executemany(statement, (tuple(row.values()) for row in rows))


def _sentences(count: int) -> list[str]:
    """Each of 8 to 18 words out of 20,000, the n-th word 1/n as frequent as the first."""
    known = {COMMON, RARE}
    words = ["the", "of", COMMON, "order", "please", "and", "reply", "ticket"]
    while len(words) < 20_000:
        word = "".join(random.choices(_SYLLABLES, k=random.randint(2, 5)))
        if word not in known:
            known.add(word)
            words.append(word)
    weights = [1 / (rank + 1) for rank in range(len(words))]
    return [" ".join(random.choices(words, weights, k=random.randint(8, 18))).capitalize() + "." for _ in range(count)]


def _text(sentences: list[str]) -> str:
    return " ".join(random.choices(sentences, k=random.randint(1, 3)))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _templates(count: int, sentences: list[str]) -> Iterator[dict]:
    for n in range(count):
        at = _stamp(MONTH + timedelta(minutes=n * 3))
        rated = random.random() < 0.3
        yield {
            "id": f"ps_{n:026d}", "name": template_name(n), "title": random.choice(sentences)[:40], "description": random.choice(sentences),
            "category": _CATEGORIES[n % 8], "is_active": n % 50 != 0, "is_archived": n % 40 == 1, "is_enhanced": 0,
            "search_text": f"{_text(sentences)}\n{_text(sentences)}", "latest_number": 5, "usage_count": random.randint(0, 5000),
            "last_used_at": at if n % 3 else None, "rating_sum": 8 if rated else 0, "rating_count": 2 if rated else 0,
            "rating_mean": random.randint(2, 10) / 2 if rated else None,
            "created_at": at, "created_by": "ann", "updated_at": at, "updated_by": "ben", "rev": 5,
        }  # fmt: skip


def _versions(templates: int, sentences: list[str]) -> Iterator[dict]:
    variables = json.dumps(
        [{"name": name, "type": "text", "default": None, "required": True} for name in ("name", "text")]
    )
    at = _stamp(MONTH)
    for n in range(templates):
        for number in range(1, 6):
            yield {
                "id": _version_id(n, number), "template_id": f"ps_{n:026d}", "number": number,
                "parent_id": _version_id(n, number - 1) if number > 1 else None,
                "system_text": _text(sentences), "user_text": f"{_text(sentences)} {{{{ name }}}} {{{{ text }}}}",
                "variables": variables, "connection": None, "model": None, "temperature": 0.2, "max_tokens": 500,
                "stop": "[]", "response_schema": None, "note": f"note {number}", "content_hash": f"{n}-{number}",
                "created_at": at, "created_by": "ann", "usage_count": 0, "last_used_at": None, "is_archived": 0,
            }  # fmt: skip


def _version_id(template: int, number: int) -> str:
    return f"pv_{template:024d}_{number}"


def _labels(templates: int) -> Iterator[dict]:
    for n in range(templates):
        for name, number in (("production", 4), ("staging", 5)):
            yield {
                "template_id": f"ps_{n:026d}", "name": name, "version_id": _version_id(n, number), "number": number,
                "is_protected": 0, "updated_at": _stamp(MONTH), "updated_by": "ann",
            }  # fmt: skip


def _tags(templates: int) -> Iterator[dict]:
    for n in range(templates):
        for tag in {f"team-{n % 7}", f"topic-{n % 31}"}:
            yield {"template_id": f"ps_{n:026d}", "tag": tag}


def _executions(start: int, stop: int, total: int, templates: int, sentences: list[str]) -> Iterator[dict]:
    step = (END - MONTH) / total
    ranked = [1 / (rank + 1) for rank in range(templates)]
    used = random.choices(range(templates), ranked, k=stop - start)
    models = random.choices(MODELS, _MODEL_WEIGHTS, k=stop - start)
    chances = [random.random() for _ in range(stop - start)]
    for n in range(start, stop):
        template, model, chance = used[n - start], models[n - start], chances[n - start]
        failed = chance < 0.02
        at = MONTH + step * n
        yield {
            "id": execution_id(n), "template_id": f"ps_{template:026d}", "version_id": _version_id(template, 4),
            "template_name": template_name(template), "version_number": 4, "source": "page", "person": "ann",
            "request_id": f"{n:016x}", "replay_of": None, "connection": model.split("-")[0], "model": model,
            "variables": '{"name": "Bo", "text": "x"}', "system_text": random.choice(sentences),
            "user_text": f"{_text(sentences)} Case c{n}." + (f" {RARE}" if n % 20_000 == 77 else ""),
            "settings": '{"temperature": 0.2, "max_tokens": 500, "stop": [], "response_schema": null}',
            "request_hash": f"{n * 7919 % total:064x}", "status": "failed" if failed else "completed",
            "response": None if failed else _text(sentences), "parsed": None, "error_kind": "RateLimitError 429" if failed else None,
            "error": "The service is busy." if failed else None, "attempts": 1, "is_cached": 0,
            "input_tokens": 120, "output_tokens": 80, "tokens_estimated": 0, "cost_usd": None if model.startswith("local") else 0.0004,
            "reserved_usd": 0.001, "duration_ms": 900, "first_token_ms": 200,
            "rating": n % 5 + 1 if chance > 0.97 else None, "rating_note": "",
            "created_at": _stamp(at), "deadline_at": _stamp(at + timedelta(minutes=10)),
        }  # fmt: skip
