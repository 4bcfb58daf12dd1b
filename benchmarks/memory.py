"""(b): the most memory that two nights take, new and 1 % changed, each pair in a process of its own.

`python -m benchmarks.memory ROWS` is such a process; it prints bytes.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import exports
from benchmarks.taking import Figure
from benchmarks.workbench import workbench

MEGABYTE = 1 << 20


def measure(few: int, many: int) -> Iterator[Figure]:
    """The figures of memory: `many` rows against `few`."""
    small, large = _peak_of(few), _peak_of(many)
    told = f"{large / MEGABYTE:.0f} MB against {small / MEGABYTE:.0f} MB"
    ratio = large / small
    what = f"(b) peak memory at {many:,} rows, of {few:,}"
    yield Figure(what, f"{ratio:.2f} ({told})", "<= 3, < 250 MB", ratio <= 3 and large < 250 * MEGABYTE)


def _peak_of(rows: int) -> int:
    command = [sys.executable, "-m", "benchmarks.memory", str(rows)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _take_in(rows: int) -> int:
    with TemporaryDirectory(prefix="benchmark-") as name, workbench(Path(name) / "garage") as bench:
        for changed_each in (0, 100):
            exports.write(bench.export, rows, changed_each=changed_each)
            bench.take_in()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    print(_take_in(int(sys.argv[1])))
