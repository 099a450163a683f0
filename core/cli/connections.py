"""`connection …`: the model services. A key is named by its environment variable and never typed on a command line."""

import click

from core import activity, library, llm
from core.cli import output
from core.cli.invocation import Invocation, VerbGroup
from core.cli.root import FAILED
from core.db import reading, transaction
from core.errors import InputError
from core.llm import KINDS, ConnectionDraft, ConnectionView

_AMOUNT = click.FloatRange(min=0)


@click.group(cls=VerbGroup)
def connection() -> None:
    """Add, list and test model services."""


@connection.command()
@click.argument("name")
@click.option("--base-url", metavar="URL", help="Up to and with /v1; not needed for kinds that have one.")
@click.option("--api-key-env", metavar="VAR", help="The environment variable that holds the key.")
@click.option("--model", metavar="M", help="The default model.")
@click.option(
    "--kind", type=click.Choice([kind for kind in KINDS if kind != "offline"]), default="compatible", show_default=True
)
@click.option("--option", "options", multiple=True, metavar="K=V", help="A field of the kind, such as api_version=….")
@click.option(
    "--default/--no-default",
    "make_default",
    default=None,
    help="What *auto* means; else only if nothing but the offline model is.",
)
@click.option("--timeout-s", type=float, default=60.0, show_default=True)
@click.option("--max-retries", type=int, default=2, show_default=True)
@click.option("--parallel", type=int, default=8, show_default=True, help="Calls at once.")
@click.option("--budget-usd-per-month", type=_AMOUNT)
@click.option("--input-usd-per-mtok", type=_AMOUNT, help="Price; else the price list decides.")
@click.option("--output-usd-per-mtok", type=_AMOUNT)
@click.pass_obj
def add(
    invocation: Invocation,
    name: str,
    base_url: str | None,
    api_key_env: str | None,
    model: str | None,
    kind: str,
    options: tuple[str, ...],
    make_default: bool | None,
    timeout_s: float,
    max_retries: int,
    parallel: int,
    budget_usd_per_month: float | None,
    input_usd_per_mtok: float | None,
    output_usd_per_mtok: float | None,
) -> None:
    """Add a model service. Nothing is sent; `connection test` does."""
    draft = ConnectionDraft(
        name=name,
        kind=kind,
        base_url=base_url,
        model=model,
        key_source="env" if api_key_env is not None else "none",
        key_env=api_key_env,
        timeout_s=timeout_s,
        max_retries=max_retries,
        parallel=parallel,
        input_usd_per_mtok=input_usd_per_mtok,
        output_usd_per_mtok=output_usd_per_mtok,
        budget_usd_per_month=budget_usd_per_month,
        options=_options(options),
    )
    invocation.open()
    with transaction() as session:
        made = llm.add_connection(session, draft, make_default=make_default)
        activity.record(session, invocation.settings.person, "added connection", made.name)
    if made.key_missing:
        output.say(f"The environment variable {made.key_env} is not set here; set it before you call.")
    default = ", the default" if made.is_default else ""
    invocation.put(_document(made), f"Added {made.name} ({KINDS[made.kind].title}{default}).")


@connection.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the model services, the offline model last."""
    invocation.open()
    with reading() as session:
        found = llm.list_connections(session)
    rows = [
        (
            each.name,
            each.kind,
            each.base_url or ("this machine" if each.kind == "offline" else None),
            each.model,
            each.is_default,
            _key(each),
        )
        for each in found
    ]
    invocation.put(
        {"connections": [_document(each) for each in found]},
        output.table(("name", "kind", "base URL", "model", "default", "key"), rows),
    )


@connection.command()
@click.argument("name")
@click.pass_obj
def test(invocation: Invocation, name: str) -> int:
    """Ask a model service whether it answers; `auto` is the default one. Exit code 3 if not."""
    invocation.open()
    with reading() as session:
        view = llm.get_connection(session, name)
    result = library.test_connection(view, person=invocation.settings.person)
    document = {
        "name": view.name,
        "ok": result.ok,
        "latency_ms": result.latency_ms,
        "models": result.models,
        "message": result.message,
    }
    invocation.put(document, result.message)
    return 0 if result.ok else FAILED


def _options(pairs: tuple[str, ...]) -> dict[str, str]:
    options = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            raise InputError(f"'--option {pair[:60]}' has no '='. Write --option name=value.")
        options[name.strip()] = value
    return options


def _document(view: ConnectionView) -> dict[str, object]:
    return {
        "name": view.name,
        "kind": view.kind,
        "base_url": view.base_url,
        "model": view.model,
        "default": view.is_default,
        "key": {"source": view.key_source, "env": view.key_env, "last4": view.key_last4, "missing": view.key_missing},
        "timeout_s": view.timeout_s,
        "max_retries": view.max_retries,
        "parallel": view.parallel,
        "budget_usd_per_month": view.budget_usd_per_month,
        "input_usd_per_mtok": view.input_usd_per_mtok,
        "output_usd_per_mtok": view.output_usd_per_mtok,
        "options": view.options,
    }


def _key(view: ConnectionView) -> str:
    if view.key_source == "none":
        return "none"
    where = view.key_env if view.key_source == "env" else view.key_source
    if view.key_missing:
        return f"{where} (not set)"
    return f"{where} ••••{view.key_last4}" if view.key_last4 else str(where)
