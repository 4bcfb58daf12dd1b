"""Telling: where a plugin can, the garage's own system hears that an address proved invalid. It judges nothing.

What is to be told follows from the ledger: an address with such a verdict that rows of the source name, and of which
that source was not told since the verdict. So it is told at least once: a process that dies between the deed and its
note tells it again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import requests

from connector.errors import AdapterFailed, SourceError
from connector.judging import Source
from connector.ledger import Ledger
from connector.log import Log
from connector.model import AddressNotice

HOOK = "connector_address_invalid"
LIMIT = 30.0
"""Seconds that a plugin may take for one address; it is then left behind, and its source told nothing until it ends."""
SOME = 100
"""Addresses that a source is told of in one go, at most."""
ENOUGH = 60.0
"""Seconds after which a go ends: another time for the rest."""
SLICE = 0.1
"""Seconds between two looks at whether the program is to stop."""
STOPPED = "stopped"
"""Why nothing came of it where the program is to stop: that is no failure of the plugin's."""


@dataclass(slots=True)
class Telling:
    """What tells one garage's sources. `http` makes a source's session, by its name; `stop` ends it between two."""

    ledger: Ledger
    sources: Sequence[Source]
    http: Callable[[str], AbstractContextManager[requests.Session]]
    log: Log
    stop: threading.Event
    monotonic: Callable[[], float]
    limit: float = LIMIT
    _behind: dict[str, threading.Thread] = field(init=False, default_factory=dict)

    def tell(self) -> int:
        """Tell each source what it was not told yet; how many addresses. A plugin that fails is tried another time."""
        return sum(self._tell_source(each) for each in self.sources if HOOK in each.adapter.hooks)

    def _tell_source(self, source: Source) -> int:
        behind = self._behind.get(source.name)
        if behind is not None and behind.is_alive():
            return 0
        book, told, ends = self.ledger.address_book, 0, self.monotonic() + ENOUGH
        for notice in book.untold(source.garage, source.name, SOME):
            if self.stop.is_set() or self.monotonic() >= ends:
                break
            failed = self._within_time(source, notice)
            if failed != STOPPED:
                book.note_told(source.garage, source.name, notice, done=failed is None)
            if failed is not None:  # the others too, most likely: another time
                self.log.warning("telling.failed", garage=source.garage, source=source.name, reason=failed)
                break
            told += 1
        return told

    def _within_time(self, source: Source, notice: AddressNotice) -> str | None:
        """Have the plugin tell it, within its time; why it failed, or None."""
        outcomes: list[str | None] = []
        thread = threading.Thread(
            target=lambda: outcomes.append(self._told(source, notice)),
            name=f"telling-{source.name}",
            daemon=True,
        )
        ends = self.monotonic() + self.limit
        thread.start()
        while thread.is_alive() and self.monotonic() < ends and not self.stop.is_set():
            thread.join(SLICE)
        if not outcomes and thread.is_alive():
            self._behind[source.name] = thread
            return STOPPED if self.stop.is_set() else "timeout"
        return outcomes[0] if outcomes else "broken"

    def _told(self, source: Source, notice: AddressNotice) -> str | None:
        try:
            with self.http(source.name) as session:
                source.adapter.tell_address_invalid(notice, session, source.settings)
        except AdapterFailed as error:
            return str(error)  # without a word of the plugin's own
        except SourceError:
            return "unavailable"
        return None
