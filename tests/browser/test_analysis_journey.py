"""A person brings tables, sees what would leave, analyses them, and runs the analysis again with a different prompt."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, App, settle, shoot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ORDERS = "order_id,day,channel,amount,email\n" + "".join(
    f"{n},2024-{1 + n // 30:02}-{1 + n % 28:02},{'web' if n % 3 else 'shop'},{'' if n % 10 == 0 else n * 1.5},p{n}@example.com\n"
    for n in range(1, 300)
)


def open_menu(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    settle(page)


def upload_orders(page: Page, app: App, folder: Path) -> None:
    path = folder / "orders.csv"
    path.write_text(ORDERS)
    page.goto(f"{app.url}/sources?add=files")
    page.locator('input[type="file"]').set_input_files(str(path))
    expect(page.get_by_text("299 rows · 5 columns")).to_be_visible()
    settle(page)


def await_job(page: Page) -> None:
    expect(page.get_by_text("Completed", exact=True).first).to_be_visible()
    settle(page)


def test_from_a_file_to_findings_to_a_rerun_and_its_comparison(app: App, page: Page, tmp_path: Path):
    upload_orders(page, app, tmp_path)
    shoot(page, "analysis-add-file")
    page.get_by_role("button", name="Add source").click()
    expect(page.get_by_role("heading", name="orders")).to_be_visible()
    settle(page)
    assert app.rows("SELECT name, kind FROM source") == [("orders", "files")]
    shoot(page, "analysis-source")

    page.get_by_role("button", name="Analyse").click()
    expect(page.get_by_text("What leaves this machine", exact=False)).to_be_visible()
    settle(page)
    left = page.locator("code").filter(has_text='Table "orders": 299 rows').first
    expect(left).to_be_visible()
    assert "@example.com" not in page.locator("body").inner_text(), "mail addresses are not sent as they are"
    shoot(page, "analysis-new")
    page.get_by_role("button", name="Start analysis").click()
    expect(page.get_by_role("button", name="Re-run with a different prompt")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ findings? ·"))).to_be_visible()
    await_job(page)
    shoot(page, "analysis-findings")
    (job_id, sent) = app.rows("SELECT id, job_metadata FROM job")[0]
    assert "@example.com" not in sent

    page.get_by_role("button", name="Re-run with a different prompt").click()
    expect(page.get_by_role("heading", name="Re-run with a different prompt")).to_be_visible()
    editor = page.frame_locator('iframe[title="streamlit_ace.streamlit_ace"]').first.locator("textarea.ace_text-input")
    editor.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("LOOK HARDER. ")
    page.wait_for_timeout(700)
    expect(page.get_by_text("Edited: data quality.")).to_be_visible()
    page.get_by_text("Save as recipe").click()
    expect(page.get_by_label("Name of the recipe for data quality")).to_have_value(re.compile("quality - Custom from "))
    settle(page)
    shoot(page, "analysis-rerun")
    page.get_by_role("button", name="Start the re-run").click()
    expect(page.get_by_role("link", name="Open it")).to_be_visible()
    expect(page.get_by_role("strong").filter(has_text="(re-run)")).to_be_visible()
    shoot(page, "analysis-jobs")
    page.get_by_role("link", name="Open it").click()
    expect(page.get_by_text(re.compile(r"\d+ findings? ·"))).to_be_visible()
    await_job(page)
    rows = app.rows("SELECT parent_id, job_metadata FROM job WHERE parent_id IS NOT NULL")
    assert rows[0][0] == job_id and "LOOK HARDER. " in rows[0][1]
    assert app.rows("SELECT count(*) FROM recipe WHERE analysis_type = 'quality'") == [(2,)]

    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("the same", exact=False).first).to_be_visible()
    settle(page)
    expect(page.get_by_text("Data quality: the prompts differ")).to_be_visible()
    shoot(page, "analysis-compare")


def test_the_sample_source_is_looked_at_and_asked(app: App, page: Page):
    page.goto(f"{app.url}/sources")
    page.get_by_role("button", name="Add the sample source").click()
    expect(page.get_by_role("heading", name="Sample tables")).to_be_visible()
    settle(page)
    shoot(page, "analysis-sample")
    page.get_by_role("radio", name="What may leave").click()
    settle(page)
    shoot(page, "analysis-disclosure")
    page.get_by_role("radio", name="SQL").click()
    page.get_by_role("button", name=re.compile("^Run Shortcut")).click()
    expect(page.get_by_text(re.compile(r"20 rows in"))).to_be_visible()
    shoot(page, "analysis-sql")
    open_menu(page, "Jobs")
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    shoot(page, "analysis-jobs-empty")
    open_menu(page, "Recipes")
    expect(page.get_by_role("heading", name="Recipes")).to_be_visible()
    shoot(page, "analysis-recipes")


def test_a_job_at_work_is_followed_and_cancelled(app: App, page: Page, faulty_model, tmp_path: Path):
    def core(*arguments: str) -> dict:
        command = [sys.executable, "-m", "core", *arguments, "--data-dir", str(app.data_dir), "--json"]
        return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout)

    (tmp_path / "orders.csv").write_text(ORDERS)
    core("source", "add", "orders", "--files", str(tmp_path / "orders.csv"))
    core(
        "connection",
        "add",
        "slow",
        "--kind",
        "compatible",
        "--base-url",
        faulty_model.url("slow-60000"),
        "--model",
        "m",
        "--no-default",
    )
    job = core("analyze", "--source", "orders", "--table", "orders", "--type", "quality", "--connection", "slow")
    page.goto(f"{app.url}/job?id={job['job_id']}")
    expect(page.get_by_text("Running", exact=True).first).to_be_visible()
    expect(page.get_by_text("0 of 2 calls")).to_be_visible()
    settle(page)
    shoot(page, "analysis-job-running")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible()
    expect(page.get_by_text("Cancelled before the first finding")).to_be_visible()
    shoot(page, "analysis-job-cancelled")
    assert app.rows("SELECT state FROM job") == [("cancelled",)]


@pytest.mark.parametrize("path", ["sources", "sources?add=database", "new_analysis", "jobs", "recipes"])
def test_every_page_fits_a_narrow_and_a_dark_window(shared_app: App, browser, path: str):
    for width, scheme in ((800, "light"), (1280, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{shared_app.url}/{path}")
        settle(page)
        page.wait_for_timeout(500)
        settle(page)
        shoot(page, f"analysis-{path.replace('?', '-').replace('=', '-')}-{width}-{scheme}")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert page.get_by_test_id("stException").count() == 0
        context.close()
