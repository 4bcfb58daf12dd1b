"""`python -m benchmarks [PART …]`: measure and print. Parts: intake, memory, delivery, batches, process; none: all.

`--quick` measures a tenth, to see that it runs. Ratios are of one run; what is compared alternates, three times.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from benchmarks import batches, delivery, intake, memory, process
from benchmarks.taking import Figure

REPEATS = 3


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--quick", action="store_true", help="a tenth of it, to see that it runs")
    asked = parser.parse_args()
    parts = _parts(10 if asked.quick else 1)
    if unknown := set(asked.parts) - set(parts):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    print(_machine(), flush=True)
    for name in asked.parts or parts:
        for figure in parts[name]():
            print(figure, flush=True)
    print(f"load at the end {os.getloadavg()[0]:.2f}")


def _parts(share: int) -> dict[str, Callable[[], Iterator[Figure]]]:
    return {
        "intake": lambda: intake.measure(100_000 // share, REPEATS),
        "memory": lambda: memory.measure(100_000 // share, 1_000_000 // share),
        "delivery": lambda: delivery.measure(4 / share, 4000 // share, REPEATS),
        "batches": lambda: batches.measure(100_000 // share, 3000 // share, REPEATS),
        "process": lambda: process.measure(30 / share, REPEATS),
    }


def _machine() -> str:
    date = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    load = os.getloadavg()[0]
    name = f"{platform.system()} {platform.machine()}, {_processor()}, {os.cpu_count()} cores"
    return f"{date} · {name} · Python {platform.python_version()} · load {load:.2f}\n{' '.join(sys.argv[1:])}".strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    main()
