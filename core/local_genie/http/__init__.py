"""The HTTP side: requests read, authorised, dispatched, and answered in the service's shapes."""

from core.local_genie.http.server import create_app

__all__ = ["create_app"]
