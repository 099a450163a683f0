"""All benchmarks, one after the other, each in a process of its own: python -m bench [--quick]"""

import subprocess
import sys

from core.settings import ROOT

NAMES = (
    "bench_rendering",
    "bench_store",
    "bench_recording",
    "bench_writers",
    "bench_calls",
    "bench_jobs",
    "bench_profiles",
    "bench_genie",
    "bench_startup",
)

if __name__ == "__main__":
    failed = []
    for name in NAMES:
        print(f"\n## {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}", *sys.argv[1:]], cwd=ROOT, check=False).returncode:
            failed.append(name)
    sys.exit(f"did not run to the end: {', '.join(failed)}" if failed else 0)
