"""One garage's door at iGarage: open, or paused and probed; delivery goes through it while it is open."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime

from connector.config import GarageConfig
from connector.delivery import Delivery
from connector.errors import ConfigError
from connector.ledger import Pause
from connector.ledger.garages import Standing
from connector.service.garage import World
from connector.service.once import NO_TOKEN, NOT_AUTHORISED
from connector.service.scans import Wake
from connector.service.scheduler import Task
from connector.service.telling import task_name
from connector.statement import Stating

SLICE = 10.0
"""Seconds that one garage delivers before another has its turn."""
LONGEST = 60.0
"""Seconds after which a garage looks at its backlog at the latest: the local date may have changed."""
GREETING = 3600.0
"""Seconds between two greetings of an open door: limits and accounts may have changed."""
IDLE = 1.0
"""Seconds until a backlog is looked at again of which nothing could be claimed."""


class Door:
    """The tasks that probe and deliver for one garage, over one client that lives as long as the service."""

    def __init__(
        self, garage: GarageConfig, world: World, wake: Wake, env: Mapping[str, str] = os.environ
    ) -> None:
        self._garage = garage
        self._world = world
        self._wake = wake
        self._env = env
        self._leaving = ExitStack()
        self._delivery: Delivery | None = None
        self._stating: Stating | None = None
        self._greeted = False
        self._greeted_in_vain = False
        self._greeted_at = 0.0
        self._gently = False
        self._silent = 0
        self._failing_token: bytes | None = None

    def tasks(self) -> list[Task]:
        """What this door has to do."""
        name = self._garage.garage
        return [
            Task(f"probe:{name}", "probe", f"probe:{name}", self.probe, GREETING),
            Task(f"deliver:{name}", "send", f"deliver:{name}", self.deliver, LONGEST),
            Task(f"batches:{name}", "send", f"batches:{name}", self.tend_batches, LONGEST),
            Task(f"feedback:{name}", "send", f"feedback:{name}", self.follow, LONGEST),
            Task(f"statement:{name}", "state", f"statement:{name}", self.state, LONGEST),
        ]

    def end(self) -> None:
        """Close the client's connections."""
        self._leaving.close()

    def probe(self) -> float:
        """Greet iGarage at the start, and while the garage is paused when the next probe is due; seconds until then."""
        standing = self._world.ledger.standing(self._garage.garage)
        if standing.paused_code is None and (left := self._until_greeting()) > 0:
            return left
        if (left := self._left(standing)) > 0:
            return left
        token = self._token_print()
        code = self._greet()
        if code is None:
            self._gently = self._gently or standing.paused_code is not None
            self._greeted, self._failing_token = True, None
            self._greeted_at = self._world.monotonic()
            for task in ("deliver", "batches", "statement"):
                self._wake(f"{task}:{self._garage.garage}")
            return GREETING
        self._greeted_in_vain = True
        self._failing_token = token if code in NOT_AUTHORISED else None
        return self._next_probe()

    def deliver(self) -> float:
        """Deliver a slice of what is due; seconds until there is more."""
        name = self._garage.garage
        if (delivery := self._open()) is None:
            return LONGEST
        token = self._token_print()
        try:
            done = delivery.deliver_due(gently=self._gently, seconds=SLICE, silent=self._silent)
        except ConfigError:  # the token went meanwhile
            self._failing_token = token
            return self._without_token()
        self._silent = 0 if done.paused else done.silent
        if done.paused:
            self._failing_token = token if done.paused in NOT_AUTHORISED else None
            self._wake(f"probe:{name}")
            return LONGEST
        self._gently = self._gently and done.done < self._garage.delivery.workers
        return self._until_more(delivery, nothing_done=not (done.done or done.refused or done.failed))

    def follow(self) -> float:
        """Hear what iGarage learned of addresses since; seconds until it is asked again."""
        every, name = self._garage.door.feedback_every, self._garage.garage
        if (delivery := self._open()) is None:
            return min(every, LONGEST)
        try:
            heard = self._world.feedback(self._garage, delivery.client).follow()
        except ConfigError:  # the token went meanwhile
            return self._without_token()
        if heard.judged:
            self._wake(f"deliver:{name}")
            self._wake(task_name(name))
        if heard.failed:
            self._wake(f"probe:{name}")
        return every

    def tend_batches(self) -> float:
        """Go on with the batches, and send up what is due when its time has come; seconds until the next look."""
        name = self._garage.garage
        if (delivery := self._open()) is None:
            return LONGEST
        try:
            tended = self._world.batches(self._garage, delivery.client).tend()
        except ConfigError:  # the token went meanwhile
            return self._without_token()
        if tended.told:
            self._wake(f"deliver:{name}")
        if tended.failed:
            self._wake(f"probe:{name}")
        return LONGEST

    def state(self) -> float:
        """Make the nightly statement where it is due, for a slice of time; seconds until it is gone on with.

        It asks only while the door is open and nothing is to be delivered: it never keeps anything else waiting.
        """
        if (delivery := self._open()) is None or self._stating is None:
            return LONGEST
        ends = self._world.monotonic() + SLICE

        def may_ask() -> bool:
            return self._world.monotonic() < ends and self._open() is not None and not delivery.backlog(1).now

        try:
            if self._stating.make(may_ask):
                self._wake(f"probe:{self._garage.garage}")
                return LONGEST
        except ConfigError:  # the token went meanwhile
            return self._without_token()
        return IDLE if self._stating.under_way else LONGEST

    def tend(self) -> None:
        """A garage that is paused for its token is probed as soon as there is another one."""
        if self._failing_token is not None and self._token_print() != self._failing_token:
            self._failing_token = None
            self._world.ledger.probe_now(self._garage.garage)
            self._wake(f"probe:{self._garage.garage}")

    def _open(self) -> Delivery | None:
        """Delivery, while the garage was greeted and is not paused."""
        paused = self._world.ledger.standing(self._garage.garage).paused_code
        return self._delivery if self._greeted and not paused else None

    def _without_token(self) -> float:
        self._no_token()
        self._wake(f"probe:{self._garage.garage}")
        return LONGEST

    def _until_greeting(self) -> float:
        """Seconds until an open door is greeted again."""
        return self._greeted_at + GREETING - self._world.monotonic() if self._greeted else 0.0

    def _left(self, standing: Standing) -> float:
        """Seconds until the next probe of a pause; none at a start where a person may have mended what it was for."""
        if standing.paused_code is None or standing.probe_at is None:
            return 0.0
        if standing.paused_code in NOT_AUTHORISED and not self._greeted_in_vain and not self._greeted:
            return 0.0
        return self._until(standing.probe_at)

    def _greet(self) -> str | None:
        try:
            if self._delivery is None:
                client = self._leaving.enter_context(self._world.connect(self._garage, self._world.stop))
                self._stating = self._world.stating(self._garage, client)
                self._delivery = self._world.delivery(self._garage, client)
            return self._delivery.greet()
        except ConfigError:
            return self._no_token()

    def _no_token(self) -> str:
        why = Pause(NO_TOKEN, None, self._world.probing, self._world.chance(), is_probe=True)
        self._world.ledger.pause(self._garage.garage, why)
        return NO_TOKEN

    def _token_print(self) -> bytes:
        """A digest of the token there is now, to tell another one by; of none too."""
        try:
            token = self._garage.door.read_token(self._env)
        except ConfigError:
            token = ""
        return hashlib.sha256(token.encode()).digest()

    def _next_probe(self) -> float:
        probe_at = self._world.ledger.standing(self._garage.garage).probe_at
        return IDLE if probe_at is None else max(self._until(probe_at), 0.05)

    def _until_more(self, delivery: Delivery, *, nothing_done: bool) -> float:
        backlog = delivery.backlog(1)
        if backlog.now:
            return IDLE if nothing_done else 0.0
        return LONGEST if backlog.next_at is None else max(self._until(backlog.next_at), 0.05)

    def _until(self, instant: datetime) -> float:
        return (instant - self._world.now()).total_seconds()
