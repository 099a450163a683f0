"""The rendering worker: a program of its own, started by `pool.py` with `python -I`.

Frames on stdin and stdout: a length (4 bytes, big endian), then JSON. A request holds many items and gets one answer for
each, in order. The end of stdin ends it. Imports the standard library, jinja2 and its own `sandbox`, nothing of `core`.
"""

import contextlib
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

from sandbox.limits import meter
from sandbox.preparing import FailedError, Workbench

_RETIRE_KB = 160_000
_OUT_OF_MEMORY = "Rendering needs more memory than it may have and was stopped. Pass shorter values, or repeat less."


def _limit(memory_mb: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's deadline is all there is
        return
    for name, most in (
        ("RLIMIT_AS", memory_mb * 1024 * 1024),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 16),
        ("RLIMIT_NPROC", 0),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (AttributeError, ValueError, OSError):  # macOS knows fewer of them
            continue


def _grown() -> bool:
    """Whether this process has used so much memory that a fresh one is worth its start."""
    return _peak_kb() > _RETIRE_KB


def _peak_kb() -> int:
    """The most memory that this process has had, 0 where it cannot tell.

    Linux counts into ru_maxrss what the parent had when it started this program, so it is asked elsewhere.
    """
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:  # noqa: PTH123 - pathlib is dear here
            return int(status.read().split("VmHWM:")[1].split()[0])
    except (OSError, IndexError, ValueError):
        pass
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def _set_alarm(seconds: float) -> None:
    """End this process `seconds` from now, should nobody else; 0 calls it off."""
    if hasattr(signal, "alarm"):
        signal.alarm(math.ceil(seconds))


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _answer(bench: Workbench, operation: str, request: dict[str, Any], item: Any) -> dict[str, Any]:
    meter.reset()
    if operation == "discover":
        prepared = bench.prepare(item)
        return {
            "variables": [[name, *use.place, use.required] for name, use in prepared.uses.items()],
            "problems": [[problem.message, problem.line, problem.column] for problem in prepared.problems],
        }
    try:
        return {"texts": bench.render(request["parts"], item)}
    except FailedError as error:
        return {"error": error.message, "missing": error.missing}


def _encoded(answer: dict[str, Any]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        sentence = "The text contains half a character (a lone surrogate), which cannot be sent. Remove it."
        return json.dumps({"error": sentence, "missing": []}).encode()


def main() -> None:
    """Serve until stdin ends. Arguments: address space in MB, deadline in seconds."""
    memory_mb, deadline_s = int(sys.argv[1]), float(sys.argv[2])
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    meter.deadline_s = deadline_s
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; its end ends this one too
    bench = Workbench()
    bench.render({"warm": "{% for x in y %}{{ x|d('') ~ 1 }}{% endfor %}"}, {"y": [1]})
    _limit(memory_mb)

    def send(data: bytes) -> None:
        replies.write(struct.pack(">I", len(data)))
        replies.write(data)
        replies.flush()

    send(b"{}")
    while True:
        request = json.loads(_read(requests, struct.unpack(">I", _read(requests, 4))[0]))
        for item in request["items"]:
            _set_alarm(2 * deadline_s + 1)
            try:
                send(_encoded(_answer(bench, request["operation"], request, item)))
            except MemoryError:
                send(_encoded({"error": _OUT_OF_MEMORY, "missing": []}))
                return
            _set_alarm(0)
            if _grown():
                return


if __name__ == "__main__":
    with contextlib.suppress(EOFError, BrokenPipeError):
        main()
    os._exit(0)  # at once: there is nothing to tidy up, and much memory to take down otherwise
