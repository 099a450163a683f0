"""The record of calls: filtered, paged, searched, rated and exported, against what plain Python makes of the same rows."""

import csv
import io
import json
import random
from dataclasses import asdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import library
from core.clock import new_id, now
from core.db import reading, transaction
from core.db.models import Execution
from core.errors import InputError, NotFoundError

NOW = now()
MODELS = ["m-1", "m-2"]
STATUSES = ["completed", "failed", "cancelled", "running", "interrupted"]
WORDS = ["ferry", "harbour", "tide", "Brücke"]
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "=cmd|' /C calc'!A0",
    "plain",
    "",
    'a "quote", a comma\nand a line',
]


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


def add(**fields) -> str:
    """One row of the record, with any column replaced."""
    columns = {
        "id": new_id("ex"),
        "source": "python",
        "person": "ann",
        "request_id": "rq_1",
        "connection": "offline",
        "model": "m-1",
        "user_text": "Hello",
        "request_hash": "0",
        "status": "completed",
        "created_at": NOW,
        "deadline_at": NOW + timedelta(days=1),
    }
    with transaction() as session:
        row = Execution(**(columns | fields))
        session.add(row)
        session.flush()
        return row.id


def listed(size: int = 1000, **filters) -> list[library.ExecutionRow]:
    with reading() as session:
        return list(library.list_executions(session, library.ExecutionFilter(**filters), size=size).rows)


@pytest.fixture(scope="module")
def rows(workbench):
    """120 rows over every filter's values, as (columns by name) in the order they were made."""
    chance = random.Random(7)
    with transaction() as session:
        templates = [
            library.create_template(session, f"executions/t{n}", library.Content("", "Hi"), person="ann").id
            for n in range(2)
        ]
    made = []
    for n in range(120):
        status = chance.choice(STATUSES)
        columns = {
            "template_id": chance.choice([*templates, None]),
            "version_number": chance.choice([1, 2]),
            "model": chance.choice(MODELS),
            "connection": chance.choice(["offline", "other"]),
            "rating": chance.choice([None, 1, 3, 5]),
            "created_at": NOW - timedelta(hours=n % 7),
            "response": f"About the {chance.choice(WORDS)} and row{n}",
        }
        stored = columns | {"status": "running" if status == "interrupted" else status}
        if status == "interrupted":
            stored["deadline_at"] = NOW - timedelta(seconds=1)
        made.append(columns | {"status": status, "id": add(**stored)})
    return made


def test_the_newest_come_first(rows):
    ours = {row["id"] for row in rows}
    assert [row.id for row in listed() if row.id in ours] == [row["id"] for row in reversed(rows)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_combination_of_filters_keeps_what_it_says(rows, data):
    def maybe(values):
        return data.draw(st.one_of(st.none(), st.sampled_from(values)))

    wanted = {
        "template_id": maybe(sorted({row["template_id"] for row in rows if row["template_id"]})),
        "number": maybe([1, 2, 3]),
        "status": maybe(STATUSES),
        "model": maybe([*MODELS, "m-3"]),
        "connection": maybe(["offline", "other"]),
        "rating_from": maybe([1, 2, 5]),
        "since": maybe([NOW - timedelta(hours=3), NOW]),
        "until": maybe([NOW - timedelta(hours=3), NOW]),
        "text": maybe(WORDS) or "",
    }

    def keeps(row) -> bool:
        equal = {"template_id": "template_id", "number": "version_number", "status": "status", "model": "model"}
        equal["connection"] = "connection"
        return (
            all(wanted[name] is None or row[column] == wanted[name] for name, column in equal.items())
            and (wanted["rating_from"] is None or (row["rating"] or 0) >= wanted["rating_from"])
            and (wanted["since"] is None or row["created_at"] >= wanted["since"])
            and (wanted["until"] is None or row["created_at"] < wanted["until"])
            and wanted["text"] in row["response"]
        )

    found = listed(**wanted)
    ours = {row["id"] for row in rows}
    assert [row.id for row in found if row.id in ours] == [row["id"] for row in reversed(rows) if keeps(row)]
    with reading() as session:
        whole = [each.id for each in library.iter_executions(session, library.ExecutionFilter(**wanted))]
    assert whole == [row.id for row in found], "an export holds what the list shows"


@pytest.mark.parametrize("filters", [{}, {"text": "ferry"}, {"status": "failed"}, {"model": "m-2", "text": "t"}])
@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_have_no_gaps_and_no_repeats_while_rows_are_added(rows, filters, size):
    with reading() as session:
        everything = [each.seq for each in library.iter_executions(session, library.ExecutionFilter(**filters))]
    seen: list[int] = []
    before, more = None, True
    while more:
        with reading() as session:
            page = library.list_executions(session, library.ExecutionFilter(**filters), before=before, size=size)
        assert len(page.rows) == size or not page.more
        seen += [row.seq for row in page.rows]
        before, more = (page.rows[-1].seq if page.rows else before), page.more
        if len(seen) == size:
            add(model="m-2", status="failed", response="a new ferry, the tide turns")
    assert seen == everything


def test_a_list_row_carries_the_start_of_the_answer_or_the_error():
    add(response="x" * 5000, model="excerpt")
    add(response=None, error="It failed.", status="failed", model="excerpt")
    add(response=None, model="excerpt")
    assert [row.excerpt for row in listed(model="excerpt")] == ["", "It failed.", "x" * 200]


@pytest.mark.parametrize("column", ["user_text", "system_text", "response"])
def test_the_search_covers_what_was_sent_and_what_came_back_with_the_last_word_as_a_prefix(column):
    word = f"quokka{column.replace('_', '')}"
    found = add(**{column: f"Feed the {word}s in the morning."})
    assert [row.id for row in listed(text=f"FEED {word[:-3]}")] == [found]
    assert listed(text=f"{word[:-3]} feed") == [], "only the last word may be a part of one"


@pytest.mark.parametrize(
    "search",
    [
        '"',
        "' OR 1=1 --",
        "zebra OR ferry",
        "zebra*",
        "NEAR(a b)",
        "AND",
        "*",
        "-ferry",
        "col:x",
        "\\",
        "%",
        "()",
        "^a",
        "\0",
        "&|!",
        "a:*",
    ],
)
def test_operators_in_a_search_are_words_or_nothing(rows, search):
    found = listed(text=search)
    words = [word.lower() for word in ("".join(c if c.isalnum() else " " for c in search)).split()]
    for row in found:
        with reading() as session:
            record = library.get_execution(session, row.id)
        text = f"{record.system} {record.user} {record.response} {record.error}".lower()
        assert all(word in text for word in words)


def test_models_are_listed_once_each(rows):
    with reading() as session:
        models = library.models_used(session)
    assert models == sorted(set(models)) and {"m-1", "m-2"} <= set(models)


def rate(execution_id: str, rating: int | None, note: str = "") -> None:
    with transaction() as session:
        library.rate_execution(session, execution_id, rating, note=note)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ratings=st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(1, 5))), max_size=12))
def test_the_mean_of_a_template_is_that_of_its_rated_runs_after_any_change(workbench, ratings):
    with transaction() as session:
        name = new_id("executions/t")
        template_id = library.create_template(session, name, library.Content("", "Hi"), person="ann").id
    ids = [add(template_id=template_id) for _ in range(4)]
    stars: dict[int, int | None] = {}
    for at, rating in ratings:
        rate(ids[at], rating)
        stars[at] = rating
        given_stars = [each for each in stars.values() if each is not None]
        with reading() as session:
            template = library.get_template(session, template_id)
            assert library.get_execution(session, ids[at]).rating == rating
        assert template.rating_count == len(given_stars)
        mean = sum(given_stars) / len(given_stars) if given_stars else None
        assert template.rating_mean == (pytest.approx(mean) if mean is not None else None)


def test_a_rating_carries_a_note_and_a_call_without_a_template_can_be_rated_too():
    execution_id = add()
    rate(execution_id, 4, "  short and right ")
    with reading() as session:
        record = library.get_execution(session, execution_id)
    assert (record.rating, record.rating_note) == (4, "short and right")


@pytest.mark.parametrize(("rating", "note"), [(0, ""), (6, ""), (-1, ""), (3, "x" * 2001)])
def test_a_rating_or_note_out_of_range_is_refused_and_changes_nothing(rating, note):
    execution_id = add()
    rate(execution_id, 2, "kept")
    with pytest.raises(InputError):
        rate(execution_id, rating, note)
    with reading() as session:
        record = library.get_execution(session, execution_id)
    assert (record.rating, record.rating_note) == (2, "kept")


def test_rating_or_reading_what_is_not_there_says_so():
    with pytest.raises(NotFoundError, match="no execution 'ex_none'"):
        rate("ex_none", 3)
    with reading() as session, pytest.raises(NotFoundError, match="Executions"):
        library.get_execution(session, "ex_none")


def exported(form, **filters) -> str:
    with reading() as session:
        return "".join(library.export_executions(session, library.ExecutionFilter(**filters), form))


@pytest.fixture(scope="module")
def formulas(workbench):
    """Rows whose texts a spreadsheet would run, all of the model "formulas"; returns their ids, newest first."""
    ids = [
        add(model="formulas", user_text=text, response=text, variables={"x": text}, parsed=[text], output_tokens=-5)
        for text in FORMULAS
    ]
    return ids[::-1]


def test_a_csv_export_parses_back_with_every_formula_made_harmless(formulas):
    lines = list(csv.DictReader(io.StringIO(exported("csv", model="formulas"), newline="")))
    assert [line["id"] for line in lines] == formulas
    for line, text in zip(lines, reversed(FORMULAS), strict=True):
        assert line["user"].removeprefix("'") == text
        assert not line["user"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert line["user"].startswith("'") == text.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert json.loads(line["variables"]) == {"x": text} and json.loads(line["parsed"]) == [text]
        assert line["output_tokens"] == "-5", "a number is no formula"


def test_a_jsonl_export_loses_nothing(formulas):
    awkward = add(
        model="formulas", user_text="line\u2028sep \u202e ä 😀", response="a\nb", parsed={"n": [1, None, 0.5]}
    )
    lines = [json.loads(line) for line in exported("jsonl", model="formulas").removesuffix("\n").split("\n")]
    assert [line["id"] for line in lines] == [awkward, *formulas]
    with reading() as session:
        for line in lines:
            assert line == json.loads(json.dumps(asdict(library.get_execution(session, line["id"])), default=str))


def test_an_export_stops_at_its_limit_and_of_nothing_is_empty(formulas):
    with reading() as session:
        pieces = list(library.export_executions(session, library.ExecutionFilter(model="formulas"), "jsonl", limit=3))
    assert len(pieces) == 3
    assert exported("csv", model="nobody") == exported("jsonl", model="nobody") == ""
