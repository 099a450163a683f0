"""A person checks the demo's benchmarks, evaluates it, follows it at work, opens a failure, and overrules its verdict."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, settle, shoot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def open_demo(page: Page, app: App) -> None:
    """The Evaluate page over the demo space, which the local Genie loads at its first use."""
    page.goto(f"{app.url}/evaluate")
    expect(page.get_by_text("30 questions, no limit a minute")).to_be_visible()
    settle(page)


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")


def select_row(page: Page, number: int) -> None:
    """Mark a row, counted from 0, of the first table; its cells are drawn on a canvas."""
    page.get_by_test_id("stDataFrame").first.click(position={"x": 16, "y": 53 + 35 * number})


def score(app: App) -> tuple[int, int]:
    """Passed and all, as the database counts them."""
    query = "SELECT sum(coalesce(overruled_state, state) = 'passed'), count(*) FROM genie_outcome"
    return app.rows(query)[0]  # type: ignore[return-value]


def test_from_benchmarks_to_a_score_to_a_failure_that_a_person_overrules(app: App, page: Page):
    open_demo(page, app)
    shoot(page, "genie-evaluate-empty")
    page.get_by_role("link", name="Open the benchmarks").click()
    expect(page.get_by_text("8 held out")).to_be_visible()
    page.get_by_role("button", name="Check quality").click()
    expect(page.get_by_text("30 of 30 ready")).to_be_visible()
    settle(page)
    shoot(page, "genie-benchmarks-checked")

    open_demo(page, app)
    expect(page.get_by_text("was not checked")).to_have_count(0)
    main(page).get_by_role("button", name="Evaluate", exact=True).click()
    expect(page.get_by_text("Completed", exact=True).first).to_be_visible()
    settle(page)
    passed, n = score(app)
    assert n == 30 and 9 <= passed <= 18
    expect(page.get_by_text(f"Passed: {passed} of 30 measured")).to_be_visible()
    shoot(page, "genie-evaluation")

    page.get_by_role("combobox", name="Verdict").click()
    page.get_by_role("option", name="✗ wrong").click()
    expect(page.get_by_text(f"{30 - passed} of 30 answers")).to_be_visible()
    settle(page)
    select_row(page, 0)
    expect(page.get_by_text("Expected SQL", exact=True)).to_be_visible()
    assert "outcome=out_" in page.url
    settle(page)
    shoot(page, "genie-evaluation-failure")
    page.get_by_role("button", name="Overrule").click()
    page.get_by_role("textbox", name="Why").fill("The question can be read both ways.")
    page.get_by_test_id("stForm").get_by_role("button", name="Overrule").click()
    expect(page.get_by_text(f"Passed: {passed + 1} of 30 measured")).to_be_visible()
    expect(page.get_by_text("Overruled by ann")).to_be_visible()
    settle(page)
    shoot(page, "genie-evaluation-overruled")
    assert score(app) == (passed + 1, 30)
    assert app.rows("SELECT overruled_by FROM genie_outcome WHERE overruled_state IS NOT NULL") == [("ann",)]

    page.get_by_role("button", name="Withdraw the overruling").click()
    expect(page.get_by_text(f"Passed: {passed} of 30 measured")).to_be_visible()
    assert score(app) == (passed, 30)


def test_an_evaluation_at_work_shows_its_answers_and_is_cancelled(app: App, page: Page):
    open_demo(page, app)
    page.get_by_test_id("stNumberInput").locator("input").fill("10")
    page.keyboard.press("Enter")
    expect(page.get_by_text("300 questions, no limit a minute")).to_be_visible()
    settle(page)
    main(page).get_by_role("button", name="Evaluate", exact=True).click()
    expect(page.get_by_text(re.compile(r"\d+ of 300 questions"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+ answers"))).to_be_visible()
    settle(page)
    shoot(page, "genie-evaluation-running")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible()
    settle(page)
    [(asked,)] = app.rows("SELECT count(*) FROM genie_outcome")
    assert 0 < asked < 300
    expect(page.get_by_text(re.compile(rf"^{asked} answers"))).to_be_visible()


@pytest.mark.parametrize("path", ["evaluate", "evaluation?id=job_gone"])
def test_every_page_fits_a_narrow_and_a_dark_window(app: App, browser, path: str):
    for width, scheme in ((800, "light"), (1280, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_role("heading", name=re.compile("Evaluat"))).to_be_visible()
        settle(page)
        page.wait_for_timeout(500)
        settle(page)
        shoot(page, f"genie-{path.split('?')[0]}-{width}-{scheme}")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert page.get_by_test_id("stException").count() == 0
        context.close()
