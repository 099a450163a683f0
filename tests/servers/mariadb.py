"""A throw-away MariaDB server on loopback, with a login that may do everything on one database and one that may only read.

MariaDB refuses to run as root, so root hands its folder to the user `mysql` that Debian's package makes.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

MISSING = "MariaDB is not installed. Install Debian's package: apt-get install mariadb-server"
DATABASE = "shop"
PASSWORD = "loopback-only"


def program(name: str) -> str | None:
    """The path of one of MariaDB's programs, None if it is not installed."""
    return shutil.which(name) or next((str(path) for path in [Path("/usr/sbin") / name] if path.exists()), None)


def installed() -> bool:
    return program("mariadbd") is not None and program("mariadb-install-db") is not None


class Cluster:
    """A running server. Use it as a context manager; `url(user)` is a SQLAlchemy URL for owner, reader or root."""

    def __init__(self) -> None:
        if not installed():
            raise FileNotFoundError(MISSING)
        self._home = Path(tempfile.mkdtemp(prefix="whetstone-maria-"))
        self._is_root = os.geteuid() == 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, user: str = "reader", database: str = DATABASE) -> str:
        return f"mysql://{user}:{PASSWORD}@127.0.0.1:{self._port}/{database}"

    def __enter__(self) -> "Cluster":
        user = ["--user=mysql"] if self._is_root else []
        if self._is_root:
            shutil.chown(self._home, "mysql")
        (self._home / "setup.sql").write_text(_SETUP, encoding="utf-8")
        subprocess.run(
            [str(program("mariadb-install-db")), "--no-defaults", f"--datadir={self._home / 'data'}", *user,
             "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        self._process = subprocess.Popen(
            [str(program("mariadbd")), "--no-defaults", f"--datadir={self._home / 'data'}", *user, f"--port={self._port}",
             "--bind-address=127.0.0.1", f"--socket={self._home / 'socket'}", f"--init-file={self._home / 'setup.sql'}",
             "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--performance-schema=OFF",
             "--character-set-server=utf8mb4", f"--secure-file-priv={self._home}", "--max-allowed-packet=64M"],
            stdout=subprocess.DEVNULL, stderr=(self._home / "log").open("wb"), cwd="/",
        )  # fmt: skip
        self._wait()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def _wait(self) -> None:
        import pymysql

        assert self._process is not None
        for _ in range(300):
            if self._process.poll() is not None:
                break
            try:
                pymysql.connect(
                    host="127.0.0.1", port=self._port, user="owner", password=PASSWORD, database=DATABASE
                ).close()
                return
            except pymysql.err.OperationalError:
                time.sleep(0.1)
        raise RuntimeError((self._home / "log").read_text(errors="replace")[-2000:])


_SETUP = f"""
CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4;
CREATE DATABASE other CHARACTER SET utf8mb4;
CREATE USER 'owner'@'%' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON {DATABASE}.* TO 'owner'@'%';
GRANT ALL ON other.* TO 'owner'@'%';
CREATE USER 'reader'@'%' IDENTIFIED BY '{PASSWORD}';
GRANT SELECT ON {DATABASE}.* TO 'reader'@'%';
GRANT SELECT ON other.* TO 'reader'@'%';
CREATE USER 'filer'@'%' IDENTIFIED BY '{PASSWORD}';
GRANT SELECT, FILE ON *.* TO 'filer'@'%';
"""
