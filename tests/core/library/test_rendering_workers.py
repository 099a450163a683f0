"""The worker processes: killed when late, replaced when gone, shared by threads, ended by close."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.errors import PromptRenderError
from core.library import rendering
from core.library.rendering import Rendered, discover, render, render_many

STUCK = (
    "{% set n = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% set n.b = [n.b, n.b] %}"
    "{% endfor %}{{ n.a == n.b }}"
)
"""Busy for ever in one step of C, where no guard of the worker sees it: only the parent's deadline ends it."""


@pytest.fixture(scope="module", autouse=True)
def _ended_workers() -> Iterator[None]:
    yield
    rendering.close()


def refusal(system: str, user: str, values: dict[str, Any]) -> PromptRenderError:
    with pytest.raises(PromptRenderError) as caught:
        render(system, user, values)
    return caught.value


def is_gone(pid: int) -> bool:
    """Whether a process has ended; an orphan that nobody reaps has ended too."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


def test_a_row_that_kills_its_worker_costs_only_itself() -> None:
    template = "{% if x == 1 %}" + STUCK + "{% endif %}{{ x }}"
    results = render_many("", template, [{"x": 0}, {"x": 1}, {"x": 2}])
    assert (results[0], results[2]) == (Rendered("", "0"), Rendered("", "2"))
    assert "took longer than 1.5 s" in str(results[1])


def test_a_stuck_worker_is_killed_and_the_spare_takes_over() -> None:
    render("", "{{ 1 }}", {})
    before = set(rendering.worker_pids())
    started = time.monotonic()
    assert "took longer than 1.5 s and was stopped" in str(refusal("", STUCK, {}))
    assert time.monotonic() - started < 15
    assert render("", "{{ 1 + 1 }}", {}).user == "2"
    after = set(rendering.worker_pids())
    assert len(after) <= 2
    assert before - after, "the stuck one at least is another one now"
    assert all(is_gone(pid) for pid in before - after)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs POSIX signals")
def test_a_worker_that_stands_still_or_was_killed_is_replaced() -> None:
    for number, way in enumerate((signal.SIGSTOP, signal.SIGKILL)):
        render("", "{{ 1 }}", {})
        time.sleep(0.5)  # until the spare is warm too
        for pid in rendering.worker_pids():
            os.kill(pid, way)
        results = render_many("", "{{ x }}", [{"x": n} for n in range(4)])
        assert results[-1] == Rendered("", "3"), number
    assert render("", "{{ 5 }}", {}).user == "5"


def test_many_threads_get_their_own_answers() -> None:
    def answers(thread: int) -> list[str]:
        return [render("", "{{ a }}-{{ b }}", {"a": thread, "b": n}).user for n in range(60)]

    with ThreadPoolExecutor(8) as pool:
        for thread, texts in enumerate(pool.map(answers, range(8))):
            assert texts == [f"{thread}-{n}" for n in range(60)]
    assert len(rendering.worker_pids()) <= 2


def test_close_ends_every_worker_also_a_busy_one_and_rendering_starts_anew() -> None:
    render("", "{{ 1 }}", {})
    errors: list[str] = []
    thread = threading.Thread(target=lambda: errors.append(str(refusal("", STUCK, {}))))
    thread.start()
    time.sleep(0.3)
    pids = rendering.worker_pids()
    rendering.close()
    thread.join(10)
    assert pids
    assert all(is_gone(pid) for pid in pids)
    assert errors == ["Rendering was stopped because the workbench is closing. Start it again."]
    assert rendering.worker_pids() == []
    assert render("", "{{ 2 }}", {}).user == "2"


def test_plain_text_needs_no_worker() -> None:
    rendering.close()
    assert render("plain", "{ } }} %}", {}) == Rendered("plain", "{ } }} %}")
    assert discover("plain", "text") == rendering.Discovery((), ())
    assert rendering.worker_pids() == []


def test_configure_changes_the_deadline() -> None:
    rendering.configure(deadline_s=0.5)
    try:
        assert "longer than 0.5 s" in str(refusal("", STUCK, {}))
    finally:
        rendering.configure(deadline_s=1.5)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
@pytest.mark.parametrize("busy", [False, True])
def test_workers_end_when_their_parent_is_killed(busy: bool) -> None:
    program = (
        "import threading, time\nfrom core.library import rendering\nrendering.render('', '{{ 1 }}', {})\n"
        f"threading.Thread(target=rendering.render, args=('', {STUCK if busy else '{{ 1 }}'!r}, {{}})).start()\n"
        "time.sleep(0.3)\nprint(*rendering.worker_pids(), flush=True)\ntime.sleep(60)"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    give_up_at = time.monotonic() + 30
    while not all(is_gone(pid) for pid in pids):
        assert time.monotonic() < give_up_at, "a worker outlived its parent"
        time.sleep(0.1)
