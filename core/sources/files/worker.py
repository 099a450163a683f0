"""The program that reads files and runs DuckDB, started by `process.py` with `python -I`. Imports nothing of `core`.

Frames on stdin and stdout: a length (8 bytes, big endian), then JSON; one answer per request. The end of stdin ends it.
Started with "locked" it runs SQL of a person and nothing else, and cannot write a file. After an answer that left it large
it ends of its own accord, and says so in the answer.
"""

import json
import math
import os
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

# With -I the folder of a script is not searched. Last, so that nothing here can hide a module.
sys.path.append(str(Path(__file__).resolve().parent))

from engine.refusals import GoneError, RefusedError

_ADDRESS_SPACE, _LOCKED_ADDRESS_SPACE = 8 << 30, 2 << 30
_RETIRE_KB = 260_000
_MEMORY_MB = 200


def _limit(*, locked: bool) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's deadline and DuckDB's own limits are all there is
        return
    limits = [("RLIMIT_AS", _LOCKED_ADDRESS_SPACE if locked else _ADDRESS_SPACE), ("RLIMIT_CORE", 0)]
    limits += [("RLIMIT_FSIZE", 0)] if locked else []
    for name, most in limits:
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (AttributeError, ValueError, OSError):  # macOS knows fewer of them
            continue
    if locked and hasattr(signal, "SIGXFSZ"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write fails instead of ending the process


def _peak_kb() -> int:
    """The most memory that this process has had, 0 where it cannot tell.

    Not by ru_maxrss: Linux counts into that what the parent had when it started this program.
    """
    try:
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    except (OSError, IndexError, ValueError):
        return 0


def _answer(request: dict[str, Any], *, locked: bool) -> Any:
    operation = request["operation"]
    if operation == "warm":
        import duckdb

        duckdb.connect().close()
        return None
    if locked:
        from engine.locked import answer

        return answer(Path(request["folder"]), request["tables"], request["sql"], request["max_rows"])
    if operation in ("inspect", "store"):
        return _read(operation, request)
    temporary = Path(request["temporary"])
    if operation == "select":
        from engine.selecting import select

        return select(
            Path(request["folder"]),
            request["tables"],
            request["columns"],
            request["sql"],
            request["values"],
            _MEMORY_MB,
            temporary,
        )
    return _measure(operation, request, temporary)


def _read(operation: str, request: dict[str, Any]) -> Any:
    import tempfile

    with tempfile.TemporaryDirectory(dir=request["temporary"]) as folder:
        path, name, options = Path(request["path"]), request["name"], request["options"]
        if operation == "inspect":
            from engine.inspecting import inspect

            return inspect(path, name, options, Path(folder))
        from engine.storing import store

        return store(path, name, options, request["types"], Path(request["target"]), Path(folder))


def _measure(operation: str, request: dict[str, Any], temporary: Path) -> Any:
    from engine import measuring, profiling
    from engine.tables import opened

    file, rows, columns = request["file"], request["rows"], request["columns"]
    with opened(Path(request["folder"]), {request["table"]: file}, _MEMORY_MB, temporary) as connection:
        if operation == "measures":
            return measuring.measures(connection, file, columns, request["plan"])
        if operation == "sample":
            return profiling.sample(connection, file, rows, columns, request["wanted"])
        profile = {"quick": profiling.quick_profile, "full": profiling.full_profile}[operation]
        return profile(connection, file, rows, columns)


def _encoded(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")


def _serve(requests: BinaryIO, answers: BinaryIO, *, locked: bool) -> None:
    while len(head := requests.read(8)) == 8:
        request = json.loads(requests.read(struct.unpack(">Q", head)[0]))
        if hasattr(signal, "alarm"):
            signal.alarm(math.ceil(request["deadline_s"]) + 5)  # should the parent not be there to kill it
        try:
            answer = {"result": _answer(request, locked=locked)}
        except RefusedError as error:
            answer = {"refused": str(error)}
        except GoneError as error:
            answer = {"gone": str(error)}
        except MemoryError:
            answer = {"refused": "This needs more memory than it may have. Choose a smaller file, or ask for less."}
        except Exception as error:  # a defect: the parent raises it with these words
            answer = {"failed": f"{type(error).__name__}: {error}"[:2000]}
        answer["peak_kb"] = _peak_kb()
        answer["retires"] = answer["peak_kb"] > _RETIRE_KB  # a fresh process is worth its start
        encoded = _encoded(answer)
        answers.write(struct.pack(">Q", len(encoded)) + encoded)
        answers.flush()
        if answer["retires"]:
            return
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def main() -> None:
    locked = sys.argv[1:] == ["locked"]
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the answers
    _limit(locked=locked)
    _serve(sys.stdin.buffer, answers, locked=locked)


if __name__ == "__main__":
    main()
