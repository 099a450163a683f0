"""The background loop, and the places of a connection."""

import asyncio
import threading

import pytest

from core import llm
from core.errors import ServiceTimeoutError
from core.llm.gates import Gate


async def name_of_thread():
    return threading.current_thread().name


def test_everything_runs_on_one_thread():
    assert llm.run_async(name_of_thread()) == llm.submit(name_of_thread()).result(5) == "whetstone-calls"


def test_waiting_has_an_end_and_the_work_is_cancelled():
    cancelled = threading.Event()

    async def forever():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(ServiceTimeoutError):
        llm.run_async(forever(), timeout=0.05)
    assert cancelled.wait(5)


def test_a_time_out_of_the_work_itself_is_not_mistaken_for_ours():
    async def late():
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        llm.run_async(late(), timeout=5)


def test_waiting_on_the_loop_for_the_loop_is_refused():
    async def inner():
        return 1

    async def outer():
        return llm.run_async(inner())

    with pytest.raises(RuntimeError, match="wait for itself"):
        llm.run_async(outer())


def test_closing_cancels_what_runs():
    future = llm.submit(asyncio.sleep(60))
    llm.close()
    assert future.cancelled()


def test_a_gate_lets_in_its_limit_and_follows_a_changed_one():
    async def story():
        gate = Gate(1)
        await gate.enter()
        waiting = [asyncio.create_task(gate.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        before = [task.done() for task in waiting]
        gate.set_limit(3)
        await asyncio.sleep(0)
        wider = [task.done() for task in waiting]
        gate.leave()
        await asyncio.sleep(0)
        return before, wider, [task.done() for task in waiting]

    assert asyncio.run(story()) == ([False] * 3, [True, True, False], [True] * 3)


def test_who_gives_up_waiting_takes_no_place():
    async def story():
        gate = Gate(1)
        await gate.enter()
        patient, impatient = asyncio.create_task(gate.enter()), asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        gate.leave()  # the patient one's turn has come, but it is cancelled before it runs
        patient.cancel()
        await asyncio.sleep(0)
        await asyncio.wait_for(impatient, 1)
        return patient.cancelled()

    assert asyncio.run(story())
