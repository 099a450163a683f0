"""`executions …`: the record of model calls."""

import dataclasses
import typing

import click

from core import library
from core.cli import output
from core.cli.invocation import Invocation, VerbGroup
from core.cli.running import perform
from core.db import reading
from core.library import ExecutionRow, ExecutionView, Status


@click.group(cls=VerbGroup)
def executions() -> None:
    """List, show and replay recorded calls."""


@executions.command("list")
@click.option("--template", "name", metavar="NAME", help="Only calls of this template.")
@click.option("--status", type=click.Choice(typing.get_args(Status)))
@click.option("--model", metavar="M")
@click.option("--text", default="", help="In what was sent and what came back.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.pass_obj
def list_(
    invocation: Invocation, name: str | None, status: Status | None, model: str | None, text: str, limit: int
) -> None:
    """List recorded calls, newest first."""
    invocation.open()
    with reading() as session:
        template_id = library.get_template_by_name(session, name).id if name else None
        filters = library.ExecutionFilter(template_id=template_id, status=status, model=model, text=text)
        found = library.list_executions(session, filters, size=limit)
    rest = f"\nThe newest {limit}; --limit shows more." if found.more else ""
    invocation.put(
        {"executions": [_row_document(row) for row in found.rows], "more": found.more}, _rows_table(found.rows) + rest
    )


@executions.command()
@click.argument("execution_id", metavar="ID")
@click.pass_obj
def show(invocation: Invocation, execution_id: str) -> None:
    """Show one call: what was sent, what came back, what it took."""
    invocation.open()
    with reading() as session:
        execution = library.get_execution(session, execution_id)
    invocation.put(_document(execution), _readable(execution))


@executions.command()
@click.argument("execution_id", metavar="ID")
@click.option(
    "--version", "number", type=click.IntRange(min=1), metavar="N", help="Under this version of its template."
)
@click.option("--connection", metavar="C", help="Instead of the one it used.")
@click.option("--model", metavar="M", help="Instead of the one it used, or that of --connection.")
@click.pass_obj
def replay(
    invocation: Invocation, execution_id: str, number: int | None, connection: str | None, model: str | None
) -> int:
    """Call again with the raw variables of a recorded call. Prints and exits as `run` does."""
    invocation.open()
    with reading() as session:
        past = library.get_execution(session, execution_id)
        # A model belongs to its connection, so another connection starts from its own default.
        overrides = {
            "connection": connection or past.connection,
            "model": model or (None if connection else past.model),
        }
        call = library.call_again(
            session,
            execution_id,
            number=number,
            overrides=overrides,
            source="cli",
            person=invocation.settings.person,
        )
    return perform(invocation, call)


def _row_document(row: ExecutionRow) -> dict[str, object]:
    return {
        "execution_id": row.id,
        "created_at": row.created_at,
        "template": row.template_name,
        "version": row.version_number,
        "status": row.status,
        "connection": row.connection,
        "model": row.model,
        "tokens": {"input": row.input_tokens, "output": row.output_tokens},
        "cost_usd": row.cost_usd,
        "duration_ms": row.duration_ms,
        "cached": row.is_cached,
        "rating": row.rating,
        "source": row.source,
        "person": row.person,
        "excerpt": row.excerpt,
    }


def _rows_table(rows: tuple[ExecutionRow, ...]) -> str:
    if not rows:
        return "No executions."
    columns = ("id", "when", "template", "status", "model", "in", "out", "USD", "ms", "answer")
    return output.table(
        columns,
        [
            (
                row.id,
                output.when(row.created_at),
                f"{row.template_name}:{row.version_number}" if row.template_name else "direct call",
                row.status,
                row.model,
                row.input_tokens,
                row.output_tokens,
                None if row.cost_usd is None else f"{row.cost_usd:.4f}",
                row.duration_ms,
                output.short(row.excerpt, 50),
            )
            for row in rows
        ],
    )


def _document(execution: ExecutionView) -> dict[str, object]:
    """The whole record, in the words that `run` uses."""
    values = {field.name: getattr(execution, field.name) for field in dataclasses.fields(execution)}
    tokens = {"input": values.pop("input_tokens"), "output": values.pop("output_tokens")}
    rendered = {"system": values.pop("system"), "user": values.pop("user")}
    error, kind = values.pop("error"), values.pop("error_kind")
    return {
        "execution_id": values.pop("id"),
        **values,
        "rendered": rendered,
        "tokens": tokens,
        "error": {"kind": kind, "message": error} if error else None,
    }


def _readable(execution: ExecutionView) -> str:
    head = output.pairs(
        {
            "id": execution.id,
            "when": output.when(execution.created_at),
            "template": execution.reference,
            "status": execution.status,
            "connection": f"{execution.connection} · {execution.model}",
            "tokens": f"{execution.input_tokens or '–'} → {execution.output_tokens or '–'}"
            + (" (estimated)" if execution.tokens_estimated else ""),
            "cost": output.usd(execution.cost_usd),
            "duration": None if execution.duration_ms is None else f"{execution.duration_ms:,} ms",
            "attempts": execution.attempts,
            "rating": execution.rating,
            "by": f"{execution.person} ({execution.source})",
            "replay of": execution.replay_of,
        }
    )
    end = f"--- error ---\n{execution.error}\n" if execution.error else ""
    return (
        f"{head}\n--- system ---\n{execution.system}\n--- user ---\n{execution.user}\n"
        f"--- response ---\n{execution.response or ''}\n{end}"
    )
