"""Batches of 500 against the direct route with 8 workers, at 20 ms: composed, sent up, settled and followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import exports
from benchmarks.delivery import delivered
from benchmarks.stand_in import stand_in
from benchmarks.taking import Figure, at_least, taken
from benchmarks.workbench import workbench

LATENCY, WORKERS = 0.020, 8


def measure(count: int, direct: int, repeats: int) -> Iterator[Figure]:
    """The figure: `count` passports in batches, against the rate at which `direct` of them go one by one."""
    both = [_both(count, direct) for _ in range(repeats)]
    batched, alone = (median(rates) for rates in zip(*both, strict=True))
    told = f"{batched:.0f} against {alone:.0f} passports/s"
    yield at_least(
        "batches of 500 at 20 ms, of the direct route", [one / other for one, other in both], 20, told
    )


def _both(count: int, direct: int) -> tuple[float, float]:
    """Passports a second: in batches, and directly."""
    with stand_in(LATENCY) as url:
        alone = direct / delivered(url, WORKERS, direct).wall
        return count / _batched(url, count), alone


def _batched(url: str, count: int) -> float:
    """Seconds from what is due to what is told."""
    with TemporaryDirectory(prefix="benchmark-") as name, workbench(Path(name) / "garage") as bench:
        exports.write(bench.export, count)
        bench.take_in()
        told: list[int] = []
        found = taken(lambda: told.append(bench.batch(url, WORKERS)))
    if told != [count]:
        raise RuntimeError(f"of {count} passports {told}")
    return found.wall
