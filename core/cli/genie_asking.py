"""`genie ask`: one question to a space, with its SQL and its rows."""

from typing import Any

import click

from core import genie
from core.cli import inputs, output
from core.cli.genie_places import connection_option, find_place, find_space, space_option
from core.cli.invocation import Invocation, Verb
from core.cli.root import FAILED, MISTAKE, NEGATIVE
from core.genie import Answer, Meaning

_LOOK_S = 0.05
_ENDING_S = 10.0
_SHOWN_ROWS = 100

_CODES = {Meaning.WRONG: NEGATIVE, Meaning.CONFIGURATION: MISTAKE, Meaning.NOT_MEASURED: FAILED}


@click.command(cls=Verb)
@click.argument("question")
@connection_option
@space_option()
@click.pass_obj
def ask(invocation: Invocation, question: str, connection: str | None, space: str) -> int:
    """Ask a space one question.

    `-` takes it from standard input. It is recorded here, and its conversation is deleted there.

    Exit codes: 0 answered with rows · 1 a question back, or no query that runs · 2 something to configure · 3 not measured.
    """
    text = inputs.read_text(inputs.STDIN) if question == inputs.STDIN else question
    invocation.open()
    place = find_place(connection)
    asked = genie.start_question(place.id, find_space(place, space), text, person=invocation.settings.person)
    answer = _follow(asked)
    if answer.failure is not None and (invocation.as_json or not answer.text):  # else stdout shows what Genie said
        output.say(answer.failure.sentence)
    invocation.put(_document(answer), _text(answer))
    return 0 if answer.failure is None else _CODES[answer.failure.meaning]


def _follow(asked: genie.RunningQuestion) -> Answer:
    """The answer; statuses go to stderr as they come. Ctrl-C stops the question and deletes its conversation."""
    told = ""
    try:
        while not asked.wait(_LOOK_S):
            status = asked.status
            if status is not None and status.status != told:
                told = status.status
                output.say(f"{told.lower().replace('_', ' ')} ({status.elapsed_s:.1f} s)")
    except KeyboardInterrupt:
        asked.stop()
        asked.wait(_ENDING_S)
        raise
    if asked.error is not None:
        raise asked.error
    assert asked.answer is not None
    return asked.answer


def _document(answer: Answer) -> dict[str, Any]:
    """`columns` and `rows` are None where there is no result, which is not the same as a result without rows."""
    table, failure = answer.table, answer.failure
    return {
        "status": answer.status,
        "sql": answer.sql,
        "columns": None if table is None else list(table.names),
        "rows": None if table is None else [list(row) for row in table.rows],
        "truncated": None if table is None else table.truncated,
        "total_rows": None if table is None else table.total_rows,
        "text": answer.text,
        "failure": None
        if failure is None
        else {"kind": str(failure.kind), "meaning": str(failure.meaning), "sentence": failure.sentence},
        "duration_s": round(answer.duration_s, 3),
        "waited_s": round(answer.waited_s, 3),
    }


def _text(answer: Answer) -> str:
    parts = [answer.sql] if answer.sql else []
    if answer.text:
        parts.append(answer.text)
    if answer.table is not None:
        rows = answer.table.rows
        cells = [[cell if cell is None else output.short(cell, 80) for cell in row] for row in rows[:_SHOWN_ROWS]]
        parts.append(output.table(answer.table.names, cells))
        if len(rows) > _SHOWN_ROWS:
            parts.append(f"The first {_SHOWN_ROWS} of {len(rows):,} rows; --json holds them all.")
    return "\n\n".join(parts)
