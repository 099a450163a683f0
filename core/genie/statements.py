"""SQL on a warehouse: one statement, its rows as strings, with a row cap and a deadline after which it is cancelled."""

import contextlib
from typing import TYPE_CHECKING, Any

from core.errors import InputError, ServiceError, WorkbenchError
from core.genie.calls import polls
from core.genie.failures import Failure, Kind, failure_of
from core.genie.limits import MOST_RESULT_ROWS
from core.genie.results import ResultColumn, ResultTable
from core.genie.workspaces import Stop

if TYPE_CHECKING:
    from core.genie.client import GenieClient

_WAIT_IN_REQUEST_S = 10
_ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "CLOSED"})
_TROUBLE = frozenset(
    {
        "ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL_ERROR", "IO_ERROR", "RESOURCE_EXHAUSTED",
        "SERVICE_UNDER_MAINTENANCE", "TEMPORARILY_UNAVAILABLE", "UNKNOWN", "WORKSPACE_TEMPORARILY_UNAVAILABLE",
    }
)  # fmt: skip
_MOST_CHUNKS = 200


class StatementError(ServiceError):
    """The statement did not give rows. `failure` says whether the SQL or the warehouse is to blame."""

    def __init__(self, failure: Failure, *, service: str) -> None:
        super().__init__(failure.sentence, service=service)
        self.failure = failure


def run_sql(
    client: "GenieClient",
    sql: str,
    *,
    warehouse_id: str | None = None,
    most_rows: int = MOST_RESULT_ROWS,
    deadline_s: float | None = None,
    stop: Stop | None = None,
) -> ResultTable:
    """Run one statement and fetch its rows, at most `most_rows`; more are cut, and the table says so.

    Raises:
        StatementError: the SQL fails (kind query_failed), or takes longer than `deadline_s` (kind timed_out; it is cancelled).
        InputError: there is no SQL.
    """
    from databricks.sdk.service.sql import Disposition, ExecuteStatementRequestOnWaitTimeout, Format

    if not sql.strip():
        raise InputError("There is no SQL to run. Enter a statement.")
    warehouse = warehouse_id or client.default_warehouse()
    limit_s = client.calls.timing.statement_s if deadline_s is None else deadline_s
    # The service takes 5 to 50 s here, or 0 for not waiting at all.
    wait_s = min(_WAIT_IN_REQUEST_S, int(limit_s), int(client.calls.timing.http_s) - 1)
    reply = client.calls.read(
        "running SQL",
        lambda w: w.statement_execution.execute_statement(
            sql, warehouse, row_limit=most_rows + 1, disposition=Disposition.INLINE, format=Format.JSON_ARRAY,
            wait_timeout=f"{wait_s}s" if wait_s >= 5 else "0s", on_wait_timeout=ExecuteStatementRequestOnWaitTimeout.CONTINUE,
        ),
        stop=stop,
    )  # fmt: skip
    waits = polls(client.workspace, limit_s=limit_s)
    statement_id = reply.statement_id
    try:
        while state_of(reply) not in _ENDED:
            if not waits.next(stop):
                sentence = (
                    f"The SQL ran longer than {limit_s:g} s and was cancelled. Make it cheaper, or raise the time-out."
                )
                raise StatementError(Failure(Kind.TIMED_OUT, sentence), service=client.name)
            reply = client.calls.read(
                "waiting for SQL", lambda w: w.statement_execution.get_statement(statement_id), stop=stop
            )
    except WorkbenchError:
        with contextlib.suppress(WorkbenchError):
            client.calls.read("cancelling SQL", lambda w: w.statement_execution.cancel_execution(statement_id))
        raise
    return rows_of(client, reply, most_rows=most_rows, whose="The SQL", stop=stop)


def state_of(reply: Any) -> str:
    """The statement's state; SUCCEEDED where a service sends rows without one."""
    state = reply.status.state if reply.status else None
    return state.value if state else "SUCCEEDED" if reply.result else "PENDING"


def rows_of(
    client: "GenieClient", reply: Any, *, most_rows: int = MOST_RESULT_ROWS, whose: str, stop: Stop | None = None
) -> ResultTable:
    """The rows of a statement that ended, further chunks fetched. Raises StatementError if it did not succeed."""
    state = state_of(reply)
    if state != "SUCCEEDED":
        raise StatementError(_failure(reply, state, whose), service=client.name)
    manifest, result = reply.manifest, reply.result
    schema = manifest.schema.columns if manifest and manifest.schema and manifest.schema.columns else []
    columns = tuple(
        ResultColumn(each.name or "", each.type_text or (each.type_name.value if each.type_name else ""))
        for each in schema
    )
    rows: list[tuple[str | None, ...]] = []
    for _ in range(_MOST_CHUNKS):
        rows += (_row(cells, len(columns)) for cells in (result.data_array if result else None) or [])
        following = result.next_chunk_index if result else None
        if following is None or len(rows) > most_rows or not reply.statement_id:
            break
        result = client.calls.read(
            "fetching rows",
            lambda w, chunk=following: w.statement_execution.get_statement_result_chunk_n(reply.statement_id, chunk),
            stop=stop,
        )
    if not columns and rows:
        columns = tuple(ResultColumn(f"column {i + 1}") for i in range(len(rows[0])))
    total = manifest.total_row_count if manifest else None
    cut = len(rows) > most_rows
    truncated = cut or bool(manifest and manifest.truncated) or (total is not None and total > len(rows))
    return ResultTable(columns, tuple(rows[:most_rows]), truncated, None if cut and not total else total or len(rows))


def statement_failure(error: WorkbenchError) -> Failure:
    """The failure of an error that `run_sql` raised."""
    return error.failure if isinstance(error, StatementError) else failure_of(error)


def _row(cells: Any, width: int) -> tuple[str | None, ...]:
    """A row as wide as the columns; the service sends strings, a lenient one may send numbers."""
    row = [None if cell is None else _text(cell) for cell in cells]
    return tuple(row + [None] * (width - len(row)))[: width or None]


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell if isinstance(cell, str) else str(cell)


def _failure(reply: Any, state: str, whose: str) -> Failure:
    error = reply.status.error if reply.status else None
    code = error.error_code.value if error and error.error_code else ""
    says = " ".join((error.message or "").split())[:600] if error else ""
    told = f": “{says}”" if says else ""
    if state in ("CANCELED", "CLOSED"):
        return Failure(Kind.CANCELLED, f"{whose} was cancelled before it gave rows{told}. Run it again.", code or state)
    if code == "RESOURCE_EXHAUSTED":
        return Failure(Kind.RATE_LIMITED, f"{whose} found no room on the warehouse{told}. Run it again later.", code)
    if code in _TROUBLE:
        return Failure(Kind.SERVER_ERROR, f"{whose} failed on the warehouse{told}. Run it again.", code)
    if code == "UNAUTHENTICATED":
        return Failure(Kind.UNAUTHENTICATED, f"{whose} was refused{told}. Renew the credentials.", code)
    return Failure(Kind.QUERY_FAILED, f"{whose} fails{told}.", code)
