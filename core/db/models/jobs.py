"""Background work: jobs, the pieces they are made of, their log, and the workers that do them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, BigId
from core.db.types import Json, UtcDateTime


class Job(Base):
    """A piece of background work. These rows are the truth; the durable engine only decides who runs what, when.

    `epoch` rises with every start, takeover and cancel: what a worker of an older epoch brings is refused.
    `payload` is what was asked for and never changes; `job_metadata` is what the work keeps about itself.
    `cost_usd` sums what is known; `unknown_cost_calls` counts the calls without a known price.
    `question` is what a waiting job asks a person, `decision` the answer.
    """

    __tablename__ = "job"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    person: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    job_metadata: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    parent_id: Mapped[str | None] = mapped_column(String(64))
    progress_done: Mapped[int] = mapped_column(Integer, default=0)
    progress_total: Mapped[int | None] = mapped_column(Integer)
    progress_unit: Mapped[str] = mapped_column(String(40), default="steps")
    cost_usd: Mapped[float] = mapped_column(Float, default=0.0)
    unknown_cost_calls: Mapped[int] = mapped_column(Integer, default=0)
    result: Mapped[Any | None] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(Text)
    question: Mapped[dict[str, Any] | None] = mapped_column(Json)
    decision: Mapped[dict[str, Any] | None] = mapped_column(Json)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    worker_id: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_job_state", "state", "seq"),
        Index("ix_job_kind", "kind", "seq"),
        Index("ix_job_person", "person", "seq"),
        Index("ix_job_parent", "parent_id", "seq"),
        Index("ix_job_worker", "worker_id", "state"),
    )


class JobTag(Base):
    __tablename__ = "job_tag"

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class JobItem(Base):
    """One repeatable piece of a job under its own key, so that doing it again changes nothing.

    Written before the piece begins (`attempts` + 1) and completed after it. `execution_id` names the model call that
    was begun for it, whose recorded answer the next attempt takes over.
    """

    __tablename__ = "job_item"

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    execution_id: Mapped[str | None] = mapped_column(String(64))
    result: Mapped[Any | None] = mapped_column(Json)
    error_kind: Mapped[str | None] = mapped_column(String(60))
    error: Mapped[str | None] = mapped_column(Text)
    cost_usd: Mapped[float | None] = mapped_column(Float)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JobLog(Base):
    """One line. `seq` is the offset that a reader goes on from."""

    __tablename__ = "job_log"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    level: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_job_log_job", "job_id", "seq"),)


class Worker(Base):
    """A process that does jobs. `beat` counts up while it lives; each watcher judges by its own clock whether it stopped."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    beat: Mapped[int] = mapped_column(BigId, default=0)
    host: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int] = mapped_column(Integer)
    is_embedded: Mapped[bool] = mapped_column(Boolean, default=False)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
