"""The local workspace's own database file, and what lives in it: tables, metric views, spaces."""

from core.local_genie.state.spaces import Space, Spaces
from core.local_genie.state.store import Store, new_hex_id, now_ms
from core.local_genie.state.workspace import Workspace

__all__ = ["Space", "Spaces", "Store", "Workspace", "new_hex_id", "now_ms"]
