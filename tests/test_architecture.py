"""Who may import whom, held by reading the imports. docs/architecture.md draws the same picture."""

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted((ROOT / "core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))

TIERS = {
    "errors": 0, "clock": 0, "settings": 0, "logs": 0, "schemas": 0,
    "db": 1, "llm": 1, "evidence": 1, "activity": 1,
    "library": 2, "sources": 2, "access": 2,
    "jobs": 3,
    "experiments": 4, "workshop": 4, "analysis": 4, "enhancement": 4, "genie": 4,
    "lineage": 5, "api": 5, "cli": 5, "backup": 5, "startup": 5, "calling": 5, "diagnosis": 5,
    "local_model": 0, "local_genie": 0,
}  # fmt: skip
SERVERS = {"local_model", "local_genie"}
MAY_START_SERVERS = {"startup"}


def imports(path: Path) -> set[str]:
    """Every module that the file imports, anywhere in it, by its full name; `from a import b` gives `a.b` too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def package(path: Path) -> str:
    """The part of `core` that a file belongs to: its folder or its own name."""
    return path.relative_to(ROOT / "core").parts[0].removesuffix(".py")


def core_parts(modules: set[str]) -> set[str]:
    return {name.split(".")[1] for name in modules if name.startswith("core.")} & set(TIERS)


def outside(modules: set[str], *names: str) -> set[str]:
    return {module for module in modules if module.split(".")[0] in names}


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_imports_downwards_only(path: Path):
    used = imports(path)
    own = package(path)
    assert not outside(used, "streamlit", "pages"), "core knows no screen"
    if own not in TIERS:  # core/__init__.py and core/__main__.py stand above the tiers
        assert own in ("__init__", "__main__"), f"give core/{own} a tier"
        return
    for other in core_parts(used) - {own}:
        if other in SERVERS:
            assert own in MAY_START_SERVERS | SERVERS, f"core/{own} imports the server {other}"
            continue
        same_tier_allowed = TIERS[own] in (0, 1, 5) or (TIERS[own] == 4 and other == "experiments")
        assert TIERS[other] < TIERS[own] or (TIERS[other] == TIERS[own] and same_tier_allowed), f"{own} imports {other}"


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_clients_are_imported_in_their_place_only(path: Path):
    used, own = imports(path), package(path)
    if own != "llm":
        assert not outside(used, "openai")
    if own not in ("llm", "sources", "genie"):
        assert not outside(used, "databricks")
    if own != "jobs":
        assert not outside(used, "dbos")
    if own not in ("sources", "local_genie"):
        assert not outside(used, "duckdb", "pyarrow")
    if "rendering" not in path.parts:
        assert not outside(used, "jinja2")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_use_core_by_its_packages_only(path: Path):
    used = imports(path)
    assert not outside(used, "sqlalchemy", "openai", "databricks", "jinja2")
    assert not {name for name in used if name.startswith("core.db.models")}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core."):
            assert (node.module or "").count(".") == 1, f"import from the package, not from {node.module}"


def test_no_page_lies_directly_in_pages_and_their_names_are_unique():
    assert not list((ROOT / "pages").glob("*.py"))
    sections = [path for path in (ROOT / "pages").iterdir() if path.is_dir() and not path.name.startswith("_")]
    names = Counter(page.name for section in sections for page in section.glob("*.py") if page.name != "__init__.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_files_stay_short_enough_to_read():
    long = {str(path.relative_to(ROOT)): n for path in CORE + PAGES if (n := len(path.read_text().splitlines())) > 330}
    assert long == {}


def test_prompts_stand_in_files_not_in_code():
    for path in CORE + PAGES:
        assert "You are a" not in path.read_text(encoding="utf-8"), path
