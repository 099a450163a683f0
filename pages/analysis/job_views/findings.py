"""Findings: the summary, what failed, pictures, and every claim with what the data says to it."""

import pandas as pd
import streamlit as st

from core import analysis, jobs
from core.db import reading
from pages._ui import formatting, layout
from pages._ui.badges import VERDICT, verdict_badge
from pages._ui.icons import ICON
from pages._ui.job_acts import retry
from pages._ui.text import markdown, plain

_ALL = "all"
_FORMS: dict[str, tuple[analysis.ExportFormat, str]] = {
    "CSV": ("csv", "text/csv"),
    "JSON": ("json", "application/json"),
    "Markdown": ("md", "text/markdown"),
    "HTML report with charts": ("html", "text/html"),
}


def draw(job: jobs.JobView) -> None:
    with reading() as session:
        results = analysis.type_results(session, job)
        every = analysis.list_findings(session, job.id)
    _summary(job)
    _troubles(job, results)
    if not every:
        _none(job)
        return
    filters = _filter_row(every)
    with reading() as session:
        shown = analysis.list_findings(session, job.id, filters)
    _verdicts(every, shown)
    if not shown:
        layout.empty_state("Nothing matches", "No finding has all of this. Take a filter away.")
        return
    chosen = _table(shown)
    if chosen is not None:
        _one(chosen)
    _charts(job, shown)
    _recommendations(job)
    _export(job, shown)


def _summary(job: jobs.JobView) -> None:
    result = job.result or {}
    if result.get("summary"):
        with st.container(border=True):
            markdown(result["summary"])
    for sentence in result.get("left_out", []):
        st.caption(f"{ICON.note} {plain(sentence, 400)}")


def _troubles(job: jobs.JobView, results: dict[str, analysis.TypeResult]) -> None:
    """What failed is said above what worked."""
    for table, error in ((job.result or {}).get("unread") or {}).items():
        st.warning(f"Table {plain(table)} could not be read. {plain(error, 600)}", icon=ICON.warning)
    if job.state == "completed" and any(each.state in ("failed", "raw") for each in results.values()):
        st.button(
            "Retry what failed",
            icon=ICON.retry,
            key="findings.retry",
            on_click=retry,
            args=(job.id,),
            help="Asks again only for the types that brought nothing",
        )
    for key, each in results.items():
        title = analysis.TYPES[key].title
        if each.state == "failed":
            st.error(f"{title}: {plain(each.error or 'It failed.', 1000)}", icon=ICON.error)
        elif each.state == "raw":
            st.warning(
                f"{title}: an answer came, but not in the shape that was asked for, so it has no findings. "
                f"{plain(each.error or '', 1000)}",
                icon=ICON.warning,
            )
            with st.expander("The answer as it came", icon=ICON.note):
                st.code(each.raw or "", language=None, wrap_lines=True)


def _none(job: jobs.JobView) -> None:
    if not job.is_over:
        layout.empty_state("No findings yet", "They appear here as soon as the first type is done.", icon=ICON.finding)
    elif job.state == "cancelled":
        layout.empty_state("Cancelled before the first finding", "Resume the job to go on where it was.")
    else:
        layout.empty_state("No findings", "The model found nothing to say about these tables.", icon=ICON.finding)


def _filter_row(every: list[analysis.FindingView]) -> analysis.FindingFilter:
    types = [key for key in analysis.TYPES if any(each.analysis_type == key for each in every)]
    titles = {analysis.TYPES[key].title: key for key in types}
    tables = sorted({each.table_name for each in every if each.table_name})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "Search",
            key="finding_text",
            type="search",
            live="300ms",
            placeholder="In claim or evidence",
            bind="query-params",
            width=220,
        )
        st.selectbox("Type", [_ALL, *titles], key="finding_type", bind="query-params", width=165)
        st.selectbox("Table", [_ALL, *tables], key="finding_table", bind="query-params", width=150)
        st.selectbox("Severity", [_ALL, *analysis.SEVERITIES], key="finding_severity", bind="query-params", width=105)
        st.selectbox("Verdict", [_ALL, *analysis.VERDICTS], key="finding_verdict", bind="query-params", width=145)

    def chosen(name: str) -> str | None:
        value = st.session_state[name]
        return None if value in (None, _ALL) else value

    return analysis.FindingFilter(
        analysis_type=titles.get(chosen("finding_type") or ""),
        table=chosen("finding_table"),
        severity=chosen("finding_severity"),
        verdict=chosen("finding_verdict"),  # type: ignore[arg-type]
        search=text or "",
    )


def _verdicts(every: list[analysis.FindingView], shown: list[analysis.FindingView]) -> None:
    counts = {verdict: sum(each.verdict == verdict for each in shown) for verdict in analysis.VERDICTS}
    parts = [f"{VERDICT[verdict][0]} {count:,}" for verdict, count in counts.items() if count]
    of = "" if len(shown) == len(every) else f"{len(shown):,} of "
    st.caption(
        f"{of}{formatting.plural(len(every), 'finding')} · {' · '.join(parts)} · checked by exact queries on the tables"
    )


def _table(shown: list[analysis.FindingView]) -> analysis.FindingView | None:
    table = pd.DataFrame(
        {
            "Severity": [each.severity or formatting.UNKNOWN for each in shown],
            "Verdict": [VERDICT[each.verdict][0] for each in shown],
            "Where": [each.place for each in shown],
            "Claim": [each.claim for each in shown],
            "What the data says": [each.verdict_note for each in shown],
            "Type": [analysis.TYPES[each.analysis_type].title for each in shown],
        }
    )
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="findings.table",
        alt="Findings: contradicted ones first, then by severity",
        height=min(560, 38 + 35 * len(shown)),
        column_config={
            "Severity": st.column_config.TextColumn(width=70),
            "Verdict": st.column_config.TextColumn(width=110),
            "Where": st.column_config.TextColumn(width=180),
            "Claim": st.column_config.TextColumn(width=420),
            "What the data says": st.column_config.TextColumn(width=320),
            "Type": st.column_config.TextColumn(width=110),
        },
    )
    return shown[chosen.selection.rows[0]] if chosen.selection.rows else None


def _one(finding: analysis.FindingView) -> None:
    """The chosen finding in full, number by number."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(finding.place)}**", width="content")
            verdict_badge(finding.verdict)
            if finding.severity:
                st.badge(f"severity {finding.severity}", color="gray")
            st.badge(plain(finding.kind.replace("_", " ")), color="gray")
        st.markdown(plain(finding.claim, 2000))
        if finding.evidence:
            st.caption(f"Evidence: {plain(finding.evidence, 2000)}")
        if finding.verdict_note:
            st.markdown(f"*What the data says:* {plain(finding.verdict_note, 2000)}")
        if finding.checks:
            st.dataframe(
                pd.DataFrame(
                    {
                        "Stated": [str(check.get("words") or check.get("stated")) for check in finding.checks],
                        "Measure": [str(check.get("measure") or "").replace("_", " ") for check in finding.checks],
                        "True value": [_true(check) for check in finding.checks],
                        "Agrees": [_AGREES[check.get("agrees")] for check in finding.checks],
                        "Note": [str(check.get("note") or "") for check in finding.checks],
                    }
                ),
                hide_index=True,
                height="content",
                alt="What was stated and what is true, number by number",
            )


_AGREES = {True: "✓ yes", False: "✗ no", None: "not checked"}


def _true(check: dict) -> str:
    value = check.get("true")
    return formatting.UNKNOWN if value is None else f"{value:,.6g}" if isinstance(value, float) else str(value)


def _charts(job: jobs.JobView, shown: list[analysis.FindingView]) -> None:
    with reading() as session:
        prepared = analysis.prepared_of(session, job.id)
    if prepared is None:
        return
    charts = analysis.charts_of(prepared, shown)
    if not charts:
        return
    st.subheader("Pictures", anchor=False)
    st.caption("Drawn from the tables' own figures, not from what the model said.")
    for row in range(0, len(charts), 2):
        for column, chart in zip(st.columns(2, gap="medium"), charts[row : row + 2], strict=False):
            with column.container(border=True):
                st.markdown(f"**{plain(chart.title)}**")
                st.vega_lite_chart(chart.spec, width="stretch", key=f"chart.{chart.analysis_type}.{chart.title}")
                with st.expander("The table behind it"):
                    st.dataframe(pd.DataFrame(chart.rows), hide_index=True)


def _recommendations(job: jobs.JobView) -> None:
    recommended = (job.result or {}).get("recommendations") or []
    if not recommended:
        return
    st.subheader("Recommendations", anchor=False)
    for each in recommended:
        st.markdown(f"- {plain(each, 600)}")


def _export(job: jobs.JobView, shown: list[analysis.FindingView]) -> None:
    with st.popover("Export", icon=ICON.download):
        st.caption("What the filters keep. Made when you click.")
        for label, (form, mime) in _FORMS.items():
            st.download_button(
                label,
                lambda form=form: _file(job, shown, form),
                file_name=f"findings.{form}",
                mime=mime,
                icon=ICON.download,
                key=f"findings.export.{form}",
                on_click="ignore",
                width="stretch",
            )


def _file(job: jobs.JobView, shown: list[analysis.FindingView], form: analysis.ExportFormat) -> bytes:
    with reading() as session:
        prepared = analysis.prepared_of(session, job.id)
    return analysis.export_findings(analysis.Report(job, shown, prepared), form)
