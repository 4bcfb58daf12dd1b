"""The polls of one source: when its garage system is asked again, sooner or later, and with which secret."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from connector.backoff import Probing, Retry, delay, probe_distance
from connector.config import GarageConfig, SourceConfig
from connector.errors import AdapterFailed, ConfigError
from connector.http import SourceSession
from connector.intake import Scan
from connector.polling import Polled, Polling
from connector.service.garage import World, asked_of, set_aside, source_of
from connector.service.once import note_read
from connector.service.scans import Wake
from connector.service.scheduler import Task

SLICE = 10.0
"""Seconds that a source is polled before another has its turn."""
MOST_AT_ONCE = 32
"""Sources that are polled at the same time, each in a thread that mostly waits for its far host."""
PAUSED = Probing(first=60.0, max=3600.0)
"""How a garage system is probed that does not let us in; another secret is tried at once."""
FIRST_RETRY = 30.0
"""Seconds: the longest first wait after a poll that failed; it doubles, up to the source's own `poll`."""


def poll_name(garage: GarageConfig, source: SourceConfig) -> str:
    """The name of the task that polls a source."""
    return f"poll:{garage.garage}:{source.name}"


class Poller:
    """The task that polls one source, over one session that lives as long as the service.

    `found` holds how each source of the garage went last, for all who read it.
    """

    def __init__(
        self,
        garage: GarageConfig,
        source: SourceConfig,
        world: World,
        wake: Wake,
        found: dict[str, Scan],
        env: Mapping[str, str] = os.environ,
    ) -> None:
        self._garage = garage
        self._source = source
        self._world = world
        self._wake = wake
        self._found = found
        self._env = env
        self._every = source.poll or 0.0
        self._leaving = ExitStack()
        self._session: SourceSession | None = None
        self._due = 0.0
        self._at_the_earliest = 0.0
        self._failures = 0
        self._known = False
        self._look = False
        self._place: tuple[Any, ...] = ()
        self._failing_secret: bytes | None = None

    def task(self) -> Task:
        """The task, with a turn of its own: who waits for a far host keeps nobody else waiting."""
        name = poll_name(self._garage, self._source)
        return Task(name, "poll", name, self.run, self._every, self.refresh)

    def end(self) -> None:
        """Close the session's connections."""
        self._leaving.close()

    def refresh(self) -> None:
        """Somebody decided something: where it is about this source, it is due."""
        self._look = True

    def tend(self) -> None:
        """A source that is paused for its secret is polled as soon as there is another one."""
        if self._failing_secret is not None and self._secret_print() != self._failing_secret:
            self._failing_secret = None
            self._due = self._at_the_earliest
            self._wake(poll_name(self._garage, self._source))

    def run(self) -> float:
        """Poll for a while, when the time has come; seconds until the next one."""
        if self._look:
            self._look = False
            if self._place_now() != self._place:
                self._due = self._at_the_earliest
        left = self._due - self._world.monotonic()
        if left > 0:
            return left
        secret = self._secret_print()
        decisions = self._world.ledger.decisions()
        polled = self._polled()
        heard = self._world.ledger.decisions() == decisions  # else somebody decided meanwhile
        self._place = self._place_now() if heard else ()
        self._failing_secret = secret if polled.state == "paused" else None
        self._found[self._source.name] = polled
        note_read(self._garage, self._found, self._world)
        if polled.read:
            self._wake(f"deliver:{self._garage.garage}")
        wait = 0.0 if polled.more else self._pause_after(polled)
        self._due = self._world.monotonic() + wait
        return wait

    def _polled(self) -> Polled:
        name, ledger = self._garage.garage, self._world.ledger
        if not self._known:
            ledger.know_garage(name)
            self._known = True
        try:
            source = source_of(self._garage, self._source)
        except AdapterFailed as error:
            why = set_aside(self._garage, self._source, error, ledger)
            return Polled(self._source.name, "unavailable", why, again=True)
        if self._session is None:
            self._session = self._leaving.enter_context(self._world.reach(self._source, self._world.stop))
        polling = Polling(self._world.intake(self._garage), self._world.monotonic, self._world.stop)
        return polling.poll(source, self._session, asked_of(self._garage, self._source), seconds=SLICE)

    def _place_now(self) -> tuple[Any, ...]:
        return self._world.ledger.polls.place(self._garage.garage, self._source.name)

    def _pause_after(self, polled: Polled) -> float:
        """Seconds until the source is asked again."""
        now, chance = self._world.monotonic(), self._world.chance()
        if not polled.again:
            self._failures = 0
            self._at_the_earliest = 0.0
            return self._every
        self._failures += 1
        self._at_the_earliest = now + (polled.retry_after or 0.0)
        if polled.state == "paused":
            return probe_distance(self._failures, PAUSED, chance)
        retry = Retry(first=min(FIRST_RETRY, self._every), max=self._every)
        return delay(self._failures, retry, chance, polled.retry_after)

    def _secret_print(self) -> bytes:
        """A digest of the secret there is now, to tell another one by; of none too."""
        auth = self._source.http.auth if self._source.http else None
        try:
            secret = auth.read(self._env) if auth else ""
        except ConfigError:
            secret = ""
        return hashlib.sha256(secret.encode()).digest()
