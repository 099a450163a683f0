"""What the offline model answers: by the schema that is asked for, else by quoting from the prompt.

It never obeys what it reads. The worst that an instruction inside the data can do is to be quoted.
"""

import json
import logging
from typing import Any

from core.local_model.chat_request import ChatRequest, RequestError
from core.local_model.extracting import Extract
from core.local_model.identity import NOTICE
from core.local_model.instances import UnanswerableError, check_schema, meets, minimal_instance
from core.local_model.registry import registered_answer

_log = logging.getLogger(__name__)


def answer(asked: ChatRequest) -> str:
    """The whole answer as text, before `stop` and `max_tokens`; the same for the same request.

    Raises:
        RequestError: the JSON schema is not valid, or no value that meets it could be made.
    """
    if asked.schema is not None:
        return json.dumps(_structured(asked), ensure_ascii=False)
    extract = Extract.of(asked)
    if asked.wants_json or extract.layout.json:
        return json.dumps(extract.as_object(), ensure_ascii=False)
    return f"{NOTICE}\n\n{extract.as_text()}"


def _structured(asked: ChatRequest) -> Any:
    try:
        check_schema(asked.schema)
        function = registered_answer(asked.schema_name)
        if function is not None:
            try:
                value = json.loads(json.dumps(function(asked)))
            except Exception:
                _log.warning(
                    "The registered answer for %r failed; the general one is given", asked.schema_name, exc_info=True
                )
            else:
                if meets(value, asked.schema):
                    return value
                _log.warning(
                    "The registered answer for %r does not meet the schema; the general one is given", asked.schema_name
                )
        return minimal_instance(asked.schema, Extract.of(asked).text_for)
    except UnanswerableError as error:
        message = f"The offline model cannot answer in this schema: {error}"
        raise RequestError(400, message, param="response_format.json_schema.schema", code="invalid_schema") from error
