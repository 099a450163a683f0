"""`job rerun`: the same analysis again, some of its types with other texts."""

import click

from core import analysis, jobs
from core.cli import output
from core.cli.analysing import finish
from core.cli.inputs import read_template_text
from core.cli.invocation import Invocation, Verb
from core.db import reading, transaction
from core.errors import InputError


@click.command("rerun", cls=Verb)
@click.argument("job_id", metavar="ID")
@click.option(
    "--type", "analysis_type", metavar="T", help="The type whose texts are given; may be left out if the job has one."
)
@click.option("--system-file", metavar="F", help="Its new system message.")
@click.option("--user-file", metavar="F", help="Its new user template, with its placeholders.")
@click.option("--connection", metavar="C", help="Instead of the job's.")
@click.option("--save-recipe", metavar="NAME", help="Also keep the new texts as a recipe of that name.")
@click.option("--wait", is_flag=True, help="Do the job here and now, and print what it found.")
@click.pass_obj
def rerun(
    invocation: Invocation,
    job_id: str,
    analysis_type: str | None,
    system_file: str | None,
    user_file: str | None,
    connection: str | None,
    save_recipe: str | None,
    wait: bool,
) -> int:
    """Run a completed or failed analysis again, with other texts for one of its types.

    A text that is not given stays as it was. The job of origin is not touched.
    """
    system = read_template_text(system_file) if system_file else None
    user = read_template_text(user_file) if user_file else None
    invocation.open()
    with reading() as session:
        own = analysis.type_prompts(jobs.get_job(session, job_id))
    edits: dict[str, tuple[str, str]] = {}
    if system is not None or user is not None:
        key = analysis_type or (next(iter(own)) if len(own) == 1 else None)
        if key is None:
            raise InputError(f"Say with --type which of {', '.join(own)} the texts are for.")
        if key not in own:
            raise InputError(f"This job has no type '{key}'. Its types are {', '.join(own)}.")
        before = own[key].prompt.content
        edits[key] = (before.system if system is None else system, before.user if user is None else user)
        missing = analysis.placeholders_missing(*edits[key])
        if len(missing) == 2:
            output.say("Neither text has a placeholder for the data, so the model sees no table.")
    elif save_recipe:
        raise InputError("There is nothing to save as a recipe: give --system-file or --user-file.")
    with transaction() as session:
        again = analysis.rerun(
            session,
            job_id,
            edits,
            person=invocation.settings.person,
            save_as={key: save_recipe for key in edits} if save_recipe else None,
            connection=connection,
        )
    return finish(invocation, again, wait=wait)
