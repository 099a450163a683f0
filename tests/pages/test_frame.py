"""The frame: the menu, and what a person sees while the workbench cannot be opened."""

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core import db, startup
from core.settings import Settings
from tests.pages.conftest import APP

PAGES = [
    "home/home.py",
    "library/templates.py",
    "library/executions.py",
    "admin/connections.py",
    "admin/activity.py",
    "admin/settings.py",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_on_a_fresh_workbench(open_page, path):
    assert open_page(path).title


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_on_a_used_workbench(open_page, make_template, path):
    make_template(versions=3)
    assert open_page(path).title


def test_a_database_from_a_newer_release_is_said_with_the_way_out(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    startup.open_workbench(Settings(data_dir=folder, log_level="ERROR"))
    with db.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    startup.close_workbench()
    monkeypatch.setenv("WHETSTONE_DATA_DIR", str(folder))
    monkeypatch.delenv("WHETSTONE_DATABASE_URL", raising=False)
    at = AppTest.from_file(APP, default_timeout=30).run()
    assert not at.exception
    assert at.title[0].value == "Whetstone cannot open its database"
    assert "newer release" in at.error[0].value
    monkeypatch.setenv("WHETSTONE_DATA_DIR", str(tmp_path / "other"))
    at.button(key="frame.retry").click().run()
    assert at.title[0].value == "Whetstone"
    startup.close_workbench()
