"""`--all-schemas` scores every schema; without it, those that are enough to notice that ground was lost."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all-schemas", action="store_true", help="score every schema of tests/genie_schemas")
