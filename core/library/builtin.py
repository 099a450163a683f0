"""The prompts that come with Whetstone: files under `prompts/`, seeded as built-in templates.

A file is YAML front matter, then `system:` and `user:` on lines of their own, each followed by its text. Seeding never
overwrites a person's edit: a built-in template that was edited keeps its text, and the new one is offered beside it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.db.models import Label, Template, Version
from core.errors import ConfigError, PromptTemplateError, PromptTemplateNotFoundError
from core.library import content as contents
from core.library.names import PRODUCTION
from core.library.templates import create_template
from core.library.variables import specs_from_json
from core.library.versions import save_version
from core.library.views import Content, VersionView
from core.settings import ROOT

PROMPTS = ROOT / "prompts"
AUTHOR = "whetstone"

_PARTS = re.compile(r"^(system|user):[ \t]*$", re.MULTILINE)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is built in


@dataclass(frozen=True)
class BuiltinPrompt:
    """One file, checked like any content that is saved. `key` is its path below `prompts/` without the ending, and the template's name unless it says another."""

    key: str
    name: str
    title: str
    description: str
    category: str
    tags: tuple[str, ...]
    content: Content


@dataclass(frozen=True)
class BuiltinState:
    """How a built-in template stands to its file: edited by a person, and with a newer text to be had."""

    template_id: str
    edited: bool
    update: Content | None


def load_prompts(folder: Path = PROMPTS) -> list[BuiltinPrompt]:
    """Every prompt file, by key from the last to the first, so that the newest-first list shows the starters in order.

    Raises:
        ConfigError: a file cannot be read; names it.
    """
    return [read_prompt(path, folder) for path in sorted(folder.rglob("*.prompty"), reverse=True)]


def read_prompt(path: Path, folder: Path = PROMPTS) -> BuiltinPrompt:
    """Raises ConfigError, naming the file and what is wrong with it."""
    try:
        return _parsed(path.read_text(encoding="utf-8"), path.relative_to(folder).with_suffix("").as_posix())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError, PromptTemplateError) as error:
        raise ConfigError(
            f"The prompt file {path.name} cannot be read: {error}. Restore it from the release."
        ) from error


@lru_cache(maxsize=100)
def _parsed(text: str, key: str) -> BuiltinPrompt:
    """The same text is looked at once in a process: pages ask for it again and again."""
    _, front, body = text.split("---\n", 2)
    meta = yaml.load(front, _LOADER)
    texts = _split(body)
    model = meta.get("model") or {}
    content = Content(
        system=texts.get("system", ""),
        user=texts.get("user", ""),
        variables=specs_from_json(meta.get("variables") or ()),
        temperature=model.get("temperature"),
        max_tokens=model.get("max_tokens"),
        response_schema=meta.get("response_schema"),
    )
    return BuiltinPrompt(
        key=key,
        name=meta.get("name", key),
        title=meta["title"],
        description=meta.get("description", ""),
        category=meta["category"],
        tags=tuple(meta.get("tags") or ()),
        content=contents.prepared(content),
    )


def seed(session: Session, folder: Path = PROMPTS) -> list[str]:
    """Bring every file into the library that is not there yet; returns the names that were made or moved on.

    A built-in template that nobody edited gets the file's new text as a new version. An edited one is left alone, and so
    is one whose label `production` is protected.
    """
    changed = []
    rows = {row.builtin_key: row for row in session.scalars(select(Template).where(Template.builtin_key.is_not(None)))}
    for prompt in load_prompts(folder):
        row = rows.get(prompt.key)
        if row is None:
            name = prompt.name
            if session.scalar(select(Template.id).where(Template.name == name)):
                name = f"{name}_builtin"  # a person's own template keeps its name
            create_template(
                session,
                name,
                prompt.content,
                person=AUTHOR,
                title=prompt.title,
                description=prompt.description,
                category=prompt.category,
                tags=prompt.tags,
                note="Built in",
                builtin_key=prompt.key,
            )
            changed.append(name)
            continue
        fresh = contents.content_hash(prompt.content)
        current = _current(session, row.id)
        unedited = current is not None and current.content_hash == row.builtin_hash
        if row.builtin_hash != fresh and unedited and not current.is_protected:
            save_version(
                session,
                row.id,
                prompt.content,
                expected_rev=row.rev,
                person=AUTHOR,
                parent_number=current.number,
                note="New release",
            )
            row.builtin_hash = fresh
            changed.append(row.name)
    session.flush()
    return changed


def builtin_state(session: Session, template_id: str, folder: Path = PROMPTS) -> BuiltinState | None:
    """None for a template that is not built in, or whose file is gone."""
    row = session.scalar(select(Template).where(Template.id == template_id))
    prompt = _prompt_of(row, folder) if row is not None else None
    if row is None or prompt is None:
        return None
    found = _current(session, template_id)
    fresh, current = contents.content_hash(prompt.content), found.content_hash if found else None
    return BuiltinState(
        template_id,
        edited=current not in (fresh, row.builtin_hash),
        update=None if current == fresh else prompt.content,
    )


def reset_to_builtin(session: Session, template_id: str, *, person: str, folder: Path = PROMPTS) -> VersionView:
    """Bring the file's text back as a new version with the label `production`; the edits stay in the history.

    Raises:
        PromptTemplateNotFoundError: the template is not built in.
        PromptValidationError: nothing differs from the file.
    """
    row = session.scalar(select(Template).where(Template.id == template_id))
    prompt = _prompt_of(row, folder) if row is not None else None
    if row is None or prompt is None:
        raise PromptTemplateNotFoundError(
            "This template does not come with Whetstone, so there is nothing to go back to."
        )
    current = _current(session, row.id)
    version = save_version(
        session,
        row.id,
        prompt.content,
        expected_rev=row.rev,
        person=person,
        parent_number=current.number if current else None,
        note="Reset to built-in",
    )
    row.builtin_hash = contents.content_hash(version.content)
    session.flush()
    return version


def _prompt_of(row: Template, folder: Path) -> BuiltinPrompt | None:
    path = folder / f"{row.builtin_key}.prompty"
    return read_prompt(path, folder) if row.builtin_key and path.is_file() else None


def _current(session: Session, template_id: str) -> Row[tuple[int, bool, str]] | None:
    """Number, protection and content hash of what runs."""
    query = select(Label.number, Label.is_protected, Version.content_hash).join(Version, Label.version_id == Version.id)
    return session.execute(query.where(Label.template_id == template_id, Label.name == PRODUCTION)).first()


def _split(body: str) -> dict[str, str]:
    found = list(_PARTS.finditer(body))
    if not found or body[: found[0].start()].strip():
        raise ValueError("the body has to start with a line 'system:' or 'user:'")
    ends = [match.start() for match in found[1:]] + [len(body)]
    return {match.group(1): body[match.end() : end].strip() for match, end in zip(found, ends, strict=True)}
