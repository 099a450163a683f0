"""A real server and a real Chromium for each test; screenshots are kept under artefacts/."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine, text

from core import db

ROOT = Path(__file__).parent.parent.parent
ARTEFACTS = ROOT / "artefacts" / "screenshots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

# The first call of a server loads the clients, which takes its time on a busy machine.
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey has many waits, each of which may take long on a busy machine."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.timeout(300))


@dataclass
class App:
    """A running workbench. `rows` asks its database directly."""

    url: str
    engine: Engine
    data_dir: Path

    def rows(self, query: str, **values) -> list[tuple]:
        with self.engine.connect().execution_options(readonly=True) as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def template_id(self, name: str) -> str:
        return self.rows("SELECT id FROM template WHERE name = :name", name=name)[0][0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """`streamlit run app.py` on a fresh data folder, as a person would start it."""
    with running_app(tmp_path) as app:
        yield app


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One for all tests that only look."""
    with running_app(tmp_path_factory.mktemp("shared")) as app:
        yield app


@contextmanager
def running_app(folder: Path) -> Iterator[App]:
    port, data, log = free_port(), folder / "data", folder / "server.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WHETSTONE_")}
    environment |= {"WHETSTONE_DATA_DIR": str(data), "WHETSTONE_PERSON": "ann"}
    options = ["--server.port", str(port), "--server.headless", "true"]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_healthy(url, server, log)
            engine = db.make_engine(f"sqlite:///{data / 'whetstone.db'}")
            yield App(url, engine, data)
            engine.dispose()
        finally:
            server.terminate()
            server.wait(20)


def wait_until_healthy(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not get healthy: {log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed. Install Debian's package: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    yield context.new_page()
    context.close()


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page as it is now."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


def settle(page: Page) -> None:
    """Wait until the page's script has run to its end."""
    page.wait_for_timeout(150)
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_attached()
