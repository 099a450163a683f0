"""Versions: immutable states of a template. Saving one is compare-and-set on the template's `rev`."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import activity
from core.clock import new_id, now
from core.db.models import Label, Template, Version
from core.errors import ConflictError, PromptTemplateNotFoundError, PromptValidationError
from core.library import content as contents
from core.library import labels
from core.library.characters import check_kept
from core.library.names import PRODUCTION, Reference, parse_reference
from core.library.search_text import refresh_search_text
from core.library.views import Content, VersionView


def save_version(
    session: Session,
    template_id: str,
    content: Content,
    *,
    expected_rev: int,
    person: str,
    parent_number: int | None = None,
    note: str = "",
    make_production: bool = True,
) -> VersionView:
    """Save `content` as the template's next version.

    `expected_rev` is the template's `rev` that the caller last saw; `parent_number` the version that was edited
    (default: the newest). `make_production` also moves the label `production` to the new version.

    Raises:
        ConflictError: somebody saved meanwhile; nothing was written. The text says who and when.
        PromptTemplateNotFoundError, PromptValidationError, PromptRenderError, PromptSchemaError.
    """
    check_kept("The note", note)
    content = contents.prepared(content)
    at = now()
    # The first statement takes the row, so that two savers cannot both pass.
    taken = session.execute(
        update(Template)
        .where(Template.id == template_id, Template.rev == expected_rev)
        .values(rev=Template.rev + 1, latest_number=Template.latest_number + 1, updated_at=at, updated_by=person)
    )
    template = session.scalar(select(Template).where(Template.id == template_id))
    if template is None:
        raise PromptTemplateNotFoundError(
            "This template is gone: somebody deleted it. Save your text as a new template."
        )
    session.refresh(template)
    if not taken.rowcount:
        raise ConflictError(
            f"{template.updated_by} saved '{template.name}' at {template.updated_at:%Y-%m-%d %H:%M} UTC, after you opened it. "
            "Nothing of yours was written. Compare the two, then save yours as a new version or take theirs."
        )
    number = template.latest_number
    parent = _row(session, template_id, parent_number) if parent_number else _newest(session, template_id)
    if parent is not None and parent.content_hash == contents.content_hash(content):
        raise PromptValidationError(f"Nothing differs from v{parent.number}, so there is nothing to save.")
    row = Version(
        id=new_id("pv"),
        template_id=template_id,
        number=number,
        parent_id=parent.id if parent else None,
        note=note.strip(),
        created_at=at,
        created_by=person,
        **contents.to_columns(content),
    )
    session.add(row)
    session.flush()
    activity.record(
        session, person, "saved version", template.name, subject_id=template_id, number=number, note=row.note
    )
    if make_production or number == 1:
        labels.move_label(session, template_id, PRODUCTION, number, person=person)
    refresh_search_text(session, template)
    return _view(row, parent.number if parent else None)


def add_first_version(
    session: Session, template: Template, content: Content, *, person: str, note: str, parent_id: str | None = None
) -> Version:
    """Version 1 of a template that is being made, with the label `production` on it. `content` is already prepared."""
    row = Version(
        id=new_id("pv"),
        template_id=template.id,
        number=1,
        parent_id=parent_id,
        note=note.strip(),
        created_at=template.created_at,
        created_by=person,
        **contents.to_columns(content),
    )
    session.add(row)
    session.flush()
    labels.place(session, template.id, PRODUCTION, row, person)
    return row


def get_version(session: Session, template_id: str, number: int) -> VersionView:
    """Raises PromptTemplateNotFoundError if the template has no such version."""
    row = _row(session, template_id, number)
    if row is None:
        count = session.scalar(select(Template.latest_number).where(Template.id == template_id)) or 0
        raise PromptTemplateNotFoundError(f"There is no version {number}; the newest is {count}.")
    return _view(row, _parent_number(session, row))


def list_versions(session: Session, template_id: str, *, archived: bool = False, limit: int = 500) -> list[VersionView]:
    """Newest first, at most `limit`; archived ones only on request."""
    query = select(Version).where(Version.template_id == template_id).order_by(Version.number.desc()).limit(limit)
    if not archived:
        query = query.where(Version.is_archived.is_(False))
    rows = session.scalars(query).all()
    numbers = {row.id: row.number for row in rows}
    return [_view(row, numbers.get(row.parent_id) if row.parent_id else None) for row in rows]


def resolve(session: Session, reference: str | Reference, *, inactive: bool = False) -> VersionView:
    """The version that `name`, `name@label` or `name:3` means; a bare name means `name@production`.

    `inactive` also finds that of an inactive template: to read it, not to run it.

    Raises:
        PromptTemplateNotFoundError: says which part is missing, and what there is instead.
    """
    wanted = parse_reference(reference) if isinstance(reference, str) else reference
    query = select(Version, Template.is_active).join(Template, Template.id == Version.template_id)
    query = query.where(Template.name == wanted.name)
    if wanted.number is not None:
        query = query.where(Version.number == wanted.number)
    elif wanted.label == "latest":
        query = query.order_by(Version.number.desc()).limit(1)
    else:
        query = query.join(Label, Label.version_id == Version.id).where(Label.name == (wanted.label or PRODUCTION))
        query = query.where(Label.template_id == Template.id)
    found = session.execute(query).first()
    if found is None:
        raise PromptTemplateNotFoundError(_why_missing(session, wanted))
    row, is_active = found
    if not is_active and not inactive:
        raise PromptTemplateNotFoundError(f"The template '{wanted.name}' is inactive. Activate it to run it by name.")
    return _view(row, None)


def resolve_id(session: Session, template_id: str, *, inactive: bool = False) -> VersionView:
    """The current version of the template with this id. `inactive` also finds that of an inactive one.

    Raises:
        PromptTemplateNotFoundError: no such template, it is inactive, or `production` is not set.
    """
    name = session.scalar(select(Template.name).where(Template.id == template_id))
    if name is None:
        raise PromptTemplateNotFoundError(
            f"There is no template with the id '{template_id[:80]}'. `check` lists them all."
        )
    return resolve(session, Reference(name), inactive=inactive)


def archive_version(session: Session, template_id: str, number: int, *, person: str, archived: bool = True) -> None:
    """Hide a version from the lists, or show it again. It stays readable and runnable by number."""
    row = _row(session, template_id, number)
    if row is None:
        raise PromptTemplateNotFoundError(f"There is no version {number}.")
    if archived:
        _refuse_labelled(session, row)
    row.is_archived = archived
    name = session.scalar(select(Template.name).where(Template.id == template_id)) or template_id
    verb = "archived version" if archived else "restored version"
    activity.record(session, person, verb, name, subject_id=template_id, number=number)


def delete_version(session: Session, template_id: str, number: int, *, person: str) -> None:
    """Delete a version that nothing refers to: no label, no execution, no later version, not the only one.

    Raises:
        ConflictError: something refers to it; the text says what. Archive it instead.
    """
    row = _row(session, template_id, number)
    if row is None:
        raise PromptTemplateNotFoundError(f"There is no version {number}.")
    _refuse_labelled(session, row)
    if row.usage_count:
        raise ConflictError(f"v{number} was run {row.usage_count:,} times, and its record stays. Archive it instead.")
    child = session.scalar(select(Version.number).where(Version.parent_id == row.id).limit(1))
    if child is not None:
        raise ConflictError(f"v{child} was made from v{number}, so it stays. Archive it instead.")
    template = session.scalar(select(Template).where(Template.id == template_id))
    assert template is not None
    session.delete(row)
    session.flush()
    activity.record(session, person, "deleted version", template.name, subject_id=template_id, number=number)


def _refuse_labelled(session: Session, row: Version) -> None:
    held = session.scalars(select(Label.name).where(Label.version_id == row.id).order_by(Label.name)).all()
    if held:
        raise ConflictError(
            f"v{row.number} carries the label {', '.join(held)}. Move the label to another version first."
        )


def _why_missing(session: Session, wanted: Reference) -> str:
    template = session.scalar(select(Template).where(Template.name == wanted.name))
    if template is None:
        close = session.scalars(
            select(Template.name).where(Template.name.like(f"%{wanted.name[:3]}%")).order_by(Template.name).limit(3)
        ).all()
        hint = f" Did you mean {', '.join(close)}?" if close else " `check` lists them all."
        return f"There is no template '{wanted.name}'.{hint}"
    if wanted.number is not None:
        return f"'{wanted.name}' has no version {wanted.number}; the newest is {template.latest_number}."
    label = wanted.label or PRODUCTION
    there = session.scalars(select(Label.name).where(Label.template_id == template.id).order_by(Label.name)).all()
    have = f"It has: {', '.join(there)}." if there else "It has no label yet."
    return f"'{wanted.name}' has no label '{label}'. {have} Point the label at a version, or run a version by number."


def _newest(session: Session, template_id: str) -> Version | None:
    """The version with the highest number that still exists."""
    query = select(Version).where(Version.template_id == template_id).order_by(Version.number.desc()).limit(1)
    return session.scalar(query)


def _row(session: Session, template_id: str, number: int) -> Version | None:
    return session.scalar(select(Version).where(Version.template_id == template_id, Version.number == number))


def _parent_number(session: Session, row: Version) -> int | None:
    if row.parent_id is None:
        return None
    return session.scalar(
        select(func.max(Version.number)).where(Version.id == row.parent_id, Version.template_id == row.template_id)
    )


def _view(row: Version, parent_number: int | None) -> VersionView:
    return VersionView(
        id=row.id,
        template_id=row.template_id,
        number=row.number,
        content=contents.from_row(row),
        note=row.note,
        created_at=row.created_at,
        created_by=row.created_by,
        parent_id=row.parent_id,
        parent_number=parent_number,
        usage_count=row.usage_count,
        last_used_at=row.last_used_at,
        is_archived=row.is_archived,
    )
