"""The known fields of `serialized_space` and the kind of value that each holds."""

from typing import Any

Shape = dict[str, Any] | list[Any] | type | None
"""An object by its keys, a list by its items' shape, a type, or None for what is not known."""

_TEXT: Shape = [str]

_COLUMN: Shape = {
    "column_name": str,
    "description": _TEXT,
    "synonyms": [str],
    "exclude": bool,
    "enable_format_assistance": bool,
    "enable_entity_matching": bool,
}
_SOURCE: Shape = {"identifier": str, "description": _TEXT, "column_configs": [_COLUMN]}
_PARAMETER: Shape = {"name": str, "type_hint": str, "description": _TEXT}
_SNIPPET: Shape = {"id": str, "sql": _TEXT, "display_name": str, "synonyms": [str], "alias": str}

SHAPE: Shape = {
    "config": {"sample_questions": [{"id": str, "question": _TEXT}]},
    "data_sources": {"tables": [_SOURCE], "metric_views": [_SOURCE]},
    "instructions": {
        "text_instructions": [{"id": str, "content": _TEXT}],
        "example_question_sqls": [
            {"id": str, "question": _TEXT, "sql": _TEXT, "parameters": [_PARAMETER], "usage_guidance": _TEXT}
        ],
        "sql_functions": [{"id": str, "identifier": str}],
        "join_specs": [{"id": str, "sql": _TEXT, "comment": _TEXT, "instruction": _TEXT}],
        "sql_snippets": {"filters": [_SNIPPET], "expressions": [_SNIPPET], "measures": [_SNIPPET]},
    },
    "benchmarks": {"questions": [{"id": str, "question": _TEXT, "answer": [{"format": str, "content": _TEXT}]}]},
}
