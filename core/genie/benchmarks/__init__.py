"""Benchmarks: a question with its expected SQL. Read from a space, JSON, CSV or Markdown, written back, and checked."""

from core.genie.benchmarks.in_spaces import from_space, into_space
from core.genie.benchmarks.model import Benchmark, Problem, Reading, changed, fresh_id, hold_out, split_held_out
from core.genie.benchmarks.quality import Finding, QualityReport, check_quality, duplicates
from core.genie.benchmarks.reading import read_benchmarks
from core.genie.benchmarks.writing import write_csv, write_json, write_markdown

__all__ = [
    "Benchmark",
    "Finding",
    "Problem",
    "QualityReport",
    "Reading",
    "changed",
    "check_quality",
    "duplicates",
    "fresh_id",
    "from_space",
    "hold_out",
    "into_space",
    "read_benchmarks",
    "split_held_out",
    "write_csv",
    "write_json",
    "write_markdown",
]
