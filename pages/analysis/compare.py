"""Analysis › Jobs › Compare: two jobs over the same tables. `?with=job_…&and=job_…`, baseline first."""

import pandas as pd
import streamlit as st

from core import analysis, jobs
from core.db import reading
from core.errors import NotFoundError
from pages._ui import formatting, layout
from pages._ui.badges import JOB_STATE, VERDICT
from pages._ui.diff import side_by_side
from pages._ui.icons import ICON
from pages._ui.job_status import cost, job_status, taken
from pages._ui.text import plain

LIST = "pages/analysis/jobs.py"
HERE = "pages/analysis/compare.py"


def _pick(baseline: jobs.JobView) -> str | None:
    """The other job, chosen among those over the same tables."""
    with reading() as session:
        others = analysis.comparable_jobs(session, baseline)
    if not others:
        layout.empty_state(
            "Nothing to compare with",
            "No other analysis looked at these tables. Re-run this one with a different prompt, then compare the two.",
        )
        return None
    ids = [each.id for each in others]
    titles = {
        each.id: f"{each.title} · {JOB_STATE[each.state][0]} · {formatting.ago(each.created_at)}" for each in others
    }
    wanted = st.query_params.get("and")
    chosen = st.selectbox(
        "Candidate",
        ids,
        ids.index(wanted) if wanted in ids else 0,
        format_func=titles.__getitem__,
        key=f"compare.{baseline.id}",
    )
    if chosen != wanted:
        st.query_params["and"] = chosen
    return chosen


def _figures(found: analysis.Comparison) -> None:
    """One header row of figures: baseline, candidate, difference."""
    first, second = found.baseline, found.candidate
    rows: list[tuple[str, str, str, str]] = [
        ("State", JOB_STATE[first.job.state][0], JOB_STATE[second.job.state][0], ""),
        ("Findings", f"{first.findings:,}", f"{second.findings:,}", _difference(second.findings - first.findings)),
    ]
    for verdict in analysis.VERDICTS:
        before, after = first.verdicts[verdict], second.verdicts[verdict]
        rows.append((VERDICT[verdict][0], f"{before:,}", f"{after:,}", _difference(after - before)))
    known = not first.job.unknown_cost_calls and not second.job.unknown_cost_calls
    difference = f"{second.job.cost_usd - first.job.cost_usd:+.4f} USD" if known else formatting.UNKNOWN
    rows.append(("Cost", cost(first.job), cost(second.job), difference))
    rows.append(("Time", taken(first.job), taken(second.job), ""))
    st.dataframe(
        pd.DataFrame(rows, columns=["Figure", "Baseline", "Candidate", "Difference"]),
        hide_index=True,
        height="content",
        alt="Figures of both jobs",
    )


def _difference(number: int) -> str:
    return f"{number:+,}" if number else "same"


def _sentence(found: analysis.Comparison) -> str:
    n = len(found.added) + len(found.gone) + len(found.changed) + len(found.same)
    return (
        f"**{formatting.plural(len(found.added), 'finding')} came, {len(found.gone):,} went, {len(found.changed):,} changed, "
        f"{len(found.same):,} are the same** (n = {n:,}, tables: {', '.join(plain(name) for name in found.tables)}). "
        "One run of each does not prove which prompt is better; the verdicts say which claims are true."
    )


def _table(findings: tuple[analysis.FindingView, ...]) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "Type": [analysis.TYPES[each.analysis_type].title for each in findings],
                "Where": [each.place for each in findings],
                "Severity": [each.severity or formatting.UNKNOWN for each in findings],
                "Claim": [each.claim for each in findings],
                "Verdict": [VERDICT[each.verdict][0] for each in findings],
            }
        ),
        hide_index=True,
        alt="Findings",
    )


def _pairs(pairs: tuple[analysis.Pair, ...]) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "Where": [pair.baseline.place for pair in pairs],
                "Baseline": [pair.baseline.claim for pair in pairs],
                "Candidate": [pair.candidate.claim for pair in pairs],
                "Verdict before": [VERDICT[pair.baseline.verdict][0] for pair in pairs],
                "Verdict after": [VERDICT[pair.candidate.verdict][0] for pair in pairs],
                "What changed": [", ".join(pair.differs) or "nothing" for pair in pairs],
            }
        ),
        hide_index=True,
        alt="Findings of both jobs side by side",
    )


def _findings(found: analysis.Comparison) -> None:
    for title, listed in (("Came", found.added), ("Went", found.gone)):
        if listed:
            st.subheader(f"{title} ({len(listed):,})", anchor=False)
            _table(listed)
    if found.changed:
        st.subheader(f"Changed ({len(found.changed):,})", anchor=False)
        _pairs(found.changed)
    if found.same:
        with st.expander(f"The same ({len(found.same):,})"):
            _pairs(found.same)


def _prompts(found: analysis.Comparison) -> None:
    changed = found.changed_prompts()
    st.subheader("Prompts", anchor=False)
    if not changed:
        st.caption("Both jobs were asked the same.")
    for key, (before, after) in changed.items():
        with st.expander(
            f"{analysis.TYPES[key].title}: the prompts differ", expanded=len(changed) == 1, icon=ICON.compare
        ):
            st.caption("System message")
            side_by_side(before.content.system, after.content.system, left="Baseline", right="Candidate")
            st.caption("User template")
            side_by_side(before.content.user, after.content.user, left="Baseline", right="Candidate")


with layout.showing_errors():
    try:
        with reading() as session:
            baseline = jobs.get_job(session, st.query_params.get("with", ""))
    except NotFoundError as error:
        layout.missing_page("Compare jobs", str(error), LIST, "Jobs")
    layout.breadcrumb(LIST, "Jobs")
    layout.heading("Compare", f"Baseline: {plain(baseline.title)}, {formatting.ago(baseline.created_at)}")
    candidate_id = _pick(baseline)
    if candidate_id is not None:
        with reading() as session:
            found = analysis.compare_jobs(session, baseline.id, candidate_id)
        for side in (found.baseline.job, found.candidate.job):
            if not side.is_over:
                st.caption(plain(side.title))
                job_status(side, key=f"compare.{side.id}")
        _figures(found)
        if not (found.baseline.job.is_over and found.candidate.job.is_over):
            st.caption("One of the two is still at work; the comparison grows with it.")
        st.markdown(_sentence(found))
        _findings(found)
        _prompts(found)
