"""Genie spaces: snapshots, benchmarks, evaluations with their outcomes, questions, and what the client must remember.

`workspace` is "local" or the id of a connection; a space belongs to a workspace by the service's own id.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, BigId
from core.db.types import Json, UtcDateTime


class GenieSnapshot(Base):
    """A space's definition as it stood, or as it was uploaded.

    `definition` is JSON text and no JSON column: PostgreSQL would reorder its keys and rewrite its numbers.
    """

    __tablename__ = "genie_snapshot"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    workspace: Mapped[str] = mapped_column(String(64))
    space_id: Mapped[str] = mapped_column(String(128))
    title: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    definition: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_genie_snapshot_space", "workspace", "space_id", "seq"),)


class GenieBenchmarkSet(Base):
    """The benchmarks of a space. `rev` counts changes, for compare-and-set.

    `content_rev` is the one at which a question or its SQL changed last: `quality`, of the state `checked_rev`, holds since.
    """

    __tablename__ = "genie_benchmark_set"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(64))
    space_id: Mapped[str] = mapped_column(String(128))
    rev: Mapped[int] = mapped_column(Integer, default=1)
    content_rev: Mapped[int] = mapped_column(Integer, default=1)
    origin: Mapped[str] = mapped_column(Text, default="")
    quality: Mapped[dict[str, Any] | None] = mapped_column(Json)
    checked_rev: Mapped[int | None] = mapped_column(Integer)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("workspace", "space_id"),)


class GenieBenchmark(Base):
    """One benchmark at its position in the set."""

    __tablename__ = "genie_benchmark"

    set_id: Mapped[str] = mapped_column(ForeignKey("genie_benchmark_set.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    benchmark_id: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text)
    expected_sql: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text, default="")
    difficulty: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    held_out: Mapped[bool] = mapped_column(Boolean, default=False)
    notes: Mapped[str] = mapped_column(Text, default="")
    extra: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    __table_args__ = (UniqueConstraint("set_id", "benchmark_id"),)


class GenieEvaluation(Base):
    """What a job of that kind measures. Scores are counted from its outcomes, never kept here."""

    __tablename__ = "genie_evaluation"

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(64))
    space_id: Mapped[str] = mapped_column(String(128))
    space_title: Mapped[str] = mapped_column(Text, default="")
    snapshot_id: Mapped[str | None] = mapped_column(ForeignKey("genie_snapshot.id", ondelete="SET NULL"), index=True)
    space_hash: Mapped[str | None] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(20))
    repeats: Mapped[int] = mapped_column(Integer, default=1)
    judge_connection: Mapped[str | None] = mapped_column(String(100))
    benchmark_count: Mapped[int] = mapped_column(Integer)
    held_out_count: Mapped[int] = mapped_column(Integer)
    benchmarks_origin: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_genie_evaluation_space", "workspace", "space_id", "created_at", "job_id"),
        Index("ix_genie_evaluation_created", "created_at", "job_id"),
    )


class GenieOutcome(Base):
    """One question asked once in an evaluation. `state` is what was measured; a person's `overruled_state` goes before it.

    The long columns stand last: what counts and lists rows must not read past them.
    """

    __tablename__ = "genie_outcome"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("genie_evaluation.job_id", ondelete="CASCADE"))
    repeat: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    benchmark_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    overruled_state: Mapped[str | None] = mapped_column(String(20))
    overruled_by: Mapped[str | None] = mapped_column(String(200))
    overruled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_out: Mapped[bool] = mapped_column(Boolean, default=False)
    failure_kind: Mapped[str | None] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(20))
    duration_s: Mapped[float] = mapped_column(Float, default=0.0)
    waited_s: Mapped[float] = mapped_column(Float, default=0.0)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    category: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    question: Mapped[str] = mapped_column(Text)
    sentence: Mapped[str] = mapped_column(Text)
    overruled_reason: Mapped[str | None] = mapped_column(Text)
    failure: Mapped[dict[str, Any] | None] = mapped_column(Json)
    expected_sql: Mapped[str | None] = mapped_column(Text)
    actual_sql: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    judgement: Mapped[dict[str, Any] | None] = mapped_column(Json)
    expected: Mapped[dict[str, Any] | None] = mapped_column(Json)
    actual: Mapped[dict[str, Any] | None] = mapped_column(Json)

    __table_args__ = (
        UniqueConstraint("job_id", "repeat", "benchmark_id"),
        Index("ix_genie_outcome_position", "job_id", "repeat", "position"),
        # Covers the counting of scores.
        Index("ix_genie_outcome_score", "job_id", "repeat", "held_out", "state", "overruled_state"),
    )


class GenieQuestion(Base):
    """A question that a person asked, with what came of it."""

    __tablename__ = "genie_question"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    workspace: Mapped[str] = mapped_column(String(64))
    space_id: Mapped[str] = mapped_column(String(128))
    question: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(60), default="")
    sql: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    failure_kind: Mapped[str | None] = mapped_column(String(40))
    sentence: Mapped[str] = mapped_column(Text, default="")
    duration_s: Mapped[float] = mapped_column(Float, default=0.0)
    waited_s: Mapped[float] = mapped_column(Float, default=0.0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(200))
    rows: Mapped[dict[str, Any] | None] = mapped_column(Json)

    __table_args__ = (Index("ix_genie_question_space", "workspace", "space_id", "seq"),)


class GenieConversation(Base):
    """A conversation that was begun here and is not deleted yet."""

    __tablename__ = "genie_conversation"

    workspace: Mapped[str] = mapped_column(String(64), primary_key=True)
    space_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    job_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class GeniePlace(Base):
    """A place within a workspace's questions per minute; `at` is the database's time in seconds since 1970."""

    __tablename__ = "genie_place"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[float] = mapped_column(Float)
    landed: Mapped[bool] = mapped_column(Boolean, default=False)


class GenieHold(Base):
    """Until when nobody asks a workspace, because it said so."""

    __tablename__ = "genie_hold"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    until: Mapped[float] = mapped_column(Float)
