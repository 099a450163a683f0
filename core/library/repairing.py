"""The text that shows a model why its answer did not meet the schema, so that it can answer again."""

import json
from typing import Any

from core.db import reading
from core.library import rendering
from core.library.variables import values_for
from core.library.versions import resolve

TEMPLATE = "whetstone/repair_reply"


def repair_prompt(reply: str, error: str, schema: dict[str, Any]) -> str:
    """The rendered user text of the built-in template, in whatever version the person has made current."""
    with reading() as session:
        content = resolve(session, TEMPLATE).content
    values = {"reply": reply, "error": error, "schema": json.dumps(schema, ensure_ascii=False, indent=2)}
    return rendering.render("", content.user, values_for(content.variables, values)).user
