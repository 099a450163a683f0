"""What of a table may leave: nothing of a column that never may, and no cell of one that is disguised."""

import json
import random
import string
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import sources
from core.db import reading, transaction
from core.errors import InputError, NotFoundError
from core.sources import (
    Bin,
    ColumnProfile,
    Correlation,
    Measures,
    Outliers,
    Policy,
    Profile,
    Series,
    SeriesPoint,
    disclosed,
    suggest,
    suspecting,
)

SALT = "a salt of the job"
AT = datetime(2024, 1, 1, tzinfo=UTC)


def as_json(*parts: Any) -> str:
    """Everything that leaves, as one text; pairs as keys cannot be JSON's."""
    plain = []
    for part in parts:
        document = asdict(part)
        if "segments" in document:
            document["segments"] = [[*pair, found] for pair, found in document["segments"].items()]
        document.pop("measured_at", None)
        document.pop("seconds", None)
        plain.append(document)
    return json.dumps(plain, ensure_ascii=False)


def column(name: str, values: list[Any], kind: str = "text", **more: Any) -> ColumnProfile:
    """A profile with everything that a full one may hold of these values."""
    known = [value for value in values if value is not None]
    numbers = kind in ("integer", "decimal")
    figures: dict[str, Any] = {}
    if numbers and known:
        figures = {
            "mean": sum(known) / len(known), "median": sorted(known)[len(known) // 2], "std_dev": 1.5,
            "lower_quartile": min(known), "upper_quartile": max(known), "histogram": (Bin(min(known), max(known), len(known)),),
        }  # fmt: skip
    counts = {value: known.count(value) for value in known}
    return ColumnProfile(
        name, kind, f"enum({values})", len(values) - len(known), len(counts), True,
        min(known, default=None), max(known, default=None), top_values=tuple(counts.items())[:10], **(figures | more),
    )  # fmt: skip


def table(columns: dict[str, tuple[str, list[Any]]]) -> tuple[Profile, Measures]:
    """A table of these columns, with measures of every kind between them."""
    made = tuple(column(name, values, kind) for name, (kind, values) in columns.items())
    count = len(next(iter(columns.values()))[1])
    sample = tuple({name: values[at] for name, (_, values) in columns.items()} for at in range(count))
    numbers = [name for name, (kind, _) in columns.items() if kind in ("integer", "decimal")]
    times = [name for name, (kind, _) in columns.items() if kind == "date"]
    texts = [name for name, (kind, _) in columns.items() if kind == "text"]
    mean = {name: float(columns[name][1][0]) for name in numbers}
    measures = Measures(
        "t",
        3,
        tuple(Correlation(a, b, 0.5, 10) for a in numbers for b in numbers if a < b),
        tuple(Outliers(name, min(columns[name][1]), max(columns[name][1]), 1, 1, 1) for name in numbers),
        tuple(
            Series(name, "day", tuple(SeriesPoint(value, 1, dict(mean)) for value in columns[name][1]))
            for name in times
        ),
        {
            (text, number): tuple((value, 1 + at, mean[number]) for at, value in enumerate(columns[text][1]))
            for text in texts
            for number in numbers
        },
    )
    return Profile("t", "full", count, made, sample, AT, 1.0), measures


# Cells start with a letter that nothing else in the document has, so that whatever is found of them came from them.
words = st.text(alphabet=string.ascii_letters.replace("x", "") + "ÄßдЖ🎉 -'\"\\", min_size=2, max_size=12).map(
    "Ω{}".format
)
policies = st.sampled_from(["never", "hash", "mask", "statistics"])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(words, policies, st.lists(words, min_size=4, max_size=6)),
        min_size=1,
        max_size=4,
        unique_by=lambda each: each[0],
    ),
    st.lists(st.integers(10**6, 10**9).filter(lambda n: set(str(n)) != {"9"}), min_size=4, max_size=4, unique=True),
    policies,
    policies,
)
def test_nothing_that_is_withheld_is_in_what_leaves(texts, secrets, number_policy: Policy, date_policy: Policy):
    rows = 4
    named = [(f"<{name.removeprefix('Ω')}>", policy, values) for name, policy, values in texts]
    columns: dict[str, tuple[str, list[Any]]] = {name: ("text", values[:rows]) for name, _, values in named}
    chosen: dict[str, Policy] = {name: policy for name, policy, _ in named}
    dates = [f"19{n:02}-0{1 + n % 9}-1{n % 9}" for n in range(50, 50 + rows)]
    columns |= {
        "amount#": ("integer", secrets),
        "day#": ("date", dates),
        "sent#": ("decimal", [0.5, 0.25, 0.75, 0.125]),
    }
    chosen |= {"amount#": number_policy, "day#": date_policy, "sent#": "send"}
    profile, measures = table(columns)
    left = as_json(*disclosed(profile, measures, chosen, salt=SALT))
    for name, (kind, values) in columns.items():
        policy = chosen[name]
        quoted = json.dumps(name, ensure_ascii=False)
        assert (quoted in left) == (policy != "never"), name
        if policy == "send" or (policy == "statistics" and kind != "text"):
            continue
        for value in values:
            assert (json.dumps(value, ensure_ascii=False)[1:-1] if kind == "text" else str(value)) not in left, (
                name,
                policy,
            )


def test_equal_values_stay_equal_when_hashed_and_the_salt_decides():
    profile, measures = table({"who": ("text", ["ann", "bob", "ann"]), "n": ("integer", [100, 200, 300])})
    one, one_measures = disclosed(profile, measures, {"who": "hash", "n": "send"}, salt="1")
    other, _ = disclosed(profile, measures, {"who": "hash", "n": "send"}, salt="2")
    cells = [row["who"] for row in one.sample]
    assert cells[0] == cells[2] != cells[1] and all(len(cell) == 10 for cell in cells)
    assert one.column("who").top_values == ((cells[0], 2), (cells[1], 1))
    assert [value for value, _, _ in one_measures.segments["who", "n"]] == cells
    assert other.sample[0]["who"] != cells[0]


def test_a_mask_shows_the_shape_and_sums_what_then_looks_alike():
    profile, measures = table({"plate": ("text", ["HH-AB 12", "HH-CD 34", "!?!"])})
    left, _ = disclosed(profile, measures, {"plate": "mask"}, salt=SALT)
    assert [row["plate"] for row in left.sample] == ["xx-xx 99", "xx-xx 99", "•••"]
    assert left.column("plate").top_values == (("xx-xx 99", 2), ("•••", 1))
    assert (left.column("plate").minimum, left.column("plate").raw_type) == (None, "text")


def test_statistics_leave_figures_but_no_cell():
    profile, measures = table(
        {
            "pay": ("integer", [1000, 2000, 4000]),
            "who": ("text", ["ann", "bob", "cy"]),
            "day": ("date", ["2024-01-01"] * 3),
        }
    )
    left, left_measures = disclosed(
        profile, measures, {"pay": "statistics", "who": "statistics", "day": "send"}, salt=SALT
    )
    pay, who = left.column("pay"), left.column("who")
    assert (pay.minimum, pay.maximum, pay.median, pay.std_dev) == (1000, 4000, 2000, 1.5)
    assert (pay.top_values, pay.histogram) == ((), ())
    assert (who.minimum, who.maximum, who.distinct, who.top_values) == (None, None, 3, ())
    assert left.sample == ({"day": "2024-01-01"},) * 3
    assert left_measures.segments == {}
    assert left_measures.series[0].points[0].means == {"pay": None}, "the mean of one row is its cell"


def test_a_column_that_never_leaves_takes_every_measure_along():
    profile, measures = table(
        {
            "a": ("integer", [101, 102, 103]),
            "b": ("integer", [201, 202, 203]),
            "at": ("date", ["2024-01-01"] * 3),
            "k": ("text", ["u", "v", "w"]),
        }
    )
    everything: dict[str, Policy] = dict.fromkeys("abk", "send") | {"at": "send"}
    whole, whole_measures = disclosed(profile, measures, everything, salt=SALT)
    assert (whole, whole_measures) == (profile, measures)
    _, left = disclosed(profile, measures, everything | {"a": "never"}, salt=SALT)
    assert (left.correlations, [each.column for each in left.outliers], left.duplicate_rows) == ((), ["b"], None)
    assert all(point.means.keys() == {"b"} for point in left.series[0].points)
    assert left.segments.keys() == {("k", "b")}
    _, left = disclosed(profile, measures, everything | {"at": "never", "k": "never"}, salt=SALT)
    assert (left.series, left.segments) == ((), {})


def test_a_column_that_nobody_decided_on_takes_its_suggestion():
    profile, measures = table({"email": ("text", ["ann@example.org", "bob@example.org"]), "n": ("integer", [1, 2])})
    left = as_json(*disclosed(profile, measures, {}, salt=SALT))
    assert "example.org" not in left and "email" in left


def luhn(prefix: str) -> str:
    """A card number that passes the check."""
    return next(prefix + str(n) for n in range(10) if suspecting._is_card(prefix + str(n)))


@pytest.mark.parametrize(
    ("name", "values", "policy"),
    [
        ("contact", ["ann@example.org", "b.c+d@mail.example.co.uk"], "hash"),
        ("reach", ["+49 40 1234567", "+1 (555) 123-4567"], "hash"),
        ("x1", [luhn("400000123456789"), luhn("510000123456789")], "never"),
        ("x2", ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"], "never"),
        ("x3", ["192.168.0.1", "2001:db8::1"], "hash"),
        ("x4", ["078-05-1120", "219-09-9999"], "never"),
        ("x5", ["Ann Lee", "Dr. Thomas Müller", "Maria García"], "hash"),
        ("x6", ["12 Baker Street", "Hauptstraße 5"], "statistics"),
        ("remark", ["ok"] * 9 + ["call me at ann@example.org"], "statistics"),
        ("remark", ["ok"] * 9 + [f"card {luhn('400000123456789')}"], "never"),
        ("E-Mail", ["a", "b"], "hash"),
        ("customerEmailAddress", ["a", "b"], "hash"),
        ("lastName", ["a", "b"], "hash"),
        ("Vorname", ["a", "b"], "hash"),
        ("date_of_birth", ["1990-01-01", "1991-01-01"], "statistics"),
        ("passport_no", ["a", "b"], "never"),
        ("IBAN", ["a", "b"], "never"),
        ("home_address", ["a", "b"], "statistics"),
        ("api_key", ["a", "b"], "never"),
        ("payment", ["cash", "credit card"], "send"),
        ("zone", ["Midtown Center", "Upper East Side North"], "send"),
        ("name", ["chevrolet chevelle malibu", "buick skylark 320"], "send"),
        ("pickup", ["2019-03-23 20:21:09", "2019-03-04 16:11:55"], "send"),
        ("has_phone_support", ["yes", "no"], "hash"),
        ("species", ["Adelie", "Gentoo"], "send"),
        ("order_number", ["555-1234", "12345678"], "send"),
    ],
)
def test_personal_columns_are_recognised_by_name_or_content(name: str, values: list[str], policy: Policy):
    profile, _ = table({name: ("text", values)})
    suggested, reason = suggest(profile)[name]
    assert suggested == policy, reason
    assert bool(reason) == (policy != "send")


def test_card_numbers_are_recognised_as_whole_numbers_too():
    cards = [int(luhn(f"4{random.Random(n).randrange(10**13, 10**14)}")) for n in range(4)]
    profile, _ = table({"ref": ("integer", cards), "count": ("integer", [1, 2, 3, 4])})
    assert {name: policy for name, (policy, _) in suggest(profile).items()} == {"ref": "never", "count": "send"}


def test_policies_are_kept_and_taken_back(workbench, tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "t.db") as connection:
        connection.execute("CREATE TABLE t (i integer)")
    with transaction() as session:
        source = sources.add_database(session, "shop", f"sqlite:///{tmp_path / 't.db'}", person="ann")
        sources.set_policies(session, source.id, "t", {"email": "send", "n": "never"}, person="ann")
    profile, _ = table(
        {"email": ("text", ["ann@example.org"] * 2), "n": ("integer", [1, 2]), "phone": ("text", ["a", "b"])}
    )
    with reading() as session:
        assert sources.policies(session, source.id, "t") == {"email": "send", "n": "never"}
        assert sources.effective_policies(session, source.id, profile) == {
            "email": "send",
            "n": "never",
            "phone": "hash",
        }
        assert sources.effective_policies(session, source.id, replace(profile, table="other"))["email"] == "hash"
    with transaction() as session:
        sources.set_policies(session, source.id, "t", {"email": None}, person="ann")
        assert sources.effective_policies(session, source.id, profile)["email"] == "hash"
        with pytest.raises(InputError, match="no policy"):
            sources.set_policies(session, source.id, "t", {"n": "sometimes"}, person="ann")
        with pytest.raises(NotFoundError):
            sources.set_policies(session, "src_none", "t", {"n": "send"}, person="ann")
