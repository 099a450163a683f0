"""Benchmarks from every kind of file, back into each, and into a space."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.genie.benchmarks import (
    Benchmark,
    from_space,
    hold_out,
    into_space,
    read_benchmarks,
    split_held_out,
    write_csv,
    write_json,
    write_markdown,
)
from core.genie.spaces import empty, parse
from core.genie.validating import faults
from tests.core.genie.conftest import hexid

words = (
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
sql = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\r\x00"), min_size=1, max_size=30
    )
    .map(str.strip)
    .filter(bool)
)
tag = st.text("abcdefgh -", min_size=1, max_size=6).map(str.strip).filter(bool)
benchmarks = st.lists(
    st.builds(
        Benchmark, id=st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True), question=words, expected_sql=sql | st.none(),
        category=words | st.just(""), difficulty=st.sampled_from(["", "easy", "hard"]),
        tags=st.lists(tag, max_size=3, unique=True).map(tuple), held_out=st.booleans(), notes=words | st.just(""),
    ),
    min_size=1, max_size=4, unique_by=lambda each: each.id,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(benchmarks)
def test_json_gives_back_what_was_written(given_ones):
    assert read_benchmarks(write_json(given_ones), "b.json").benchmarks == tuple(given_ones)


@settings(max_examples=100, deadline=None)
@given(benchmarks)
def test_csv_gives_back_what_was_written(given_ones):
    found = read_benchmarks(write_csv(given_ones), "b.csv").benchmarks
    assert found == tuple(given_ones)


def test_csv_guards_what_a_spreadsheet_would_run():
    text = write_csv([Benchmark("a", "=cmd()", "-- x\nSELECT 1", notes="@home", extra={"x": "+1+2", "n": "-5"})])
    (_, row) = csv.reader(io.StringIO(text))
    assert row[1] == "'=cmd()" and row[2] == "'-- x\nSELECT 1" and "'@home" in row and "'+1+2" in row and "-5" in row
    (found,) = read_benchmarks(text, "b.csv").benchmarks
    assert (
        found.question == "=cmd()"
        and found.expected_sql == "-- x\nSELECT 1"
        and found.extra == {"x": "+1+2", "n": "-5"}
    )


def test_markdown_gives_back_what_was_written():
    ones = (
        Benchmark(
            "q1", "How many orders?", "SELECT count(*)\nFROM t -- ```", "Counts", "easy", ("a", "b"), True, "A note."
        ),
        Benchmark("q2", "Top regions: which?", "SELECT 1"),
    )
    assert read_benchmarks(write_markdown(ones), "b.md").benchmarks == ones


MARKDOWN = """# Benchmarks for sales

Some words.

## Revenue

### 1. What was the revenue in 2024?

**Difficulty:** hard
- tags: money, years

```sql
SELECT sum(amount) FROM main.sales.orders -- # no heading
```

### R2
Question: Revenue by region?
Held-out: yes

Expected SQL:
~~~sql
SELECT region, sum(amount) FROM t GROUP BY 1
~~~

## Rest

### Only words
Nothing here.

### How many customers?
```python
print(1)
```
```sql
SELECT 1
```
```sql
SELECT 2
```
"""


def test_markdown_sections_become_benchmarks():
    found = read_benchmarks(MARKDOWN, "sales.md")
    one, two, three = found.benchmarks
    assert (
        one.question == "What was the revenue in 2024?" and one.difficulty == "hard" and one.tags == ("money", "years")
    )
    assert one.category == "Revenue" and one.expected_sql.endswith("# no heading") and len(one.id) == 32
    assert (two.id, two.question, two.held_out) == ("R2", "Revenue by region?", True)
    assert (three.question, three.expected_sql, three.category) == ("How many customers?", "SELECT 1", "Rest")
    assert [each.where for each in found.problems] == ["section “How many customers?”"]


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": "a", "question": "Q?", "expected_sql": "SELECT 1", "owner": {"x": 1}, "held_out": true}]',
        '{"benchmarks": [{"question_id": "a", "query_text": "Q?", "gold_sql": "SELECT 1", "owner": {"x": 1}, "holdout": "yes"}]}',
        '{"questions": [{"ID": "a", "Question": ["Q", "?"], "answer": [{"format": "SQL", "content": ["SELECT ", "1"]}], "owner": {"x": 1}, "Held Out": 1}]}',
    ],
)
def test_json_is_read_under_many_names(text):
    (found,) = read_benchmarks(text).benchmarks
    assert found == Benchmark("a", "Q?", "SELECT 1", held_out=True, extra={"owner": {"x": 1}})


def test_unknown_fields_survive_writing():
    (found,) = read_benchmarks('[{"question": "Q?", "sql": "SELECT 1", "owner": {"x": [1]}}]').benchmarks
    assert json.loads(write_json([found]))["benchmarks"][0]["owner"] == {"x": [1]}


def test_a_space_is_a_file_of_benchmarks(definition):
    found = read_benchmarks(json.dumps(definition), "sales.geniespace.json").benchmarks
    assert [(each.id, each.expected_sql) for each in found] == [(hexid(3), "SELECT 19"), (hexid(2), "SELECT 7")]
    only = {"version": 2, "benchmarks": definition["benchmarks"]}
    assert read_benchmarks(json.dumps(only)).benchmarks == found


def test_ids_are_made_from_the_content_and_stay_the_same():
    text = "question,expected_sql\nHow many?,SELECT 1\nHow much?,SELECT 1\n"
    one, two = (read_benchmarks(text, "a.csv").benchmarks for _ in range(2))
    assert one == two and one[0].id != one[1].id


def test_repeated_ids_are_made_apart_and_told():
    found = read_benchmarks('[{"id": "a", "question": "x", "sql": "1"}, {"id": "a", "question": "y", "sql": "2"}]')
    assert (
        found.benchmarks[0].id == "a" and found.benchmarks[1].id != "a" and "stands twice" in found.problems[0].sentence
    )


def test_what_has_no_question_or_sql_is_told():
    found = read_benchmarks('[{"question": " ", "sql": "SELECT 1"}, 7, {"question": "Q?"}]')
    assert [each.where for each in found.problems] == ["item 1", "item 2", "item 3"]
    assert [each.expected_sql for each in found.benchmarks] == [None]


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("", "a.json", "line 1, column 1"),
        ("[]", "a.json", "no benchmark"),
        ('{"x": 1}', "", "neither a list"),
        ("7", "a.json", "neither a list"),
        ("a,b\n1,2\n", "a.csv", "no question"),
        ("question,expected_sql\nHow, many,SELECT 1\n", "a.csv", "3 fields where the header has 2"),
        ('question,sql\n"How,SELECT 1\n', "a.csv", "double quotes"),
        ("question,Question\na,b\n", "a.csv", "same name"),
        ("just words", "a.md", "no benchmark"),
        (b"\xff\xfeq", "a.csv", "UTF-8"),
        ("[" * 100_000, "a.json", "JSON"),
    ],
)
def test_what_is_no_file_of_benchmarks_is_refused(text, name, says):
    with pytest.raises(InputError, match=says):
        read_benchmarks(text, name)


def test_csv_may_use_semicolons_and_quotes():
    text = '\ufeffid;question;expected_sql;tags\n1;"Which; one?";"SELECT ""a"",\n b";x, y\n\n'
    (found,) = read_benchmarks(text).benchmarks
    assert (found.id, found.question, found.expected_sql, found.tags) == (
        "1",
        "Which; one?",
        'SELECT "a",\n b',
        ("x", "y"),
    )


def test_into_a_space_and_back(definition):
    space = parse(definition)
    kept, new = from_space(space)[1], Benchmark("my-id", "New?", "SELECT 1\nFROM t")
    written = into_space(space, [new, kept])
    items = written.data["benchmarks"]["questions"]
    assert next(each for each in items if each["id"] == kept.id) == definition["benchmarks"]["questions"][1], (
        "lines kept"
    )
    assert [each["id"] for each in items] == sorted(each["id"] for each in items)
    assert {(each.question, each.expected_sql) for each in from_space(written)} == {
        ("New?", "SELECT 1\nFROM t"),
        ("What is the total?", "SELECT 7"),
    }
    assert faults(written) == () and space.data == definition, "the given space is left alone"


@settings(max_examples=100, deadline=None)
@given(benchmarks)
def test_any_benchmarks_make_a_valid_space(given_ones):
    written = into_space(empty(), given_ones)
    assert [each for each in faults(written) if "lone" not in each.sentence] == []
    assert sorted((each.question, each.expected_sql) for each in from_space(written) if each.expected_sql) == sorted(
        (each.question, each.expected_sql) for each in given_ones if each.expected_sql
    )


def test_held_out_ones_are_set_apart():
    one, two = Benchmark("a", "q", "s"), Benchmark("b", "q", "s", held_out=True)
    assert split_held_out([one, two]) == ((one,), (two,))


@given(benchmarks, st.integers(0, 1000))
def test_a_seed_holds_out_the_same_fifth_again_in_place_of_what_was(given_ones, seed):
    chosen = hold_out(given_ones, 0.2, seed)
    assert sum(each.held_out for each in chosen) == round(len(given_ones) * 0.2)
    assert [each.id for each in chosen] == [each.id for each in given_ones]
    assert hold_out(chosen, 0.2, seed) == chosen
