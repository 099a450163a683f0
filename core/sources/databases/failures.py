"""What a driver's error means to a person. Passwords never stand in it: the server's own first line is masked."""

from core import llm
from core.errors import AuthError, InputError, NotFoundError, ServiceError, ServiceTimeoutError, WorkbenchError
from core.sources.databases.backend import Trouble
from core.sources.databases.urls import Place

_LONGEST = 300


def explained(
    trouble: Trouble, place: Place, *, table: str | None = None, seconds: float | None = None
) -> WorkbenchError:
    """The error to raise for one of our own statements, or for connecting."""
    said = _said(trouble)
    where = place.words
    if trouble.kind == "gone" and table is not None:
        return NotFoundError(f"The table '{table}' no longer exists in the source. Load the list of tables again.")
    if trouble.kind == "forbidden":
        what = f"the table '{table}'" if table is not None else "that"
        return InputError(f"This login may not read {what}: {said}. Grant it SELECT, or choose another table.")
    if trouble.kind == "timeout":
        after = f" after {seconds:g} s" if seconds else ""
        return ServiceTimeoutError(
            f"{where} had no answer{after}, and the query was stopped. Try again later, or choose a smaller table.",
            service=where,
            retryable=True,
        )
    if trouble.kind == "login":
        return AuthError(
            f"{where} refuses the login of '{place.user}': {said}. Check user, password and database, and add the source again.",
            service=where,
        )
    if trouble.kind == "unreachable":
        return ServiceError(
            f"{where} cannot be reached: {said}. Check that it runs and that the URL is right.",
            service=where,
            retryable=True,
        )
    if trouble.kind == "busy":
        return ServiceError(f"{where} is busy: {said}. Try again later.", service=where, retryable=True)
    what = f" on the table '{table}'" if table is not None else ""
    return ServiceError(f"{where} failed{what}: {said}. Check the table, or try again.", service=where)


def explained_to_author(trouble: Trouble, place: Place, *, seconds: float) -> WorkbenchError:
    """The error to raise for a statement that a person wrote."""
    said = _said(trouble)
    if trouble.kind in ("login", "unreachable", "busy"):
        return explained(trouble, place)
    if trouble.kind == "timeout":
        return too_slow(place, seconds)
    if trouble.kind == "readonly":
        return InputError(f"Only reading is allowed here: {said}. Write a SELECT.")
    if trouble.kind == "forbidden":
        return InputError(f"This login may not do that: {said}.")
    return InputError(f"The database refuses the query: {said}. Correct it and run it again.")


def too_slow(place: Place, seconds: float) -> ServiceTimeoutError:
    return ServiceTimeoutError(
        f"The query took longer than {seconds:g} s and was stopped. Narrow it by WHERE or LIMIT and run it again.",
        service=place.words,
    )


def _said(trouble: Trouble) -> str:
    lines = trouble.text.strip().splitlines()
    line = llm.mask_secrets(" ".join((lines[0] if lines else "").split())).rstrip(".")
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"
