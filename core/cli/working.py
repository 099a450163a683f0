"""`worker`: do background jobs until stopped."""

import signal
import sys
import threading

import click

from core.cli import output
from core.cli.invocation import Invocation, Verb


@click.command(cls=Verb)
@click.pass_obj
def worker(invocation: Invocation) -> None:
    """Do background jobs, until Ctrl-C or SIGTERM. Any number of workers may share a database.

    The web server has a worker of its own unless WHETSTONE_EMBEDDED_WORKER=0. What is stopped in the middle of its jobs
    puts them back, and the next worker goes on with them. With --json the worker's id is the document on stdout.
    """
    invocation.open()
    work_until_stopped(invocation)


def work_until_stopped(invocation: Invocation) -> None:
    """Start the worker of this process and wait for the signal that ends it, which is how it is meant to end."""
    from core import jobs, startup

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    startup.start_worker(embedded=False)
    settings = invocation.settings
    if invocation.as_json:
        output.put_json({"worker_id": jobs.worker_id(), "jobs_parallel": settings.jobs_parallel})
    else:
        output.say(f"Worker {jobs.worker_id()} does up to {settings.jobs_parallel} jobs at once. Ctrl-C ends it.")
    while not stop.wait(1.0):  # a wait without an end would not let signals through everywhere
        pass
    output.say("Ending; the jobs in hand go back to the queue.")
    sys.stderr.flush()
