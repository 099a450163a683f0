"""A person opens the demo space, asks it, keeps a snapshot, changes the space by a file, and sees what changed."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.settings import ROOT
from tests.browser.conftest import App, settle, shoot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CURATED = ROOT / "data" / "samples" / "sales" / "curated.geniespace.json"


def select_row(page: Page, table: Locator, number: int) -> None:
    """Tables are drawn on a canvas: the boxes of their rows stand at the left, below the head."""
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 18 + 35 * number)
    settle(page)


def open_demo(page: Page, app: App) -> None:
    page.goto(f"{app.url}/spaces")
    expect(page.get_by_text("1 space · select a row to open it")).to_be_visible()
    settle(page)
    shoot(page, "genie-spaces")
    select_row(page, page.get_by_test_id("stDataFrame").first, 1)
    expect(page.get_by_role("heading", name="Sales")).to_be_visible()
    settle(page)


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_text("SQL that Genie wrote")).to_be_visible()
    settle(page)


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    settle(page)


def test_the_demo_is_asked_kept_changed_and_compared(app: App, page: Page):
    open_demo(page, app)
    shoot(page, "genie-space-nothing-asked")
    ask(page, "Number of orders by month in 2024")
    expect(page.locator("code").filter(has_text="GROUP BY")).to_be_visible()
    expect(page.get_by_text("12 rows", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    shoot(page, "genie-space-answer")
    [(sql, asked_by)] = app.rows("SELECT sql, asked_by FROM genie_question")
    assert "GROUP BY" in sql and asked_by == "ann"

    page.get_by_role("button", name="Snapshot", exact=True).click()
    expect(page.get_by_text(re.compile("Snapshot kept"))).to_be_visible()
    view(page, "Configuration")
    shoot(page, "genie-space-configuration")
    view(page, "Health")
    expect(page.get_by_text("Checks: 2 of 7 good")).to_be_visible()
    shoot(page, "genie-space-health")

    page.get_by_role("button", name="More").click()
    page.get_by_text("Upload a definition").click()
    page.locator('input[type="file"]').set_input_files(str(CURATED))
    expect(page.get_by_text(re.compile(r"\d{2,} changes"))).to_be_visible()
    settle(page)
    shoot(page, "genie-space-upload")
    page.get_by_role("button", name="Replace the definition").click()
    expect(page.get_by_text(re.compile("exactly as sent"))).to_be_visible()
    expect(page.get_by_text("Checks: 6 of 7 good")).to_be_visible()

    view(page, "Snapshots")
    select_row(page, page.get_by_test_id("stDataFrame").first, 2)
    expect(page.get_by_text(re.compile(r"\d{2,} changes from \w{8} .* to now"))).to_be_visible()
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_visible()
    shoot(page, "genie-space-compare")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    assert len(json.loads(Path(download.value.path()).read_text())["benchmarks"]["questions"]) == 30
    select_row(page, page.get_by_test_id("stDataFrame").first, 1)
    expect(page.get_by_text(re.compile(r"\d{2,} changes from \w{8} .* to \w{8}"))).to_be_visible()

    select_row(page, page.get_by_test_id("stDataFrame").first, 1)
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete").or_(page.get_by_role("option", name="Delete")).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the snapshot").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert app.rows("SELECT note FROM genie_snapshot") == [("After the upload of curated.geniespace.json",)]


def test_a_folder_of_tables_is_loaded_and_a_question_back_is_answered(app: App, page: Page, tmp_path: Path):
    (tmp_path / "pets.csv").write_text("kind,weight_kg\n" + "cat,4\ndog,12\nowl,1\n" * 5)
    page.goto(f"{app.url}/spaces")
    page.get_by_role("button", name=re.compile("Load tables and a space")).click(timeout=60_000)
    page.get_by_role("dialog").locator('input[type="file"]').first.set_input_files(str(tmp_path / "pets.csv"))
    page.get_by_label("Title", exact=True).fill("Pets")
    page.keyboard.press("Enter")
    settle(page)
    shoot(page, "genie-load")
    page.get_by_role("dialog").get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("heading", name="Pets")).to_be_visible()
    expect(page.get_by_text("Loaded 1 table with 15 rows.")).to_be_visible()
    page.get_by_role("textbox", name="Question").fill("What is the meaning of life?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Genie asks back:")).to_be_visible()
    settle(page)
    shoot(page, "genie-space-asks-back")
    page.get_by_role("textbox", name="Your reply to Genie").fill("How many pets by kind?")
    page.get_by_role("button", name="Reply").click()
    expect(page.get_by_text("SQL that Genie wrote")).to_be_visible()
    expect(page.get_by_text("3 rows", exact=True)).to_be_visible()


def test_every_view_fits_a_narrow_and_a_dark_window(app: App, browser):
    for width, scheme in ((800, "light"), (1440, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        open_demo(page, app)
        ask(page, "Number of orders by channel")
        for shown in ("Ask", "Configuration", "Health", "Snapshots"):
            view(page, shown)
            page.wait_for_timeout(300)
            settle(page)
            shoot(page, f"genie-space-{shown.lower()}-{width}-{scheme}")
            assert page.evaluate("document.scrollingElement.scrollWidth") <= width
            assert page.get_by_test_id("stException").count() == 0
        page.goto(f"{app.url}/spaces")
        expect(page.get_by_text("1 space · select a row to open it")).to_be_visible()
        settle(page)
        shoot(page, f"genie-spaces-{width}-{scheme}")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        context.close()
