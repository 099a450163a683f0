"""Who is at the screen."""

from core import startup


def current() -> str:
    """The name that is recorded as author; empty while the workbench is not open."""
    settings = startup.opened()
    return settings.person if settings else ""
