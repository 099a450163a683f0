"""Findings as files: every format whole, and none of them a way to run something."""

import csv
import io
import json

import pytest

from core import analysis
from core.db import reading
from tests.conftest import add_source
from tests.core.analysis.doing import ask, done


@pytest.fixture(scope="module")
def report(working, tmp_path_factory) -> analysis.Report:
    evil = '=HYPERLINK("http://evil.example","x")<img src=http://evil.example>'
    rows = "".join(f'{n},"{evil.replace(chr(34), chr(34) * 2)}",{n * 2},2024-01-{1 + n % 28:02}\n' for n in range(60))
    source = add_source(tmp_path_factory.mktemp("source"), t=f"id,note,score,day\n{rows}")
    job = done(ask(source, *analysis.TYPES, tables=("t",), name="<b>Bold</b>"))
    with reading() as session:
        return analysis.Report(job, analysis.list_findings(session, job.id), analysis.prepared_of(session, job.id))


def test_csv_has_a_row_per_finding_and_no_formula(report):
    rows = list(csv.DictReader(io.StringIO(analysis.export_findings(report, "csv").decode())))
    assert len(rows) == len(report.findings)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]


def test_json_holds_findings_result_and_cost(report):
    whole = json.loads(analysis.export_findings(report, "json"))
    assert len(whole["findings"]) == len(report.findings)
    assert whole["cost_usd"] == 0.0 and whole["result"]["types"]["quality"]["state"] == "completed"


def test_markdown_names_every_type_once(report):
    text = analysis.export_findings(report, "md").decode()
    for key in {each.analysis_type for each in report.findings}:
        assert text.count(f"\n## {analysis.TYPES[key].title}\n") == 1
    assert "<img" not in text


def test_html_is_one_file_with_its_charts_that_fetches_and_runs_nothing(report):
    text = analysis.export_findings(report, "html").decode()
    assert "<svg" in text and "&lt;b&gt;Bold" in text
    assert "<b>Bold" not in text and "<img" not in text and "<script" not in text
    assert "default-src 'none'" in text
