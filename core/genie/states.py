"""What the client tells about a workspace: spaces, warehouses, tables, and what a write led to."""

from dataclasses import dataclass
from datetime import datetime

from core.genie.differences import Change
from core.genie.spaces import Space


@dataclass(frozen=True)
class SpaceSummary:
    """One row of the list of spaces."""

    id: str
    title: str
    description: str
    warehouse_id: str | None


@dataclass(frozen=True)
class SpaceState:
    """A space as the service has it now. `definition` is None without the right to read it (CAN EDIT); then so is `hash`."""

    id: str
    title: str
    description: str
    warehouse_id: str | None
    parent_path: str | None
    etag: str | None
    updated_at: datetime | None
    definition: Space | None
    hash: str | None


@dataclass(frozen=True)
class Written:
    """What a write led to. `exact` says that the service stored what was sent; else `deviations` say in what it does not.

    `changed` is False where the read-back equals what was there before: the write had no effect. `adopted` says that the
    space was there already, made under the same tag.
    """

    state: SpaceState
    exact: bool
    deviations: tuple[Change, ...]
    changed: bool = True
    adopted: bool = False


@dataclass(frozen=True)
class Warehouse:
    """`state` is the service's word, such as RUNNING or STOPPED."""

    id: str
    name: str
    state: str


@dataclass(frozen=True)
class CatalogColumn:
    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class CatalogTable:
    """A table or view as the catalog knows it; `kind` is like MANAGED, VIEW or METRIC_VIEW."""

    identifier: str
    kind: str
    comment: str
    columns: tuple[CatalogColumn, ...]
