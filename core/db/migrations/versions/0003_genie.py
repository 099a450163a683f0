"""Genie spaces: snapshots, benchmarks, evaluations and their outcomes, questions, open conversations, the rate limit."""

import sqlalchemy as sa
from alembic import op

from core.db.models.base import BigId
from core.db.types import Json, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "genie_benchmark_set",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("space_id", sa.String(length=128), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("content_rev", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("quality", Json, nullable=True),
        sa.Column("checked_rev", sa.Integer(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_genie_benchmark_set")),
        sa.UniqueConstraint("workspace", "space_id", name=op.f("uq_genie_benchmark_set_workspace_space_id")),
    )
    op.create_table(
        "genie_conversation",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("space_id", sa.String(length=128), nullable=False),
        sa.Column("conversation_id", sa.String(length=200), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "space_id", "conversation_id", name=op.f("pk_genie_conversation")),
    )
    op.create_table(
        "genie_hold",
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_genie_hold")),
    )
    op.create_table(
        "genie_place",
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("landed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", "id", name=op.f("pk_genie_place")),
    )
    op.create_table(
        "genie_question",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("space_id", sa.String(length=128), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("sql", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("failure_kind", sa.String(length=40), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("waited_s", sa.Float(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("rows", Json, nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_genie_question")),
        sa.UniqueConstraint("id", name=op.f("uq_genie_question_id")),
    )
    op.create_index("ix_genie_question_space", "genie_question", ["workspace", "space_id", "seq"], unique=False)
    op.create_table(
        "genie_snapshot",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("space_id", sa.String(length=128), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_genie_snapshot")),
        sa.UniqueConstraint("id", name=op.f("uq_genie_snapshot_id")),
    )
    op.create_index("ix_genie_snapshot_space", "genie_snapshot", ["workspace", "space_id", "seq"], unique=False)
    op.create_table(
        "genie_benchmark",
        sa.Column("set_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("benchmark_id", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("expected_sql", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("extra", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["genie_benchmark_set.id"],
            name=op.f("fk_genie_benchmark_set_id_genie_benchmark_set"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("set_id", "position", name=op.f("pk_genie_benchmark")),
        sa.UniqueConstraint("set_id", "benchmark_id", name=op.f("uq_genie_benchmark_set_id_benchmark_id")),
    )
    op.create_table(
        "genie_evaluation",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("space_id", sa.String(length=128), nullable=False),
        sa.Column("space_title", sa.Text(), nullable=False),
        sa.Column("snapshot_id", sa.String(length=64), nullable=True),
        sa.Column("space_hash", sa.String(length=64), nullable=True),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("judge_connection", sa.String(length=100), nullable=True),
        sa.Column("benchmark_count", sa.Integer(), nullable=False),
        sa.Column("held_out_count", sa.Integer(), nullable=False),
        sa.Column("benchmarks_origin", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_genie_evaluation_job_id_job"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["genie_snapshot.id"],
            name=op.f("fk_genie_evaluation_snapshot_id_genie_snapshot"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_genie_evaluation")),
    )
    op.create_index("ix_genie_evaluation_created", "genie_evaluation", ["created_at", "job_id"], unique=False)
    op.create_index(op.f("ix_genie_evaluation_snapshot_id"), "genie_evaluation", ["snapshot_id"], unique=False)
    op.create_index(
        "ix_genie_evaluation_space", "genie_evaluation", ["workspace", "space_id", "created_at", "job_id"], unique=False
    )
    op.create_table(
        "genie_outcome",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("benchmark_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("overruled_state", sa.String(length=20), nullable=True),
        sa.Column("overruled_by", sa.String(length=200), nullable=True),
        sa.Column("overruled_at", UtcDateTime(), nullable=True),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("failure_kind", sa.String(length=40), nullable=True),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("waited_s", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("overruled_reason", sa.Text(), nullable=True),
        sa.Column("failure", Json, nullable=True),
        sa.Column("expected_sql", sa.Text(), nullable=True),
        sa.Column("actual_sql", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("judgement", Json, nullable=True),
        sa.Column("expected", Json, nullable=True),
        sa.Column("actual", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["genie_evaluation.job_id"],
            name=op.f("fk_genie_outcome_job_id_genie_evaluation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_genie_outcome")),
        sa.UniqueConstraint("id", name=op.f("uq_genie_outcome_id")),
        sa.UniqueConstraint(
            "job_id", "repeat", "benchmark_id", name=op.f("uq_genie_outcome_job_id_repeat_benchmark_id")
        ),
    )
    op.create_index("ix_genie_outcome_position", "genie_outcome", ["job_id", "repeat", "position"], unique=False)
    op.create_index(
        "ix_genie_outcome_score",
        "genie_outcome",
        ["job_id", "repeat", "held_out", "state", "overruled_state"],
        unique=False,
    )


def downgrade() -> None:
    raise NotImplementedError("A schema only moves forward; restore a backup instead.")
