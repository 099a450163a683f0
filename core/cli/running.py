"""`run`: render a template, call the model, record it."""

import time

import click

from core import library
from core.cli import output
from core.cli.inputs import check_names, read_values
from core.cli.invocation import Invocation, Verb
from core.cli.rendering import var_option, vars_file_option
from core.cli.root import FAILED, STOPPED, exit_code, problem
from core.db import reading
from core.errors import CancelledError, WorkbenchError
from core.library import Call, ExecutionView, Run

_POLL_S = 0.05
_LAST_S = 3.0
"""A cancelled call is recorded within this time, or with the next start."""


@click.command(cls=Verb)
@click.argument("reference", metavar="NAME[@LABEL|:N]")
@var_option
@vars_file_option
@click.option("--connection", metavar="C", help="Instead of the version's, or the default one.")
@click.option("--model", metavar="M", help="Instead of the version's, or the connection's.")
@click.option("--temperature", type=click.FloatRange(0, 2))
@click.option("--max-tokens", type=click.IntRange(min=1))
@click.option("--cache", is_flag=True, help="Take the recorded answer to the identical request, if there is one.")
@click.option("--stream", is_flag=True, help="Print the answer as it comes (with --json: on stderr).")
@click.pass_obj
def run(
    invocation: Invocation,
    reference: str,
    pairs: tuple[str, ...],
    vars_file: str | None,
    connection: str | None,
    model: str | None,
    temperature: float | None,
    max_tokens: int | None,
    cache: bool,
    stream: bool,
) -> int:
    """Run a template: the answer on stdout, what it took on stderr; recorded either way.

    Exit code 3 if the call fails; the execution is recorded with its error.
    """
    given = read_values(pairs, vars_file)
    invocation.open()
    overrides = {"connection": connection, "model": model, "temperature": temperature, "max_tokens": max_tokens}
    with reading() as session:
        version = library.resolve(session, reference)
        check_names(given, version.content.variables, reference)
        call = library.call_version(
            session,
            version,
            given,
            overrides=overrides,
            source="cli",
            person=invocation.settings.person,
            use_cache=cache,
            stream=stream,
        )
    return perform(invocation, call)


def perform(invocation: Invocation, call: Call) -> int:
    """Make the call, print its result, and return the exit code.

    Raises:
        WorkbenchError: it was refused before anything was recorded.
    """
    try:
        run = library.start(call)
    except WorkbenchError as error:
        if refused := getattr(error, "execution_id", None):  # over budget: refused, and recorded as that
            with reading() as session:
                _put(invocation, library.get_execution(session, refused), error, "")
            return exit_code(error)
        raise
    try:
        shown = _follow(invocation, run) if call.stream else ""
        execution, error = run.wait(), run.error
    except KeyboardInterrupt:
        run.cancel()
        execution = run.wait(_LAST_S)
        shown = (execution.response or "") if call.stream else ""
        error = CancelledError("Stopped. What had come so far is recorded.")
    if error is None and execution.status != "completed":
        error = CancelledError(execution.error or f"The call was {execution.status}.")
    _put(invocation, execution, error, shown)
    if error is None:
        return 0
    return STOPPED if isinstance(error, CancelledError) else FAILED


def _follow(invocation: Invocation, run: Run) -> str:
    """Print the answer while it comes; returns what was printed."""
    shown = ""
    while True:
        done = run.done  # asked before the text, so that nothing comes between the last look and the end
        fresh = run.text[len(shown) :]
        if fresh and invocation.as_json:
            output.say(fresh, end="")
        elif fresh:
            output.put_text(fresh, end="")
        shown += fresh
        if done:
            return shown
        time.sleep(_POLL_S)


def _put(invocation: Invocation, execution: ExecutionView, error: WorkbenchError | None, shown: str) -> None:
    if invocation.as_json:
        if shown:
            output.say("")
        output.put_json(document(execution, error))
    elif shown and shown == (execution.response or ""):
        output.put_text("", end="" if shown.endswith("\n") else "\n")
    else:
        if shown:
            output.say("\nThe answer was asked for again; this is the one that counts:")
        if execution.response:
            output.put_text(execution.response)
    if error is not None:
        output.say(str(error))
    output.say(_summary(execution))


def document(execution: ExecutionView, error: WorkbenchError | None = None) -> dict[str, object]:
    """The result of a run for `--json`. None means unknown; `error` is there only for a call that did not end well."""
    values: dict[str, object] = {
        "execution_id": execution.id,
        "status": execution.status,
        "response": execution.response,
        "rendered": {"system": execution.system, "user": execution.user},
        "tokens": {"input": execution.input_tokens, "output": execution.output_tokens},
        "cost_usd": execution.cost_usd,
        "duration_ms": execution.duration_ms,
        "connection": execution.connection,
        "model": execution.model,
    }
    return values | ({"error": problem(error)} if error is not None else {})


def _summary(execution: ExecutionView) -> str:
    about = "about " if execution.tokens_estimated else ""
    tokens = "tokens unknown"
    if execution.input_tokens is not None and execution.output_tokens is not None:
        tokens = f"{about}{execution.input_tokens:,} → {execution.output_tokens:,} tokens"
    took = "" if execution.duration_ms is None else f" · {execution.duration_ms:,} ms"
    cached = " · from the record" if execution.is_cached else ""
    return (
        f"{execution.id} · {execution.status} · {execution.reference} · {execution.connection} · {execution.model} · "
        f"{tokens} · {output.usd(execution.cost_usd)}{took}{cached}"
    )
