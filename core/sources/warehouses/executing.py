"""One statement on a warehouse: submit, wait, fetch the parts of the result; cancelled at the deadline."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core import llm
from core.errors import (
    AuthError,
    InputError,
    NotFoundError,
    RateLimitError,
    ServiceError,
    ServiceTimeoutError,
    WorkbenchError,
)

_FIRST_WAIT_S = 10
_LONGEST_PAUSE_S = 2.0
_GONE = ("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "NO_SUCH_CATALOG", "CATALOG_NOT_FOUND")


@dataclass(frozen=True)
class Answer:
    """Column names, rows of Python values, and whether rows were cut off."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool


def execute(
    client: Any,
    warehouse_id: str,
    statement: str,
    texts: Sequence[str] = (),
    *,
    service: str,
    deadline_s: float,
    most: int | None = None,
    own: bool = True,
) -> Answer:
    """The answer to one statement. `own` False: a person wrote it, so its faults are theirs to correct.

    Raises:
        InputError: the warehouse refuses a person's statement. NotFoundError: a table is gone.
        ServiceTimeoutError, AuthError, RateLimitError, ServiceError.
    """
    from databricks.sdk.service import sql

    end = time.monotonic() + deadline_s
    try:
        response = client.statement_execution.execute_statement(
            statement=statement,
            warehouse_id=warehouse_id,
            parameters=[
                sql.StatementParameterListItem(name=f"p{number}", value=text, type="STRING")
                for number, text in enumerate(texts, 1)
            ]
            or None,
            wait_timeout=f"{max(5, min(_FIRST_WAIT_S, int(deadline_s)))}s",
            on_wait_timeout=sql.ExecuteStatementRequestOnWaitTimeout.CONTINUE,
            disposition=sql.Disposition.INLINE,
            format=sql.Format.JSON_ARRAY,
            row_limit=most,
        )
        response = _finished(client, response, end, service, deadline_s)
        _check(response, own)
        columns = list(
            (response.manifest.schema.columns if response.manifest and response.manifest.schema else None) or []
        )
        rows = [
            tuple(_value(cell, column) for cell, column in zip(row, columns, strict=False))
            for row in _parts(client, response, end, service, deadline_s)
        ]
        more = bool(response.manifest and response.manifest.truncated)
        return Answer(tuple(column.name or "" for column in columns), rows, more)
    except WorkbenchError:
        raise
    except Exception as error:  # the SDK raises its own tree, and requests' errors through it
        raise explained(error, service, own=own) from error


def explained(error: Exception, service: str, *, own: bool = True) -> WorkbenchError:
    """What an error of the SDK means to a person."""
    from databricks.sdk import errors

    said = llm.mask_secrets(" ".join(str(error).split()))[:300].rstrip(".")
    if isinstance(error, (errors.Unauthenticated, errors.PermissionDenied)):
        return AuthError(f"{service} refuses the login: {said}. Check its token and grants.", service=service)
    if isinstance(error, errors.TooManyRequests):
        return RateLimitError(f"{service} asks to slow down: {said}. Try again later.", service=service)
    if isinstance(error, errors.NotFound):
        return NotFoundError(f"{service} does not know it: {said}. Load the list of tables again.")
    if isinstance(error, (errors.BadRequest, errors.InvalidParameterValue)):
        return (
            ServiceError(f"{service} refuses the request: {said}. Check the warehouse id.", service=service)
            if own
            else _refused(said)
        )
    if isinstance(error, TimeoutError):
        return ServiceTimeoutError(
            f"{service} did not answer in time: {said}. Try again later.", service=service, retryable=True
        )
    return ServiceError(
        f"{service} cannot be reached: {said}. Check that the host is right and the warehouse may start.",
        service=service,
        retryable=True,
    )


def _finished(client: Any, response: Any, end: float, service: str, deadline_s: float) -> Any:
    from databricks.sdk.service.sql import StatementState

    pause = 0.1
    while response.status.state in (StatementState.PENDING, StatementState.RUNNING):
        if time.monotonic() > end:
            client.statement_execution.cancel_execution(response.statement_id)
            raise _too_slow(service, deadline_s)
        time.sleep(min(pause, max(0.0, end - time.monotonic()) + 0.01))
        pause = min(pause * 1.6, _LONGEST_PAUSE_S)
        response = client.statement_execution.get_statement(response.statement_id)
    return response


def _check(response: Any, own: bool) -> None:
    from databricks.sdk.service.sql import StatementState

    if response.status.state is StatementState.SUCCEEDED:
        return
    said = " ".join((response.status.error.message if response.status.error else "").split())[:300].rstrip(".")
    said = llm.mask_secrets(said) or str(response.status.state)
    if own and any(mark in said for mark in _GONE):
        raise NotFoundError(f"The table no longer exists in the source: {said}. Load the list of tables again.")
    raise ServiceError(f"The warehouse failed: {said}.", service="warehouse") if own else _refused(said)


def _parts(client: Any, response: Any, end: float, service: str, deadline_s: float) -> Iterator[list[Any]]:
    part = response.result
    while part is not None:
        yield from part.data_array or []
        if part.next_chunk_index is None:
            return
        if time.monotonic() > end:
            raise _too_slow(service, deadline_s)
        part = client.statement_execution.get_statement_result_chunk_n(response.statement_id, part.next_chunk_index)


def _refused(said: str) -> InputError:
    return InputError(f"The warehouse refuses the query: {said}. Correct it and run it again.")


def _too_slow(service: str, deadline_s: float) -> ServiceTimeoutError:
    return ServiceTimeoutError(
        f"{service} had no answer after {deadline_s:g} s, and the query was cancelled. Try again later, or ask for less.",
        service=service,
        retryable=True,
    )


def _value(cell: str | None, column: Any) -> Any:
    """A cell, which always comes as text, as Python knows it."""
    if cell is None:
        return None
    kind = column.type_name.value if column.type_name else ""
    try:
        if kind in ("BYTE", "SHORT", "INT", "LONG"):
            return int(cell)
        if kind in ("FLOAT", "DOUBLE"):
            return float(cell)
        if kind == "DECIMAL":
            return Decimal(cell)
        if kind == "BOOLEAN":
            return cell.lower() == "true"
        if kind == "DATE":
            return date.fromisoformat(cell)
        if kind.startswith("TIMESTAMP") or (column.type_text or "").startswith("TIMESTAMP"):
            return datetime.fromisoformat(cell).replace(tzinfo=None)
    except (ValueError, ArithmeticError):
        return cell
    return cell
