"""(c): direct delivery against workers ÷ latency, which nothing can pass; and at no latency against bare `requests`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import bare, exports
from benchmarks.stand_in import stand_in
from benchmarks.taking import Figure, Taken, at_least, taken
from benchmarks.workbench import workbench

LATENCIES = (0.020, 0.050)
WORKERS = (4, 8, 16)


def measure(seconds: float, at_once: int, repeats: int) -> Iterator[Figure]:
    """The figures of (c): so many `seconds` of each combination at its limit, and `at_once` requests at 0 ms."""
    rounds: dict[tuple[float, int], list[float]] = {each: [] for each in product(LATENCIES, WORKERS)}
    beside: list[tuple[Taken, Taken]] = []
    for _ in range(repeats):
        for (latency, workers), walls in rounds.items():
            with stand_in(latency) as url:
                walls.append(_delivered(url, workers, round(seconds * workers / latency)).wall)
        with stand_in(0) as url:
            beside.append((taken(lambda: bare.put(url, 4, at_once)), _delivered(url, 4, at_once)))
    for (latency, workers), walls in rounds.items():
        count, limit = round(seconds * workers / latency), workers / latency
        what = f"(c) delivery at {latency * 1000:.0f} ms, {workers} workers, of the limit"
        rates = [count / wall for wall in walls]
        yield at_least(what, [rate / limit for rate in rates], 0.95, f"{median(rates):.0f} of {limit:.0f}/s")
    yield _at_no_latency(beside, at_once)


def _at_no_latency(beside: list[tuple[Taken, Taken]], count: int) -> Figure:
    ratio = median(alone.wall / ours.wall for alone, ours in beside)
    ours, alone = (
        median(count / each.wall for each in kind)
        for kind in ([ours for _, ours in beside], [alone for alone, _ in beside])
    )
    measured = f"{ratio:.3f} ({ours:.0f} against {alone:.0f}/s)"
    return Figure("(c) at 0 ms, 4 workers, of a bare requests loop", measured, "printed", None)


def _delivered(url: str, workers: int, count: int) -> Taken:
    with TemporaryDirectory(prefix="benchmark-") as name, workbench(Path(name) / "garage") as bench:
        exports.write(bench.export, count)
        bench.take_in()
        done = []
        found = taken(lambda: done.append(bench.deliver(url, workers)))
    if done[0].done != count:
        raise RuntimeError(f"of {count} requests {done[0]}")
    return found
