"""`serve`: start the workbench in the browser."""

import ipaddress
import os
import socket
import subprocess
import sys

import click

from core.cli import output
from core.cli.invocation import Invocation, Verb
from core.errors import InputError
from core.settings import ROOT

_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@click.command(cls=Verb)
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.pass_obj
def serve(invocation: Invocation, port: int, host: str) -> int:
    """Start the workbench in the browser, until Ctrl-C.

    With --json the address is the document on stdout, and what Streamlit says goes to stderr.
    """
    settings = invocation.settings
    _refuse_taken(host, port)
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    command += ["--server.port", str(port), "--server.address", host]
    local = _is_loopback(host)
    if not local:
        output.say(f"Whoever reaches {host}:{port} can use this workbench: there is no sign-in.")
        # An address for all interfaces says nothing about the names under which browsers will ask for it.
        allowed = ["*"] if _is_any(host) else [*_LOCAL_NAMES, f"[{host}]" if ":" in host else host]
        for name in allowed:
            command += ["--server.allowedHosts", name]
    if invocation.as_json:
        output.put_json({"url": _url(host, port), "host": host, "port": port, "data_dir": settings.data_dir.resolve()})
    environment = os.environ | {"WHETSTONE_DATA_DIR": str(settings.data_dir.resolve())}
    if invocation.debug:
        environment["WHETSTONE_LOG_LEVEL"] = "DEBUG"
    return _become(command, environment, quiet_stdout=invocation.as_json)


def _become(command: list[str], environment: dict[str, str], *, quiet_stdout: bool) -> int:
    """Put the server in the place of this process, so that signals reach it; where that does not exist, wait for it."""
    sys.stdout.flush()
    os.chdir(ROOT)
    if os.name == "nt":
        return subprocess.call(command, env=environment, stdout=sys.stderr if quiet_stdout else None)
    if quiet_stdout:
        os.dup2(2, 1)
    os.execve(command[0], command, environment)


def _refuse_taken(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name != "nt":  # as the server does, so that one that just ended is not in the way
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not an address"
        raise InputError(
            f"Whetstone cannot listen on {host}:{port} ({reason}). Choose another --port or --host."
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _url(host: str, port: int) -> str:
    shown = "127.0.0.1" if _is_any(host) else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
