"""Durable jobs: long work that survives the page, the process and the machine that began it.

A job is rows of ours, under an epoch that decides who may write; DBOS Transact runs each start as a workflow. Services
take a session first and never commit. `register` says what a kind of job does, `submit` queues one, `start_worker` lets
this process do them.
"""

from core.jobs.context import JobContext
from core.jobs.following import wait_for
from core.jobs.items import KeptFailure
from core.jobs.lines import read_log, tail_log
from core.jobs.reading import (
    active_jobs,
    count_by_state,
    find_job,
    get_items,
    get_job,
    kinds,
    list_items,
    list_jobs,
    list_workers,
    payload_parts,
    persons,
    tags,
)
from core.jobs.registry import Work, known_kinds, register
from core.jobs.steering import cancel, decide, delete_job, pause, rename, resume, retry, set_tags
from core.jobs.submitting import submit
from core.jobs.views import (
    STATES,
    TERMINAL,
    Item,
    JobFilter,
    JobRow,
    JobView,
    Level,
    LogLine,
    State,
    WorkerView,
)
from core.jobs.worker import start_worker, stop_worker, worker_id
