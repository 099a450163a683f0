"""Asking for a job. It is a row in the caller's transaction and nothing else: what is committed cannot be lost on the way."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.clock import new_id, now
from core.db.models import Job, JobItem, JobTag
from core.errors import InputError
from core.jobs.reading import get_job
from core.jobs.views import JobView
from core.jobs.waking import after_commit

_LONGEST_TITLE, _LONGEST_TAG, _MOST_TAGS = 300, 60, 20


def submit(
    session: Session,
    kind: str,
    title: str,
    payload: Mapping[str, Any],
    *,
    person: str,
    tags: Iterable[str] = (),
    parent_id: str | None = None,
    job_metadata: Mapping[str, Any] | None = None,
    done: Mapping[str, Any] | None = None,
) -> JobView:
    """Queue a job of a registered `kind`. A worker begins it within half a second of the caller's commit.

    `payload` is what the work is given and never changes; `job_metadata` is where it may keep what it wants to show.
    `done` maps keys of steps to results that are there already, such as what a person looked at and approved.

    Raises:
        InputError: the title is empty or too long, or a tag is.
    """
    at = now()
    job = Job(
        id=new_id("job"),
        kind=kind,
        title=checked_title(title),
        person=person,
        state="queued",
        payload=dict(payload),
        job_metadata=dict(job_metadata or {}),
        parent_id=parent_id,
        created_at=at,
        updated_at=at,
    )
    session.add(job)
    session.flush()
    session.add_all(JobTag(job_id=job.id, tag=tag) for tag in checked_tags(tags))
    session.add_all(
        JobItem(job_id=job.id, key=key, state="completed", result=result, started_at=at, finished_at=at)
        for key, result in (done or {}).items()
    )
    session.flush()
    after_commit(session)
    return get_job(session, job.id)


def checked_title(title: str) -> str:
    """Raises InputError."""
    title = " ".join(title.split())
    if not title:
        raise InputError("A job needs a name. Give it one.")
    if len(title) > _LONGEST_TITLE:
        raise InputError(f"The job's name has {len(title)} characters; at most {_LONGEST_TITLE} are kept. Shorten it.")
    return title


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Trimmed, each once, in their order. Raises InputError."""
    kept = list(dict.fromkeys(tag for each in tags if (tag := " ".join(each.split()))))
    if long := next((tag for tag in kept if len(tag) > _LONGEST_TAG), None):
        raise InputError(f"The tag '{long[:40]}…' has {len(long)} characters; at most {_LONGEST_TAG} are kept.")
    if len(kept) > _MOST_TAGS:
        raise InputError(f"A job has at most {_MOST_TAGS} tags, not {len(kept)}.")
    return kept
