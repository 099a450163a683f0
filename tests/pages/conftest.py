"""Pages are tested through `app.py`, so that each is drawn in its frame with its links."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parent.parent.parent / "app.py"

# Every run of an AppTest looks through all installed packages for components; once is enough, and it is a sixth of the time.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture
def open_page(workbench) -> Callable[..., AppTest]:
    """Opens a page by its path below `pages/`, with query parameters; fails if it raised."""

    def open_it(path: str = "", **query: str) -> AppTest:
        at = AppTest.from_file(APP, default_timeout=30)
        if path:
            at.switch_page(f"pages/{path}")
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    return open_it


def texts(at: AppTest) -> str:
    """All words on the screen, one after the other."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "warning", "info", "success", "code")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(at, kind))
