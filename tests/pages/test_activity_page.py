"""Activity: acts stand there newest first, page by page."""

from collections.abc import Callable
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from core import activity
from core.db import transaction


@pytest.fixture
def opened(open_page) -> Callable[..., AppTest]:
    return partial(open_page, "admin/activity.py")


def subjects(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["On"])


def test_says_what_it_is_while_nobody_did_anything(opened, workbench):
    app = opened()
    assert not app.exception
    assert app.title[0].value == "Activity"
    assert "Nothing here" in app.markdown[0].value


def test_shows_what_people_did_newest_first(opened, make_template):
    made = make_template("greeting", versions=2)
    app = opened()
    rows = app.dataframe[0].value
    assert rows["On"][0] == "greeting"
    assert "created template v1" in list(rows[rows["On"] == "greeting"]["What"])
    assert set(opened(subject=made.id).dataframe[0].value["On"]) == {"greeting"}


def test_an_unknown_subject_says_that_nothing_is_here(opened, make_template):
    make_template("greeting")
    app = opened(subject="ps_gone")
    assert not app.exception
    assert not app.dataframe
    app.button(key="activity.everything").click().run()
    assert "greeting" in subjects(app)


def test_pages_lead_to_older_acts_and_back(opened, workbench):
    with transaction() as session:
        for number in range(120):
            activity.record(session, "ann", "tried", f"thing {number}")
            session.flush()
    app = opened()
    assert subjects(app)[0] == "thing 119"
    assert len(subjects(app)) == 50
    app.button(key="activity.older").click().run()
    assert subjects(app)[0] == "thing 69"
    app.button(key="activity.older").click().run()
    assert subjects(app)[0] == "thing 19"
    assert app.button(key="activity.older").disabled
    app.button(key="activity.newer").click().run()
    app.button(key="activity.newer").click().run()
    assert subjects(app)[0] == "thing 119"
    assert "before" not in app.query_params
