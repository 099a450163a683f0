"""Workspaces: the local Genie, and the connections of kind Databricks. What is in them is reached through their client."""

from core.genie.connecting.clients import LocalAddress, client_of, close_clients, local_address, set_local_starter
from core.genie.connecting.places import LOCAL_ID, WorkspaceView, find_workspace, list_workspaces

__all__ = [
    "LOCAL_ID",
    "LocalAddress",
    "WorkspaceView",
    "client_of",
    "close_clients",
    "find_workspace",
    "list_workspaces",
    "local_address",
    "set_local_starter",
]
