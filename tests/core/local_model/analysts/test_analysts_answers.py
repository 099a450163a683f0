"""What the offline analysts say of tables whose truth is known: the schema, the figures, the planted defects."""

import json
import subprocess
import sys
import time
from collections.abc import Callable

import jsonschema
import numpy as np
import pandas as pd
import pytest

from core.analysis.summarising import TableInput
from core.analysis.types import TYPES
from core.local_model import MODEL_NAME
from core.local_model.analysts import ANALYSTS
from core.local_model.chat_request import ChatRequest

KEYS = [name.removeprefix("analysis_") for name in ANALYSTS]
Ask = Callable[..., dict]
Measured = Callable[[str, pd.DataFrame], TableInput]


def one(items: list[dict], **wanted: object) -> dict:
    """The only item with these values."""
    found = [item for item in items if all(item[key] == value for key, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]


def test_there_is_an_analyst_for_every_type():
    assert set(KEYS) == set(TYPES)


@pytest.mark.parametrize("key", KEYS)
def test_answers_meet_the_schema_of_their_type(key: str, ask: Ask, samples: list[TableInput], measured: Measured):
    odd = measured("odd", pd.DataFrame({"a": [], "b": [None] * 0, "c": pd.Series([], dtype=float)}))
    single = measured("single", pd.DataFrame({"x": [1], "y": ["one"], "z": [None]}))
    gone = TableInput("gone", error="The table 'gone' no longer exists.")
    for tables in (samples, [odd], [single], [gone], [odd, *samples[1:], gone], []):
        jsonschema.validate(ask(key, *tables), TYPES[key].schema)


@pytest.mark.parametrize("key", KEYS)
def test_the_served_model_answers_by_the_schemas_name(key: str, client, asking: Callable, samples: list[TableInput]):
    asked = asking(*samples)
    schema = {"name": f"analysis_{key}", "strict": True, "schema": TYPES[key].schema}
    reply = client.chat.completions.create(
        model=MODEL_NAME,
        messages=[{"role": message.role, "content": message.text} for message in asked.messages],
        response_format={"type": "json_schema", "json_schema": schema},
    )
    assert json.loads(reply.choices[0].message.content) == json.loads(json.dumps(ANALYSTS[f"analysis_{key}"](asked)))


def test_profiling_gives_the_figures_of_the_text_and_nothing_else(ask: Ask, samples: list[TableInput]):
    tables = {table["table_name"]: table for table in ask("profiling", *samples)["tables"]}
    assert {name: table["row_count_estimate"] for name, table in tables.items()} == {
        table.name: table.profile.rows for table in samples
    }
    for table in samples:
        for truth, said in zip(table.profile.columns, tables[table.name]["columns"], strict=True):
            assert (said["column_name"], said["missing_values_count"]) == (truth.name, truth.nulls)
            assert said["distinct_values_estimate"] == truth.distinct
            statistics = said["basic_statistics"]
            if truth.mean is None:
                assert set(statistics.values()) == {"n/a"}
            else:
                for word, value in (("mean", truth.mean), ("median", truth.median), ("std_dev", truth.std_dev)):
                    assert statistics[word] == pytest.approx(value, rel=1e-5)
                assert (statistics["min"], statistics["max"]) == pytest.approx((truth.minimum, truth.maximum), rel=1e-5)


def test_quality_finds_what_was_planted(ask: Ask, samples: list[TableInput]):
    issues = ask("quality", *samples)["issues"]
    assert one(issues, column_name="payment", issue_type="missing_data")["evidence"] == (
        "232 of 8,851 values missing (2.6 %)."
    )
    assert one(issues, column_name="phone", issue_type="missing_data")["severity"] == "medium"
    assert one(issues, column_name=None, issue_type="duplicates")["evidence"] == (
        "36 of 8,851 rows (0.4 %) repeat an earlier row."
    )
    assert one(issues, column_name="booking_id")["issue_type"] == "duplicates"
    assert "-34.82" in one(issues, column_name="fare")["evidence"]
    spelling = one(issues, column_name="channel", issue_type="invalid_values")
    assert '"WEB " 283' in spelling["evidence"] and "904 of 8,851 rows" in spelling["evidence"]
    assert '"credt card" 12' in one(issues, column_name="payment", issue_type="invalid_values")["evidence"]
    assert "C79" in one(issues, column_name="customer_id")["evidence"]
    assert "P99" in one(issues, column_name="from_pier_id")["evidence"]
    assert "5 of 1,150 rows" in one(issues, column_name="birth_date")["evidence"]
    assert "11 of 1,150 rows" in one(issues, column_name="signed_up_on")["evidence"]
    assert one(issues, column_name="hours", issue_type="format_violation")["severity"] == "medium"
    assert one(issues, column_name="operator")["severity"] == "low"
    assert not [
        i for i in issues if i["column_name"] in ("to_pier_id", "home_pier_id", "pier_id", "latitude", "membership")
    ]
    assert [i["severity"] for i in issues] == sorted(
        (i["severity"] for i in issues), key=["high", "medium", "low"].index
    )


def test_anomaly_finds_the_free_day_and_the_costs_in_cents(ask: Ask, samples: list[TableInput]):
    anomalies = ask("anomaly", *samples)["anomalies"]
    spike = one(anomalies, table_name="bookings", anomaly_type="sudden_spike")
    assert spike["column_name"] is None and "2024-11-01" in spike["evidence"]["time_context"]
    assert one(anomalies, anomaly_type="sudden_drop")["column_name"] == "fare"
    cost = one(anomalies, column_name="cost")
    assert (cost["anomaly_type"], cost["severity"]) == ("value_outlier", "high")
    assert "3 beyond 3 standard deviations" in cost["evidence"]["approximate_frequency"]


def test_relationships_finds_the_pair_and_the_dependence_on_the_ticket(ask: Ask, samples: list[TableInput]):
    found = ask("relationships", *samples)["relationships"]
    pair = one(found, columns_involved=["distance_km", "duration_min"])
    assert (pair["relationship_type"], pair["strength"]) == ("positive_correlation", "strong")
    assert pair["supporting_evidence"] == "Pearson r = 0.9905 over 8,851 rows."
    assert one(found, columns_involved=["ticket", "fare"])["relationship_type"] == "segment_difference"
    assert not [each for each in found if each["columns_involved"] == ["passengers", "distance_km"]], "r = -0.005"


def test_trends_finds_rising_fares_and_the_season(ask: Ask, samples: list[TableInput]):
    answer = ask("trends", *samples)
    fares = one(answer["trends"], table_name="bookings", target_columns=["fare"])
    assert fares["trend_type"] == "increasing"
    assert one(answer["trends"], table_name="bookings", target_columns=["rows"])["trend_type"] == "unclear"
    season = one(answer["seasonality_and_cycles"], table_name="bookings")
    assert "highest in July" in season["pattern_description"], "the free day in November is no season"
    assert one(answer["time_dimensions_considered"], time_column="birth_date")["comment"].endswith("left aside.")


def test_patterns_are_conditions_that_can_be_counted(ask: Ask, samples: list[TableInput]):
    answer = ask("patterns", *samples)
    card = one(answer["clusters_or_segments"], segment_label="Payment: credit card")
    assert card["defining_characteristics"] == ['"payment" = "credit card"']
    assert card["approximate_prevalence"] == "55.7 %"
    assert one(answer["frequent_patterns"], description='"note" is missing')["approximate_prevalence"].startswith(
        "8,341 of"
    )
    group = one(answer["notable_subpopulations"], filter_description='"ticket" = "group"')
    assert "(475 rows" in group["distinctive_properties"][0]


def test_documentation_tags_what_names_and_figures_support(ask: Ask, samples: list[TableInput]):
    entries = {(e["table_name"], e["column_name"]): e for e in ask("column_documentation", *samples)["entries"]}
    assert len(entries) == sum(len(table.profile.columns) for table in samples)
    tags = {place: entry["tags"] for place, entry in entries.items()}
    assert tags["bookings", "booking_id"] == ["identifier"] and tags["bookings", "customer_id"] == ["foreign_key"]
    assert tags["bookings", "fare"] == ["metric", "currency"] and tags["bookings", "departed_at"] == ["timestamp"]
    assert tags["bookings", "ticket"] == ["category", "enumeration"]
    for column in ("full_name", "email", "phone", "birth_date"):
        entry = entries["customers", column]
        assert "PII" in entry["tags"] and entry["examples"] == []
    assert entries["piers", "name"]["tags"] == [], "a pier is no person"
    assert entries["bookings", "from_pier_id"]["business_name"] == "From pier ID"


def daily(values: "np.ndarray | list[float]", days: int, each: int = 20) -> pd.DataFrame:
    dates = pd.date_range("2025-03-03", periods=days).repeat(each)
    noise = np.random.default_rng(1).normal(0, 0.1, days * each)
    return pd.DataFrame({"seen_on": dates, "level": np.repeat(np.asarray(values, dtype=float), each) + noise})


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.linspace(5, 9, 30), "increasing"),
        (np.linspace(9, 5, 30), "decreasing"),
        (np.full(30, 50.0), "stable"),
        (np.concatenate([np.linspace(5, 9, 15), np.linspace(9, 5, 15)]), "mixed"),
        (np.random.default_rng(3).normal(5, 2, 30), "unclear"),
    ],
)
def test_the_direction_of_a_line_is_named(values: np.ndarray, kind: str, ask: Ask, measured: Measured):
    answer = ask("trends", measured("log", daily(values, 30)))
    assert one(answer["trends"], target_columns=["level"])["trend_type"] == kind


def test_a_lasting_jump_and_a_weekly_rhythm_are_found(ask: Ask, measured: Measured):
    jump = ask("trends", measured("log", daily([5.0] * 17 + [9.0] * 13, 30)))
    assert one(jump["change_points"], target_column="level")["approximate_position"] == "2025-03-20"
    week = ask("trends", measured("log", daily([10, 10, 10, 10, 12, 20, 18] * 4, 28)))
    assert "highest on Saturdays" in one(week["seasonality_and_cycles"], target_column="level")["pattern_description"]
    assert jump["seasonality_and_cycles"] == [] and week["change_points"] == []


def test_noise_alone_is_nothing(ask: Ask, measured: Measured):
    random = np.random.default_rng(5)
    dates = pd.date_range("2025-01-01", periods=35).repeat(30)
    noise = pd.DataFrame({f"m{i}": random.normal(20, 3, len(dates)) for i in range(8)} | {"seen_on": dates})
    table = measured("noise", noise)
    assert ask("anomaly", table)["anomalies"] == []
    assert [each for each in ask("relationships", table)["relationships"] if each["strength"] != "weak"] == []
    answer = ask("trends", table)
    assert (answer["change_points"], answer["seasonality_and_cycles"]) == ([], [])
    assert ask("quality", table)["issues"] == []


def test_without_a_time_column_the_lists_of_trends_are_empty_and_it_is_said_why(ask: Ask, measured: Measured):
    answer = ask("trends", measured("t", pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})))
    assert "None of the columns holds dates or times" in answer.pop("executive_summary")
    assert all(value == [] for key, value in answer.items() if key != "recommended_next_analyses")


def test_lists_are_capped_with_the_strongest_first(ask: Ask, measured: Measured):
    gaps = pd.DataFrame({f"c{i}": [None] * i + list(range(100 - i)) for i in range(30)})
    answer = ask("quality", measured("gaps", gaps))
    assert len(answer["issues"]) == 25 and answer["issues"][0]["column_name"] == "c29"
    assert "25 most serious of 29" in answer["executive_summary"]


@pytest.fixture(scope="module")
def asked_of_many_columns(asking: Callable, profiled: Callable) -> ChatRequest:
    random = np.random.default_rng(2)
    wide = pd.DataFrame(random.normal(size=(20, 2_000)), columns=[f"column_{i}" for i in range(2_000)])
    wide["city"] = ["Bern", "bern"] * 10
    # Without measures: two million correlations would take minutes here, and are never sent.
    return asking(TableInput("wide", profiled("wide", wide)))


@pytest.mark.parametrize("key", KEYS)
def test_two_thousand_columns_are_read_within_a_second(key: str, asked_of_many_columns: ChatRequest):
    began = time.process_time()
    answer = ANALYSTS[f"analysis_{key}"](asked_of_many_columns)
    assert time.process_time() - began < 1
    assert len(answer.get("entries", answer.get("tables", [{"columns": []}])[0]["columns"])) in (0, 2_000, 2_001)


def test_the_answer_is_the_same_in_another_process(asking: Callable, samples: list[TableInput]):
    code = (
        "import json, sys; from core.local_model.analysts import ANALYSTS\n"
        "from core.local_model.chat_request import ChatRequest, Message\n"
        "asked = ChatRequest(messages=(Message('user', sys.stdin.buffer.read().decode()),))\n"
        "sys.stdout.buffer.write(json.dumps([function(asked) for function in ANALYSTS.values()]).encode())"
    )
    asked = asking(*samples)
    here = json.dumps([function(asked) for function in ANALYSTS.values()])
    for seed in ("1", "2"):
        there = subprocess.run(
            [sys.executable, "-c", code],
            input=asked.user.encode(),
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        )
        assert there.stdout.decode() == here
