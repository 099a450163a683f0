"""Making spaces of the local Genie out of folders of files: a person's own, or the demo's."""

from dataclasses import dataclass, replace
from pathlib import Path

from core.db import reading, transaction
from core.errors import InputError
from core.genie.client import GenieClient
from core.genie.connecting import LOCAL_ID, client_of, local_address
from core.genie.demo import DEMO_TABLES, DEMO_TITLE, demo_benchmarks, demo_space
from core.genie.keeping import save_benchmarks
from core.genie.local_calls import local_call
from core.genie.spaces import Space
from core.genie.workspaces import LOCAL, Workspace

_LONGEST_S = 1_800.0
"""Reading tables takes as long as they are large."""


@dataclass(frozen=True)
class LoadedSpace:
    """A space that was made from files. `tables` are identifiers with their rows; `warnings` are sentences."""

    space_id: str
    title: str
    tables: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]


def load_local(tables_dir: Path, space: Space, *, title: str | None = None) -> LoadedSpace:
    """Make a local space from a definition and a folder of this machine; a taken title gets a number.

    A table's file is DIR/<last part of its identifier>.csv or .parquet, a metric view's .yaml.

    Raises:
        InputError: the folder, a file or the definition is at fault. ConfigError: the local Genie cannot be started.
    """
    folder = Path(tables_dir)
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}. Give the one that holds the tables as CSV or Parquet.")
    address = local_address()
    timing = replace(LOCAL, http_s=_LONGEST_S)
    patient = GenieClient(Workspace("Local Genie", address.base_url, address.token, local=True, timing=timing))
    body = {"tables_dir": str(folder.absolute()), "space": space.copy(), "title": title}
    made = local_call(patient, "loading the tables", "POST", "/api/local/spaces", body)
    return LoadedSpace(
        str(made["space_id"]),
        str(made["title"]),
        tuple((identifier, int(rows)) for identifier, rows in made["tables"].items()),
        tuple(made["warnings"]),
    )


def load_demo(*, curated: bool = False, person: str) -> LoadedSpace:
    """Make the demo space anew, bare or curated by hand, and keep its benchmarks with their held-out marks.

    Opens its own transaction, and that only once the tables are loaded: nobody else can write meanwhile otherwise.

    Raises:
        ConfigError: its files are missing, or the local Genie cannot be started.
    """
    with reading() as session:
        client_of(session, LOCAL_ID)
    title = f"{DEMO_TITLE}, curated" if curated else DEMO_TITLE
    made = load_local(DEMO_TABLES, demo_space(curated=curated), title=title)
    with transaction() as session:
        save_benchmarks(session, LOCAL_ID, made.space_id, demo_benchmarks(), rev=None, origin="the demo", person=person)
    return made
