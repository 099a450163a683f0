"""The column of a template that the search covers beside its name, title and description."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db.models import Label, Template, Version
from core.library.names import PRODUCTION


def refresh_search_text(session: Session, template: Template) -> None:
    """Repeat the texts of the newest and the current version in the column that the search covers."""
    current = select(Label.number).where(Label.template_id == template.id, Label.name == PRODUCTION).scalar_subquery()
    newest = select(func.max(Version.number)).where(Version.template_id == template.id).scalar_subquery()
    query = select(Version.system_text, Version.user_text).where(
        Version.template_id == template.id,
        (Version.number == current) | (Version.number == newest),
    )
    template.search_text = "\n".join(part for row in session.execute(query) for part in row if part)[:400_000]
