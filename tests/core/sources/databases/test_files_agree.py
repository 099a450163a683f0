"""The same table as a file gives the same figures as in a database."""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core import sources
from core.db import transaction
from core.settings import Settings, configure
from tests.core.sources.databases.conftest import Database
from tests.core.sources.databases.test_portable import COLUMNS, assert_alike, measured, rows, without_sources


def test_a_file_and_a_database_give_the_same_figures(
    workbench: Settings, tmp_path: Path, make_database: Callable[[str], Database]
):
    configure(workbench)
    # DuckDB's deviation is one pass, which loses digits where numbers are large and close together.
    data = [(*row[:5], row[5] % 1_000_000, *row[6:]) for row in rows()]
    kinds = [
        pa.int64(), pa.timestamp("us"), pa.date32(), pa.float64(), pa.decimal128(12, 2), pa.int64(), pa.bool_(), pa.string(),
        pa.string(), pa.float64(), pa.int64(),
    ]  # fmt: skip
    columns = {
        name: pa.array(
            [Decimal(f"{row[at]:.2f}") if name == "fare" and row[at] is not None else row[at] for row in data], kind
        )
        for at, (name, kind) in enumerate(zip(COLUMNS, kinds, strict=True))
    }
    pq.write_table(pa.table(columns), tmp_path / "trips.parquet")
    inspection = sources.inspect_file(tmp_path / "trips.parquet")
    with transaction() as session:
        source = sources.add_files(session, "trips", [sources.FileChoice(inspection, "trips", {})], person="ann")
    with sources.open_source(source) as reader:
        profile = reader.full_profile("trips")
        measures = reader.measures("trips", profile)
    database = make_database("sqlite")
    database.fill("trips", COLUMNS, data)
    other_profile, other_measures = measured(database)
    assert_alike(without_sources(profile), without_sources(other_profile))
    assert_alike(asdict(measures), asdict(other_measures))
