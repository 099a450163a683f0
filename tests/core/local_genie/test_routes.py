"""The routes around Genie's own: discovery, the token, warehouses, the catalog, loading; and what is not offered."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue, NotFound, Unauthenticated

from core.errors import ConfigError, InputError
from core.local_genie import LocalGenie, serve
from tests.core.local_genie.standins import CUSTOMERS, ORDERS, standin


def request(server: LocalGenie, method: str, path: str, body: bytes | None = None, token: str | None = None) -> Any:
    """(status, body text) of a plain HTTP request."""
    made = urllib.request.Request(server.base_url + path, data=body, method=method)
    made.add_header("Authorization", f"Bearer {server.token if token is None else token}")
    try:
        with urllib.request.urlopen(made, timeout=10) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_wrong_token_is_refused_by_every_route(genie: LocalGenie, connect: Callable[..., Any]):
    with pytest.raises(Unauthenticated):
        connect(genie, token="wrong").genie.list_spaces()
    for path in ("/api/2.0/genie/spaces", "/api/local/faults", "/api/2.0/sql/warehouses"):
        assert request(genie, "GET", path, token="wrong")[0] == 401
        assert request(genie, "GET", path, token="")[0] == 401


def test_discovery_needs_no_token(genie: LocalGenie):
    status, body = request(genie, "GET", "/.well-known/databricks-config", token="")
    assert status == 200
    assert json.loads(body)["oidc_endpoint"].startswith(genie.base_url)


def test_the_sdk_starts_without_a_warning(genie: LocalGenie, connect: Callable[..., Any], caplog: Any):
    connect(genie).genie.list_spaces()
    assert [record for record in caplog.records if record.levelname == "WARNING"] == []


def test_only_loopback_is_served(tmp_path: Path):
    with pytest.raises(ConfigError, match="loopback"):
        serve(tmp_path, host="0.0.0.0", writer=standin)


def test_the_server_starts_within_a_second(tmp_path: Path):
    begun = time.perf_counter()
    with serve(tmp_path, writer=standin):
        assert time.perf_counter() - begun < 1


def test_the_one_warehouse_runs(client: Any, genie: LocalGenie):
    (found,) = client.warehouses.list()
    assert (found.id, found.state.value) == (genie.warehouse_id, "RUNNING")
    assert client.warehouses.get(found.id).name == found.name
    with pytest.raises(NotFound):
        client.warehouses.get("other")


def test_the_catalog_shows_tables_with_their_columns(client: Any, space_id: str):
    found = {each.full_name: each for each in client.tables.list("main", "sales")}
    assert {CUSTOMERS, ORDERS} <= found.keys()
    columns = {each.name: each.type_name.value for each in found[ORDERS].columns}
    assert columns == {
        "order_id": "LONG",
        "customer_id": "LONG",
        "order_date": "DATE",
        "amount": "DOUBLE",
        "status": "STRING",
        "zip": "STRING",
    }
    assert client.tables.get(ORDERS).schema_name == "sales"
    assert client.tables.exists(ORDERS).table_exists
    assert "main" in [each.name for each in client.catalogs.list()]
    assert [each.name for each in client.schemas.list("main")] == ["sales"]
    with pytest.raises(NotFound):
        client.tables.get("main.sales.nope")


def test_who_asks_is_known(client: Any):
    assert client.current_user.me().user_name == "local"


def test_what_is_not_offered_says_so(genie: LocalGenie):
    status, body = request(genie, "GET", "/api/2.0/clusters/list")
    assert (status, json.loads(body)["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
    assert request(genie, "DELETE", "/api/2.0/sql/warehouses")[0] == 405


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe", b"[" * 50_000])
def test_a_body_that_is_no_json_object_is_refused(genie: LocalGenie, body: bytes):
    status, text = request(genie, "POST", "/api/2.0/genie/spaces", body)
    assert (status, json.loads(text)["error_code"]) == (400, "MALFORMED_REQUEST")


def test_a_body_beyond_all_measure_is_refused(genie: LocalGenie):
    assert request(genie, "POST", "/api/2.0/genie/spaces", b" " * (17 * 1024 * 1024))[0] == 413


def test_a_space_is_loaded_over_http(genie: LocalGenie, tables_dir: Path, definition: Callable[..., dict[str, Any]]):
    body = json.dumps({"tables_dir": str(tables_dir), "space": definition(), "title": "By HTTP"}).encode()
    status, text = request(genie, "POST", "/api/local/spaces", body)
    found = json.loads(text)
    assert (status, found["title"], found["tables"]) == (200, "By HTTP", {CUSTOMERS: 5, ORDERS: 100})
    missing = json.dumps({"tables_dir": "/nowhere/at/all", "space": definition()}).encode()
    assert request(genie, "POST", "/api/local/spaces", missing)[0] == 400


def test_loading_sorts_lists_and_numbers_a_taken_title(
    genie: LocalGenie, client: Any, tables_dir: Path, definition: Callable[..., dict[str, Any]]
):
    space = definition()
    space["data_sources"]["tables"].reverse()
    first = genie.load(tables_dir, space, "Loaded twice")
    second = genie.load(tables_dir, space, "Loaded twice")
    assert client.genie.get_space(first).title == "Loaded twice"
    assert client.genie.get_space(second).title == "Loaded twice (2)"
    names = [each["identifier"] for each in stored(client, first)["data_sources"]["tables"]]
    assert names == [CUSTOMERS, ORDERS]


def test_loading_names_every_fault_and_absent_files(genie: LocalGenie, tmp_path: Path, tables_dir: Path):
    with pytest.raises(InputError, match="no folder"):
        genie.load(tmp_path / "nowhere", {"version": 2})
    with pytest.raises(InputError, match="version: must be 2"):
        genie.load(tables_dir, {"version": 1})
    listed = {"version": 2, "data_sources": {"tables": [{"identifier": "a.b.nofile"}]}}
    with pytest.raises(InputError, match=r"nofile\.csv"):
        genie.load(tables_dir, listed)
    listed["data_sources"]["tables"].append({"identifier": ORDERS})
    loaded = genie.load_with_details(tables_dir, listed)
    assert "a.b.nofile" in loaded.warnings[0]


def test_every_bad_file_is_named_and_what_a_load_changes_elsewhere_is_said(genie: LocalGenie, tmp_path: Path):
    identifiers = ["a.b.one", "a.b.two"]
    space = {"version": 2, "data_sources": {"tables": [{"identifier": each} for each in identifiers]}}
    (tmp_path / "one.csv").write_bytes(b"PK\x03\x04")
    (tmp_path / "two.csv").write_text("a,b\n1\n")
    with pytest.raises(InputError, match=r"one\.csv is an Excel .* Line 2 of two\.csv has 1 value"):
        genie.load(tmp_path, space)
    (tmp_path / "one.csv").write_bytes("a\n“x”\n".encode("cp1252"))
    (tmp_path / "two.csv").write_text("a,b\n")
    said = genie.load_with_details(tmp_path, space).warnings
    assert ["one.csv is not in UTF-8" in said[0], "two.csv holds no rows" in said[1], len(said)] == [True, True, 2]
    (tmp_path / "one.csv").write_text("a\ny\n")
    (tmp_path / "two.csv").unlink()
    said = genie.load_with_details(tmp_path, space).warnings
    assert "a.b.two has no file in the folder; the table" in said[0] and "a.b.one was loaded before" in said[1]


def test_a_metric_view_is_loaded_from_its_yaml(genie: LocalGenie, client: Any, tables_dir: Path, tmp_path: Path):
    for file in tables_dir.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    yaml = "version: 1.1\nsource: main.sales.orders\nmeasures:\n  - name: total\n    expr: SUM(amount)\n"
    (tmp_path / "turnover.yaml").write_text(yaml)
    sources = {"tables": [{"identifier": ORDERS}], "metric_views": [{"identifier": "main.sales.turnover"}]}
    space = genie.load(tmp_path, {"version": 2, "data_sources": sources})
    message = client.genie.start_conversation_and_wait(space, "SQL:SELECT MEASURE(total) FROM main.sales.turnover")
    assert message.query_result.row_count == 1
    (tmp_path / "turnover.yaml").write_text(yaml.replace("SUM(amount)", "amount"))
    with pytest.raises(InputError, match="not an aggregate"):
        genie.load(tmp_path, {"version": 2, "data_sources": sources})


def stored(client: Any, space_id: str) -> dict[str, Any]:
    return json.loads(client.genie.get_space(space_id, include_serialized_space=True).serialized_space)


def test_a_negative_page_size_is_refused(client: Any):
    with pytest.raises(InvalidParameterValue, match="page_size"):
        client.genie.list_spaces(page_size=-1)
