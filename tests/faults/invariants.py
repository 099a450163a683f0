"""What must hold after any accident, read from the database, the acknowledgements and the model's own count of requests."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from core import jobs, library
from core.db import reading
from tests.servers.faulty_model import FaultyModel


def violations(job_ids: Sequence[str], acks: Path, model: FaultyModel, *, at_once: int, kills: int) -> list[str]:
    """Sentences, none if all is well. `at_once` is how many calls the connection lets run, `kills` how often a worker died or stood."""
    asked = Counter(received.body["messages"][-1]["content"] for received in list(model.history))
    acknowledged = defaultdict(set)
    for line in acks.read_text().splitlines() if acks.exists() else ():
        job_id, key, value = json.loads(line)
        acknowledged[job_id, key].add(value)
    found = []
    for job_id in job_ids:
        found += [f"{job_id}: {each}" for each in _of_job(job_id, acknowledged, asked, at_once * kills)]
    return found


def _of_job(job_id: str, acknowledged: dict[tuple[str, str], set[str]], asked: Counter[str], repeats: int) -> list[str]:
    with reading() as session:
        job = jobs.get_job(session, job_id)
        items = {item.key: item for item in jobs.list_items(session, job_id)}
        lines = [line.text for line in jobs.read_log(session, job_id, limit=100_000)]
        statuses = {
            item.key: library.get_execution(session, item.execution_id).status
            for item in items.values()
            if item.execution_id and item.state == "completed"
        }
    wanted = job.payload["items"]
    found = []
    if job.state != "completed" or job.result != "all of it":
        found.append(f"it did not reach its end: {job.state}, {job.error}")
    if job.progress_done != wanted:
        found.append(f"{job.progress_done} calls are counted instead of {wanted}")
    for key in (f"{kind} {number}" for kind in ("step", "call") for number in range(wanted)):
        item, values = items.get(key), acknowledged.get((job_id, key), set())
        kept = item and (item.execution_id if key.startswith("call") else item.result)
        if item is None or item.state != "completed":
            found.append(f"{key} is not completed")
        if len(values) != 1:
            found.append(f"{key} was acknowledged with {len(values)} results")
        elif values != {kept}:
            found.append(f"{key}: the acknowledged result is not the kept one")
    found += [f"{key} is kept, and its call is {status}" for key, status in statuses.items() if status != "completed"]
    calls = sum(count for text, count in asked.items() if text.startswith(job_id))
    if not wanted <= calls <= wanted + repeats:
        found.append(f"{calls} calls were made for {wanted}, with at most {repeats} repeated")
    starts = [line.split()[0] for line in lines if line.startswith("start_")]
    blocks = [start for at, start in enumerate(starts) if at == 0 or starts[at - 1] != start]
    if len(blocks) != len(set(blocks)):
        found.append("a start wrote after its successor had begun to")
    return found
