"""The durable engine, DBOS Transact: the only place that imports it, and that late.

Each start of a job is one DBOS workflow; it has the loop that the work runs on, and a record of its own of what was begun
and ended. Our tables stay the truth: what a workflow may write is decided by the job's epoch, so DBOS recovers nothing by
itself. Its own queue is not used: polled at 0.2 s it takes 2.2 % of a core while there is nothing to do, and the limit of
jobs at once could not differ between workers; `worker` claims the rows instead, by compare and set.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, create_engine, event

from core.clock import now
from core.db import sqlite_module
from core.logs import log
from core.settings import Settings

_VERSION = "whetstone-jobs-1"
"""Fixed: by default DBOS hashes the source, and an edit would strand what runs."""

_KEPT_FOR = timedelta(days=7)

_body: Callable[[str, int], Awaitable[None]] | None = None
_workflow: Any = None
_own_engine: Engine | None = None


def launch(settings: Settings, executor_id: str, body: Callable[[str, int], Awaitable[None]]) -> None:
    """Start the engine of this process. `body(job_id, epoch)` is awaited on its loop for each `begin`."""
    global _body, _own_engine
    _hear_engine()
    from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

    config: DBOSConfig = {
        "name": "whetstone",
        "application_version": _VERSION,
        "executor_id": executor_id,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
        "scheduler_polling_interval_sec": 3600.0,  # nothing is scheduled
        "notification_listener_polling_interval_sec": 0.1,  # asks nobody while nobody waits; closing waits for its next look
    }
    if settings.database_url is None:
        url = f"sqlite:///{settings.data_dir / 'jobs.db'}"
        _own_engine = _sqlite_engine(url)
        config |= {"system_database_url": url, "system_database_engine": _own_engine}
    else:
        config |= {
            "system_database_url": settings.database_url,
            "dbos_system_schema": "dbos",
            "sys_db_pool_size": 4,
            "use_listen_notify": False,  # nobody waits for its messages
        }
    _body = body
    _declare()
    DBOS(config=config)
    DBOS.launch()
    _forget_old()


def begin(workflow_id: str, job_id: str, epoch: int) -> None:
    """Start the work of one claim. An id that was begun before is not begun again."""
    from dbos import DBOS, SetWorkflowID

    with SetWorkflowID(workflow_id):
        DBOS.start_workflow(_workflow, job_id, epoch)


def abandon(workflow_ids: Sequence[str]) -> None:
    """Close the records of a dead worker's workflows. Only tidiness: their epochs are past."""
    from dbos import DBOS

    try:
        DBOS.cancel_workflows(list(workflow_ids))
    except Exception as error:  # only tidiness: their epochs are past
        log.warning("old workflows could not be closed", reason=str(error))


def close() -> None:
    """End the engine and its threads."""
    global _own_engine
    from dbos import DBOS

    DBOS.destroy()
    if _own_engine is not None:
        _own_engine.dispose()
        _own_engine = None


def _declare() -> None:
    """Name the workflow, once in a process: the name stands in the records."""
    global _workflow
    if _workflow is not None:
        return
    from dbos import DBOS

    @DBOS.workflow(name="whetstone-job")
    async def work_on(job_id: str, epoch: int) -> None:
        assert _body is not None
        await _body(job_id, epoch)

    _workflow = work_on


def _forget_old() -> None:
    """Drop the records of workflows that ended days ago; nobody reads them."""
    from dbos import DBOS

    old = DBOS.list_workflows(
        status=["SUCCESS", "ERROR", "CANCELLED"],
        end_time=(now() - _KEPT_FOR).isoformat(),
        limit=1000,
        load_input=False,
        load_output=False,
    )
    if old:
        DBOS.delete_workflows([each.workflow_id for each in old])


def _sqlite_engine(url: str) -> Engine:
    """For DBOS on SQLite. It begins its writing transactions by itself, so the driver only has to begin them IMMEDIATE."""
    engine = create_engine(url, module=sqlite_module(), connect_args={"check_same_thread": False}, max_overflow=20)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


class _Forward(logging.Handler):
    """DBOS's warnings go to our log, through its mask for secrets."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0] if record.exc_info else None
        if "no longer owned" in record.getMessage() or (error and error.__name__ == "DBOSWorkflowCancelledError"):
            return  # the end of a start that was taken over meanwhile, which is as it should be
        log.warning("durable engine", reason=record.getMessage(), exc_info=record.exc_info or None)


def _hear_engine() -> None:
    """Before DBOS is made: it adds a handler that writes to the console where there is none."""
    logger = logging.getLogger("dbos")
    if not any(isinstance(each, _Forward) for each in logger.handlers):
        logger.handlers[:] = [_Forward(logging.WARNING)]
        logger.propagate = False
