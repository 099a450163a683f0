"""The command line `python -m core …`: thin verbs over the services, one file per group.

Every verb takes `--json`, `--data-dir` and `--debug`, before or after its name. With `--json` stdout holds exactly one
JSON document; messages go to stderr. A verb's module is loaded when the verb is called, so that `--help` stays quick.

Exit codes
    0    done
    1    a negative result: a check or a test failed
    2    the caller's or operator's mistake: bad arguments, not found, a conflict, over budget, a setting to put right
    3    a service failed, a run failed, or Whetstone itself did (`--debug` shows where)
    130  stopped by Ctrl-C (143: by SIGTERM)
"""

import gc
import signal
import sys

from core.cli.root import cli


def main() -> None:
    """Run the verb of `sys.argv` and exit with its code."""
    # Most of a verb's time is imports, which leave no garbage: looking for some less often saves a sixth of it.
    gc.set_threshold(20_000, 50, 100)
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # unwinds, so that a call under way is recorded as cancelled
    cli.main()
