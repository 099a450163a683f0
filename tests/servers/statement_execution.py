"""A loopback server that speaks Databricks' statement execution 2.0 and Unity Catalog's listing, over DuckDB.

It runs what our dialect writes, with a few words turned into DuckDB's. Cells go out as text, in parts of 500 rows, as
the real service sends them. `slow_s` makes statements run so long; `statements` is what was asked, in order.
"""

import datetime
import json
import re
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import duckdb

TOKEN = "dapi0123456789abcdef0123456789abcdef"
PART = 500
_QUOTED = re.compile(r"'(?:[^']|'')*'|`(?:[^`]|``)*`")
_TYPES = {
    "BOOLEAN": "BOOLEAN", "TINYINT": "BYTE", "SMALLINT": "SHORT", "INTEGER": "INT", "BIGINT": "LONG", "UBIGINT": "DECIMAL",
    "HUGEINT": "DECIMAL", "FLOAT": "FLOAT", "DOUBLE": "DOUBLE", "VARCHAR": "STRING", "DATE": "DATE", "TIMESTAMP": "TIMESTAMP",
    "BLOB": "BINARY",
}  # fmt: skip


class StatementServer:
    """Use it as a context manager. `run` executes DuckDB SQL as the owner; catalogs are made by `ATTACH ':memory:' AS x`."""

    def __init__(self) -> None:
        self.database = duckdb.connect(":memory:")
        self.lock = threading.Lock()
        self.statements: list[dict[str, Any]] = []
        self.cancelled: list[str] = []
        self.slow_s = 0.0
        self.running: dict[str, dict[str, Any]] = {}
        server = self

        class Handler(_Handler):
            owner = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "StatementServer":
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self.database.close()

    def run(self, *statements: str) -> None:
        with self.lock:
            for statement in statements:
                self.database.execute(statement)

    def start(self, body: dict[str, Any]) -> dict[str, Any]:
        """Run a statement in the background; wait for it as long as the request says."""
        self.statements.append(body)
        key = str(uuid.uuid4())
        self.running[key] = {"state": "PENDING"}
        worker = threading.Thread(target=self._work, args=(key, body), daemon=True)
        worker.start()
        worker.join(float(body.get("wait_timeout", "10s").removesuffix("s")) if not self.slow_s else 0.05)
        return self.answer(key)

    def _work(self, key: str, body: dict[str, Any]) -> None:
        self.running[key] = {"state": "RUNNING"}
        time.sleep(self.slow_s)
        try:
            with self.lock:
                values = {each["name"]: each.get("value") for each in body.get("parameters") or []}
                result = self.database.execute(_as_duckdb(body["statement"]), values or None)
                names = [(each[0], str(each[1])) for each in result.description]
                rows = result.fetchall()
        except duckdb.Error as error:
            message = str(error).splitlines()[0]
            if "does not exist" in message:
                message = f"[TABLE_OR_VIEW_NOT_FOUND] {message}"
            self.running[key] = {"state": "FAILED", "message": message}
            return
        limit = body.get("row_limit")
        if key not in self.cancelled:
            self.running[key] = {
                "state": "SUCCEEDED",
                "columns": names,
                "rows": [[_as_text(cell) for cell in row] for row in rows[:limit]],
                "truncated": limit is not None and len(rows) > limit,
            }

    def answer(self, key: str) -> dict[str, Any]:
        found = self.running[key]
        status: dict[str, Any] = {"state": found["state"]}
        if found["state"] == "FAILED":
            status["error"] = {"error_code": "BAD_REQUEST", "message": found["message"]}
        document: dict[str, Any] = {"statement_id": key, "status": status}
        if found["state"] == "SUCCEEDED":
            columns = [
                {"name": name, "position": at, **_type(kind)} for at, (name, kind) in enumerate(found["columns"])
            ]
            document["manifest"] = {
                "format": "JSON_ARRAY",
                "schema": {"column_count": len(columns), "columns": columns},
                "total_row_count": len(found["rows"]),
                "truncated": found["truncated"],
            }
            document["result"] = self.part(key, 0)
        return document

    def part(self, key: str, number: int) -> dict[str, Any]:
        rows = self.running[key]["rows"]
        part: dict[str, Any] = {"chunk_index": number, "data_array": rows[number * PART : (number + 1) * PART]}
        if len(rows) > (number + 1) * PART:
            part["next_chunk_index"] = number + 1
        return part

    def names(self, sql: str, *values: str) -> list[Any]:
        with self.lock:
            return self.database.execute(sql, list(values) or None).fetchall()

    def table(self, catalog: str, schema: str, name: str) -> dict[str, Any] | None:
        rows = self.names(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = ? AND schema_name = ? AND table_name = ? "
            "ORDER BY column_index",
            catalog, schema, name,
        )  # fmt: skip
        columns = [{"name": each, "position": at, **_type(kind)} for at, (each, kind) in enumerate(rows)]
        described = {"name": name, "catalog_name": catalog, "schema_name": schema, "columns": columns}
        return described | {"full_name": f"{catalog}.{schema}.{name}"} if columns else None


class _Handler(BaseHTTPRequestHandler):
    owner: StatementServer

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        path, query = unquote(split.path), {name: values[0] for name, values in parse_qs(split.query).items()}
        if not self._is_welcome(path):
            return
        if path == "/api/2.1/unity-catalog/catalogs":
            rows = self.owner.names(
                "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND database_name <> 'memory'"
            )
            self._send({"catalogs": [{"name": name} for (name,) in rows]})
        elif path == "/api/2.1/unity-catalog/schemas":
            rows = self.owner.names(
                "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND database_name = ?",
                query["catalog_name"],
            )
            self._send({"schemas": [{"name": name, "catalog_name": query["catalog_name"]} for (name,) in rows]})
        elif path == "/api/2.1/unity-catalog/tables":
            catalog, schema = query["catalog_name"], query["schema_name"]
            rows = self.owner.names(
                "SELECT table_name FROM information_schema.tables WHERE table_catalog = ? AND table_schema = ? ORDER BY 1",
                catalog, schema,
            )  # fmt: skip
            self._send({"tables": [self.owner.table(catalog, schema, name) for (name,) in rows]})
        elif path.startswith("/api/2.1/unity-catalog/tables/"):
            found = self.owner.table(*path.rsplit("/", 1)[1].split(".", 2))
            gone = {"error_code": "TABLE_DOES_NOT_EXIST", "message": "Table does not exist."}
            self._send(found or gone, 200 if found else 404)
        elif match := re.fullmatch(r"/api/2\.0/sql/statements/([\w-]+)(?:/result/chunks/(\d+))?", path):
            key, part = match.groups()
            self._send(self.owner.answer(key) if part is None else self.owner.part(key, int(part)))
        else:
            self._send({"error_code": "NOT_FOUND", "message": path}, 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if not self._is_welcome(self.path):
            return
        if self.path == "/api/2.0/sql/statements":
            if body.get("warehouse_id") != "wh1":
                self._send({"error_code": "INVALID_PARAMETER_VALUE", "message": "wh is not a valid endpoint id."}, 400)
            else:
                self._send(self.owner.start(body))
        elif match := re.fullmatch(r"/api/2\.0/sql/statements/([\w-]+)/cancel", self.path):
            self.owner.cancelled.append(match[1])
            self.owner.running[match[1]] = {"state": "CANCELED"}
            self._send({})
        else:
            self._send({"error_code": "NOT_FOUND", "message": self.path}, 404)

    def _is_welcome(self, path: str) -> bool:
        if path.startswith("/.well-known"):
            self._send({}, 404)
            return False
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send({"error_code": "PERMISSION_DENIED", "message": "Invalid access token."}, 403)
            return False
        return True

    def _send(self, document: Any, status: int = 200) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


def _as_duckdb(statement: str) -> str:
    """Backticks become double quotes, markers become DuckDB's; texts stay as they are."""
    kept: list[str] = []
    at = 0
    for match in _QUOTED.finditer(statement):
        kept.append(_words(statement[at : match.start()]))
        text = match.group()
        if text.startswith("`"):
            text = '"' + text[1:-1].replace("``", "`").replace('"', '""') + '"'
        kept.append(text)
        at = match.end()
    return "".join(kept) + _words(statement[at:])


def _words(sql: str) -> str:
    return re.sub(r":(p\d+)\b", r"$\1", sql).replace("xxhash64(", "hash(")


def _type(kind: str) -> dict[str, Any]:
    if kind.startswith("DECIMAL"):
        return {"type_name": "DECIMAL", "type_text": kind.lower().replace(" ", "")}
    name = _TYPES.get(kind, "ARRAY" if kind.endswith("[]") else "STRUCT" if kind.startswith("STRUCT") else "STRING")
    text = {"LONG": "bigint", "INT": "int", "DECIMAL": "decimal(38,0)"}.get(name, name.lower())
    return {"type_name": name, "type_text": text}


def _as_text(cell: Any) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(timespec="microseconds") + "Z"
    return cell.hex() if isinstance(cell, bytes) else str(cell)
