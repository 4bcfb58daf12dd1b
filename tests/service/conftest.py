"""One garage at work in this process: its real ledger, iGarage's stand-in, and clocks that only the test moves."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from connector import config
from connector.backoff import Probing
from connector.cli import workplace
from connector.config import GarageConfig
from connector.ledger import access
from connector.log import make_log
from connector.service import World

START = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)


class Clock:
    """Tells the time, and counts seconds, as the test has set them."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return (self.at - START).total_seconds() + 1000.0

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Flights:
    """The requests under way, counted where the client passes its points: `begun` holds, for each PUT that began, how
    many were under way then, itself included, and how many had ended. `looked` is called after each look."""

    begun: list[tuple[int, int]] = field(default_factory=list)
    ended: int = 0
    looked: Callable[[], None] = lambda: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, point: str) -> None:
        with self._lock:
            if point == "igarage.put.before":
                self.begun.append((len(self.begun) + 1 - self.ended, self.ended))
            elif point == "igarage.put.after":
                self.ended += 1
        if point == "igarage.look.after":
            self.looked()


@dataclass
class Place:
    """A world for the garages of an installation. `points` hears every crash point of the ledger."""

    world: World
    clock: Clock
    flights: Flights
    said: io.StringIO
    waited: list[float]
    garages: list[GarageConfig]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def place(installation: Any, clock: Clock) -> Iterator[Callable[..., Any]]:
    """Opens the world of the installation as its files stand now."""

    @contextmanager
    def opened(*, points: Callable[[str], None] = lambda _point: None) -> Iterator[Place]:
        loaded = config.load(installation.folder, env={})
        said, waited, flights = io.StringIO(), [], Flights()
        with access.to_work(
            installation.state,
            now=clock,
            entropy=random.Random(1).randbytes,
            crash=points,
        ) as ledger:
            world = World(
                ledger=ledger,
                connect=partial(workplace.connect, crash=flights),
                log=make_log("info", None, clock, said),
                stop=threading.Event(),
                wait=waited.append,
                now=clock,
                monotonic=clock.seconds,
                chance=lambda: 1.0,
                probing=Probing(first=10, max=80),
            )
            yield Place(world, clock, flights, said, waited, list(loaded.garages))

    yield opened
