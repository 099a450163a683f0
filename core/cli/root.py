"""The root of the command line: which verbs there are, and what an error means to the caller."""

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from core.cli import output
from core.cli.invocation import Invocation, VerbGroup
from core.errors import CancelledError, PromptTemplateError, ServiceError, WorkbenchError

NEGATIVE, MISTAKE, FAILED, STOPPED = 1, 2, 3, 130

_VERBS = {
    "doctor": ("core.cli.doctor", "Check that this installation works."),
    "seed": ("core.cli.seeding", "Bring the built-in templates into the library."),
    "check": ("core.cli.seeding", "List every template: version, labels, uses."),
    "template": ("core.cli.templates", "Make, change, read and test templates."),
    "run": ("core.cli.running", "Render a template, call the model, record it."),
    "connection": ("core.cli.connections", "Add, list and test model services."),
    "source": ("core.cli.sources", "Add and read sources: files, databases, warehouses."),
    "analyze": ("core.cli.analysing", "Start an analysis of tables."),
    "genie": ("core.cli.genie", "Look at Genie spaces, ask them, measure them."),
    "executions": ("core.cli.executions", "List, show and replay recorded calls."),
    "job": ("core.cli.jobs", "List, show and steer background jobs."),
    "worker": ("core.cli.working", "Do background jobs until stopped."),
    "serve": ("core.cli.serving", "Start the workbench in the browser."),
}
"""The module that holds a verb under the verb's own name, and the line that `--help` shows without loading it."""


def exit_code(error: WorkbenchError) -> int:
    """3 for what a service or Whetstone itself did wrong, 2 for what the caller or operator can put right."""
    if isinstance(error, CancelledError):
        return STOPPED
    if isinstance(error, ServiceError) or type(error) in (WorkbenchError, PromptTemplateError):
        return FAILED
    return MISTAKE


def problem(error: Exception) -> dict[str, str]:
    """The `error` of a JSON document."""
    return {"kind": type(error).__name__, "message": str(error)}


class Root(VerbGroup):
    """Loads a verb when it is called, and turns every way to end into an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return getattr(import_module(_VERBS[name][0]), name) if name in _VERBS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, line) for name, (_, line) in _VERBS.items()])

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:
        """Run one verb and exit. Nothing but SystemExit leaves this, so nobody sees a traceback unasked."""
        given = list(sys.argv[1:] if args is None else args)
        invocation = Invocation()
        try:
            if any(not _is_whole(argument) for argument in given):
                raise click.UsageError("An argument is not valid UTF-8. Put the text into a file, or rename the file.")
            with self.make_context("python -m core", given.copy(), obj=invocation) as ctx:
                code = self.invoke(ctx) or 0
        except click.exceptions.Exit as end:  # --help
            code = end.exit_code
        except click.ClickException as error:
            # A line that cannot be read may not have come as far as its --json.
            invocation.as_json |= "--json" in given
            code = _refuse(error, invocation)
        except WorkbenchError as error:
            _report(problem(error), invocation)
            code = exit_code(error)
        except (KeyboardInterrupt, click.Abort):
            _report({"kind": "CancelledError", "message": "Stopped."}, invocation)
            code = STOPPED
        except Exception as error:  # a defect of ours is said in a sentence, never as a traceback
            code = _apologise(error, invocation)
        sys.exit(code)


@click.group(cls=Root)
def cli() -> None:
    """Whetstone: write prompt templates, prove that they work, put them to use.

    Exit codes: 0 done · 1 a check or test failed · 2 your input or a setting · 3 a service or a run failed.
    """


def _is_whole(argument: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in argument)


def _report(error: dict[str, str], invocation: Invocation) -> None:
    if invocation.as_json:
        output.put_json({"error": error})
    output.say(error["message"])


def _refuse(error: click.ClickException, invocation: Invocation) -> int:
    """Arguments that click could not read."""
    if not invocation.as_json:
        error.show()
    elif isinstance(error, click.exceptions.NoArgsIsHelpError):
        _report({"kind": "UsageError", "message": "Name a verb; --help lists them."}, invocation)
    else:
        _report({"kind": "UsageError", "message": error.format_message()}, invocation)
    return MISTAKE


def _apologise(error: Exception, invocation: Invocation) -> int:
    """An error that nobody foresaw: a sentence, and the trace for whoever asks for it."""
    name = type(error).__name__
    if _wants_trace(invocation):
        from core.llm import mask_secrets

        output.say(mask_secrets("".join(traceback.format_exception(error))), end="")
        message = f"Whetstone failed unexpectedly ({name}). This is a defect; please report it with the lines above."
    else:
        message = (
            f"Whetstone failed unexpectedly ({name}). This is a defect; the same command with --debug shows where."
        )
    _report({"kind": name, "message": message}, invocation)
    return FAILED


def _wants_trace(invocation: Invocation) -> bool:
    try:
        return invocation.log_level == "DEBUG"
    except WorkbenchError:
        return False
