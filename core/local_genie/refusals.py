"""What the API answers when it refuses, in the service's error shape."""

from typing import Any


class Refusal(Exception):
    """An HTTP status with the service's error code and message; `headers` are added to the answer."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}

    @property
    def body(self) -> dict[str, Any]:
        return {"error_code": self.code, "message": str(self)}


def invalid(message: str) -> Refusal:
    return Refusal(400, "INVALID_PARAMETER_VALUE", message)


def missing(what: str, id_: str) -> Refusal:
    return Refusal(404, "RESOURCE_DOES_NOT_EXIST", f"{what} {id_[:80]} does not exist, or was deleted.")
