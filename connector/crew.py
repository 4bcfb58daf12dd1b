"""The workers of one pass of delivery: claims are given to them, and what came of each is taken from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from connector.ledger import Claim, Outcome


@dataclass(frozen=True, slots=True)
class Given:
    """A claim that waits for its worker since `at`, a count of seconds."""

    claim: Claim
    at: float


Ask = Callable[[Given], Outcome | None]
"""What a worker does with a claim; None where it did not begin."""


class Crew:
    """So many workers. One thread alone gives and takes; leaving waits for what is begun."""

    def __init__(self, workers: int, ask: Ask) -> None:
        self._ask = ask
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="delivery")
        self._done: SimpleQueue[tuple[Claim, Outcome | Exception | None]] = SimpleQueue()
        self._defects: list[Exception] = []
        self.out = 0
        """Claims that were given and not taken back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()

    @property
    def broken(self) -> bool:
        """Whether a worker broke: what it was given stays claimed, for nobody knows what it did."""
        return bool(self._defects)

    def give(self, claims: Iterable[Claim], at: float) -> None:
        """Give claims to whoever is free first."""
        for claim in claims:
            self._pool.submit(self._work, Given(claim, at))
            self.out += 1

    def finished(self, wanted: int, within: float) -> list[tuple[Claim, Outcome | None]]:
        """What is done with: at least one claim, waited for as long as it takes, and then up to `within` seconds more
        for as many as are `wanted`. Those whose worker broke are left out.
        """
        taken = [self._done.get()]
        ends, wanted = time.monotonic() + within, min(wanted, self.out)
        while (one := self._next(ends if len(taken) < wanted else None)) is not None:
            taken.append(one)
        self.out -= len(taken)
        self._defects += [what for _, what in taken if isinstance(what, Exception)]
        return [(claim, what) for claim, what in taken if not isinstance(what, Exception)]

    def complain(self) -> None:
        """Raise what broke a worker, the first where it was several."""
        if self._defects:
            raise self._defects[0]

    def _next(self, ends: float | None) -> tuple[Claim, Outcome | Exception | None] | None:
        """The next one that is done with, waited for until `ends`; None: not waited for."""
        left = 0.0 if ends is None else max(ends - time.monotonic(), 0.0)
        try:
            return self._done.get(timeout=left) if left else self._done.get_nowait()
        except Empty:
            return None

    def _work(self, given: Given) -> None:
        try:
            self._done.put((given.claim, self._ask(given)))
        except Exception as error:  # raised again by whoever gave it
            self._done.put((given.claim, error))
