"""Which of the ordered faults strikes a call."""

from __future__ import annotations

import random
from fnmatch import fnmatchcase
from threading import Event, Lock
from typing import Any

from connector.sandbox.faults import Fault


class Strike:
    """One fault that strikes one call."""

    def __init__(self, number: int, fault: Fault, cleared: Event) -> None:
        self.number = number
        self.fault = fault
        self._cleared = cleared

    def wait(self, seconds: float | None) -> None:
        """Wait so long (None: for ever), or until the faults are cleared."""
        self._cleared.wait(seconds)

    def delay(self) -> None:
        """The delay that was ordered, if any."""
        if self.fault.hold:
            self.wait(None)
        elif self.fault.latency:
            self.wait(self.fault.latency)


class FaultBook:
    """The faults in order; the oldest that strikes a call is the only one that does."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._orders: list[_Order] = []
        self._count = 0

    def order(self, fault: Fault) -> int:
        """Add a fault; returns its number."""
        with self._lock:
            self._count += 1
            self._orders.append(_Order(self._count, fault))
            return self._count

    def clear(self) -> None:
        """Drop every fault and let go whoever waits in one."""
        with self._lock:
            orders, self._orders = self._orders, []
        for order in orders:
            order.cleared.set()

    def strike(self, method: str, path: str, garage: str | None) -> Strike | None:
        """The fault that strikes this call, if any."""
        with self._lock:
            for order in self._orders:
                if _matches(order.fault, method, path, garage) and order.strikes():
                    return Strike(order.number, order.fault, order.cleared)
        return None

    def listing(self) -> list[dict[str, Any]]:
        """Every fault that stands, with how many calls it matched and struck."""
        with self._lock:
            return [
                {
                    "id": order.number,
                    "matched": order.matched,
                    "struck": order.struck,
                    **order.fault.as_json(),
                }
                for order in self._orders
            ]


class _Order:
    """A fault with its count and its dice."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.matched = 0
        self.struck = 0
        self.cleared = Event()
        self._dice = random.Random(fault.seed)  # noqa: S311 - dice of a test, to be thrown again alike

    def strikes(self) -> bool:
        """Count one matching call, and say whether it is struck."""
        self.matched += 1
        spent = self.fault.times is not None and self.struck >= self.fault.times
        if spent or self.matched <= self.fault.after:
            return False
        hit = self._dice.random() < self.fault.probability
        self.struck += hit
        return hit


def _matches(fault: Fault, method: str, path: str, garage: str | None) -> bool:
    return (
        (fault.method is None or fault.method.upper() == method)
        and (fault.path is None or fnmatchcase(path, fault.path))
        and (fault.garage is None or fault.garage == garage)
    )
