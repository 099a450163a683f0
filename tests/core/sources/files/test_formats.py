"""JSON, Excel and Parquet: what becomes of their own types, and what is refused."""

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import sources
from core.errors import InputError
from core.sources.files.engine import objects
from core.sources.files.engine.objects import JsonFile

CELLS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)


def types(inspection: sources.FileInspection) -> dict[str, str]:
    return {column.name: column.type for column in inspection.columns}


@pytest.mark.parametrize("name", ["t.json", "t.jsonl"])
def test_objects_become_rows_with_their_own_types(workbench, write, stored, name: str):
    rows: list[dict[str, Any]] = [
        {
            "n": 1,
            "x": 1.5,
            "code": "007",
            "ok": True,
            "day": "2026-03-01",
            "at": "2026-03-01T10:00:00Z",
            "deep": {"a": [1, "ü"]},
        },
        {"n": None, "x": 1e5, "code": "", "ok": False, "new": "late"},
    ]
    text = json.dumps(rows) if name == "t.json" else "\n".join(json.dumps(row) for row in rows)
    path = write(text, name)
    found = sources.inspect_file(path)
    assert found.format == name.removeprefix("t.")
    assert types(found) == {
        "n": "integer", "x": "decimal", "code": "text", "ok": "boolean", "day": "date", "at": "timestamp", "deep": "text", "new": "text",
    }  # fmt: skip
    first, second = stored(path)
    assert (first["n"], first["x"], first["code"], first["ok"]) == (1, 1.5, "007", True)
    assert (first["day"], first["at"]) == (datetime.date(2026, 3, 1), datetime.datetime(2026, 3, 1, 10))
    assert json.loads(first["deep"]) == {"a": [1, "ü"]}
    assert (second["n"], second["x"], second["code"], second["new"]) == (None, 100000.0, "", "late")


def test_texts_that_look_like_numbers_stay_text_and_mixed_values_too(workbench, write):
    assert types(sources.inspect_file(write('[{"a": "12", "b": 1}, {"a": "13", "b": "x"}]', "t.json"))) == {
        "a": "text",
        "b": "text",
    }


def test_long_numbers_keep_their_digits(workbench, write, stored):
    path = write('[{"id": 12345678901234567890123, "deep": [0.10]}]', "t.json")
    assert stored(path) == [{"id": "12345678901234567890123", "deep": "[0.10]"}]
    assert stored(path, types={"id": "decimal"})[0]["id"] == Decimal("12345678901234567890123")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2]", "is not a list of objects in JSON"),
        ('{"a": 1}\n{"a": }', "line 2 is wrong at “}”"),
        ('[{"a": 1}, {"a": 2}', "is wrong at its end"),
        ('[{"a": 1} {"a": 2}]', "is wrong at"),
        ('[{"a": 1}, ]', "is wrong at"),
        ('[{"a": 1}] []', "holds something after the end of its list"),
        ('[{"a": NaN}]', "holds NaN, which is no JSON"),
        ('{"a": 1, "a": 2}', "with the name “a” twice"),
        ('{"a": 1, "A": 2}', "two columns with the same name"),
        ("[]", "holds no objects with values"),
        ("[" * 100_000, "is not a list of objects"),
        ('{"a": ' + "[" * 100_000, "is nested too deeply"),
        ('{"a": "\\ud800"}', "half a character"),
        ("a,b\n1,2\n", "is not a list of objects in JSON"),
    ],
)
def test_refuses_what_is_no_table_in_json(workbench, write, text: str, words: str):
    with pytest.raises(InputError) as refused:
        sources.inspect_file(write(text, "t.json"))
    assert words in str(refused.value)


def test_objects_of_ever_new_names_are_no_table(workbench, write):
    with pytest.raises(InputError, match="more than 5,000 different names"):
        sources.inspect_file(write("\n".join(json.dumps({f"k{n}": 1}) for n in range(6_000)), "t.jsonl"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.fixed_dictionaries({"a": CELLS, 'b "ü"': CELLS}), min_size=1, max_size=5),
    piece=st.sampled_from([1, 3, 1 << 20]),
)
def test_json_is_read_the_same_in_pieces_of_any_size(
    tmp_path: Path, monkeypatch, rows: list[dict[str, Any]], piece: int
):
    monkeypatch.setattr(objects, "_PIECE", piece)
    path = tmp_path / "t.json"
    path.write_text(json.dumps(rows, indent=1))
    file = JsonFile(path, "t.json", {}, tmp_path)
    found = [
        dict(zip(file.columns, row.values(), strict=True)) for batch in file.batches() for row in batch.to_pylist()
    ]

    def text(value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else json.dumps(value)

    assert found == [{name: text(value) for name, value in row.items()} for row in rows]


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Saves sheets, by name a list of rows, as a workbook."""

    def workbook(**sheets: list[list[Any]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "book.xlsx")
        return tmp_path / "book.xlsx"

    return workbook


def test_a_sheet_is_stored_with_the_types_of_its_cells(workbench, workbook, stored):
    day, moment = datetime.datetime(2026, 3, 1), datetime.datetime(2026, 3, 1, 12, 30)
    path = workbook(
        data=[
            ["n", "x", "code", "day", "at", "ok"],
            [1, 1.5, "007", day, moment, True],
            [None, 2, "x", None, day, False],
            [None] * 6,
        ]
    )
    assert stored(path) == [
        {"n": 1, "x": 1.5, "code": "007", "day": day.date(), "at": moment, "ok": True},
        {"n": None, "x": 2.0, "code": "x", "day": None, "at": day, "ok": False},
    ]


def test_asks_for_the_sheet_where_there_are_several(workbench, workbook, stored):
    path = workbook(first=[["a"], [1]], second=[["b"], [2]])
    found = sources.inspect_file(path)
    assert (found.sheets, found.sheet, found.table_name) == (("first", "second"), "first", "book first")
    assert "has several sheets" in found.questions["sheet"]
    assert stored(path, sheet="second") == [{"b": 2}]
    with pytest.raises(InputError, match="has no sheet “third”"):
        sources.inspect_file(path, sheet="third")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "is empty. Choose another sheet"),
        ([["Report"], [], ["a", "b"], [1, 2]], "begins with a title, “Report”"),
        ([["a", "b"], [1, 2], [2, 3, "aside"]], "row 3: “aside” stands in a column without a name"),
        ([["a", "b"], [1, "=A2*2"]], "has a formula whose value was never stored"),
    ],
)
def test_refuses_sheets_that_are_no_plain_table(workbench, workbook, rows: list[list[Any]], words: str):
    with pytest.raises(InputError) as refused:
        sources.inspect_file(workbook(data=rows))
    assert words in str(refused.value)


def test_a_total_below_the_table_makes_a_column_text_and_says_so(workbench, workbook):
    (first, _) = sources.inspect_file(workbook(data=[["a", "b"], [1, 2], [3, 4], ["Total", 6]])).columns
    assert first.type == "text"
    assert "row 3 holds “Total”" in first.hint


def test_a_workbook_that_swells_is_refused_before_it_is_opened(workbench, tmp_path: Path):
    import zipfile

    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(1_200):
                part.write(b"0" * (1 << 20))
    with pytest.raises(InputError, match=r"would take 1\.3 GB when unpacked"):
        sources.inspect_file(path)


def test_a_workbook_of_nonsense_is_refused(workbench, tmp_path: Path):
    import zipfile

    path = tmp_path / "nonsense.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook>")
    with pytest.raises(InputError, match="is a damaged workbook"):
        sources.inspect_file(path)


def test_parquet_types_become_ours(workbench, tmp_path: Path, stored):
    moment = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    table = pa.table(
        {
            "small": pa.array([1, None], pa.int8()),
            "unsigned": pa.array([2**64 - 1, None], pa.uint64()),
            "float": pa.array([1.5, float("nan")], pa.float32()),
            "money": pa.array([Decimal("1.25"), None], pa.decimal128(10, 2)),
            "word": pa.array(["a", None]).dictionary_encode(),
            "raw": pa.array([b"\x00\xff", None], pa.binary()),
            "at": pa.array([moment, None], pa.timestamp("ns", "Europe/Berlin")),
            "day": pa.array([moment.date(), None], pa.date64()),
            "list": pa.array([[1, 2], None], pa.list_(pa.int64())),
            "nothing": pa.nulls(2),
            "flag": pa.array([True, None]),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    found = sources.inspect_file(tmp_path / "t.parquet")
    assert types(found) == {
        "small": "integer", "unsigned": "decimal", "float": "decimal", "money": "decimal", "word": "text", "raw": "text",
        "at": "timestamp", "day": "date", "list": "text", "nothing": "text", "flag": "boolean",
    }  # fmt: skip
    assert "“at”: Times with a zone are stored as their time in UTC." in found.notes
    first, second = stored(tmp_path / "t.parquet", types={"small": "text"})
    assert first == {
        "small": "1", "unsigned": Decimal(2**64 - 1), "float": 1.5, "money": Decimal("1.25"), "word": "a", "raw": "00ff",
        "at": datetime.datetime(2026, 3, 1, 12), "day": datetime.date(2026, 3, 1), "list": "[1, 2]", "nothing": None, "flag": True,
    }  # fmt: skip
    assert second["word"] is None and second["float"] != second["float"]


def test_parquet_with_names_that_differ_only_in_case_is_refused(workbench, tmp_path: Path):
    pq.write_table(pa.table({"a": [1], "A": [2]}), tmp_path / "t.parquet")
    with pytest.raises(InputError, match="two columns with the same name"):
        sources.inspect_file(tmp_path / "t.parquet")


def test_parquet_with_broken_text_is_refused_when_it_is_stored(workbench, tmp_path: Path, add):
    broken = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"], pa.binary()).buffers())
    pq.write_table(pa.table({"a": broken}), tmp_path / "t.parquet")
    with pytest.raises(InputError, match="damaged or unreadable"):
        add(tmp_path / "t.parquet")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 491), byte=st.integers(0, 255))
def test_no_changed_byte_of_a_parquet_file_breaks_more_than_that_file(
    workbench, tmp_path: Path, add, place: int, byte: int
):
    data = bytearray((Path(__file__).parents[3] / "hostile" / "csv" / "56_ok.parquet").read_bytes())
    data[place] = byte
    path = tmp_path / "t.parquet"
    path.write_bytes(bytes(data))
    try:
        add(path)
    except InputError as refused:
        assert str(refused).split("\n")[0].endswith(".")


def test_a_large_parquet_file_is_looked_at_by_its_description(workbench, tmp_path: Path):
    with pq.ParquetWriter(tmp_path / "t.parquet", pa.schema([("a", pa.int64())])) as writer:
        for _ in range(20):
            writer.write_table(pa.table({"a": pa.array(range(100_000))}))
    found = sources.inspect_file(tmp_path / "t.parquet")
    assert (found.rows, len(found.sample)) == (2_000_000, 20)
