"""The one tree of errors that a person may see.

The text of each is a whole sentence that says what happened and names the way out.
Pages, the command line and jobs catch `WorkbenchError` and show it as it is; anything else is a defect.
"""


class WorkbenchError(Exception):
    """May be shown to a person as it is."""


class InputError(WorkbenchError):
    """The person can put it right in what they typed."""


class NotFoundError(WorkbenchError):
    """It is gone, or never was."""


class ConflictError(WorkbenchError):
    """It changed since it was read."""


class ConfigError(WorkbenchError):
    """The operator must set something; the text names it."""


class BudgetError(WorkbenchError):
    """The call would pass the budget; the text says by how much."""


class CancelledError(WorkbenchError):
    """Stopped on request. Not a failure."""


class ServiceError(WorkbenchError):
    """A service outside failed.

    `service` names it, `status` is the HTTP status if there was one, and `retryable` says
    whether the same request may succeed later.
    """

    def __init__(self, message: str, *, service: str, retryable: bool = False, status: int | None = None) -> None:
        super().__init__(message)
        self.service = service
        self.retryable = retryable
        self.status = status


class RateLimitError(ServiceError):
    """The service asks to slow down. `retry_after_s` is what it said, None if it said nothing."""

    def __init__(
        self, message: str, *, service: str, retry_after_s: float | None = None, status: int | None = 429
    ) -> None:
        super().__init__(message, service=service, retryable=True, status=status)
        self.retry_after_s = retry_after_s


class AuthError(ServiceError):
    """The service refuses the key."""


class ServiceTimeoutError(ServiceError):
    """The service did not answer in time."""


class PromptTemplateError(WorkbenchError):
    """Something is wrong with a template. The four below say what."""


class PromptTemplateNotFoundError(PromptTemplateError, NotFoundError):
    """No template, version or label of that name."""


class PromptRenderError(PromptTemplateError, InputError):
    """The template cannot be rendered: a syntax error (with line and column), a limit, missing variables.

    `missing` names every variable without a value, in the order of their first use; empty for other causes.
    """

    def __init__(self, message: str, *, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing


class PromptValidationError(PromptTemplateError, InputError):
    """A name, label, variable or setting breaks a rule; the text says which."""


class PromptSchemaError(PromptTemplateError, InputError):
    """A schema is not valid JSON Schema, or a value does not meet it."""
