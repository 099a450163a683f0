"""Findings as files: CSV, JSON, Markdown, and an HTML report with its charts, complete in one file."""

import csv
import html
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from core import jobs
from core.analysis.charts import Chart, charts_of
from core.analysis.preparing import Prepared
from core.analysis.types import TYPES
from core.analysis.views import FindingView

ExportFormat = Literal["csv", "json", "md", "html"]

_COLUMNS = ("type", "table", "columns", "severity", "kind", "claim", "evidence", "verdict", "note")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Report:
    """What a report is about. `prepared` None leaves the charts out."""

    job: jobs.JobView
    findings: Sequence[FindingView]
    prepared: Prepared | None


def export_findings(report: Report, form: ExportFormat) -> bytes:
    """The whole file, UTF-8."""
    writers: dict[str, Callable[[Report], str]] = {"csv": _csv, "json": _json, "md": _markdown, "html": _html}
    return writers[form](report).encode()


def _row(finding: FindingView) -> dict[str, Any]:
    return {
        "type": finding.analysis_type,
        "table": finding.table_name or "",
        "columns": ", ".join(finding.columns),
        "severity": finding.severity or "",
        "kind": finding.kind,
        "claim": finding.claim,
        "evidence": finding.evidence,
        "verdict": finding.verdict,
        "note": finding.verdict_note,
    }


def _csv(report: Report) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for finding in report.findings:
        writer.writerow({name: _cell(value) for name, value in _row(finding).items()})
    return out.getvalue()


def _cell(value: str) -> str:
    """A cell that a spreadsheet would take for a formula gets a quote in front; a number stays one."""
    if not value.startswith(_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def _json(report: Report) -> str:
    job = report.job
    whole = {
        "job_id": job.id,
        "title": job.title,
        "state": job.state,
        "source": job.payload.get("source_name"),
        "tables": job.payload.get("tables"),
        "types": job.payload.get("types"),
        "cost_usd": job.cost_usd,
        "result": job.result,
        "findings": [asdict(finding) for finding in report.findings],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, default=str) + "\n"


def _markdown(report: Report) -> str:
    job = report.job
    lines = [f"# {_line(job.title)}", "", _facts(job), ""]
    result = job.result or {}
    if result.get("summary"):
        lines += ["## Summary", "", _line(result["summary"]), ""]
    for key, findings in _by_type(report.findings).items():
        lines += [f"## {TYPES[key].title}", ""]
        for finding in findings:
            severity = f" ({finding.severity})" if finding.severity else ""
            lines.append(f"* **{_line(finding.place)}**{severity}: {_line(finding.claim)}")
            if finding.evidence:
                lines.append(f"  * Evidence: {_line(finding.evidence)}")
            lines.append(f"  * {finding.verdict.capitalize()}. {_line(finding.verdict_note)}".rstrip())
        lines.append("")
    if result.get("recommendations"):
        lines += ["## Recommendations", "", *(f"* {_line(each)}" for each in result["recommendations"]), ""]
    return "\n".join(lines)


def _line(text: str) -> str:
    """One line in which nothing of a model's text acts as an image or as HTML."""
    return " ".join(text.split()).replace("<", "&lt;").replace("![", "!\\[").replace("|", "\\|")


def _facts(job: jobs.JobView) -> str:
    unknown = f" and {job.unknown_cost_calls} calls of unknown cost" if job.unknown_cost_calls else ""
    tables = ", ".join(job.payload.get("tables", []))
    when = f"{job.finished_at:%Y-%m-%d %H:%M} UTC" if job.finished_at else "not finished"
    return f"{job.state} · {when} · tables: {_line(tables)} · {job.cost_usd:.4f} USD{unknown}"


def _by_type(findings: Sequence[FindingView]) -> dict[str, list[FindingView]]:
    grouped = {key: [each for each in findings if each.analysis_type == key] for key in TYPES}
    return {key: rows for key, rows in grouped.items() if rows}


_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1d2733;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #d5dae0;padding:.35rem .5rem;text-align:left;vertical-align:top}th{background:#f4f5f7}
.verified{color:#2c6e3f}.contradicted{color:#a3312a;font-weight:600}.unverifiable{color:#5b6570}svg{max-width:100%;height:auto}
"""


def _html(report: Report) -> str:
    job, result = report.job, report.job.result or {}
    charts: list[Chart] = charts_of(report.prepared, report.findings) if report.prepared else []
    parts = [f"<h1>{_text(job.title)}</h1>", f"<p>{_text(_facts(job))}</p>"]
    if result.get("summary"):
        parts += ["<h2>Summary</h2>", f"<p>{_text(result['summary'])}</p>"]
    for key, findings in _by_type(report.findings).items():
        parts.append(f"<h2>{_text(TYPES[key].title)}</h2>")
        for chart in charts:
            if chart.analysis_type == key:
                parts.append(f"<figure>{_svg(chart)}<figcaption>{_text(chart.title)}</figcaption></figure>")
        parts.append("<table><tr><th>Severity</th><th>Where</th><th>Claim</th><th>Evidence</th><th>Verdict</th></tr>")
        parts += [
            f"<tr><td>{_text(each.severity or '–')}</td><td>{_text(each.place)}</td><td>{_text(each.claim)}</td>"
            f"<td>{_text(each.evidence)}</td><td class='{each.verdict}'>{each.verdict}"
            f"{': ' + _text(each.verdict_note) if each.verdict_note else ''}</td></tr>"
            for each in findings
        ]
        parts.append("</table>")
    if result.get("recommendations"):
        items = "".join(f"<li>{_text(each)}</li>" for each in result["recommendations"])
        parts += ["<h2>Recommendations</h2>", f"<ul>{items}</ul>"]
    head = f"<meta charset='utf-8'><title>{_text(job.title)}</title><style>{_STYLE}</style>"
    # The report opens anywhere, so it forbids itself to fetch anything.
    policy = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
    return f"<!doctype html><html lang='en'><head>{policy}{head}</head><body>{''.join(parts)}</body></html>"


def _text(value: str) -> str:
    return html.escape(value)


def _svg(chart: Chart) -> str:
    import vl_convert  # takes long to load, and only a report needs it

    return str(vl_convert.vegalite_to_svg(chart.spec, show_warnings=False))
