"""What a FAILED message says about the space, by the service's names of its errors."""

from core.genie.failures import Failure, Kind

_SETUP = frozenset(
    {
        "COULD_NOT_GET_DASHBOARD_SCHEMA_EXCEPTION", "COULD_NOT_GET_MODEL_DEPLOYMENTS_EXCEPTION",
        "COULD_NOT_GET_UC_SCHEMA_EXCEPTION", "DEPLOYMENT_NOT_FOUND_EXCEPTION", "FUNCTIONS_NOT_AVAILABLE_EXCEPTION",
        "ILLEGAL_PARAMETER_DEFINITION_EXCEPTION", "INTERNAL_CATALOG_ASSET_CREATION_FAILED_EXCEPTION",
        "INTERNAL_CATALOG_ASSET_CREATION_UNSUPPORTED_EXCEPTION", "INTERNAL_CATALOG_MISSING_UC_PATH_EXCEPTION",
        "INTERNAL_CATALOG_PATH_OVERLAP_EXCEPTION", "INVALID_CERTIFIED_ANSWER_FUNCTION_EXCEPTION",
        "INVALID_CERTIFIED_ANSWER_IDENTIFIER_EXCEPTION", "INVALID_TABLE_IDENTIFIER_EXCEPTION",
        "NO_DEPLOYMENTS_AVAILABLE_TO_WORKSPACE", "NO_TABLES_TO_QUERY_EXCEPTION", "TABLES_MISSING_EXCEPTION",
        "TOO_MANY_CERTIFIED_ANSWERS_EXCEPTION", "TOO_MANY_TABLES_EXCEPTION", "UNKNOWN_AI_MODEL",
        "UNSUPPORTED_CONVERSATION_TYPE_EXCEPTION",
    }
)  # fmt: skip
"""The space or the workspace must be set up otherwise; no question would be answered."""

_TROUBLE = frozenset(
    {
        "BLOCK_MULTIPLE_EXECUTIONS_EXCEPTION", "CHAT_COMPLETION_CLIENT_EXCEPTION", "CHAT_COMPLETION_NETWORK_EXCEPTION",
        "DESCRIBE_QUERY_UNEXPECTED_FAILURE", "GENERIC_CHAT_COMPLETION_EXCEPTION",
        "GENERIC_CHAT_COMPLETION_SERVICE_EXCEPTION", "GENERIC_SQL_EXEC_API_CALL_EXCEPTION",
        "INTERNAL_CATALOG_ASSET_CREATION_ONGOING_EXCEPTION", "MESSAGE_DELETED_WHILE_EXECUTING_EXCEPTION",
        "MESSAGE_UPDATED_WHILE_EXECUTING_EXCEPTION", "RETRYABLE_PROCESSING_EXCEPTION",
        "STOP_PROCESS_DUE_TO_AUTO_REGENERATE", "UNEXPECTED_REPLY_PROCESS_EXCEPTION",
    }
)  # fmt: skip
"""The service had trouble of its own; the same question may be answered the next time."""


def message_failure(kind: str, text: str) -> Failure:
    """The class of a FAILED message by its error's type (empty or unknown are possible) and text.

    What is neither a limit, nor trouble of the service, nor its set-up is Genie failing at the question: a wrong answer.
    """
    says = " ".join(text.split())[:_EXCERPT]
    told = f": “{says}”" if says else ""
    lower = f"{kind} {text}".lower()
    if kind.startswith("RATE_LIMIT") or (not kind and "rate limit" in lower):
        return Failure(Kind.RATE_LIMITED, f"Genie refused for its rate limit{told}. Ask again later.", kind)
    if kind.startswith("WAREHOUSE_"):
        return Failure(
            Kind.NO_WAREHOUSE, f"Genie cannot use the space's warehouse{told}. Give the right CAN USE.", kind
        )
    if kind in _SETUP:
        return Failure(Kind.SPACE_SETUP, f"Genie cannot work with this space{told}. Correct its set-up.", kind)
    if "CANCELLED" in kind:
        return Failure(Kind.CANCELLED, f"The question was cancelled while it was answered{told}. Ask again.", kind)
    if "TIMEOUT" in kind or (not kind and ("timed out" in lower or "timeout" in lower)):
        return Failure(Kind.TIMED_OUT, f"Genie ran out of time{told}. Ask again.", kind)
    if kind in _TROUBLE:
        return Failure(Kind.SERVER_ERROR, f"Genie had trouble of its own{told}. Ask again.", kind)
    return Failure(Kind.GENIE_FAILED, f"Genie failed to answer{told}.", kind)


_EXCERPT = 400
