"""One child process that reads files or runs SQL, seen from outside: start it, ask it, kill it when it is late."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

_PROGRAM = Path(__file__).with_name("worker.py")
_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "TZDIR")
_FEW_THREADS = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2", "ARROW_IO_THREADS": "2"}


class GoneError(Exception):
    """The child ended before it answered. `late`: it was killed at the deadline."""

    def __init__(self, *, late: bool) -> None:
        super().__init__()
        self.late = late


class ChildProcess:
    """Used by one thread at a time, but for `stop`. Has a folder of its own for what DuckDB spills, removed with it."""

    def __init__(self, *, locked: bool, temporary: Path) -> None:
        temporary.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="spill-", dir=temporary))
        self.uses = self.peak_kb = 0
        self.retired = self._late = False
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM), *(["locked"] if locked else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a pipe that nobody reads would fill up
            cwd=_PROGRAM.parent,
            env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | _FEW_THREADS,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_usable(self) -> bool:
        """Whether it lives, as far as is known, and its folder is still there."""
        return not (self._late or self.retired) and self._process.poll() is None and self.folder.is_dir()

    def ask(self, request: dict[str, Any], deadline_s: float) -> dict[str, Any]:
        """The answer to one request.

        Raises:
            GoneError: it ended, or was killed after `deadline_s`.
        """
        self.uses += 1
        encoded = json.dumps(request | {"deadline_s": deadline_s}, ensure_ascii=False).encode("utf-8", "replace")
        watch = threading.Timer(deadline_s, self._kill_late)
        watch.daemon = True
        watch.start()
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(struct.pack(">Q", len(encoded)) + encoded)
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._read(struct.unpack(">Q", self._read(8))[0]))
        except (OSError, ValueError):  # a broken pipe, or a stream that `stop` has closed
            raise GoneError(late=self._late) from None
        finally:
            watch.cancel()
        self.retired, self.peak_kb = bool(answer.get("retires")), answer.get("peak_kb", 0)
        return answer

    def stop(self) -> None:
        """Kill it, wait until it is gone, and remove what it spilled. May be called twice."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            try:
                stream.close()  # type: ignore[union-attr]
            except (OSError, ValueError):  # unsent bytes for a reader that is gone
                continue
        shutil.rmtree(self.folder, ignore_errors=True)

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) < size:
            raise GoneError(late=self._late)
        return data
