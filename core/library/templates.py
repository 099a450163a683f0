"""Templates: making, describing, retiring. What one says is in its versions; `finding` lists them."""

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from core import activity
from core.clock import new_id, now
from core.db.models import Execution, Label, Template, TemplateTag, Version
from core.errors import ConflictError, PromptTemplateNotFoundError, PromptValidationError
from core.library import content as contents
from core.library.characters import check_kept
from core.library.labels import list_labels
from core.library.names import PRODUCTION, check_name
from core.library.search_text import refresh_search_text
from core.library.versions import add_first_version
from core.library.views import Content, TemplateView


def create_template(
    session: Session,
    name: str,
    content: Content,
    *,
    person: str,
    title: str | None = None,
    description: str = "",
    category: str = "general",
    tags: tuple[str, ...] = (),
    note: str = "First version",
    is_active: bool = True,
    parent_id: str | None = None,
    builtin_key: str | None = None,
) -> TemplateView:
    """Make a template with its version 1, which gets the label `production`.

    Raises:
        PromptValidationError, PromptRenderError, PromptSchemaError: name, texts or settings break a rule.
        ConflictError: the name is taken.
    """
    check_name(name)
    check_kept("The description of the template", title, description, category, tags)
    content = contents.prepared(content)
    title = _title(title or name.rsplit("/", 1)[-1].replace("_", " ").replace("-", " ").capitalize())
    if session.scalar(select(Template.id).where(Template.name == name)):
        raise ConflictError(
            f"There is a template '{name}' already. Choose another name, or save a new version of that one."
        )
    at = now()
    template = Template(
        id=new_id("ps"),
        name=name,
        title=title,
        description=description.strip(),
        category=_category(category),
        is_active=is_active,
        builtin_key=builtin_key,
        builtin_hash=contents.content_hash(content) if builtin_key else None,
        latest_number=1,
        created_at=at,
        created_by=person,
        updated_at=at,
        updated_by=person,
    )
    session.add(template)
    session.flush()
    add_first_version(session, template, content, person=person, note=note, parent_id=parent_id)
    _set_tags(session, template.id, tags)
    refresh_search_text(session, template)
    if builtin_key is None:  # the record is of what people did
        activity.record(session, person, "created template", name, subject_id=template.id, number=1)
    session.flush()
    return _view(session, template)


def get_template(session: Session, template_id: str) -> TemplateView:
    """Raises PromptTemplateNotFoundError."""
    return _view(session, _row(session, template_id))


def get_template_by_name(session: Session, name: str) -> TemplateView:
    """Raises PromptTemplateNotFoundError."""
    row = session.scalar(select(Template).where(Template.name == name))
    if row is None:
        raise PromptTemplateNotFoundError(f"There is no template '{name[:80]}'. `check` lists them all.")
    return _view(session, row)


def get_starter(session: Session) -> TemplateView | None:
    """A template to begin with: the last one used, else a built-in one for chatting, else any; None if there is none."""
    query = select(Template).where(Template.is_active, Template.category.not_in(("whetstone", "analysis")))
    order = (Template.last_used_at.desc().nulls_last(), (Template.category == "chat").desc(), Template.seq)
    row = session.scalar(query.order_by(*order).limit(1))
    return _view(session, row) if row else None


def describe_template(
    session: Session,
    template_id: str,
    *,
    person: str,
    title: str,
    description: str,
    category: str,
    tags: tuple[str, ...],
) -> TemplateView:
    """Change what the list says about a template. Its texts are changed by saving a version."""
    check_kept("The description of the template", title, description, category, tags)
    row = _row(session, template_id)
    row.title, row.description, row.category = _title(title), description.strip(), _category(category)
    row.updated_at, row.updated_by = now(), person
    _set_tags(session, template_id, tags)
    activity.record(session, person, "described template", row.name, subject_id=template_id)
    session.flush()
    return _view(session, row)


def duplicate_template(
    session: Session, template_id: str, name: str, *, person: str, number: int | None = None
) -> TemplateView:
    """A new template whose version 1 is a copy of one version of this one (default: what runs), with that as parent."""
    row = _row(session, template_id)
    labels = {label.name: label.number for label in list_labels(session, template_id)}
    wanted = number or labels.get(PRODUCTION) or row.latest_number
    source = session.scalar(select(Version).where(Version.template_id == template_id, Version.number == wanted))
    if source is None:
        raise PromptTemplateNotFoundError(f"'{row.name}' has no version {wanted} to copy.")
    return create_template(
        session,
        name,
        contents.from_row(source),
        person=person,
        title=f"{row.title} (copy)"[:200],
        description=row.description,
        category=row.category,
        tags=tuple(session.scalars(select(TemplateTag.tag).where(TemplateTag.template_id == template_id))),
        note=f"Copy of {row.name} v{wanted}",
        parent_id=source.id,
    )


def set_active(session: Session, template_id: str, active: bool, *, person: str) -> None:
    """An inactive template is kept, but not run by name."""
    row = _row(session, template_id)
    if not active:
        _refuse_needed(row)
    row.is_active = active
    activity.record(
        session, person, "activated template" if active else "deactivated template", row.name, subject_id=row.id
    )


def set_archived(session: Session, template_id: str, archived: bool, *, person: str) -> None:
    """An archived template is inactive and out of the lists; nothing of it is lost."""
    row = _row(session, template_id)
    if archived:
        _refuse_needed(row)
    row.is_archived = archived
    row.is_active = not archived
    activity.record(
        session, person, "archived template" if archived else "restored template", row.name, subject_id=row.id
    )


def delete_template(session: Session, template_id: str, *, person: str) -> None:
    """Delete a template that nothing refers to.

    Raises:
        ConflictError: it was run, another template was made from it, or the workbench needs it. Archive it instead.
    """
    row = _row(session, template_id)
    if row.builtin_key:
        raise ConflictError(f"'{row.name}' is built in and would come back. Archive it instead.")
    if session.scalar(select(exists().where(Execution.template_id == template_id))):
        raise ConflictError(f"'{row.name}' was run, and the record of its runs refers to it. Archive it instead.")
    own = select(Version.id).where(Version.template_id == template_id)
    heir = session.scalar(
        select(Template.name)
        .join(Version, Version.template_id == Template.id)
        .where(Version.parent_id.in_(own), Version.template_id != template_id)
        .limit(1)
    )
    if heir:
        raise ConflictError(f"'{heir}' was made from '{row.name}'. Archive it instead.")
    activity.record(session, person, "deleted template", row.name, subject_id=template_id)
    session.execute(delete(Label).where(Label.template_id == template_id))
    session.delete(row)
    session.flush()


def _row(session: Session, template_id: str) -> Template:
    row = session.scalar(select(Template).where(Template.id == template_id))
    if row is None:
        raise PromptTemplateNotFoundError(
            f"There is no template with the id '{template_id[:80]}'. It may have been deleted."
        )
    return row


def _refuse_needed(row: Template) -> None:
    """The workbench resolves its own prompts by name, so they have to stay active."""
    if row.builtin_key and row.builtin_key.startswith("whetstone/"):
        raise ConflictError(f"Whetstone itself sends '{row.name}', so it stays active. Edit its text instead.")


def _set_tags(session: Session, template_id: str, tags: tuple[str, ...]) -> None:
    wanted = sorted({tag.strip().lower() for tag in tags if tag.strip()})
    if too_long := next((tag for tag in wanted if len(tag) > 60), None):
        raise PromptValidationError(f"The tag '{too_long[:30]}…' is too long; a tag has at most 60 characters.")
    session.execute(delete(TemplateTag).where(TemplateTag.template_id == template_id))
    session.add_all(TemplateTag(template_id=template_id, tag=tag) for tag in wanted)


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not 1 <= len(title) <= 200:
        raise PromptValidationError("A title has 1 to 200 characters.")
    return title


def _category(category: str) -> str:
    category = "_".join(category.lower().split()) or "general"
    if len(category) > 100:
        raise PromptValidationError("A category has at most 100 characters.")
    return category


def _view(session: Session, row: Template) -> TemplateView:
    tags = select(TemplateTag.tag).where(TemplateTag.template_id == row.id).order_by(TemplateTag.tag)
    return TemplateView(
        id=row.id,
        name=row.name,
        title=row.title,
        description=row.description,
        category=row.category,
        tags=tuple(session.scalars(tags)),
        is_active=row.is_active,
        is_archived=row.is_archived,
        is_enhanced=row.is_enhanced,
        builtin_key=row.builtin_key,
        latest_number=row.latest_number,
        labels=list_labels(session, row.id),
        usage_count=row.usage_count,
        last_used_at=row.last_used_at,
        rating_mean=row.rating_mean,
        rating_count=row.rating_count,
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        rev=row.rev,
    )
