"""A throw-away PostgreSQL cluster on loopback: `python -m tests.servers.postgres COMMAND …`.

Runs the command with WHETSTONE_TEST_DATABASE_URL set, and removes the cluster afterwards. PostgreSQL refuses to
run as root, so root hands it to the user `postgres` that Debian's package makes.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

MISSING = "PostgreSQL is not installed. Install Debian's package: apt-get install postgresql"


def binaries() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, None if PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Cluster:
    """A running cluster; `url` is its SQLAlchemy URL. Use it as a context manager."""

    def __init__(self) -> None:
        folder = binaries()
        if folder is None:
            raise FileNotFoundError(MISSING)
        self._bin = folder
        self._home = Path(tempfile.mkdtemp(prefix="whetstone-pg-"))
        self._as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"postgresql+psycopg://whetstone@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> "Cluster":
        if self._as_other:
            shutil.chown(self._home, "postgres")
        self._run("initdb", "-D", self._data, "-U", "whetstone", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-D", self._data, "-w", "-o", options, "-l", str(self._home / "log"), "start")
        return self

    def __exit__(self, *exc: object) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def _data(self) -> str:
        return str(self._home / "data")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_other, str(self._bin / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


if __name__ == "__main__":
    if binaries() is None:
        sys.exit(MISSING)
    with Cluster() as cluster:
        environment = os.environ | {"WHETSTONE_TEST_DATABASE_URL": cluster.url}
        status = subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    sys.exit(status)
