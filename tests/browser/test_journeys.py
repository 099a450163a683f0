"""From click to database, in real Chromium on a real server."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from core import db, library
from tests.browser.conftest import ROOT, App, settle, shoot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

HOSTILE = ROOT / "tests" / "hostile"
RUN = re.compile("^Run Shortcut")
EDITOR = 'iframe[title="streamlit_ace.streamlit_ace"]'


def open_template(page: Page, app: App, name: str, view: str = "Edit") -> None:
    page.goto(f"{app.url}/template?id={app.template_id(name)}&view={view}")
    expect(page.get_by_text(name, exact=True).first).to_be_visible()
    settle(page)


def type_into_editor(page: Page, number: int, text: str) -> None:
    """Replace what stands in the system prompt (0) or the user template (1)."""
    frame = page.frame_locator(EDITOR).nth(number)
    frame.locator(".ace_content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def new_template(page: Page, app: App, title: str) -> None:
    page.goto(f"{app.url}/templates")
    page.get_by_role("button", name="New template").click()
    page.get_by_role("textbox", name="Title").fill(title)
    page.get_by_role("button", name="Create template").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    settle(page)


def test_a_new_person_runs_a_template_on_their_own_text_and_finds_it_recorded(app: App, page: Page):
    page.goto(app.url)
    shoot(page, "home_empty")
    page.get_by_role("button", name="Run a template").click()
    box = page.get_by_role("textbox", name="message")
    expect(box).to_be_visible()
    box.fill("The ferry to Skye leaves from Mallaig at 9:40. Bicycles travel free. When does the ferry leave?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Running", exact=True)).to_be_visible()
    expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    expect(page.get_by_text("> The ferry to Skye leaves from Mallaig at 9:40.")).to_be_visible()
    expect(page.get_by_text("offline model").first).to_be_visible()
    shoot(page, "run_answer")
    [(status, user_text, response, name)] = app.rows("SELECT status, user_text, response, template_name FROM execution")
    assert (status, name) == ("completed", "chat_assistant")
    assert "Mallaig" in user_text
    assert "Mallaig" in response
    page.get_by_role("link", name="Record").click()
    expect(page).to_have_url(re.compile("execution=ex_"))
    expect(page.get_by_text("Completed").first).to_be_visible()
    shoot(page, "execution")


def test_create_edit_with_a_difference_save_and_roll_back(app: App, page: Page):
    new_template(page, app, "Support reply")
    type_into_editor(page, 1, "Answer this ticket politely:\n\n{{ ticket }}")
    expect(page.get_by_text("unsaved changes, kept as you type")).to_be_visible()
    settle(page)
    shoot(page, "edit_unsaved")
    page.keyboard.press("Control+s")  # the cursor is in the code editor
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("ins", has_text="politely")).to_be_visible()
    dialog.get_by_role("textbox", name="Note").fill("For the help desk")
    shoot(page, "save_difference")
    dialog.get_by_role("button", name="Save as v2").click()
    expect(page.get_by_text("production v2").first).to_be_visible()
    template = app.template_id("support_reply")
    versions = app.rows(
        "SELECT number, user_text, note, created_by FROM version WHERE template_id = :id ORDER BY number", id=template
    )
    assert versions[1] == (2, "Answer this ticket politely:\n\n{{ ticket }}", "For the help desk", "ann")
    assert app.rows("SELECT count(*) FROM unsaved_edit") == [(0,)]

    page.get_by_role("radio", name="Versions").click()
    settle(page)
    shoot(page, "versions")
    select_row(page, "versions_table", 1)
    page.get_by_role("button", name="Roll back to it").click()
    expect(page.get_by_text("production v1").first).to_be_visible()
    assert app.rows("SELECT number FROM label WHERE template_id = :id AND name = 'production'", id=template) == [(1,)]


def select_row(page: Page, table: str, row: int) -> None:
    """Tick a row of a table; tables are drawn on a canvas, so this goes by place."""
    canvas = page.locator('[data-testid="stDataFrame"] canvas').first
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 35 + 35 * row + 17)
    settle(page)


def test_what_is_typed_survives_a_reload(app: App, page: Page):
    open_template(page, app, "chat_assistant")
    type_into_editor(page, 1, "Please answer: {{ message }}")
    expect(page.get_by_text("unsaved changes, kept as you type")).to_be_visible()
    settle(page)
    page.reload()
    expect(page.get_by_text("unsaved changes, kept as you type")).to_be_visible()
    expect(page.frame_locator(EDITOR).nth(1).locator(".ace_content")).to_contain_text("Please answer:")


def test_a_stale_save_in_a_second_tab_shows_both_sides_and_loses_nothing(app: App, browser: Browser):
    first = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    second = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    for tab in (first, second):
        open_template(tab, app, "chat_assistant")
    for tab, typed in ((first, "First tab: {{ message }}"), (second, "Second tab: {{ message }}")):
        type_into_editor(tab, 1, typed)
        expect(tab.get_by_text("unsaved changes, kept as you type")).to_be_visible()
        settle(tab)
    first.get_by_role("button", name="Save").click()
    first.get_by_role("dialog").get_by_role("button", name="Save as v2").click()
    expect(first.get_by_text("production v2").first).to_be_visible()

    second.get_by_role("button", name="Save").click()
    dialog = second.get_by_role("dialog")
    expect(dialog.get_by_text("saved v2")).to_be_visible()
    expect(dialog.locator("ins", has_text="First tab")).to_be_visible()
    expect(dialog.locator("ins", has_text="Second tab")).to_be_visible()
    shoot(second, "stale_save")
    dialog.get_by_role("button", name="Save mine as a new version").click()
    expect(second.get_by_text("production v3").first).to_be_visible()
    texts = app.rows(
        "SELECT user_text FROM version WHERE template_id = :id ORDER BY number", id=app.template_id("chat_assistant")
    )
    assert [user_text for (user_text,) in texts[1:]] == ["First tab: {{ message }}", "Second tab: {{ message }}"]
    first.context.close()
    second.context.close()


def test_a_stopped_run_keeps_what_had_come(app: App, page: Page):
    open_template(page, app, "documentation_generator", "Run")
    sentence = "The harbour master records every ship that passes the lock between six and nine. "
    page.get_by_role("textbox", name="code_content").fill(sentence * 60)
    page.get_by_role("button", name=RUN).click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
    assert app.rows("SELECT status FROM execution") == [("cancelled",)]


def test_a_replay_runs_the_raw_variables_again(app: App, page: Page):
    open_template(page, app, "chat_assistant", "Run")
    page.get_by_role("button", name=RUN).click()
    expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    page.get_by_role("link", name="Record").click()
    expect(page).to_have_url(re.compile("execution=ex_"))
    first = page.url
    page.get_by_role("button", name="Replay").first.click()
    page.get_by_role("button", name="Replay now").click()
    expect(page).not_to_have_url(first)
    expect(page.get_by_text("Completed").first).to_be_visible()
    shoot(page, "replay")
    rows = app.rows("SELECT id, replay_of, variables, status FROM execution ORDER BY seq")
    assert len(rows) == 2
    assert rows[1][1] == rows[0][0]
    assert rows[1][2] == rows[0][2]


def test_a_cold_deep_link_opens_its_page_in_the_frame(app: App, page: Page):
    """The first request that a fresh server ever gets is for a page that is not the first of the menu."""
    page.goto(f"{app.url}/connections")
    expect(page.get_by_role("heading", name="Connections")).to_be_visible()
    expect(page.get_by_role("link", name="Templates")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    settle(page)
    shoot(page, "connections")


@pytest.mark.parametrize(("width", "scheme"), [(800, "dark"), (1440, "light")])
def test_no_page_scrolls_sideways_or_fetches_anything_foreign(
    shared_app: App, browser: Browser, width: int, scheme: str
):
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme)
    page = context.new_page()
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((shared_app.url, "data:", "blob:")) else foreign.append(request.url)
        ),
    )
    template = shared_app.template_id("feedback_issue_creator")
    paths = {"home": "", "templates": "templates", "executions": "executions", "connections": "connections"}
    paths |= {"activity": "activity", "settings": "settings"}
    paths |= {f"template_{view.lower()}": f"template?id={template}&view={view}" for view in ("Edit", "Run", "Versions")}
    for name, path in paths.items():
        page.goto(f"{shared_app.url}/{path}")
        expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
        settle(page)
        page.wait_for_timeout(400)
        shoot(page, f"{name}_{width}_{scheme}")
        assert page.get_by_test_id("stException").count() == 0, name
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), name
    assert [url for url in foreign if not url.startswith(shared_app.url.replace("http", "ws"))] == []
    context.close()


@pytest.mark.parametrize("bypass_csp", [False, True], ids=["with the policy", "without the policy"])
def test_hostile_markdown_fetches_nothing(app: App, browser: Browser, bypass_csp: bool):
    """Each of the two walls holds alone: the policy of the server, and the cleaning of the text."""
    lines = (HOSTILE / "md_exfil.txt").read_text().splitlines()
    payloads = [json.loads(line) for line in lines if line and not line.startswith("#")]
    watched = "http://127.0.0.9:9/stolen.png"
    text_ = "\n\n".join(payload.replace("%s", watched).replace("127.0.0.1:8799", "127.0.0.9:9") for payload in payloads)
    db.use(app.engine)
    with db.transaction() as session:
        template = library.create_template(
            session, "hostile", library.Content(text_, "{{ x }}"), person=f"![a]({watched})", title=f"![t]({watched}) <img src={watched}>",
            description=text_, category=f"![c]({watched})", tags=(f"![g]({watched})"[:60],), note=text_,
        )  # fmt: skip
        library.move_label(session, template.id, "staging", 1, person=f"<img src={watched}>")
        row = session.execute(
            text(
                "INSERT INTO execution (id, template_id, template_name, version_number, source, person, request_id, connection, model, "
                "system_text, user_text, settings, request_hash, status, response, error, attempts, is_cached, tokens_estimated, "
                "rating_note, created_at, deadline_at) VALUES ('ex_hostile', :template, 'hostile', 1, 'page', :bad, 'rq', 'offline', "
                ":bad, :text, :text, '{}', 'h', 'completed', :text, NULL, 1, 0, 0, :text, '2026-01-01', '2026-01-01')"
            ),
            {"template": template.id, "bad": f"![m]({watched})", "text": text_},
        )
        assert row.rowcount == 1
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, bypass_csp=bypass_csp)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "127.0.0.9" in request.url else None)
    for path in (
        "",
        "templates",
        f"template?id={template.id}",
        f"template?id={template.id}&view=Versions",
        "executions",
        "activity",
    ):
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
        settle(page)
    page.goto(f"{app.url}/executions?execution=ex_hostile")
    page.get_by_role("radio", name="Markdown").click()
    settle(page)
    page.wait_for_timeout(1_500)
    shoot(page, f"hostile_markdown_{'bypassed' if bypass_csp else 'policy'}")
    assert asked == []
    assert page.locator("[data-testid=stMain] img").count() == 0
    context.close()
