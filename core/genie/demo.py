"""The demo that comes with Whetstone: a sales schema, its space bare and curated by hand, and 30 benchmarks."""

import json
from dataclasses import replace
from functools import cache

from core.errors import ConfigError
from core.genie.benchmarks import Benchmark, from_space
from core.genie.spaces import Space, parse
from core.settings import ROOT

DEMO = ROOT / "data" / "samples" / "sales"
DEMO_TABLES = DEMO / "tables"
DEMO_TITLE = "Sales"


@cache
def demo_space(*, curated: bool = False) -> Space:
    """The definition, with its benchmarks. Raises ConfigError where the files are missing."""
    return parse(_read(f"{'curated' if curated else 'bare'}.geniespace.json"))


def demo_benchmarks() -> tuple[Benchmark, ...]:
    """The benchmarks of both spaces, eight of them held out."""
    held_out = set(json.loads(_read("held_out.json"))["held_out"])
    return tuple(replace(each, held_out=each.id in held_out) for each in from_space(demo_space()))


def _read(name: str) -> bytes:
    try:
        return (DEMO / name).read_bytes()
    except OSError as error:
        raise ConfigError(
            f"The demo's file {name} cannot be read ({error.strerror}). Restore it from the release."
        ) from error
