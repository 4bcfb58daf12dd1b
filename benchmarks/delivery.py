"""(c): direct delivery against workers ÷ latency, which nothing can pass; and at no latency against bare `requests`.

The latency is the one that the stand-in had: it sleeps a little longer than it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import bare, exports
from benchmarks.stand_in import stand_in
from benchmarks.taking import Figure, Taken, at_least, taken
from benchmarks.workbench import workbench
from connector.delivery import Delivered

LATENCIES = (0.020, 0.050)
WORKERS = (4, 8, 16)


def measure(seconds: float, at_once: int, repeats: int) -> Iterator[Figure]:
    """The figures of (c): so many `seconds` of each combination at its limit, and `at_once` requests at 0 ms.

    Beside each stands what a bare loop of `requests` reaches there, which asks, forgets, and knows no ledger.
    """
    rounds: dict[tuple[float, int], list[_Both]] = {each: [] for each in product(LATENCIES, WORKERS)}
    without: list[_Both] = []
    for _ in range(repeats):
        for (latency, workers), both in rounds.items():
            both.append(_both(latency, workers, round(seconds * workers / latency)))
        without.append(_both(0, 4, at_once))
    for (latency, workers), both in rounds.items():
        yield _against_limit(latency, workers, both)
    bare_rate, rate = median(each.alone for each in without), median(each.ours for each in without)
    share = median(each.ours / each.alone for each in without)
    measured = f"{share:.3f} ({rate:.0f} against {bare_rate:.0f}/s)"
    yield Figure("(c) at 0 ms, 4 workers, of a bare requests loop", measured, "printed", None)


@dataclass(frozen=True, slots=True)
class _Both:
    """Requests a second, of a bare loop and of the product, at a stand-in that had this latency, in seconds."""

    alone: float
    ours: float
    latency: float


def _against_limit(latency: float, workers: int, both: list[_Both]) -> Figure:
    limits = [workers / each.latency for each in both]
    alone = median(each.alone / limit for each, limit in zip(both, limits, strict=True))
    ours, had = median(each.ours for each in both), median(each.latency for each in both)
    what = f"(c) delivery at {latency * 1000:.0f} ms, {workers} workers, of the limit"
    told = f"{ours:.0f} of {median(limits):.0f}/s at {had * 1000:.2f} ms; a bare loop {alone:.3f}"
    return at_least(what, [each.ours / limit for each, limit in zip(both, limits, strict=True)], 0.95, told)


def _both(latency: float, workers: int, count: int) -> _Both:
    with stand_in(latency) as igarage:
        alone = count / taken(lambda: bare.put(igarage.url, workers, count)).wall
        ours = count / delivered(igarage.url, workers, count).wall
    return _Both(alone, ours, igarage.latency or latency)


def delivered(url: str, workers: int, count: int) -> Taken:
    """What delivering so many takes, in a garage that was served before on this day."""
    with TemporaryDirectory(prefix="benchmark-") as name, workbench(Path(name) / "garage") as bench:
        bench.deliver(url, workers)
        exports.write(bench.export, count)
        bench.take_in()
        done: list[Delivered] = []
        found = taken(lambda: done.append(bench.deliver(url, workers)))
    if done[0].done != count:
        raise RuntimeError(f"of {count} requests {done[0]}")
    return found
