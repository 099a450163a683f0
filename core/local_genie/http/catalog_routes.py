"""Unity Catalog's reading routes over the local tables, and who is asking."""

from typing import TYPE_CHECKING, Any

from core.local_genie.http.calls import Call, Handler, page
from core.local_genie.metric_views import MetricView
from core.local_genie.refusals import invalid, missing
from core.local_genie.tables import ColumnInfo
from core.local_genie.tables.types import wire_type_name

if TYPE_CHECKING:
    from core.local_genie.service import Service


def catalog_routes(service: "Service") -> list[tuple[str, str, Handler]]:
    def every() -> dict[str, dict[str, Any]]:
        found = {name: _table_body(name, table.columns) for name, table in service.workspace.tables().items()}
        found |= {name: _view_body(name, view) for name, view in service.workspace.metric_views().items()}
        return dict(sorted(found.items()))

    def listed(call: Call) -> dict[str, Any]:
        catalog, schema = call.query.get("catalog_name"), call.query.get("schema_name")
        if not catalog or not schema:
            raise invalid("catalog_name and schema_name are required.")
        bodies = [body for body in every().values() if (body["catalog_name"], body["schema_name"]) == (catalog, schema)]
        if call.flag("omit_columns"):
            bodies = [{key: value for key, value in body.items() if key != "columns"} for body in bodies]

        def read(limit: int, after: str | None) -> list[Any]:
            return [body for body in bodies if body["full_name"] > (after or "")][:limit]

        return page(call, "tables", read, lambda body: body["full_name"], default=50, most=50, size_name="max_results")

    def get(call: Call) -> dict[str, Any]:
        body = _find(every(), call.path["name"])
        if body is None:
            raise missing("Table", call.path["name"])
        return body

    def exists(call: Call) -> dict[str, Any]:
        return {"table_exists": _find(every(), call.path["name"]) is not None}

    def catalogs(call: Call) -> dict[str, Any]:
        names = sorted({body["catalog_name"] for body in every().values()})
        return {"catalogs": [{"name": name, "full_name": name} for name in names]}

    def schemas(call: Call) -> dict[str, Any]:
        wanted = call.query.get("catalog_name")
        pairs = sorted({(body["catalog_name"], body["schema_name"]) for body in every().values()})
        return {
            "schemas": [
                {"name": name, "catalog_name": catalog, "full_name": f"{catalog}.{name}"}
                for catalog, name in pairs
                if catalog == wanted
            ]
        }

    def me(call: Call) -> dict[str, Any]:
        return {"id": "1", "userName": "local", "displayName": "Local Genie", "active": True}

    return [
        ("GET", "/api/2.1/unity-catalog/tables", listed),
        ("GET", "/api/2.1/unity-catalog/tables/{name}", get),
        ("GET", "/api/2.1/unity-catalog/tables/{name}/exists", exists),
        ("GET", "/api/2.1/unity-catalog/catalogs", catalogs),
        ("GET", "/api/2.1/unity-catalog/schemas", schemas),
        ("GET", "/api/2.0/preview/scim/v2/Me", me),
    ]


def _find(bodies: dict[str, dict[str, Any]], name: str) -> dict[str, Any] | None:
    return next((body for full, body in bodies.items() if full.casefold() == name.casefold()), None)


def _named(full_name: str, kind: str, columns: list[dict[str, Any]]) -> dict[str, Any]:
    catalog, schema, name = full_name.split(".", 2)
    return {
        "name": name,
        "catalog_name": catalog,
        "schema_name": schema,
        "full_name": full_name,
        "table_type": kind,
        "owner": "local",
        "columns": columns,
    }


def _table_body(full_name: str, columns: tuple[ColumnInfo, ...]) -> dict[str, Any]:
    bodies = [_column_body(place, each.name, each.type, each.comment) for place, each in enumerate(columns)]
    return _named(full_name, "MANAGED", bodies) | {"data_source_format": "DELTA"}


def _view_body(full_name: str, view: MetricView) -> dict[str, Any]:
    named = [(each.name, each.comment) for each in (*view.dimensions, *view.measures)]
    bodies = [_column_body(place, name, "STRING", comment) for place, (name, comment) in enumerate(named)]
    return _named(full_name, "METRIC_VIEW", bodies) | {"view_definition": view.yaml, "comment": view.comment}


def _column_body(place: int, name: str, type_text: str, comment: str) -> dict[str, Any]:
    return {
        "name": name,
        "position": place,
        "type_text": type_text.lower(),
        "type_name": wire_type_name(type_text),
        "comment": comment,
        "nullable": True,
    }
