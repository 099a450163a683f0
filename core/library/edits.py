"""What a person has typed into a template's editor and not saved yet, kept so that a reload loses nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.clock import now
from core.db.models import Template, UnsavedEdit
from core.errors import PromptTemplateNotFoundError
from core.library import content as contents
from core.library.characters import kept
from core.library.views import Content


@dataclass(frozen=True)
class EditView:
    """`base_number` is the version that was edited, `base_rev` the template's `rev` at that time."""

    content: Content
    base_number: int
    base_rev: int
    updated_at: datetime


def keep_edit(
    session: Session, template_id: str, person: str, content: Content, *, base_number: int, base_rev: int
) -> None:
    """Keep the editor's state, in place of what was kept before. Nothing is checked: it may be half done.

    Raises:
        PromptTemplateNotFoundError: the template was deleted meanwhile.
    """
    if session.scalar(select(Template.id).where(Template.id == template_id)) is None:
        raise PromptTemplateNotFoundError(
            "This template is gone: somebody deleted it. Save your text as a new template."
        )
    row = session.get(UnsavedEdit, (template_id, person)) or UnsavedEdit(template_id=template_id, person=person)
    row.content = kept(contents.to_json(content))
    row.base_number, row.base_rev, row.updated_at = base_number, base_rev, now()
    session.add(row)
    session.flush()


def kept_edit(session: Session, template_id: str, person: str) -> EditView | None:
    """What was kept last, None if nothing is."""
    query = select(UnsavedEdit).where(UnsavedEdit.template_id == template_id, UnsavedEdit.person == person)
    row = session.scalar(query)
    return EditView(contents.from_json(row.content), row.base_number, row.base_rev, row.updated_at) if row else None


def drop_edit(session: Session, template_id: str, person: str) -> None:
    session.execute(delete(UnsavedEdit).where(UnsavedEdit.template_id == template_id, UnsavedEdit.person == person))
