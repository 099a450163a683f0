"""Alembic's environment: migrates the engine that `core.db.schema.upgrade` hands over."""

from alembic import context

from core.db.models import Base

engine = context.config.attributes["engine"]
with engine.begin() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=engine.dialect.name == "sqlite"
    )
    context.run_migrations()
