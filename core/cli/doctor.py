"""`doctor`: does this installation work?"""

import click

from core import logs, startup
from core.cli import output
from core.cli.checking import run_checks
from core.cli.invocation import Invocation, Verb
from core.cli.root import NEGATIVE
from core.diagnosis import settings_in_force
from core.library import rendering
from core.llm import mask_secrets


@click.command(cls=Verb)
@click.pass_obj
def doctor(invocation: Invocation) -> int:
    """Check this installation and its settings. Changes nothing; exit code 1 if something fails."""
    settings = invocation.settings
    logs.configure(invocation.log_level, mask_secrets)
    rendering.configure(deadline_s=settings.render_deadline_s, memory_mb=settings.render_memory_mb)
    click.get_current_context().call_on_close(startup.close_workbench)
    checks = list(run_checks(settings))
    failed = sum(check.state == "fail" for check in checks)
    warned = sum(check.state == "warn" for check in checks)
    in_force = settings_in_force(settings)
    parts = [
        output.table(
            ("setting", "value", "from"),
            [(each.variable, each.value, "set" if each.is_given else "default") for each in in_force],
        ),
        output.table(("check", "state", "finding"), [(each.name, each.state, each.message) for each in checks]),
        f"{len(checks)} checks: {failed} failed, {warned} with a warning.",
    ]
    shown = {each.variable: {"value": each.value, "set": each.is_given} for each in in_force}
    invocation.put({"ok": not failed, "checks": checks, "settings": shown}, "\n\n".join(parts))
    return NEGATIVE if failed else 0
