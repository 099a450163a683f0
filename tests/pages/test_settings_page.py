"""Settings: what the workbench runs on is read from the screen as it is in force."""

from collections.abc import Callable
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from core import __version__, db, diagnosis, library
from core.db import transaction
from core.settings import Settings


@pytest.fixture
def opened(open_page) -> Callable[..., AppTest]:
    return partial(open_page, "admin/settings.py")


def column(app: AppTest, number: int, index: str, value: str) -> dict[str, str]:
    return app.dataframe[number].value.set_index(index)[value].to_dict()


def test_shows_what_the_installation_stands_on(opened, workbench):
    app = opened()
    assert not app.exception
    findings = column(app, 0, "What", "Finding")
    assert findings["Whetstone"] == __version__
    assert str(workbench.data_dir) in findings["Data folder"]
    assert findings["Database schema"].startswith(db.head())
    assert "384 MB" in findings["Rendering"]
    assert findings["Use"] == "local, for one person"


def test_warns_about_an_old_sqlite_and_says_what_it_risks(opened, workbench, monkeypatch):
    if not workbench.url.startswith("sqlite"):
        pytest.skip("there is no SQLite file here")
    monkeypatch.setattr(db, "sqlite_version", lambda: (3, 40, 1))
    app = opened()
    assert "3.40.1" in app.warning[0].value
    assert "can damage the database file" in app.warning[0].value


def test_names_the_variable_of_each_setting_and_hides_secrets(opened, workbench):
    shown = column(opened(), 1, "Variable", "Value")
    assert shown["WHETSTONE_RENDER_DEADLINE_S"] == "1.5"
    assert set(shown) == {f"WHETSTONE_{name.upper()}" for name in Settings.model_fields}
    secret = Settings(secret_key="top secret", database_url="postgresql+psycopg://me:hush@host/name?sslpassword=x")
    values = " ".join(each.value for each in diagnosis.settings_in_force(secret))
    assert "top secret" not in values
    assert "hush" not in values
    assert "sslpassword=x" not in values


def test_says_which_built_in_prompts_are_edited(opened, workbench):
    with transaction() as session:
        template = library.get_template_by_name(session, "chat_assistant")
        content = library.get_version(session, template.id, template.latest_number).content
        edited = library.Content(content.system + " Be kind.", content.user, content.variables)
        library.save_version(session, template.id, edited, expected_rev=template.rev, person="ann")
    texts = column(opened(), 2, "Name", "Text")
    assert texts["chat_assistant"].startswith("edited")
    assert sum(text.startswith("edited") for text in texts.values()) == 1


def test_the_choice_of_plain_editors_holds_on_other_pages(opened, workbench):
    app = opened()
    assert app.toggle(key="editor.plain").value is True  # the fixture's setting
    app.toggle(key="editor.plain").set_value(False).run()
    app.switch_page("pages/admin/activity.py").run()
    assert app.session_state["editor.plain"] is False
    app.switch_page("pages/admin/settings.py").run()
    assert app.toggle(key="editor.plain").value is False
