"""Labels: movable words that point at one version. `production` alone decides what runs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import activity
from core.clock import now
from core.db.models import Label, Template, Version
from core.errors import ConflictError, PromptTemplateNotFoundError, PromptValidationError
from core.library.names import PRODUCTION, check_label
from core.library.search_text import refresh_search_text
from core.library.views import LabelView


def move_label(
    session: Session, template_id: str, name: str, number: int, *, person: str, expected: int | None = None
) -> LabelView:
    """Point a label at a version, creating the label on first use.

    `expected` is the version number the caller last saw; pass it to refuse a stale move.
    The caller's transaction commits the change.

    Raises:
        PromptTemplateNotFoundError: the template has no such version.
        ConflictError: the label no longer points at `expected`, or it is protected.
    """
    check_label(name)
    # `key_share` lets records of runs refer to the template meanwhile; without it PostgreSQL finds deadlocks.
    template = session.scalar(select(Template).where(Template.id == template_id).with_for_update(key_share=True))
    version = session.scalar(select(Version).where(Version.template_id == template_id, Version.number == number))
    if template is None or version is None:
        raise PromptTemplateNotFoundError(f"There is no version {number} to point '{name}' at.")
    label = session.get(Label, (template_id, name), populate_existing=True)
    before = label.number if label else None
    if label is not None and label.is_protected and before != number:
        raise ConflictError(f"The label '{name}' is protected. Take the protection off before you move it.")
    if expected is not None and before != expected:
        where = f"points at v{before}" if before else "is gone"
        raise ConflictError(f"The label '{name}' {where} now, not at v{expected}. Look again before you move it.")
    label = place(session, template_id, name, version, person)
    if before != number:
        activity.record(
            session, person, f"moved {name}", template.name, subject_id=template_id, number=number, before=before
        )
    if name == PRODUCTION:
        refresh_search_text(session, template)
    return _view(label)


def place(session: Session, template_id: str, name: str, version: Version, person: str) -> Label:
    """Set the pointer without checks or record."""
    label = session.get(Label, (template_id, name)) or Label(template_id=template_id, name=name, is_protected=False)
    label.version_id = version.id
    label.number = version.number
    label.updated_at = now()
    label.updated_by = person
    session.add(label)
    session.flush()
    return label


def protect_label(session: Session, template_id: str, name: str, protected: bool, *, person: str) -> LabelView:
    """Keep a label from being moved or removed, or allow it again."""
    label = _existing(session, template_id, name)
    label.is_protected = protected
    subject = session.scalar(select(Template.name).where(Template.id == template_id)) or template_id
    activity.record(
        session, person, f"{'protected' if protected else 'unprotected'} {name}", subject, subject_id=template_id
    )
    return _view(label)


def remove_label(session: Session, template_id: str, name: str, *, person: str) -> None:
    """Raises PromptValidationError for `production`, which every template keeps, and ConflictError if protected."""
    if name == PRODUCTION:
        raise PromptValidationError(
            "'production' decides what runs and cannot be removed. Move it, or deactivate the template."
        )
    label = _existing(session, template_id, name)
    if label.is_protected:
        raise ConflictError(f"The label '{name}' is protected. Take the protection off before you remove it.")
    session.delete(label)
    subject = session.scalar(select(Template.name).where(Template.id == template_id)) or template_id
    activity.record(session, person, f"removed {name}", subject, subject_id=template_id, number=label.number)


def list_labels(session: Session, template_id: str) -> tuple[LabelView, ...]:
    """`production` first, then by name."""
    rows = session.scalars(select(Label).where(Label.template_id == template_id)).all()
    return tuple(_view(row) for row in sorted(rows, key=lambda row: (row.name != PRODUCTION, row.name)))


def roll_back(
    session: Session, template_id: str, number: int, *, person: str, expected: int | None = None
) -> LabelView:
    """Point `production` back at an older version. See `move_label` for errors."""
    return move_label(session, template_id, PRODUCTION, number, person=person, expected=expected)


def _existing(session: Session, template_id: str, name: str) -> Label:
    label = session.get(Label, (template_id, name), populate_existing=True)
    if label is None:
        raise PromptTemplateNotFoundError(f"There is no label '{name}' on this template.")
    return label


def _view(row: Label) -> LabelView:
    return LabelView(row.name, row.number, row.is_protected, row.updated_at, row.updated_by)
