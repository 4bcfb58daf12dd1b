"""How long something takes: on the wall, and of the processor."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds: on the wall, and of the processor for this process (its threads and its kernel work)."""

    wall: float
    cpu: float


def taken(deed: Callable[[], object]) -> Taken:
    """What doing this takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    deed()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result: what was measured, what it is held against, and whether it meets its bar."""

    what: str
    measured: str
    bar: str
    met: bool | None
    """None: there is no bar."""

    def __str__(self) -> str:
        said = {True: "met", False: "NOT met", None: ""}[self.met]
        return f"{self.what:<52} {self.measured:<44} {self.bar:<14} {said}".rstrip()


def at_least(what: str, ratios: list[float], bar: float, told: str) -> Figure:
    """A figure whose median must not be below its bar."""
    middle = median(ratios)
    return Figure(what, f"{middle:.3f} ({told})", f">= {bar}", middle >= bar)


def at_most(what: str, values: list[float], bar: float, told: str, unit: str = "") -> Figure:
    """A figure whose median must not be above its bar."""
    middle = median(values)
    return Figure(what, f"{middle:.3f}{unit} ({told})", f"<= {bar}{unit}", middle <= bar)
