"""`seed` and `check`: what is in the library."""

import click

from core import library
from core.cli import output
from core.cli.invocation import Invocation, Verb
from core.db import reading

_PAGE = 500


@click.command(cls=Verb)
@click.pass_obj
def seed(invocation: Invocation) -> None:
    """Bring the built-in templates into the library, and edited ones never back.

    Says which were made or moved on to this release's text. Doing it again changes nothing. (Every other verb that
    opens the database does the same; this one says so.)
    """
    made = invocation.open()
    with reading() as session:
        total = library.count_templates(session)
    text = (
        "\n".join(made) if made else f"Nothing to do: the built-in templates are up to date ({total} templates in all)."
    )
    invocation.put({"made": made, "templates": total}, text)


@click.command(cls=Verb)
@click.pass_obj
def check(invocation: Invocation) -> None:
    """List every template: name, title, category, current version, labels, uses, active."""
    invocation.open()
    rows: list[library.TemplateRow] = []
    with reading() as session:
        more, page = True, 0
        while more:
            page += 1
            found = library.list_templates(session, order="title", page=page, size=_PAGE)
            rows += found.rows
            more = found.more
    invocation.put(
        {"templates": [template_document(row) for row in rows], "total": len(rows)},
        templates_table(rows),
    )


def template_document(row: library.TemplateRow) -> dict[str, object]:
    """One line of a list of templates, for `--json`."""
    return {
        "name": row.name,
        "title": row.title,
        "category": row.category,
        "current_version": row.current_number,
        "latest_version": row.latest_number,
        "labels": row.labels,
        "tags": row.tags,
        "uses": row.usage_count,
        "last_used_at": row.last_used_at,
        "active": row.is_active,
        "builtin": row.is_builtin,
        "id": row.id,
    }


def templates_table(rows: list[library.TemplateRow]) -> str:
    """The same lines for people."""
    if not rows:
        return "No templates."
    return output.table(
        ("name", "title", "category", "version", "labels", "uses", "active"),
        [
            (
                row.name,
                output.short(row.title, 50),
                output.short(row.category, 30),
                None if row.current_number is None else f"v{row.current_number}",
                ", ".join(f"{name} v{number}" for name, number in row.labels.items()),
                row.usage_count,
                row.is_active,
            )
            for row in rows
        ],
    )
