"""`template …`: making, changing, finding and labelling templates. Rendering and testing them is in `rendering`."""

from dataclasses import replace

import click

from core import library
from core.cli import output, rendering
from core.cli.inputs import read_template_text, refuse_stdin_twice
from core.cli.invocation import Invocation, VerbGroup
from core.cli.seeding import template_document, templates_table
from core.db import reading, transaction
from core.errors import InputError
from core.library import Content, TemplateView, VersionView

_NUMBER = click.IntRange(min=1)
_system_file = click.option("--system-file", metavar="F", help="System prompt: a file, or - for standard input.")
_user_file = click.option("--user-file", metavar="F", help="User template: a file, or - for standard input.")


@click.group(cls=VerbGroup)
def template() -> None:
    """Make, change, read and test templates. A REF is name, name@label or name:3."""


template.add_command(rendering.render)
template.add_command(rendering.test)


@template.command()
@click.argument("name")
@_system_file
@_user_file
@click.option("--title", help="For people; made from the name if not given.")
@click.option("--category", default="general", show_default=True)
@click.option("--description", default="")
@click.option("--tag", "tags", multiple=True, help="A free word for grouping; may be repeated.")
@click.option("--note", default="First version", help="What this version is.")
@click.pass_obj
def create(
    invocation: Invocation,
    name: str,
    system_file: str | None,
    user_file: str | None,
    title: str | None,
    category: str,
    description: str,
    tags: tuple[str, ...],
    note: str,
) -> None:
    """Make a template with its version 1, which is labelled production."""
    system, user = _read(system_file, user_file)
    invocation.open()
    with transaction() as session:
        made = library.create_template(
            session,
            name,
            Content(system or "", user or ""),
            person=invocation.settings.person,
            title=title,
            category=category,
            description=description,
            tags=tags,
            note=note,
        )
        version = library.get_version(session, made.id, 1)
    _put_saved(invocation, made, version, f"Made {made.name}, v1 is production.")


@template.command("new-version")
@click.argument("name")
@_system_file
@_user_file
@click.option("--from", "base", type=_NUMBER, metavar="N", help="The version to start from (default: the newest).")
@click.option("--note", default="", help="What changed and why.")
@click.option("--no-production", is_flag=True, help="Leave the label production where it is.")
@click.pass_obj
def new_version(
    invocation: Invocation,
    name: str,
    system_file: str | None,
    user_file: str | None,
    base: int | None,
    note: str,
    no_production: bool,
) -> None:
    """Save a template's next version. A text that is not given stays, as do variables and settings."""
    if system_file is None and user_file is None:
        raise InputError("Nothing would change. Give --system-file or --user-file.")
    system, user = _read(system_file, user_file)
    invocation.open()
    with transaction() as session:
        before = library.get_template_by_name(session, name)
        parent = library.resolve(session, f"{name}:{base}" if base else f"{name}@latest", inactive=True)
        content = replace(
            parent.content,
            system=parent.content.system if system is None else system,
            user=parent.content.user if user is None else user,
        )
        version = library.save_version(
            session,
            before.id,
            content,
            expected_rev=before.rev,
            person=invocation.settings.person,
            parent_number=parent.number,
            note=note,
            make_production=not no_production,
        )
        saved = library.get_template(session, before.id)
    text = f"Saved {saved.name} v{version.number} (from v{parent.number}); production is v{saved.current_number}."
    _put_saved(invocation, saved, version, text)


@template.command("list")
@click.option("--search", default="", help="In name, title, description and texts.")
@click.option("--category")
@click.option("--tag")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--page", type=_NUMBER, default=1, show_default=True)
@click.pass_obj
def list_(invocation: Invocation, search: str, category: str | None, tag: str | None, limit: int, page: int) -> None:
    """List templates, last changed first."""
    invocation.open()
    filters = library.TemplateFilter(search=search, category=category, tag=tag)
    with reading() as session:
        found = library.list_templates(session, filters, page=page, size=limit)
    document = {
        "templates": [template_document(row) for row in found.rows],
        "total": found.total,
        "page": page,
        "more": found.more,
    }
    rest = f"\n{len(found.rows)} of {found.total}; --page {page + 1} shows more." if found.more else ""
    invocation.put(document, templates_table(list(found.rows)) + rest)


@template.command()
@click.argument("reference", metavar="REF")
@click.pass_obj
def show(invocation: Invocation, reference: str) -> None:
    """Show a template, its history, and the texts of one version."""
    invocation.open()
    with reading() as session:
        version = library.resolve(session, reference, inactive=True)
        view = library.get_template(session, version.template_id)
        history = library.list_versions(session, view.id)
    document = _saved(view, version) | {
        "versions": [
            {"number": each.number, "note": each.note, "created_at": each.created_at, "created_by": each.created_by}
            for each in history
        ]
    }
    head = output.pairs(
        {
            "name": view.name,
            "title": view.title,
            "category": view.category,
            "tags": ", ".join(view.tags),
            "labels": ", ".join(f"{label.name} v{label.number}" for label in view.labels),
            "active": view.is_active,
            "uses": view.usage_count,
            "shown": f"v{version.number} of {view.latest_number}, by {version.created_by}, {output.when(version.created_at)}",
            "note": version.note,
            "variables": ", ".join(f"{spec.name} ({spec.type})" for spec in version.content.variables),
        }
    )
    texts = f"--- system ---\n{version.content.system}\n--- user ---\n{version.content.user}"
    invocation.put(document, f"{head}\n{texts}")


@template.command()
@click.argument("name")
@click.argument("label")
@click.argument("version", type=_NUMBER)
@click.pass_obj
def label(invocation: Invocation, name: str, label: str, version: int) -> None:
    """Point LABEL at VERSION, making the label on first use."""
    _move(invocation, name, label, version)


@template.command()
@click.argument("name")
@click.argument("version", type=_NUMBER)
@click.pass_obj
def rollback(invocation: Invocation, name: str, version: int) -> None:
    """Point production back at VERSION."""
    _move(invocation, name, library.PRODUCTION, version)


def _move(invocation: Invocation, name: str, label: str, number: int) -> None:
    invocation.open()
    with transaction() as session:
        view = library.get_template_by_name(session, name)
        before = next((each.number for each in view.labels if each.name == label), None)
        library.move_label(session, view.id, label, number, person=invocation.settings.person)
    was = "was not set" if before is None else f"was v{before}"
    text = f"{label} of {name} points at v{number}" + (" already." if before == number else f" now; it {was}.")
    invocation.put({"name": name, "label": label, "version": number, "before": before}, text)


def _read(system_file: str | None, user_file: str | None) -> tuple[str | None, str | None]:
    """The two texts, None for one that was not given."""
    refuse_stdin_twice([system_file, user_file])
    return (
        None if system_file is None else read_template_text(system_file),
        None if user_file is None else read_template_text(user_file),
    )


def _saved(view: TemplateView, version: VersionView) -> dict[str, object]:
    return {
        "name": view.name,
        "title": view.title,
        "description": view.description,
        "category": view.category,
        "tags": view.tags,
        "active": view.is_active,
        "uses": view.usage_count,
        "current_version": view.current_number,
        "labels": {each.name: each.number for each in view.labels},
        "id": view.id,
        "version": {
            "number": version.number,
            "note": version.note,
            "created_at": version.created_at,
            "created_by": version.created_by,
            **library.to_json(version.content),
        },
    }


def _put_saved(invocation: Invocation, view: TemplateView, version: VersionView, text: str) -> None:
    names = ", ".join(spec.name for spec in version.content.variables)
    invocation.put(_saved(view, version), text + (f" Variables: {names}." if names else ""))
