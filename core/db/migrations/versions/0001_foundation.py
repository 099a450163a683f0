"""Templates, versions, labels, executions, connections, datasets, activity; full-text search; immutable versions."""

import sqlalchemy as sa
from alembic import op

from core.db.models.base import BigId
from core.db.types import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEARCHED = {
    "template": ("name", "title", "description", "search_text"),
    "execution": ("system_text", "user_text", "response"),
}

_IMMUTABLE = (
    "template_id, number, parent_id, system_text, user_text, variables, connection, model, temperature, max_tokens, stop, "
    "response_schema, note, content_hash, created_at, created_by"
)


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_activity")),
    )
    op.create_index("ix_activity_subject", "activity", ["subject_id", "seq"], unique=False)
    op.create_table(
        "connection",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("base_url", sa.String(length=2000), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("key_source", sa.String(length=10), nullable=False),
        sa.Column("key_ref", sa.Text(), nullable=True),
        sa.Column("key_last4", sa.String(length=4), nullable=True),
        sa.Column("key_host", sa.String(length=300), nullable=True),
        sa.Column("options", Json, nullable=False),
        sa.Column("timeout_s", sa.Float(), nullable=False),
        sa.Column("max_retries", sa.Integer(), nullable=False),
        sa.Column("parallel", sa.Integer(), nullable=False),
        sa.Column("input_usd_per_mtok", sa.Float(), nullable=True),
        sa.Column("output_usd_per_mtok", sa.Float(), nullable=True),
        sa.Column("budget_usd_per_month", sa.Float(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("name", name=op.f("uq_connection_name")),
    )
    op.create_table(
        "template",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("is_enhanced", sa.Boolean(), nullable=False),
        sa.Column("builtin_key", sa.String(length=200), nullable=True),
        sa.Column("builtin_hash", sa.String(length=64), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("latest_number", sa.Integer(), nullable=False),
        sa.Column("usage_count", sa.Integer(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("rating_sum", sa.Integer(), nullable=False),
        sa.Column("rating_count", sa.Integer(), nullable=False),
        sa.Column("rating_mean", sa.Float(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(length=200), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_template")),
        sa.UniqueConstraint("builtin_key", name=op.f("uq_template_builtin_key")),
        sa.UniqueConstraint("id", name=op.f("uq_template_id")),
        sa.UniqueConstraint("name", name=op.f("uq_template_name")),
    )
    op.create_index("ix_template_category", "template", ["category", "seq"], unique=False)
    op.create_index("ix_template_rating", "template", ["rating_mean", "seq"], unique=False)
    op.create_index("ix_template_title", "template", ["title", "seq"], unique=False)
    op.create_index("ix_template_updated", "template", ["updated_at", "seq"], unique=False)
    op.create_index("ix_template_usage", "template", ["usage_count", "seq"], unique=False)
    op.create_index("ix_template_used", "template", ["last_used_at", "seq"], unique=False)
    op.create_table(
        "dataset",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_dataset_template_id_template"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("name", name=op.f("uq_dataset_name")),
    )
    op.create_index(op.f("ix_dataset_template_id"), "dataset", ["template_id"], unique=False)
    op.create_table(
        "template_tag",
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_template_tag_template_id_template"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("template_id", "tag", name=op.f("pk_template_tag")),
    )
    op.create_index(op.f("ix_template_tag_tag"), "template_tag", ["tag"], unique=False)
    op.create_table(
        "unsaved_edit",
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("base_rev", sa.Integer(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_unsaved_edit_template_id_template"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("template_id", "person", name=op.f("pk_unsaved_edit")),
    )
    op.create_table(
        "version",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("system_text", sa.Text(), nullable=False),
        sa.Column("user_text", sa.Text(), nullable=False),
        sa.Column("variables", Json, nullable=False),
        sa.Column("connection", sa.String(length=100), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("temperature", sa.Float(), nullable=True),
        sa.Column("max_tokens", sa.Integer(), nullable=True),
        sa.Column("stop", Json, nullable=False),
        sa.Column("response_schema", Json, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("usage_count", sa.Integer(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_version_template_id_template"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("template_id", "number", name=op.f("uq_version_template_id_number")),
    )
    op.create_index(op.f("ix_version_connection"), "version", ["connection"], unique=False)
    op.create_table(
        "example",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("dataset_id", sa.String(length=64), nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("expected", Json, nullable=True),
        sa.Column("tags", Json, nullable=False),
        sa.Column("execution_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_example_dataset_id_dataset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_example")),
        sa.UniqueConstraint("id", name=op.f("uq_example_id")),
    )
    op.create_index("ix_example_dataset", "example", ["dataset_id", "seq"], unique=False)
    op.create_table(
        "execution",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=True),
        sa.Column("version_id", sa.String(length=64), nullable=True),
        sa.Column("template_name", sa.String(length=200), nullable=True),
        sa.Column("version_number", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("replay_of", sa.String(length=64), nullable=True),
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("variables", Json, nullable=True),
        sa.Column("system_text", sa.Text(), nullable=False),
        sa.Column("user_text", sa.Text(), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("parsed", Json, nullable=True),
        sa.Column("error_kind", sa.String(length=40), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_cached", sa.Boolean(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("tokens_estimated", sa.Boolean(), nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        sa.Column("reserved_usd", sa.Float(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("first_token_ms", sa.Integer(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("deadline_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_execution_template_id_template"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_execution_version_id_version"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_execution")),
        sa.UniqueConstraint("id", name=op.f("uq_execution_id")),
    )
    op.create_index("ix_execution_created", "execution", ["created_at", "seq", "cost_usd"], unique=False)
    op.create_index("ix_execution_model", "execution", ["model", "seq"], unique=False)
    op.create_index(
        "ix_execution_rated",
        "execution",
        ["seq", "rating"],
        unique=False,
        sqlite_where=sa.text("rating IS NOT NULL"),
        postgresql_where=sa.text("rating IS NOT NULL"),
    )
    op.create_index("ix_execution_request", "execution", ["request_hash", "seq"], unique=False)
    op.create_index(
        "ix_execution_running",
        "execution",
        ["connection"],
        unique=False,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index("ix_execution_spend", "execution", ["connection", "created_at", "cost_usd"], unique=False)
    op.create_index("ix_execution_status", "execution", ["status", "seq"], unique=False)
    op.create_index("ix_execution_template", "execution", ["template_id", "seq"], unique=False)
    op.create_index("ix_execution_version", "execution", ["version_id", "seq"], unique=False)
    op.create_table(
        "label",
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_protected", sa.Boolean(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_label_template_id_template"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_label_version_id_version")),
        sa.PrimaryKeyConstraint("template_id", "name", name=op.f("pk_label")),
    )
    op.create_index(op.f("ix_label_version_id"), "label", ["version_id"], unique=False)

    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in _SEARCHED.items():
        (_fts5 if on_sqlite else _tsvector)(table, columns)
    (_freeze_on_sqlite if on_sqlite else _freeze_on_postgresql)()


def _fts5(table: str, columns: tuple[str, ...]) -> None:
    """An index over the table's own rows (external content), kept true by triggers; counters do not touch it."""
    names = ", ".join(columns)
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("old", "new"))
    remove = f"INSERT INTO {table}_fts({table}_fts, rowid, {names}) VALUES ('delete', old.seq, {old});"
    insert = f"INSERT INTO {table}_fts(rowid, {names}) VALUES (new.seq, {new});"
    # `prefix` makes the first letters of the last word as fast as a whole one; each further length costs a fifth more.
    op.execute(
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5({names}, content='{table}', content_rowid='seq', "
        "tokenize=\"unicode61 remove_diacritics 2\", prefix='1 2 3')"
    )
    op.execute(f"CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} BEGIN {insert} END")
    op.execute(f"CREATE TRIGGER {table}_fts_delete AFTER DELETE ON {table} BEGIN {remove} END")
    op.execute(f"CREATE TRIGGER {table}_fts_update AFTER UPDATE OF {names} ON {table} BEGIN {remove} {insert} END")


def _tsvector(table: str, columns: tuple[str, ...]) -> None:
    # A tsvector holds at most 1 MB, so very long texts are searched by their first 200,000 characters.
    texts = " || ' ' || ".join(f"translate(left(coalesce({column}, ''), 200000), '_/-.', '    ')" for column in columns)
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN search_vector tsvector "
        f"GENERATED ALWAYS AS (to_tsvector('simple', left({texts}, 400000))) STORED"
    )
    op.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin(search_vector)")


_REFUSAL = "a version cannot be changed; save a new one"


def _freeze_on_sqlite() -> None:
    op.execute(
        f"CREATE TRIGGER version_is_immutable BEFORE UPDATE OF {_IMMUTABLE} ON version "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _freeze_on_postgresql() -> None:
    op.execute(
        f"CREATE FUNCTION refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER version_is_immutable BEFORE UPDATE OF {_IMMUTABLE} ON version "
        "FOR EACH ROW EXECUTE FUNCTION refuse_version_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first schema; restore a backup instead.")
