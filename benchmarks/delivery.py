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
    bare_rate, rate = (median(rates) for rates in zip(*without, strict=True))
    measured = f"{median(ours / alone for alone, ours in without):.3f} ({rate:.0f} against {bare_rate:.0f}/s)"
    yield Figure("(c) at 0 ms, 4 workers, of a bare requests loop", measured, "printed", None)


_Both = tuple[float, float]
"""Requests a second: of a bare loop, and of the product."""


def _against_limit(latency: float, workers: int, both: list[_Both]) -> Figure:
    limit = workers / latency
    alone, ours = (median(rates) for rates in zip(*both, strict=True))
    what = f"(c) delivery at {latency * 1000:.0f} ms, {workers} workers, of the limit"
    told = f"{ours:.0f} of {limit:.0f}/s; a bare loop {alone / limit:.3f}"
    return at_least(what, [rate / limit for _, rate in both], 0.95, told)


def _both(latency: float, workers: int, count: int) -> _Both:
    with stand_in(latency) as url:
        alone = count / taken(lambda: bare.put(url, workers, count)).wall
        return alone, count / delivered(url, workers, count).wall


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
