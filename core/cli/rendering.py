"""`template render` and `template test`: what the templates say, without a call."""

import click

from core import library
from core.cli import output
from core.cli.inputs import check_names, read_values
from core.cli.invocation import Invocation, Verb
from core.cli.root import NEGATIVE
from core.db import reading
from core.errors import PromptTemplateNotFoundError, WorkbenchError

_PAGE = 200

var_option = click.option(
    "--var", "pairs", multiple=True, metavar="K=V", help="A variable: name=value, or name=@file. May be repeated."
)
vars_file_option = click.option("--vars-file", metavar="F", help="Variables as one JSON object; --var goes before it.")


@click.command(cls=Verb)
@click.argument("reference", metavar="REF")
@var_option
@vars_file_option
@click.pass_obj
def render(invocation: Invocation, reference: str, pairs: tuple[str, ...], vars_file: str | None) -> None:
    """Print the texts that a run would send. Nothing is sent."""
    given = read_values(pairs, vars_file)
    invocation.open()
    with reading() as session:
        version = library.resolve(session, reference, inactive=True)
    specs = version.content.variables
    check_names(given, specs, reference)
    texts = library.render(version.content.system, version.content.user, library.values_for(specs, given))
    invocation.put(
        {"version": version.number, "rendered": {"system": texts.system, "user": texts.user}},
        f"--- system ---\n{texts.system}\n--- user ---\n{texts.user}",
    )


@click.command(cls=Verb)
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.pass_obj
def test(invocation: Invocation, names: tuple[str, ...]) -> int:
    """Render the production version of every template, or of those named, on its sample values.

    Exit code 1 if one fails.
    """
    invocation.open()
    results = [_tested(name) for name in names or _all_names()]
    failed = sum(not result["ok"] for result in results)
    rows = [
        (
            result["name"],
            None if result["version"] is None else f"v{result['version']}",
            "ok" if result["ok"] else "failed",
            result["error"] or "",
        )
        for result in results
    ]
    tail = f"{len(results) - failed} of {len(results)} templates render."
    invocation.put(
        {"ok": not failed, "failed": failed, "templates": results},
        f"{output.table(('name', 'version', 'result', 'reason'), rows)}\n{tail}",
    )
    return NEGATIVE if failed else 0


def _all_names() -> list[str]:
    names: list[str] = []
    with reading() as session:
        more, page = True, 0
        while more:
            page += 1
            found = library.list_templates(session, order="title", page=page, size=_PAGE)
            names += [row.name for row in found.rows]
            more = found.more
    return names


def _tested(name: str) -> dict[str, object]:
    """One row. A name that is not there is the caller's mistake and raises; a template that fails is a result."""
    with reading() as session:
        number = library.get_template_by_name(session, name).current_number
        try:
            version = library.resolve(session, name, inactive=True)
        except PromptTemplateNotFoundError as error:
            return {"name": name, "version": number, "ok": False, "error": str(error)}
    content = version.content
    try:
        values = library.values_for(content.variables, library.sample_values(content.variables))
        library.render(content.system, content.user, values)
    except WorkbenchError as error:
        return {"name": name, "version": number, "ok": False, "error": str(error)}
    return {"name": name, "version": number, "ok": True, "error": None}
