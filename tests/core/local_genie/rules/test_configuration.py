"""What each part of a space's configuration teaches the rules: the same question is asked without and with it."""

from core.local_genie.metric_views.definition import Dimension, MetricView
from core.local_genie.metric_views.definition import Measure as ViewMeasure

LOANS, MEMBERS, BOOKS, BRANCHES = (f"town.library.{name}" for name in ("loans", "members", "books", "branches"))
STATUS = {("members", "status_cd"): {"description": ["A = active, L = lapsed, X: expelled"]}}


def sql(text: str) -> dict:
    return {"sql": [text]}


def example(question: str, text: str, parameters: list[dict] | None = None) -> dict:
    return {"id": "1" * 32, "question": [question], "sql": [text], "parameters": parameters or []}


# -- descriptions and synonyms


def test_codes_in_a_description_name_the_values_of_the_data(rows, answer, space):
    assert answer("How many active members are there?").sql is None, "nothing says what active means"
    assert rows("How many active members are there?", space(STATUS)) == [(3,)]
    assert rows("How many members are expelled?", space(STATUS)) == [(1,)]


def test_a_code_that_the_data_does_not_have_means_nothing(answer, space):
    config = space({("members", "status_cd"): {"description": ["A = active, Z = sleeping"]}})
    assert "'Z'" not in (answer("How many sleeping members are there?", config).sql or "")


def test_a_synonym_names_a_column(rows, answer, space):
    assert answer("Total penalties by desk").sql is None
    config = space({("loans", "fine_eur"): {"synonyms": ["penalty", "late fee"]}})
    assert rows("Total penalties by desk", config) == [("front", 7.5), ("self-service", 11.0)]


def test_one_row_per_x_names_a_table(rows, answer, space):
    assert answer("How many borrowers are there?").sql is None
    assert rows("How many borrowers are there?", space(tables={"members": "One row per borrower."})) == [(5,)]
    assert rows("How many patrons are there?", space(tables={"members": "One row per person (patron)."})) == [(5,)]


def test_an_excluded_column_is_not_there(answer, space):
    assert "fine_eur" in answer("Total fine by desk").sql
    assert "fine_eur" not in (answer("Total fine by desk", space({("loans", "fine_eur"): {"exclude": True}})).sql or "")


# -- snippets


def test_a_measure_snippet_keeps_its_own_filter_and_takes_the_questions(rows, space):
    late = {"display_name": "Late rate", **sql("COUNT_IF(loans.returned_on > loans.due_on) / COUNT(loans.returned_on)")}
    config = space(measures=[{**late, "synonyms": ["share of late returns"]}])
    assert rows("What is the late rate in 2023?", config) == [(0.5,)]
    assert rows("Late rate by genre", config) == [("novel", 0.2), ("science", 1.0)]
    assert rows("What was the share of late returns?", config) == [(0.4286,)]


def test_a_filter_snippet_is_a_condition(rows, space):
    config = space(filters=[{"display_name": "Thick books", **sql("books.pages > 300")}])
    assert rows("How many thick books are there?", config) == [(2,)]
    assert rows("How many loans of thick books were there?", config) == [(6,)]


def test_an_expression_snippet_is_measured_and_grouped_by(rows, space):
    config = space(
        expressions=[
            {"display_name": "Loan length", **sql("DATEDIFF(loans.returned_on, loans.lent_on)")},
            {"display_name": "Size class", **sql("CASE WHEN books.pages >= 300 THEN 'thick' ELSE 'thin' END")},
        ]
    )
    assert rows("What is the average loan length in 2024?", config) == [(32.6667,)]
    assert rows("Number of books by size class", config) == [("thick", 2), ("thin", 3)]


# -- example queries


def test_an_example_teaches_its_measure_not_its_filters(rows, answer, space):
    assert answer("Income per desk in 2024").sql is None
    taught = example(
        "What was the income in 2023?", f"SELECT SUM(l.fine_eur) AS income FROM {LOANS} l WHERE YEAR(l.lent_on) = 2023"
    )
    assert rows("Income per desk in 2024", space(examples=[taught])) == [("front", 0.0), ("self-service", 11.0)]


def test_an_unexplained_condition_of_an_example_belongs_to_the_word_that_nothing_explains(rows, space):
    taught = example("How many overdue loans were there?", f"SELECT COUNT(*) FROM {LOANS} WHERE returned_on IS NULL")
    assert rows("Overdue loans by desk", space(examples=[taught])) == [("front", 1), ("self-service", 2)]


def test_the_question_of_an_example_gets_its_query(answer, space):
    text = f"SELECT title FROM {BOOKS} ORDER BY pages DESC LIMIT 2"
    assert (
        answer("what are our TWO fat books", space(examples=[example("What are our two fat books?", text)])).sql == text
    )


def test_parameters_of_an_example_are_filled_from_the_question(rows, answer, space):
    parameter = {"name": "genre", "type_hint": "STRING", "default_value": {"values": ["novel"]}}
    text = f"SELECT COUNT(*) FROM {BOOKS} WHERE genre = :genre AND pages > 100"
    config = space(examples=[example("How many real :genre books do we keep?", text, [parameter])])
    assert rows("How many real science books do we keep?", config) == [(2,)]
    assert "'O''Hara'" in answer("How many real O'Hara books do we keep?", config).sql


# -- the text instruction


def test_a_definition_in_the_instruction_is_a_filter(rows, space):
    for text in (
        "An active member means status_cd = 'A'.",
        "Active members are those with status_cd = 'A'.",
        "- A member is active when status_cd = 'A'.",
        "\"Active\" refers to status_cd IN ('A')",
    ):
        assert rows("How many active members are there?", space(text=text)) == [(3,)], text


def test_a_definition_in_the_instruction_is_a_measure(rows, space):
    for text in (
        "Income means SUM(fine_eur).",
        "Income is the sum of fines.",
        "Income is calculated as SUM(loans.fine_eur)",
    ):
        assert rows("Income by desk", space(text=text)) == [("front", 7.5), ("self-service", 11.0)], text


def test_another_word_for_a_table_or_value(rows, space):
    assert rows("How many patrons joined in 2022?", space(text="Patrons are members.")) == [(2,)]
    assert rows("How many kiosk loans were there?", space(text="Kiosk means desk self-service.")) == [(4,)]


def test_what_is_left_out_by_default_comes_back_when_it_is_asked_for(rows, space):
    config = space(STATUS, text="Unless asked otherwise, exclude expelled members.")
    assert rows("How many members are there?", config) == [(4,)]
    assert rows("How many expelled members are there?", config) == [(1,)]


def test_the_instruction_says_which_date_is_meant(rows, space):
    assert rows("How many loans in April 2023?") == [(0,)]
    assert rows("How many loans in April 2023?", space(text="Dates of loans refer to returned_on.")) == [(2,)]


def test_the_instruction_says_through_which_table_another_is_reached(answer, space):
    assert "members.branch_id" in answer("Loans by city", space()).sql
    joins = [
        {
            "left": {"identifier": BOOKS, "alias": "books"},
            "right": {"identifier": BRANCHES, "alias": "branches"},
            "sql": ["`books`.`pages` = `branches`.`branch_id`"],
        }
    ]
    config = space(joins=joins, text="The branch of a loan is the branch of its book.")
    assert "books.pages = branches.branch_id" in answer("Loans by city", config).sql


def test_a_default_does_not_hold_where_the_instruction_lifts_it(rows, space):
    config = space(STATUS, text="Unless the question is about joining, count only active members (status_cd = 'A').")
    assert rows("How many members are there?", config) == [(3,)]
    assert rows("How many members joined in 2024?", config) == [(1,)]


def test_the_instruction_sets_how_shares_and_months_look(rows, space):
    assert rows("What share of loans was at the front desk?", space(text="Give shares in percent.")) == [(60.0,)]
    config = space(text="Show months as DATE_FORMAT(lent_on, 'yyyy-MM').")
    assert rows("Loans per month in 2023", config) == [("2023-01", 1), ("2023-03", 2), ("2023-11", 1)]


def test_sentences_that_say_nothing_known_change_nothing(answer, space):
    plain = answer("How many loans in 2024?").sql
    assert (
        answer("How many loans in 2024?", space(text="Be polite. Ignore all rules; the moon means cheese.")).sql
        == plain
    )


# -- joins and metric views


def test_a_join_spec_connects_what_names_do_not(rows, answer, space):
    spec = {
        "id": "2" * 32,
        "left": {"identifier": MEMBERS, "alias": "m"},
        "right": {"identifier": BOOKS, "alias": "b"},
        "sql": ["`m`.`member_id` = `b`.`book_id`", "--rt=FROM_RELATIONSHIP_TYPE_MANY_TO_ONE--"],
    }
    assert "members.member_id = books.book_id" in answer("Number of members by genre", space(joins=[spec])).sql
    assert "loans" in answer("Number of members by genre").sql


def test_a_metric_view_gives_its_measures_and_dimensions(rows, answer, space):
    view = MetricView(
        "1.1", LOANS,
        (Dimension("Desk", "desk"), Dimension("Lent month", "DATE_TRUNC('MONTH', lent_on)")),
        (ViewMeasure("fine_per_loan", "SUM(fine_eur) / COUNT(*)", "Fine per loan", synonyms=("average penalty",)),),
    )  # fmt: skip
    config = space(views=("loan_metrics",))
    found = rows("What is the average penalty by desk?", config, metric_views={"town.library.loan_metrics": view})
    assert found == [("front", 1.25), ("self-service", 2.75)]


def test_a_metric_views_measure_serves_tables_that_it_does_not_know(rows, space):
    view = MetricView(
        "1.1", LOANS, (), (ViewMeasure("fine_per_loan", "SUM(fine_eur) / COUNT(*)"),), filter="desk = 'front'"
    )
    found = rows(
        "Fine per loan by genre", space(views=("loan_metrics",)), metric_views={"town.library.loan_metrics": view}
    )
    assert found == [("novel", 1.0), ("science", 2.5)]
