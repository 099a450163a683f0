"""Every route: its method, its path, and the handler that answers it."""

from typing import TYPE_CHECKING, Any

from core.local_genie import wire
from core.local_genie.http.calls import Call, Handler, page
from core.local_genie.http.catalog_routes import catalog_routes
from core.local_genie.http.local_routes import local_routes
from core.local_genie.refusals import invalid
from core.local_genie.statements import WAREHOUSE_ID, check_warehouse

if TYPE_CHECKING:
    from core.local_genie.service import Service

_SPACE = "/api/2.0/genie/spaces/{space}"
_CONVERSATION = _SPACE + "/conversations/{conversation}"
_MESSAGE = _CONVERSATION + "/messages/{message}"
_ATTACHMENT = _MESSAGE + "/attachments/{attachment}"
_RUN = _SPACE + "/eval-runs/{run}"
_STATEMENT = "/api/2.0/sql/statements/{statement}"


def all_routes(service: "Service") -> list[tuple[str, str, Handler]]:
    """(method, path with {parameters}, handler) of everything that is offered."""
    return [
        *_space_routes(service),
        *_conversation_routes(service),
        *_evaluation_routes(service),
        *_sql_routes(service),
        *catalog_routes(service),
        *local_routes(service),
    ]


def _space_routes(service: "Service") -> list[tuple[str, str, Handler]]:
    spaces = service.spaces

    def create(call: Call) -> dict[str, Any]:
        body = call.body
        check_warehouse(body.get("warehouse_id"))
        if "serialized_space" not in body:
            raise invalid("serialized_space is required.")
        space = spaces.create(
            body["serialized_space"],
            title=body.get("title"),
            description=body.get("description"),
            parent_path=body.get("parent_path"),
            warehouse_id=body["warehouse_id"],
        )
        return wire.space_body(space, with_definition=True)

    def get(call: Call) -> dict[str, Any]:
        return wire.space_body(spaces.get(call.path["space"]), with_definition=call.flag("include_serialized_space"))

    def listed(call: Call) -> dict[str, Any]:
        found = page(call, "spaces", spaces.listed, lambda space: space.id)
        keys = ("space_id", "title", "description", "parent_path", "warehouse_id", "create_time", "update_time")
        bodies = [wire.space_body(space, with_definition=False) for space in found["spaces"]]
        return found | {"spaces": [{key: body[key] for key in keys} for body in bodies]}

    def update(call: Call) -> dict[str, Any]:
        body = call.body
        if body.get("warehouse_id") is not None:
            check_warehouse(body["warehouse_id"])
        return wire.space_body(spaces.update(call.path["space"], body), with_definition=True)

    def trash(call: Call) -> dict[str, Any]:
        spaces.trash(call.path["space"])
        return {}

    return [
        ("GET", "/api/2.0/genie/spaces", listed),
        ("POST", "/api/2.0/genie/spaces", create),
        ("GET", _SPACE, get),
        ("PATCH", _SPACE, update),
        ("DELETE", _SPACE, trash),
    ]


def _conversation_routes(service: "Service") -> list[tuple[str, str, Handler]]:
    talks = service.conversations

    def path(call: Call) -> tuple[str, ...]:
        names = ("space", "conversation", "message", "attachment")
        return tuple(call.path[name] for name in names if name in call.path)

    def empty(result: None) -> dict[str, Any]:
        return {}

    def listed(call: Call) -> dict[str, Any]:
        space = call.path["space"]
        return page(
            call,
            "conversations",
            lambda limit, after: talks.listed(space, limit, after),
            lambda each: each["conversation_id"],
        )

    def messages(call: Call) -> dict[str, Any]:
        space, conversation = path(call)
        return page(
            call,
            "messages",
            lambda limit, after: talks.list_messages(space, conversation, limit, after),
            lambda each: each["message_id"],
        )

    return [
        ("POST", _SPACE + "/start-conversation", lambda call: talks.start(call.path["space"], call.body)),
        ("GET", _SPACE + "/conversations", listed),
        ("DELETE", _CONVERSATION, lambda call: empty(talks.delete(*path(call)))),
        ("GET", _CONVERSATION + "/messages", messages),
        ("POST", _CONVERSATION + "/messages", lambda call: talks.create_message(*path(call), call.body)),
        ("GET", _MESSAGE, lambda call: talks.get_message(*path(call))),
        ("DELETE", _MESSAGE, lambda call: empty(talks.delete_message(*path(call)))),
        ("POST", _MESSAGE + "/feedback", lambda call: empty(talks.send_feedback(*path(call), call.body))),
        ("GET", _ATTACHMENT + "/query-result", lambda call: talks.query_result(*path(call))),
        ("POST", _ATTACHMENT + "/execute-query", lambda call: talks.execute_query(*path(call))),
        # The older spellings of the two above
        ("GET", _MESSAGE + "/query-result", lambda call: talks.query_result(*path(call))),
        ("GET", _MESSAGE + "/query-result/{attachment}", lambda call: talks.query_result(*path(call))),
        ("POST", _MESSAGE + "/execute-query", lambda call: talks.execute_query(*path(call))),
    ]


def _evaluation_routes(service: "Service") -> list[tuple[str, str, Handler]]:
    runs = service.evaluations

    def listed(call: Call) -> dict[str, Any]:
        space = call.path["space"]
        return page(
            call, "eval_runs", lambda limit, after: runs.listed(space, limit, after), lambda each: each["eval_run_id"]
        )

    def results(call: Call) -> dict[str, Any]:
        found = page(
            call,
            "eval_results",
            lambda limit, after: runs.list_results(call.path["space"], call.path["run"], limit, after),
            lambda each: str(each["place"]),
        )
        for each in found["eval_results"]:
            each.pop("place")
        return found

    return [
        ("POST", _SPACE + "/eval-runs", lambda call: runs.create(call.path["space"], call.body)),
        ("GET", _SPACE + "/eval-runs", listed),
        ("GET", _RUN, lambda call: runs.get(call.path["space"], call.path["run"])),
        ("GET", _RUN + "/results", results),
        (
            "GET",
            _RUN + "/results/{result}",
            lambda call: runs.get_details(call.path["space"], call.path["run"], call.path["result"]),
        ),
    ]


def _sql_routes(service: "Service") -> list[tuple[str, str, Handler]]:
    statements = service.statements
    warehouse = {
        "id": WAREHOUSE_ID,
        "name": "Local warehouse",
        "state": "RUNNING",
        "cluster_size": "2X-Small",
        "warehouse_type": "PRO",
        "enable_serverless_compute": True,
        "num_clusters": 1,
        "min_num_clusters": 1,
        "max_num_clusters": 1,
        "auto_stop_mins": 0,
    }

    def get_warehouse(call: Call) -> dict[str, Any]:
        check_warehouse(call.path["warehouse"])
        return warehouse

    def chunk(call: Call) -> dict[str, Any]:
        if not call.path["chunk"].isdigit():
            raise invalid("The index of a chunk is a whole number.")
        return statements.chunk(call.path["statement"], int(call.path["chunk"][:9]))

    def cancel(call: Call) -> dict[str, Any]:
        statements.cancel(call.path["statement"])
        return {}

    return [
        ("POST", "/api/2.0/sql/statements", lambda call: statements.execute(call.body)),
        ("GET", _STATEMENT, lambda call: statements.get(call.path["statement"])),
        ("GET", _STATEMENT + "/result/chunks/{chunk}", chunk),
        ("POST", _STATEMENT + "/cancel", cancel),
        ("GET", "/api/2.0/sql/warehouses", lambda call: {"warehouses": [warehouse]}),
        ("GET", "/api/2.0/sql/warehouses/{warehouse}", get_warehouse),
    ]
