"""CPU of one model call: bare openai SDK against `core.llm.chat` and the whole recorded run. Run: python -m bench.bench_calls

The echo server is a process of its own, so that its CPU is not counted. One run each, side by side: read the ratios.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # also runnable as a file

import openai

from bench import measuring
from core import library, llm, startup
from core.db import reading, transaction
from core.settings import Settings

CALLS = 300
PARALLEL = 16
SERVER = "import sys; sys.path.insert(0, '.')\nfrom tests.servers.faulty_model import FaultyModel\nprint(FaultyModel().url('echo'), flush=True)\nsys.stdin.read()"
MESSAGES = [{"role": "system", "content": "You are brief."}, {"role": "user", "content": "Say something. " * 40}]
REQUEST = llm.ChatRequest(MESSAGES[0]["content"], MESSAGES[1]["content"], "faulty-1", temperature=0.2)


async def measured(call: Callable[[], Awaitable[object]], at_once: int) -> tuple[float, float]:
    """CPU and wall time of one call in ms, `at_once` of them at a time."""
    for _ in range(20):
        await call()
    gate = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with gate:
            await call()

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one() for _ in range(CALLS)))
    return (time.process_time() - cpu) * 1000 / CALLS, (time.perf_counter() - wall) * 1000 / CALLS


async def compare_bare(url: str) -> None:
    await row("openai SDK on httpx", lambda: bare(url, None))
    async with openai.DefaultAioHttpClient() as http_client:
        await row("openai SDK on aiohttp", lambda: bare(url, http_client))


def bare(url: str, http_client: object | None) -> Callable[[], Awaitable[object]]:
    client = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0, http_client=http_client)  # type: ignore[arg-type]
    return lambda: client.chat.completions.create(model="faulty-1", messages=MESSAGES, temperature=0.2)  # type: ignore[arg-type]


async def row(name: str, make_call: Callable[[], Callable[[], Awaitable[object]]]) -> None:
    call = make_call()
    figures = [await measured(call, at_once) for at_once in (1, PARALLEL)]
    print(f"{name:34}" + "".join(f"{cpu:10.2f}{wall:10.2f}" for cpu, wall in figures))


def _run_template(name: str) -> library.ExecutionView:
    with reading() as session:
        call = library.call_reference(session, name, {"thing": "Say something. " * 4})
    return library.run(call)


def main() -> None:
    global CALLS
    if measuring.is_quick(__doc__):
        CALLS = 50
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None and server.stdin is not None
    url = server.stdout.readline().strip()
    with tempfile.TemporaryDirectory() as folder:
        startup.open_workbench(Settings(data_dir=Path(folder), log_level="ERROR"))
        with transaction() as session:
            draft = llm.ConnectionDraft("bench", "compatible", url, "faulty-1", parallel=PARALLEL)
            connection = llm.add_connection(session, draft)
        content = library.Content(MESSAGES[0]["content"], MESSAGES[1]["content"], connection="bench", temperature=0.2)

        def chat() -> Awaitable[object]:
            return llm.chat(connection, REQUEST, repair_prompt=lambda *given: "")

        def run() -> Awaitable[object]:
            return asyncio.to_thread(library.run, library.Call(content, None))

        user = "{{ thing }} " * 10
        with transaction() as session:
            template = library.create_template(
                session, "bench/say", library.Content(MESSAGES[0]["content"], user, connection="bench"), person="bench"
            )

        def run_template() -> Awaitable[object]:
            return asyncio.to_thread(_run_template, template.name)

        print(
            f"{'ms per call, ' + str(CALLS) + ' calls':34}"
            + "".join(f"{f'CPU, {n}':>10}{f'wall, {n}':>10}" for n in (1, PARALLEL))
        )
        llm.run_async(compare_bare(url))
        llm.run_async(row("core.llm.chat", lambda: chat))
        asyncio.run(row("core.llm.chat from another loop", lambda: chat))
        asyncio.run(row("library.run, recorded in SQLite", lambda: run))
        asyncio.run(row("… of a template, rendered", lambda: run_template))
        startup.close_workbench()
    server.stdin.close()
    server.wait(5)


if __name__ == "__main__":
    main()
