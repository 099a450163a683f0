"""Files on their way into a workbench: written, looked at, added and read again."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core import sources
from core.db import transaction
from core.settings import Settings

_numbers = itertools.count(1)


@pytest.fixture
def workbench(shared_workbench: Settings) -> Settings:
    return shared_workbench


@pytest.fixture(scope="module", autouse=True)
def children() -> Iterator[None]:
    """No child outlives the file of tests that needed it."""
    yield
    sources.close()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file: text as UTF-8 with its line ends as they are, or bytes."""

    def write(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def add(workbench: Settings) -> Callable[..., sources.SourceView]:
    """Adds one file as a source with a name of its own. `types` are chosen types, `options` those of inspect_file."""

    def add(path: Path, *, table: str = "t", types: dict[str, Any] | None = None, **options: Any) -> sources.SourceView:
        choice = sources.FileChoice(sources.inspect_file(path, **options), table, types or {})
        with transaction() as session:
            return sources.add_files(session, f"source {next(_numbers)}", [choice], person="ann")

    return add


@pytest.fixture
def stored(workbench: Settings, add: Callable[..., sources.SourceView]) -> Callable[..., list[dict[str, Any]]]:
    """Adds a file and hands back its rows as they were stored, in the order of the file."""

    def stored(path: Path, **given: Any) -> list[dict[str, Any]]:
        import pyarrow.parquet

        source = add(path, **given)
        file = workbench.data_dir / "sources" / source.id / "1.parquet"
        return pyarrow.parquet.read_table(file).to_pylist()

    return stored
