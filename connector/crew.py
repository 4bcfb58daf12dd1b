"""Workers that ask: what is to be asked is given to them, and what came of each is taken from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Generic, Self, TypeVar

Given = TypeVar("Given")
"""What a worker is given."""
Came = TypeVar("Came")
"""What came of it."""


class Crew(Generic[Given, Came]):
    """So many workers. One thread alone gives and takes; leaving waits for what is begun."""

    def __init__(self, workers: int, ask: Callable[[Given], Came]) -> None:
        self._ask = ask
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="crew")
        self._done: SimpleQueue[tuple[Given, Came | Exception]] = SimpleQueue()
        self._defects: list[Exception] = []
        self.out = 0
        """How many were given and not taken back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()

    @property
    def broken(self) -> bool:
        """Whether a worker broke: nobody knows what it did with what it was given."""
        return bool(self._defects)

    def give(self, several: Iterable[Given]) -> None:
        """Give each to whoever is free first."""
        for given in several:
            self._pool.submit(self._work, given)
            self.out += 1

    def finished(self, wanted: int, within: float = 0.0) -> list[tuple[Given, Came]]:
        """What is done with: at least one, waited for as long as it takes, and then up to `within` seconds more
        for as many as are `wanted`. Those whose worker broke are left out.
        """
        taken = [self._done.get()]
        ends, wanted = time.monotonic() + within, min(wanted, self.out)
        while (one := self._next(ends if len(taken) < wanted else None)) is not None:
            taken.append(one)
        self.out -= len(taken)
        self._defects += [what for _, what in taken if isinstance(what, Exception)]
        return [(given, what) for given, what in taken if not isinstance(what, Exception)]

    def complain(self) -> None:
        """Raise what broke a worker, the first where it was several."""
        if self._defects:
            raise self._defects[0]

    def _next(self, ends: float | None) -> tuple[Given, Came | Exception] | None:
        """The next one that is done with, waited for until `ends`; None: not waited for."""
        left = 0.0 if ends is None else max(ends - time.monotonic(), 0.0)
        try:
            return self._done.get(timeout=left) if left else self._done.get_nowait()
        except Empty:
            return None

    def _work(self, given: Given) -> None:
        try:
            self._done.put((given, self._ask(given)))
        except Exception as error:  # raised again by whoever gave it
            self._done.put((given, error))
