"""A full store: 10,000 templates of 5 versions and 1,000,000 executions in one month. Run: python -m bench.bench_store

Each figure is a service as the pages call it, with the session and its connection, beside the bare SQL of the same.
"""

import logging
import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import streamlit as st
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from bench import large_store, measuring
from core import db, library, llm
from core.db import reading
from core.library import ExecutionFilter, TemplateFilter
from core.settings import ROOT

Service = Callable[[Session, int], object]

_RESOLVE = (
    "SELECT v.* FROM version v JOIN template t ON t.id = v.template_id JOIN label l ON l.version_id = v.id "
    "AND l.template_id = t.id WHERE t.name = ? AND l.name = 'production'"
)
_LIST = "SELECT seq, id, status, model, created_at, substr(coalesce(response, error, ''), 1, 200) FROM execution"
_FIGURES = "SELECT count(*), sum(cost_usd), count(cost_usd) FROM execution WHERE created_at >= ? AND created_at < ?"


def main() -> None:
    quick = measuring.is_quick(__doc__)
    templates, executions = (1_000, 20_000) if quick else (10_000, 1_000_000)
    with measuring.workbench():
        built = large_store.build(templates, executions)
        rate = executions / built.seconds
        measuring.table(
            "The store",
            ("templates", "versions", "executions", "built in s", "executions/s", "file, MB"),
            [(templates, templates * 5, executions, built.seconds, rate, built.file_mb)],
        )
        _services(templates, executions, times=30 if quick else 200)
    _list_page((100, 1_000) if quick else (1_000, 10_000), runs=5 if quick else 15)


def _services(templates: int, executions: int, times: int) -> None:
    bare = db.sqlite_module().connect(db.current_engine().url.database, isolation_level=None)
    rows = []
    for name, goal, service, sql in _cases(templates, executions):
        ours = measuring.times_of(_in_a_session(service), times)
        row = [name, goal, measuring.p50(ours.wall), measuring.p95(ours.wall), measuring.p95(ours.cpu)]
        if sql:
            statement, parameters = sql
            floor = measuring.times_of(lambda n, s=statement, p=parameters: bare.execute(s, p(n)).fetchall(), times)
            row += [measuring.p50(floor.cpu), f"{measuring.p50(ours.cpu) / measuring.p50(floor.cpu):.1f} ×"]
        else:
            row += ["", ""]
        rows.append(row)
    bare.close()
    columns = ("", "goal p95", "p50 ms", "p95 ms", "CPU p95 ms", "bare SQL, CPU p50 ms", "ratio of CPU")
    measuring.table("Reading it", columns, rows)


def _in_a_session(service: Service) -> Callable[[int], object]:
    def call(number: int) -> object:
        with reading() as session:
            return service(session, number)

    return call


def _cases(templates: int, executions: int) -> list[tuple]:
    """Name, goal, service, and bare SQL with its parameters by the number of the call."""

    def name(n: int) -> str:
        return large_store.template_name((n * 37 % (templates // 50)) * 50 + 2)

    def page(**filters) -> Service:
        return lambda session, n: library.list_executions(session, ExecutionFilter(**filters))

    def where(condition: str, *parameters: object) -> tuple:
        return f"{_LIST} WHERE {condition} ORDER BY seq DESC LIMIT 51", lambda n: parameters

    def fts(words: str) -> tuple:
        matching = "JOIN execution_fts f ON f.rowid = seq WHERE execution_fts MATCH ? ORDER BY f.rowid DESC LIMIT 51"
        columns = _LIST.replace("response", "execution.response")
        return f"{columns} {matching}", lambda n: (words,)

    ms = "≤ 20 ms"
    end, day = large_store.END, large_store.MONTH + timedelta(days=14)
    today, next_day = end - timedelta(hours=12), day + timedelta(days=1)
    deep = executions // 3
    used, unused = f"ps_{0:026d}", f"ps_{templates - 1:026d}"
    month = [str(large_store.MONTH.date() + timedelta(days=n)) for n in range(32)]
    orders = [
        (
            f"templates by {order}",
            ms,
            lambda session, n, order=order: library.list_templates(session, order=order),
            None,
        )
        for order in library.ORDERS
    ]
    both = TemplateFilter(search="customer ord", category="chat", tag="team-3", active=True)
    auto = TemplateFilter(connection="auto")
    return [
        ("resolve name@production", "≤ 1 ms", lambda s, n: library.resolve(s, f"{name(n)}@production"), (_RESOLVE, lambda n: (name(n),))),
        ("get_template", "", lambda s, n: library.get_template_by_name(s, name(n)), None),
        *orders,
        ("templates, page 100", ms, lambda s, n: library.list_templates(s, page=min(100, templates // 50)), None),
        ("templates, searched and filtered", ms, lambda s, n: library.list_templates(s, both, order="usage"), None),
        ("templates whose connection is auto", ms, lambda s, n: library.list_templates(s, auto), None),
        ("executions, newest", ms, page(), where("1")),
        ("executions, deep in the list", ms, lambda s, n: library.list_executions(s, before=deep), where("seq < ?", deep)),
        ("executions of a much used template", ms, page(template_id=used), where("template_id = ?", used)),
        ("executions of a little used template", ms, page(template_id=unused), where("template_id = ?", unused)),
        ("executions, failed", ms, page(status="failed"), where("status = 'failed'")),
        ("executions, completed, of a rare model", ms, page(status="completed", model="trial-model"), where("+status = 'completed' AND model = 'trial-model'")),
        ("executions of a common model", ms, page(model="gpt-large"), where("model = 'gpt-large'")),
        ("executions rated 4 or more", ms, page(rating_from=4), where("rating >= 4")),
        ("executions of today", ms, page(since=today), where("+created_at >= ?", str(today)[:19])),
        ("executions of the last 30 days", ms, page(since=large_store.MONTH), where("+created_at >= ?", month[0])),
        ("executions since a time with none", ms, page(since=end + timedelta(days=1)), where("created_at >= ?", "2027")),
        ("executions of one day in the past", ms, page(since=day, until=next_day), None),
        ("failed executions of one day in the past", ms, page(since=day, until=next_day, status="failed"), None),
        ("executions with a common word", ms, page(text="customer"), fts('"customer"*')),
        ("… as a whole word, before another", ms, page(text="customer c10"), fts('"customer" "c10"*')),
        ("executions with the first letter of a word", ms, page(text="c"), fts('"c"*')),
        ("executions with a rare word", ms, page(text=large_store.RARE), fts(f'"{large_store.RARE}"*')),
        ("executions with a common and a rare word", ms, page(text=f"customer {large_store.RARE}"), fts(f'"customer" "{large_store.RARE}"*')),
        ("executions with a common word, one day in the past", ms, page(text="customer", since=day, until=next_day), None),
        ("models_used", ms, lambda s, n: library.models_used(s), None),
        ("get_execution", ms, lambda s, n: library.get_execution(s, large_store.execution_id(n * 7919 % executions)), ("SELECT * FROM execution WHERE id = ?", lambda n: (large_store.execution_id(n * 7919 % executions),))),
        ("month_figures, all rows in the month", "no seconds", lambda s, n: library.month_figures(s, end), (_FIGURES, lambda n: (month[0], month[30]))),
        ("month_spend of the main connection", "", lambda s, n: llm.month_spend(s, "gpt", end), None),
    ]  # fmt: skip


def _list_page(sizes: tuple[int, int], runs: int) -> None:
    """The whole script run of Library › Templates, and of Executions and Home beside it."""
    logging.disable(logging.WARNING)  # Streamlit warns that there is no browser
    rows = []
    for size in sizes:
        with measuring.workbench():
            large_store.build(size, size)
            for page in ("pages/library/templates.py", "pages/library/executions.py", "pages/home/home.py"):
                with _opened(page) as app:
                    taken = []
                    for _ in range(runs):
                        started, busy = time.perf_counter(), time.process_time()
                        app.run()
                        taken.append((time.perf_counter() - started, time.process_time() - busy))
                    assert not app.exception
                wall, cpu = (statistics.median(each) * 1000 for each in zip(*taken, strict=True))
                goal = "≤ 300 ms, flat" if page.endswith("templates.py") else ""
                rows.append((page, size, goal, wall, cpu))
    measuring.table("A script run of a page", ("page", "templates = executions", "goal", "median ms", "CPU ms"), rows)


@contextmanager
def _opened(page: str):
    st.cache_data.clear()
    st.cache_resource.clear()
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.run()
    app.switch_page(page)
    app.run()
    yield app


if __name__ == "__main__":
    main()
