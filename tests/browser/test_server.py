"""The server itself: headers, health, hosts that it does not know, a service that fails on the screen."""

import http.client
import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from core import db, llm
from core.settings import Settings, configure
from tests.browser.conftest import App, settle, shoot
from tests.browser.test_journeys import RUN, open_template

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def get(app: App, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(app.url).netloc, timeout=10)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def test_says_that_it_is_healthy_and_sends_its_policy_with_every_answer(shared_app: App):
    answer = get(shared_app, "/healthz")
    assert json.loads(answer.read())["status"] == "ok"
    for path in ("/healthz", "/", "/templates"):
        policy = get(shared_app, path).getheader("Content-Security-Policy")
        assert policy is not None
        assert "img-src 'self' data: blob:" in policy
        assert "object-src 'none'" in policy


def test_a_page_of_another_site_cannot_open_the_connection(shared_app: App):
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert get(shared_app, "/_stcore/stream", Origin=shared_app.url, **upgrade).status == 101
    assert get(shared_app, "/_stcore/stream", Origin="http://evil.example", **upgrade).status in (400, 403)
    assert get(shared_app, "/_stcore/stream", Host="evil.example", Origin="http://evil.example", **upgrade).status in (
        400,
        403,
    )


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("401", "key"),
        ("500", "try again|later|500"),
        ("half-stream", "in the middle of its answer"),
        ("html", "OpenAI-compatible"),
    ],
)
def test_a_service_that_fails_is_said_on_the_screen_and_recorded(
    app: App, page: Page, faulty_model, behaviour: str, words: str
):
    db.use(app.engine)
    configure(Settings(data_dir=app.data_dir))
    with db.transaction() as session:
        draft = llm.ConnectionDraft(
            name="broken", kind="compatible", base_url=faulty_model.url(behaviour), model="m", max_retries=0
        )
        llm.add_connection(session, draft, make_default=True)
    open_template(page, app, "chat_assistant", "Run")
    page.get_by_role("button", name=RUN).click()
    expect(page.get_by_text("Failed", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stAlert").first).to_contain_text(re.compile(words))
    settle(page)
    shoot(page, f"failed_{behaviour}")
    [(status, kind, error)] = app.rows("SELECT status, error_kind, error FROM execution")
    assert status == "failed"
    assert kind
    assert error
