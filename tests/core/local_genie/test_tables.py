"""Files become tables: types inferred from every value, codes left as text, dates as dates, bad files refused."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.local_genie.tables import Engine, StoredTable, find_file, store_table
from core.local_genie.tables.types import databricks_type, wire_cell, wire_type_name


def stored(tmp_path: Path, text: str | bytes, name: str = "t.csv") -> StoredTable:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return store_table(file, tmp_path / "stored")


def rows(table: StoredTable) -> list[tuple[Any, ...]]:
    engine = Engine()
    try:
        return engine.run(f"SELECT * FROM {table.alias}.data", [table]).rows
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("values", "type_", "first"),
    [
        (["1", "-20", "0"], "BIGINT", 1),
        (["1.5", "2", "-0.25"], "DOUBLE", 1.5),
        (["1e3", "2"], "DOUBLE", 1000.0),
        (["007", "12"], "STRING", "007"),
        (["12345678901234567890"], "DOUBLE", 12345678901234567890.0),
        (["true", "False"], "BOOLEAN", True),
        (["2024-02-29", "2023-01-01"], "DATE", dt.date(2024, 2, 29)),
        (["2023-02-29"], "STRING", "2023-02-29"),
        (["2024/02/29"], "DATE", dt.date(2024, 2, 29)),
        (["29.02.2024", "1.3.2024"], "DATE", dt.date(2024, 2, 29)),
        (["2024-02-29 10:30:00", "2024-01-01T00:00"], "TIMESTAMP", dt.datetime(2024, 2, 29, 10, 30)),
        (["2024-02-29T10:30:00+02:00"], "TIMESTAMP", dt.datetime(2024, 2, 29, 8, 30)),
        (["10:30", "11:00"], "STRING", "10:30"),
        (["1,234.5"], "STRING", "1,234.5"),
        (["NA", "1"], "STRING", "NA"),
        (["+49 170", "1"], "STRING", "+49 170"),
        (["", "3"], "BIGINT", None),
        (["", ""], "STRING", None),
    ],
)
def test_a_column_of_a_csv_gets_the_type_that_all_its_values_have(
    tmp_path: Path, values: list[str], type_: str, first: Any
):
    text = "a,b\n" + "".join(f'"{value}",x\n' if "," in value else f"{value},x\n" for value in values)
    table = stored(tmp_path, text)
    assert table.columns[0].type == type_
    assert rows(table)[0][0] == first


def test_one_late_value_decides_the_type(tmp_path: Path):
    table = stored(tmp_path, "a,b\n" + "1,x\n" * 5_000 + "n/a,x\n")
    assert (table.columns[0].type, table.rows) == ("STRING", 5_001)


def test_quotes_separators_and_line_breaks_are_read(tmp_path: Path):
    table = stored(tmp_path, 'name;note\n"Smith; Co";"two\nlines"\nO\'Hara;"say ""hi"""\n')
    assert rows(table) == [("Smith; Co", "two\nlines"), ("O'Hara", 'say "hi"')]


def test_other_encodings_than_utf_8_are_read(tmp_path: Path):
    assert rows(stored(tmp_path, "Straße,b\nKöln,x\n".encode("latin-1")))[0] == ("Köln", "x")


def test_windows_and_utf_16_files_are_read_as_excel_writes_them(tmp_path: Path):
    assert rows(stored(tmp_path, "a,b\n“x”,1 €\n".encode("cp1252"))) == [("“x”", "1 €")]
    assert rows(stored(tmp_path, "a\tb\nñ\t1\n".encode("utf-16"))) == [("ñ", 1)]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04rest", "Excel workbook or a ZIP archive"),
        (b"\x1f\x8b\x08rest", "is compressed"),
        (b"PAR1rest", "end in .parquet"),
        (b"\x89PNG\r\n", "is an image"),
        (b"a,b\n1\x00,2\n", "is not text"),
        (b"a,b\n1,\x81\n", "Save it as UTF-8"),
        (b"a,b\n1,2\n1,2,3\n", "Line 3 of t.csv has 3 values where the first line names 2 columns"),
        (b"Report\n\na,b\n1,2\n", "has 2 values where the first line names 1 column"),
        (b'a,b\n1,"open\n2,3\n', "Line 2 of t.csv is cut, quoted or broken"),
    ],
)
def test_what_is_no_csv_is_said_with_the_way_out(tmp_path: Path, data: bytes, says: str):
    with pytest.raises(InputError, match=says) as raised:
        stored(tmp_path, data)
    assert "Invalid Input" not in str(raised.value)
    assert not list((tmp_path / "stored").glob("*"))


def test_names_of_columns_stay_as_they_are(tmp_path: Path):
    table = stored(tmp_path, 'Order Date,"a ""b""",select\n2024-01-01,1,2\n')
    assert [each.name for each in table.columns] == ["Order Date", 'a "b"', "select"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("a,A\n1,2\n", "twice"), ("a,b\n1,2\n1,2,3\n" * 3, "3 values")],
)
def test_a_csv_that_would_be_read_wrongly_is_refused(tmp_path: Path, text: str, says: str):
    with pytest.raises(InputError, match=says):
        stored(tmp_path, text)
    assert not list((tmp_path / "stored").glob("*"))


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="is no Parquet file"):
        stored(tmp_path, b"PAR1 not really", "t.parquet")


def test_parquet_keeps_its_types_and_dates_written_as_text_become_dates(tmp_path: Path):
    import duckdb

    duckdb.sql(
        "COPY (SELECT 1::INT AS i, 1.5::DECIMAL(9,2) AS d, '007' AS code, '2024-01-05' AS day, "
        f"TIMESTAMP '2024-01-05 10:00:00' AS ts, [1, 2] AS l) TO '{tmp_path / 't.parquet'}' (FORMAT parquet)"
    )
    table = store_table(tmp_path / "t.parquet", tmp_path / "stored")
    found = {each.name: each.type for each in table.columns}
    assert found == {
        "i": "INT", "d": "DECIMAL(9,2)", "code": "STRING", "day": "DATE", "ts": "TIMESTAMP", "l": "ARRAY<INT>",
    }  # fmt: skip


def test_the_same_content_is_stored_once(tmp_path: Path):
    first = stored(tmp_path, "a,b\n1,2\n")
    file = first.path.stat().st_ino
    again = stored(tmp_path, "a,b\n1,2\n", "other.csv")
    assert (again.path, again.path.stat().st_ino) == (first.path, file)
    assert stored(tmp_path, "a,b\n1,3\n").digest != first.digest


def test_a_table_s_file_is_found_in_any_case_and_parquet_goes_first(tmp_path: Path):
    (tmp_path / "Orders.CSV").write_text("a,b\n1,2\n")
    assert find_file(tmp_path, "main.sales.orders") == tmp_path / "Orders.CSV"
    (tmp_path / "orders.parquet").write_bytes(b"")
    assert find_file(tmp_path, "main.sales.`Orders`") == tmp_path / "orders.parquet"
    assert find_file(tmp_path, "main.sales.other") is None


def test_a_hundred_thousand_rows_load_in_seconds(tmp_path: Path):
    import time

    lines = "".join(f"{n},{n % 7},2024-01-{n % 28 + 1:02d},{n / 3:.2f},code{n % 50}\n" for n in range(100_000))
    begun = time.monotonic()
    table = stored(tmp_path, "id,g,day,amount,code\n" + lines)
    assert time.monotonic() - begun < 5
    assert [each.type for each in table.columns] == ["BIGINT", "BIGINT", "DATE", "DOUBLE", "STRING"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, "true"),
        (3, "3"),
        (0.1, "0.1"),
        (float("nan"), "NaN"),
        (dt.date(2024, 1, 5), "2024-01-05"),
        (dt.datetime(2024, 1, 5, 10, 30), "2024-01-05T10:30:00.000Z"),
        ([1, "a"], '[1,"a"]'),
    ],
)
def test_cells_go_over_the_wire_as_strings(value: Any, expected: str | None):
    assert wire_cell(value) == expected


def test_types_have_the_words_of_databricks():
    assert databricks_type("DECIMAL(18, 3)") == "DECIMAL(18,3)"
    assert databricks_type("VARCHAR[]") == "ARRAY<STRING>"
    assert [wire_type_name(each) for each in ("BIGINT", "DECIMAL(9,2)", "ARRAY<INT>", "STRING")] == [
        "LONG", "DECIMAL", "ARRAY", "STRING",
    ]  # fmt: skip
