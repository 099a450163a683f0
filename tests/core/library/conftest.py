"""Templates under names of their own, for files of tests that share a workbench."""

import itertools

import pytest

_numbers = itertools.count(1)


@pytest.fixture
def template(make_template):
    """A template with the variable `name`."""
    return lambda user="Hello {{ name }}", **fields: make_template(f"running/t{next(_numbers)}", user=user, **fields)
