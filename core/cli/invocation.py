"""What belongs to one call of the command line: the options that every verb takes, the settings, the open workbench."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from core.cli import output

if TYPE_CHECKING:
    from core.settings import Settings


@dataclass
class Invocation:
    """Passed to every verb by `@click.pass_obj`."""

    as_json: bool = False
    debug: bool = False
    data_dir: Path | None = None

    @cached_property
    def settings(self) -> "Settings":
        """The settings in force; `--data-dir` goes before the environment.

        Raises:
            ConfigError: a `WHETSTONE_…` variable has a value that it cannot have.
        """
        from core.settings import read_settings

        return read_settings(**({"data_dir": self.data_dir} if self.data_dir else {}))

    @property
    def log_level(self) -> str:
        """What this call logs: a server's log of what went well is noise beside a result, so only on request."""
        if self.debug:
            return "DEBUG"
        return self.settings.log_level if "log_level" in self.settings.model_fields_set else "WARNING"

    def open(self) -> tuple[str, ...]:
        """Open the workbench until the verb ends; returns the built-in templates that were made or moved on.

        Raises:
            ConfigError: see `startup.open_workbench`.
        """
        from core import logs, startup

        logs.begin_request()
        click.get_current_context().call_on_close(startup.close_workbench)
        return startup.open_workbench(self.settings.model_copy(update={"log_level": self.log_level})).seeded

    def put(self, document: Any, text: str) -> None:
        """The verb's result on stdout: `document` under `--json`, else `text`."""
        output.put(document, text, as_json=self.as_json)


def _remember(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    if ctx.get_parameter_source(option.name or "") is not ParameterSource.COMMANDLINE:
        return
    if option.name == "data_dir":
        if not value.strip():
            raise click.BadParameter("It is empty. Give the folder that holds the database.", ctx, option)
        value = Path(value).expanduser()
    setattr(ctx.obj, option.name or "", value)


_COMMON = (
    click.Option(
        ["--data-dir"],
        metavar="DIR",
        expose_value=False,
        is_eager=True,
        callback=_remember,
        help="Folder of the database (default: WHETSTONE_DATA_DIR, else data/ beside app.py).",
    ),
    click.Option(
        ["--json", "as_json"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_remember,
        help="One JSON document on stdout.",
    ),
    click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_remember,
        help="Log and trace everything.",
    ),
)


class _Everywhere(click.Command):
    """Adds the common options; the one nearest to the verb wins."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*_COMMON, *super().get_params(ctx)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verb's own options first, then those of every verb."""
        own = [row for each in click.Command.get_params(self, ctx) if (row := each.get_help_record(ctx))]
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        with formatter.section("Every verb"):
            formatter.write_dl([row for each in _COMMON if (row := each.get_help_record(ctx))])


class Verb(_Everywhere):
    """One verb."""


class VerbGroup(_Everywhere, click.Group):
    """A noun with verbs, such as `template`."""

    command_class = Verb

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _Everywhere.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)
