"""Statement execution: SELECT, creating and dropping a metric view, DESCRIBE; with waiting, chunks and cancelling.

A statement is a row of the store from the moment it is accepted. Its rows are kept for an hour after it was made, as
the service does; those of a message as long as the message.
"""

import json
import re
import threading
from typing import Any

from core.local_genie import wire
from core.local_genie.background import Background
from core.local_genie.metric_views import read_create
from core.local_genie.parameters import read_parameters
from core.local_genie.refusals import Refusal, invalid, missing
from core.local_genie.sql_errors import SqlCancelledError, SqlError, table_not_found
from core.local_genie.state import Store, Workspace, new_hex_id, now_ms
from core.local_genie.tables import ColumnInfo, Result

WAREHOUSE_ID = "10ca1000000000ff"
MAX_ROWS = 200_000
_KEPT_MS = 3_600_000
_RUNNING = ("PENDING", "RUNNING")
_NAME = r"((?:`[^`]+`|[\w-]+)(?:\.(?:`[^`]+`|[\w-]+))*)"
_DROP = re.compile(rf"\s*DROP\s+VIEW\s+(IF\s+EXISTS\s+)?{_NAME}\s*;?\s*$", re.IGNORECASE)
_DESCRIBE = re.compile(rf"\s*DESC(?:RIBE)?\s+(?:TABLE\s+)?(?:EXTENDED\s+)?{_NAME}\s*;?\s*$", re.IGNORECASE)


class Statements:
    """The statements of the store, and those that this server is running."""

    def __init__(self, store: Store, workspace: Workspace, background: Background) -> None:
        self._store = store
        self._workspace = workspace
        self._background = background
        self._stops: dict[str, threading.Event] = {}

    def execute(self, body: dict[str, Any]) -> dict[str, Any]:
        """Run a statement and answer as `wait_timeout` says: with its end, or while it runs."""
        sql = body.get("statement")
        if not isinstance(sql, str) or not sql.strip():
            raise invalid("statement must be a SQL text.")
        check_warehouse(body.get("warehouse_id"))
        wait_s = _wait_seconds(body.get("wait_timeout", "10s"))
        request = _request(body)
        id_ = new_hex_id()
        self._forget_old()
        self._store.run(
            "INSERT INTO statements (id, sql, request, state, owner, created_ms) VALUES (?, ?, ?, 'PENDING', ?, ?)",
            id_, sql, json.dumps(request), self._background.owner, now_ms(),
        )  # fmt: skip
        stop, ended = threading.Event(), threading.Event()
        self._stops[id_] = stop
        self._background.submit(self._run, id_, sql, body, request, ended)
        ended.wait(wait_s)
        if wait_s and body.get("on_wait_timeout") == "CANCEL" and not ended.is_set():
            self.cancel(id_)
        return self.get(id_)

    def get(self, id_: str) -> dict[str, Any]:
        row = self._row(id_)
        error = json.loads(row["error"]) if row["error"] else None
        result = json.loads(row["result"]) if row["result"] else None
        return wire.statement_body(id_, row["state"], link=_link(id_), error=error, result=result)

    def chunk(self, id_: str, number: int) -> dict[str, Any]:
        row = self._row(id_)
        if row["state"] != "SUCCEEDED" or not row["result"]:
            raise Refusal(
                400, "BAD_REQUEST", f"The statement {id_} is {row['state']}; only a succeeded one has chunks."
            )
        found = wire.chunk(json.loads(row["result"]), number, _link(id_))
        if found is None:
            raise invalid(f"The statement {id_} has no chunk {number}.")
        return found

    def cancel(self, id_: str) -> None:
        """Stop a running statement; one that has ended stays as it is."""
        self._row(id_)
        self._end(id_, "CANCELED")
        if stop := self._stops.get(id_):
            stop.set()

    def stop_all(self) -> None:
        """Stop what this server is running, because it closes."""
        for stop in list(self._stops.values()):
            stop.set()

    def keep(self, message_id: str, sql: str, result: dict[str, Any]) -> str:
        """Keep the rows of a message's query as a succeeded statement and return its id."""
        id_ = new_hex_id()
        self._store.run(
            "INSERT INTO statements VALUES (?, ?, ?, '{}', 'SUCCEEDED', NULL, ?, ?, ?)",
            id_, message_id, sql, json.dumps(result), self._background.owner, now_ms(),
        )  # fmt: skip
        return id_

    def _row(self, id_: str) -> dict[str, Any]:
        row = self._store.row("SELECT * FROM statements WHERE id = ?", id_)
        if row is None:
            raise missing("Statement", id_)
        if row["state"] in _RUNNING and self._background.is_gone(row["owner"]):
            self._end(id_, "FAILED", error=_failure("The server was ended while the statement ran; execute it again."))
            return self._row(id_)
        return row

    def _run(self, id_: str, sql: str, body: dict[str, Any], request: dict[str, Any], ended: threading.Event) -> None:
        stop = self._stops[id_]
        try:
            self._store.run("UPDATE statements SET state = 'RUNNING' WHERE id = ? AND state = 'PENDING'", id_)
            result = self._result(sql, body, request, stop)
            self._end(id_, "SUCCEEDED", result=wire.result_json(result))
        except SqlCancelledError as error:
            self._end(id_, "CANCELED", error=_failure(str(error)))
        except SqlError as error:
            self._end(id_, "FAILED", error=_failure(str(error)))
        except Exception as error:
            self._end(id_, "FAILED", error=_failure(f"[INTERNAL_ERROR] {type(error).__name__}. SQLSTATE: XX000"))
            raise
        finally:
            self._stops.pop(id_)
            ended.set()

    def _result(self, sql: str, body: dict[str, Any], request: dict[str, Any], stop: threading.Event) -> Result:
        defaults = (request["catalog"], request["schema"])
        if create := read_create(sql):
            name = _full_name(".".join(create.name), defaults)
            self._workspace.create_metric_view(
                name, create.yaml, replace=create.replace, if_not_exists=create.if_not_exists
            )
            return Result([], [], [])
        if drop := _DROP.fullmatch(sql):
            name = _full_name(drop[2], defaults)
            if not self._workspace.drop_metric_view(name) and not drop[1]:
                raise table_not_found(name)
            return Result([], [], [])
        catalog = self._workspace.catalog(defaults=defaults)
        if describe := _DESCRIBE.fullmatch(sql):
            return _described(catalog, _full_name(describe[1], defaults))
        parameters = read_parameters(body.get("parameters"))
        return catalog.query(sql, request["row_limit"], stop=stop, parameters=parameters)

    def _end(
        self, id_: str, state: str, *, error: dict[str, Any] | None = None, result: dict[str, Any] | None = None
    ) -> None:
        self._store.run(
            "UPDATE statements SET state = ?, error = ?, result = ? WHERE id = ? AND state IN ('PENDING', 'RUNNING')",
            state, json.dumps(error) if error else None, json.dumps(result) if result else None, id_,
        )  # fmt: skip

    def _forget_old(self) -> None:
        self._store.run("DELETE FROM statements WHERE message_id IS NULL AND created_ms < ?", now_ms() - _KEPT_MS)


def check_warehouse(id_: Any) -> None:
    """Refuse any warehouse but the local one."""
    if not isinstance(id_, str) or not id_:
        raise invalid("warehouse_id is required.")
    if id_ != WAREHOUSE_ID:
        raise missing("SQL warehouse", id_)


def _wait_seconds(text: Any) -> float:
    match = re.fullmatch(r"(\d{1,3})s", str(text))
    seconds = int(match.group(1)) if match else -1
    if seconds != 0 and not 5 <= seconds <= 50:
        raise invalid(f'wait_timeout must be "0s" or from "5s" to "50s", not {str(text)[:20]!r}.')
    return float(seconds)


def _request(body: dict[str, Any]) -> dict[str, Any]:
    if body.get("disposition", "INLINE") != "INLINE" or body.get("format", "JSON_ARRAY") != "JSON_ARRAY":
        raise invalid("The local Genie offers the disposition INLINE and the format JSON_ARRAY only.")
    if body.get("on_wait_timeout", "CONTINUE") not in ("CONTINUE", "CANCEL"):
        raise invalid("on_wait_timeout must be CONTINUE or CANCEL.")
    limit = body.get("row_limit")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise invalid("row_limit must be a whole number above 0.")
    for key in ("catalog", "schema"):
        if body.get(key) is not None and not isinstance(body[key], str):
            raise invalid(f"{key} must be a string.")
    read_parameters(body.get("parameters"))
    return {
        "catalog": body.get("catalog"),
        "schema": body.get("schema"),
        "row_limit": min(limit or MAX_ROWS, MAX_ROWS),
    }


def _full_name(name: str, defaults: tuple[str | None, str | None]) -> str:
    parts = [part.strip("`") for part in re.findall(r"`[^`]+`|[^.`]+", name)]
    catalog, schema = defaults
    if len(parts) == 2 and catalog:
        parts = [catalog, *parts]
    elif len(parts) == 1 and catalog and schema:
        parts = [catalog, schema, *parts]
    if len(parts) != 3:
        raise SqlError(
            f"[INVALID_IDENTIFIER] The name {name} needs three parts, catalog.schema.name, or a catalog and schema beside "
            "the statement. SQLSTATE: 42602"
        )
    return ".".join(parts)


def _described(catalog: Any, name: str) -> Result:
    view = catalog.metric_view(name)
    if view is not None:
        names = [(each.name, "dimension", each.comment) for each in view.dimensions]
        rows = [*names, *((each.name, "measure", each.comment) for each in view.measures)]
    elif (table := catalog.table(name)) is not None:
        columns: tuple[ColumnInfo, ...] = table.columns
        rows = [(each.name, each.type.lower(), each.comment or None) for each in columns]
    else:
        raise table_not_found(name)
    return Result(["col_name", "data_type", "comment"], ["STRING"] * 3, rows)


def _failure(message: str) -> dict[str, Any]:
    return {"error_code": "BAD_REQUEST", "message": message}


def _link(id_: str) -> str:
    return f"/api/2.0/sql/statements/{id_}"
