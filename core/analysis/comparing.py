"""Two jobs over the same tables side by side: which findings came, went or changed, and what that cost."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core import jobs
from core.analysis.findings import list_findings
from core.analysis.rerunning import type_prompts
from core.analysis.submitting import KIND
from core.analysis.views import VERDICTS, FindingView, Prompt
from core.errors import InputError


@dataclass(frozen=True)
class Pair:
    """The same finding in both jobs: about the same columns, of the same kind. `differs` names what changed."""

    baseline: FindingView
    candidate: FindingView
    differs: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """One job in numbers. `seconds` None: it has not run to an end."""

    job: jobs.JobView
    findings: int
    verdicts: dict[str, int]
    seconds: float | None


@dataclass(frozen=True)
class Comparison:
    """`prompts` maps each type that both jobs have to its two prompts; `tables` are those that both looked at."""

    baseline: Figures
    candidate: Figures
    tables: tuple[str, ...]
    added: tuple[FindingView, ...]
    gone: tuple[FindingView, ...]
    changed: tuple[Pair, ...]
    same: tuple[Pair, ...]
    prompts: dict[str, tuple[Prompt, Prompt]]

    def changed_prompts(self) -> dict[str, tuple[Prompt, Prompt]]:
        return {
            key: pair
            for key, pair in self.prompts.items()
            if (pair[0].content.system, pair[0].content.user) != (pair[1].content.system, pair[1].content.user)
        }


def compare_jobs(session: Session, baseline_id: str, candidate_id: str) -> Comparison:
    """Compare two analysis jobs that looked at the same tables of one source.

    Raises:
        NotFoundError: a job is gone.
        InputError: they have no table in common, or one is no analysis.
    """
    baseline, candidate = jobs.get_job(session, baseline_id), jobs.get_job(session, candidate_id)
    for job in (baseline, candidate):
        if job.kind != KIND:
            raise InputError(f"'{job.title}' is no analysis, so there are no findings to compare.")
    if baseline.id == candidate.id:
        raise InputError("These are the same job. Choose another one to compare it with.")
    shared = _tables(baseline.payload) & _tables(candidate.payload)
    if not shared:
        raise InputError("These jobs have no table in common, so their findings cannot be compared.")
    names = tuple(name for name in baseline.payload["tables"] if (baseline.payload["source_id"], name) in shared)
    found = [
        [each for each in list_findings(session, job.id) if each.table_name is None or each.table_name in names]
        for job in (baseline, candidate)
    ]
    gone, added, pairs = _paired(*found)
    prompts = [type_prompts(job) for job in (baseline, candidate)]
    return Comparison(
        baseline=_figures(baseline, found[0]),
        candidate=_figures(candidate, found[1]),
        tables=names,
        added=tuple(added),
        gone=tuple(gone),
        changed=tuple(pair for pair in pairs if pair.differs),
        same=tuple(pair for pair in pairs if not pair.differs),
        prompts={key: (prompts[0][key].prompt, prompts[1][key].prompt) for key in prompts[0] if key in prompts[1]},
    )


def comparable_jobs(session: Session, job: jobs.JobView, *, limit: int = 50) -> list[jobs.JobRow]:
    """The newest other analyses over at least one of the job's tables: first its relatives, then the rest."""
    own = _tables(job.payload)
    rows = [row for row in jobs.list_jobs(session, jobs.JobFilter(kind=KIND), size=200).rows if row.id != job.id]
    asked = jobs.payload_parts(session, [row.id for row in rows], "source_id", "tables")
    fitting = [row for row in rows if _tables(asked[row.id]) & own][:limit]
    family = {job.id, job.parent_id}
    return sorted(fitting, key=lambda row: (row.id not in family and row.parent_id not in family, -row.seq))


def _tables(asked: dict[str, Any]) -> set[tuple[str, str]]:
    return {(asked["source_id"], name) for name in asked["tables"]}


def _figures(job: jobs.JobView, findings: list[FindingView]) -> Figures:
    verdicts = {verdict: sum(each.verdict == verdict for each in findings) for verdict in VERDICTS}
    seconds = (job.finished_at - job.started_at).total_seconds() if job.finished_at and job.started_at else None
    return Figures(job, len(findings), verdicts, seconds)


def _key(finding: FindingView) -> tuple[Any, ...]:
    return (finding.analysis_type, finding.table_name, tuple(sorted(finding.columns)), finding.kind)


def _paired(
    baseline: list[FindingView], candidate: list[FindingView]
) -> tuple[list[FindingView], list[FindingView], list[Pair]]:
    """Findings about the same place belong together: those that say the same first, the rest in their order."""
    waiting: dict[tuple[Any, ...], list[FindingView]] = defaultdict(list)
    for each in candidate:
        waiting[_key(each)].append(each)
    matched: dict[str, FindingView] = {}
    for exact in (True, False):
        for each in baseline:
            others = waiting[_key(each)]
            if each.id in matched or not others:
                continue
            other = next((one for one in others if one.claim == each.claim), None) if exact else others[0]
            if other is not None:
                others.remove(other)
                matched[each.id] = other
    pairs = [Pair(each, matched[each.id], _differs(each, matched[each.id])) for each in baseline if each.id in matched]
    gone = [each for each in baseline if each.id not in matched]
    left = {each.id for others in waiting.values() for each in others}
    return gone, [each for each in candidate if each.id in left], pairs


def _differs(first: FindingView, second: FindingView) -> tuple[str, ...]:
    return tuple(
        name for name in ("claim", "evidence", "severity", "verdict") if getattr(first, name) != getattr(second, name)
    )
