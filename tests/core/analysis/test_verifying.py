"""What real tables say to findings, right and wrong ones. A verdict that is off in either direction fails here."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from core.analysis.types import TYPES
from core.analysis.verifying import Verifier, verify
from core.errors import ServiceError
from core.sources import ColumnProfile, Profile
from tests.core.analysis.real_tables import SmallReader, add_real

REAL = ("titanic", "penguins", "taxis", "healthexp", "mpg")


@pytest.fixture(scope="module")
def reader():
    reader = SmallReader()
    for name in REAL:
        add_real(reader, name)
    return reader


@pytest.fixture(scope="module")
def verifier(reader):
    return Verifier(reader, lambda name: None)


def first(key, result):
    return TYPES[key].findings(TYPES[key].normalised(result))[0]


def issue(description, *, evidence="", kind="missing_data", column="age", table="titanic"):
    part = {"table_name": table, "column_name": column, "issue_type": kind, "severity": "low"}
    part |= {"description": description, "evidence": evidence, "suggested_checks": []}
    return first("quality", {"executive_summary": "", "issues": [part], "recommended_remediations": []})


def anomaly(description, frequency="", magnitude="", *, kind="value_outlier", time=None, column="fare", table="taxis"):
    evidence = {"approximate_frequency": frequency, "approximate_magnitude": magnitude, "time_context": time}
    part = {"table_name": table, "column_name": column, "anomaly_type": kind, "description": description}
    part |= {"evidence": evidence, "severity": "low", "possible_causes": [], "recommended_next_analyses": []}
    return first("anomaly", {"executive_summary": "", "anomalies": [part]})


def related(*columns, kind, strength, evidence="", table="taxis"):
    part = {"table_name": table, "columns_involved": list(columns), "relationship_type": kind, "strength": strength}
    part |= {"description": "They go together.", "supporting_evidence": evidence, "caveats": []}
    return first("relationships", {"executive_summary": "", "relationships": [part], "recommended_next_analyses": []})


def trend(kind, *targets, time, table):
    part = {"table_name": table, "time_column": time, "target_columns": list(targets), "trend_type": kind}
    part |= {"description": "Over time.", "approximate_period": ""}
    result = {"executive_summary": "", "time_dimensions_considered": [], "trends": [part], "change_points": []}
    return first("trends", {**result, "seasonality_and_cycles": [], "recommended_next_analyses": []})


def patterns(*, segments=(), frequent=(), subpopulations=()):
    result = {"executive_summary": "", "clusters_or_segments": list(segments), "frequent_patterns": list(frequent)}
    result |= {"notable_subpopulations": list(subpopulations), "recommended_next_analyses": []}
    return first("patterns", result)


def segment(*conditions, prevalence, table="titanic"):
    part = {"table_name": table, "segment_label": "Some", "defining_characteristics": list(conditions)}
    return patterns(segments=[{**part, "approximate_prevalence": prevalence, "key_columns": []}])


def entry(**fields):
    part = {"table_name": "taxis", "column_name": "payment", "business_name": "Payment", "data_type": "text"}
    part |= {"business_description": "How it was paid", "technical_description": None, "examples": ["cash"], "tags": []}
    return first("column_documentation", [{**part, **fields}])


def profiled(rows=891, **fields):
    statistics = {"min": 0.42, "max": 80, "mean": 29.6991, "median": 28, "std_dev": 14.5265}
    part = {"column_name": "age", "data_type": "decimal", "distinct_values_estimate": 88, "example_values": [22, 38.0]}
    part |= {"missing_values_count": 177, "missing_values_percent": 19.87, "distribution_summary": "Wide"}
    part |= {"basic_statistics": statistics | fields.pop("statistics", {})} | fields
    table = {"table_name": "titanic", "row_count_estimate": rows, "columns": [part]}
    return TYPES["profiling"].findings({"executive_summary": "", "tables": [table]})


def told(verdict):
    return verdict.verdict, verdict.note, verdict.checks


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("About 20 % of the rows have no recorded age.", "verified"),
        ("About 20 % of age values are missing.", "verified"),
        ("Age is missing in 177 of 891 rows (19.87 %).", "verified"),
        ("177 missing (19.9 %); 88 distinct; range 0.42 to 80; standard deviation 14.5", "verified"),
        ("missing: 177, i.e. 19.9 %", "verified"),
        ("More than 15 % of age is missing.", "verified"),
        ("A fifth of the ages are missing.", "verified"),
        ("Between 15 and 25 % are missing.", "verified"),
        ("age is 80.1 % complete", "verified"),
        ("25 % of age values are missing.", "contradicted"),
        ("About 30 % of age values are missing.", "contradicted"),
        ("Less than 15 % of age is missing.", "contradicted"),
        ("Age is missing in 178 rows.", "contradicted"),
        ("Age is missing in 177 of 900 rows.", "contradicted"),
        ("age has no missing values", "contradicted"),
        ("The mean age is 31.2 years.", "contradicted"),
        ("Age is missing for many passengers.", "unverifiable"),
        ("The mean age of women is 27.9.", "unverifiable"),
        ("The average age in first class is 38.2.", "unverifiable"),
        ("In the sample rows, 3 of 10 ages are missing.", "unverifiable"),
        ("Missing values affect 3 models and 2 dashboards.", "unverifiable"),
        ("Three columns have missing values.", "unverifiable"),
        ("53 women have a missing age.", "unverifiable"),
        ("Since 1912, 25 % of such lists lack an age.", "unverifiable"),
    ],
)
def test_counts_and_shares_of_missing_values(verifier, text, verdict):
    found = verifier.verify(issue(text))
    assert found.verdict == verdict, told(found)


def test_a_contradiction_gives_the_true_value(verifier):
    found = verifier.verify(issue("25 % of age values are missing."))
    assert found.note == "25 % stated, 19.87 % true (177 of 891)."
    (check,) = found.checks
    assert (check["stated"], check["true"], check["agrees"]) == ("25 %", "19.87 % (177 of 891)", False)


def test_one_wrong_figure_among_right_ones_contradicts_and_is_named(verifier):
    found = verifier.verify(issue("`cabin` has 687 missing values and `embarked` has 3 missing values", column=None))
    assert found.verdict == "contradicted" and found.note == "missing of embarked: 3 stated, 2 true."


def test_a_number_that_nothing_explains_is_listed_and_changes_no_verdict(verifier):
    found = verifier.verify(issue("177 ages are missing, which costs 12 hours of work a week."))
    assert found.verdict != "contradicted" and any(check["measure"] == "not checked" for check in found.checks)


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        (issue("15 rows have a fare of zero.", kind="invalid_values", column="fare"), "verified"),
        (issue("16 zero values.", kind="invalid_values", column="fare"), "contradicted"),
        (issue("There are no negative fares.", kind="range_violation", column="fare"), "verified"),
        (issue("4 negative fares", kind="range_violation", column="fare"), "contradicted"),
        (issue("Fares above 500", evidence="3 rows (0.34 %)", kind="range_violation", column="fare"), "verified"),
        (issue("Fares above 500", evidence="5 rows", kind="range_violation", column="fare"), "contradicted"),
        (issue("Age lies outside 0 to 60 in 22 rows.", kind="range_violation"), "verified"),
        (issue("22 values above 60 (3.1 % of the non-missing values)", kind="range_violation"), "verified"),
        (issue("22 values above 60 (3.1 % of rows)", kind="range_violation"), "contradicted"),
        (issue("No duplicate rows.", kind="duplicates", column=None), "verified"),
        (issue("12 duplicate rows.", kind="duplicates", column=None), "contradicted"),
        (issue("210 duplicated tickets", kind="duplicates", column="ticket"), "verified"),
        (issue("211 duplicated tickets", kind="duplicates", column="ticket"), "contradicted"),
        (issue("All values of name are unique.", kind="other", column="name"), "verified"),
        (issue("All values of ticket are unique.", kind="other", column="ticket"), "contradicted"),
        (issue('"female" appears 314 times.', kind="other", column="sex"), "verified"),
        (issue('"female" appears 300 times.', kind="other", column="sex"), "contradicted"),
        (issue("Some tickets look odd.", kind="format_violation", column="ticket"), "unverifiable"),
    ],
)
def test_duplicate_invalid_and_out_of_range_values(verifier, draft, verdict):
    found = verifier.verify(draft)
    assert found.verdict == verdict, told(found)


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        (anomaly("Fares above 100 are rare.", "6 rows (0.1 %)", "up to 150"), "verified"),
        (anomaly("Fares above 100 are rare.", "60 rows", "up to 150"), "contradicted"),
        (anomaly("Fares above 100 are rare.", "6 rows", "up to 200"), "contradicted"),
        (anomaly("Very large fares", "a few", "150"), "verified"),
        (anomaly("Very large fares", "a few", "500"), "contradicted"),
        (anomaly("Values outside the fences (1.5 × interquartile range)", "592 rows"), "verified"),
        (anomaly("Values outside the fences (1.5 × interquartile range)", "482 rows"), "contradicted"),
        (anomaly("Beyond 3 standard deviations of the mean: 203", "3.2 % of rows"), "verified"),
        (anomaly("Beyond 3 standard deviations of the mean: 131"), "contradicted"),
        (anomaly("203 outliers"), "verified"),
        (anomaly("17 outliers"), "unverifiable"),
        (anomaly("A spike", "300 rows", "25", kind="sudden_spike", time="2019-03-01"), "unverifiable"),
        (anomaly("Very large fares", "rare", "very large"), "unverifiable"),
    ],
)
def test_frequency_and_magnitude_of_anomalies(verifier, draft, verdict):
    found = verifier.verify(draft)
    assert found.verdict == verdict, told(found)


MEANS = '"credit card": average 13.7 (4,577 rows), "cash" 11.6 (1,812 rows)'
UP, DOWN = "positive_correlation", "negative_correlation"


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        (related("distance", "fare", kind=UP, strength="strong", evidence="r = 0.92"), "verified"),
        (related("fare", "distance", kind=UP, strength="unknown"), "verified"),
        (related("distance", "fare", kind=DOWN, strength="strong"), "contradicted"),
        (related("distance", "fare", kind=UP, strength="weak"), "contradicted"),
        (related("distance", "fare", kind=UP, strength="strong", evidence="a correlation of 0.85"), "contradicted"),
        (related("fare", "tip", kind=UP, strength="moderate", evidence='"fare" × "tip" 0.4886 (6,433)'), "verified"),
        (related("fare", "tip", kind=UP, strength="moderate", evidence='"fare" × "tip" 0.61 (6,433)'), "contradicted"),
        (related("bill_length_mm", "bill_depth_mm", kind=DOWN, strength="weak", table="penguins"), "verified"),
        (related("bill_length_mm", "bill_depth_mm", kind=UP, strength="weak", table="penguins"), "contradicted"),
        (related("distance", "fare", kind=UP, strength="strong", evidence="r = 4.26"), "contradicted"),
        (related("distance", "fare", kind=UP, strength="strong", evidence="r = 0.92 over 6,433 rows"), "verified"),
        (related("distance", "fare", kind=UP, strength="strong", evidence="r = 0.92 over 644 rows"), "contradicted"),
        (related("payment", "fare", kind="segment_difference", strength="weak"), "unverifiable"),
        (related("payment", "fare", kind="segment_difference", strength="weak", evidence=MEANS), "verified"),
        (
            related(
                "payment", "fare", kind="segment_difference", strength="weak", evidence=MEANS.replace("13.7", "15.7")
            ),
            "contradicted",
        ),
        (related("payment", "color", kind="categorical_association", strength="strong"), "unverifiable"),
        (related("payment", "fare", kind=UP, strength="strong"), "unverifiable"),
    ],
)
def test_sign_and_strength_of_correlations(verifier, draft, verdict):
    found = verifier.verify(draft)
    assert found.verdict == verdict, told(found)


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        (trend("increasing", "Spending_USD", "Life_Expectancy", time="Year", table="healthexp"), "verified"),
        (trend("decreasing", "Spending_USD", time="Year", table="healthexp"), "contradicted"),
        (trend("stable", "Spending_USD", time="Year", table="healthexp"), "contradicted"),
        (trend("decreasing", "horsepower", time="model_year", table="mpg"), "verified"),
        (trend("increasing", "horsepower", time="model_year", table="mpg"), "contradicted"),
        (trend("stable", "fare", time="pickup", table="taxis"), "verified"),
        (trend("increasing", "fare", time="pickup", table="taxis"), "contradicted"),
        (trend("stable", "rows", time="pickup", table="taxis"), "verified"),
        (trend("unclear", "fare", time="pickup", table="taxis"), "unverifiable"),
        (trend("increasing", "fare", time="payment", table="taxis"), "unverifiable"),
        (trend("increasing", "fare", time="nope", table="taxis"), "contradicted"),
    ],
)
def test_direction_of_trends(verifier, draft, verdict):
    found = verifier.verify(draft)
    assert found.verdict == verdict, told(found)


@pytest.mark.parametrize("days", [20, 150, 800, 2_500, 9_000])
@pytest.mark.parametrize("kind", ["date", "timestamp", "text"])
def test_directions_are_found_in_dates_of_any_kind_and_span(days, kind):
    reader = SmallReader()
    start = datetime(2001, 3, 7, 5)
    moments = [start + timedelta(days=day) for day in range(days)]
    cell = {"date": datetime.date, "timestamp": lambda each: each, "text": lambda each: each.date().isoformat()}[kind]
    rows = [(cell(each), day + 3.0 * (day % 5), float(day % 7)) for day, each in enumerate(moments)]
    reader.add("t", [("at", kind), ("up", "decimal"), ("flat", "decimal")], rows)
    said = {
        (target, word): verify(reader, trend(word, target, time="at", table="t"), lambda name: None).verdict
        for target in ("up", "flat")
        for word in ("increasing", "stable", "decreasing")
    }
    assert said["up", "increasing"] == "verified" and said["flat", "stable"] == "verified"
    assert {said["up", "decreasing"], said["up", "stable"]} == {"contradicted"}
    assert said["flat", "increasing"] == said["flat", "decreasing"] == "contradicted"


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        (segment("sex = female", "pclass = 1", prevalence="about 10 %"), "verified"),
        (segment("sex is female and pclass is 1", prevalence="94 of 891 rows (10.5 %)"), "verified"),
        (segment("sex = female", prevalence="about half"), "contradicted"),
        (segment("sex = Female", prevalence="35.2 %"), "verified"),
        (segment("age between 18 and 30", prevalence="30 %"), "contradicted"),
        (segment("fare > 50", prevalence=18), "verified"),
        (segment("age is missing", prevalence="19.9 %"), "verified"),
        (segment("young women", prevalence="10 %"), "unverifiable"),
        (segment("sex = female", "young", prevalence="35.2 %"), "unverifiable"),
        (segment("sex = female", prevalence="common"), "unverifiable"),
        (segment("fare > 50 or pclass = 1", prevalence="30 %"), "unverifiable"),
    ],
)
def test_prevalence_of_segments(verifier, draft, verdict):
    found = verifier.verify(draft)
    assert found.verdict == verdict, told(found)


@pytest.mark.parametrize(
    ("condition", "properties", "verdict"),
    [
        ("sex = female", ["mean of survived 0.742", "average fare 44.48", "314 rows"], "verified"),
        ("sex = female", ["35.2 % of rows"], "verified"),
        ("rows where pclass = 1", ["average fare is 50"], "contradicted"),
        ("the rich", ["average fare is 50"], "unverifiable"),
    ],
)
def test_properties_of_subpopulations_are_measured_under_their_condition(verifier, condition, properties, verdict):
    part = {"table_name": "titanic", "filter_description": condition, "distinctive_properties": properties}
    found = verifier.verify(patterns(subpopulations=[part]))
    assert found.verdict == verdict, told(found)


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        (entry(), "verified"),
        (entry(examples=["cheque"]), "contradicted"),
        (entry(data_type="integer"), "contradicted"),
        (entry(data_type="VARCHAR(20)"), "verified"),
        (entry(column_name="fare", data_type="float64", examples=[7.0, "5.0"]), "verified"),
        (entry(column_name="pickup", data_type="timestamp", examples=["2019-03-23T20:21:09"]), "verified"),
        (entry(column_name="tariff"), "contradicted"),
        (entry(table_name="trains"), "contradicted"),
    ],
)
def test_documentation_names_real_columns_types_and_values(verifier, draft, verdict):
    found = verifier.verify(draft)
    assert found.verdict == verdict, told(found)


def test_examples_that_left_masked_are_not_looked_up(reader):
    draft = entry(examples=["xxxx"])
    assert verify(reader, draft, lambda name: None).verdict == "contradicted"
    assert verify(reader, draft, lambda name: None, withheld=[("taxis", "payment")]).verdict == "verified"


def test_every_figure_of_a_profile_is_checked(verifier):
    rows, column = (verifier.verify(draft) for draft in profiled())
    assert (rows.verdict, column.verdict) == ("verified", "verified")
    assert [check["measure"] for check in column.checks] == [
        "missing of age",
        "missing of age",
        "distinct of age",
        "minimum of age",
        "maximum of age",
        "mean of age",
        "median of age",
        "standard deviation of age",
        "example of age",
        "example of age",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"missing_values_count": 178},
        {"missing_values_percent": 19.8},
        {"distinct_values_estimate": 90},
        {"statistics": {"min": 0.5}},
        {"statistics": {"max": 81}},
        {"statistics": {"mean": 30.2}},
        {"statistics": {"median": 29}},
        {"statistics": {"std_dev": 14.9}},
        {"example_values": [101]},
    ],
)
def test_each_wrong_figure_of_a_profile_contradicts(verifier, wrong):
    _, column = profiled(**wrong)
    assert verifier.verify(column).verdict == "contradicted"
    assert verifier.verify(profiled(rows=890)[0]).note == "890 stated, 891 true."


def test_an_approximate_count_of_the_profile_is_never_used(reader):
    def profile_of(exact):
        column = ColumnProfile("age", "decimal", "", 177, distinct=90, distinct_is_exact=exact, median=28.0)
        return lambda name: Profile(name, "full", 891, (column,), (), datetime.now(UTC), 0.0)

    _, draft = profiled()
    assert verify(reader, draft, profile_of(False)).verdict == "verified"
    assert "distinct of age: 88 stated, 90 true." in verify(reader, draft, profile_of(True)).note


def test_blank_texts_and_placeholders_count_as_missing_with_a_note():
    reader = SmallReader()
    cells = [None, None, "", "  ", "N/A", "a", "b", "c", "d", "e"]
    reader.add("t", [("a", "text")], [(cell,) for cell in cells])

    def said(text):
        return verify(reader, issue(text, column="a", table="t"), lambda name: None)

    assert said("20 % of values are missing.").note == "1 statement agrees with the data."
    assert "blank texts" in said("4 missing values").note and said("4 missing values").verdict == "verified"
    assert "N/A" in said("50 % are missing").note and said("2 blank values").verdict == "verified"
    assert said("3 missing values").note == "3 stated, 2 true."


def test_what_does_not_exist_is_contradicted(verifier):
    assert verifier.verify(issue("Odd", table="nope")).note == "The source has no table 'nope'."
    found = verifier.verify(issue("Odd", column="nope"))
    assert (found.verdict, found.note) == ("contradicted", "The table 'titanic' has no column 'nope'.")
    assert verifier.verify(issue("Odd", column="age, cabin")).verdict == "unverifiable"


def test_a_failing_query_leaves_its_finding_unverifiable_and_the_rest_goes_on():
    reader = SmallReader()
    reader.add("t", [("age", "integer")], [(1,), (None,)])
    verifier = Verifier(reader, lambda name: None)
    reader.broken = ServiceError("The source did not answer within 60 s. Try again later.", service="test")
    found = verifier.verify(issue("1 missing value", table="t"))
    assert (found.verdict, found.note) == ("unverifiable", "The source did not answer within 60 s. Try again later.")
    reader.broken = None
    assert verifier.verify(issue("1 missing value", table="t")).verdict == "verified"


def test_a_table_that_vanished_is_not_called_an_invention():
    reader = SmallReader()
    reader.add("t", [("age", "integer")], [(1,)])
    reader.drop("t")
    profile = Profile("t", "full", 1, (), (), datetime.now(UTC), 0.0)
    found = verify(reader, issue("1 missing value", table="t"), lambda name: profile)
    assert (found.verdict, found.note) == ("unverifiable", "The table 't' no longer exists in the source.")


def test_checks_are_json(verifier):
    for draft in (*profiled(), issue("25 % missing"), issue("x", column="nope"), entry(examples=["cheque", 7, None])):
        for check in json.loads(json.dumps(verifier.verify(draft).checks)):
            assert set(check) == {"words", "measure", "stated", "true", "agrees", "note"}


@pytest.mark.parametrize("name", ['we"ird', "semi;colon", "a.b", "grüße 🎈", "select", "two words", "per%cent", "it's"])
def test_odd_names_are_looked_up_like_any_other(name):
    reader = SmallReader()
    reader.add(name, [(name, "integer"), ("day", "date")], [(n if n else None, date(2024, 1, 1)) for n in range(10)])
    draft = issue("1 missing value (10 %)", column=name, table=name)
    assert verify(reader, draft, lambda each: None).verdict == "verified"
    draft = issue("2 missing values (10 %)", column=name, table=name)
    assert verify(reader, draft, lambda each: None).verdict == "contradicted"
