"""What the workers of one pass of delivery have come to: they share it, and it says when the pass is over."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from connector.errors import DeliveryError, Refused, Transient, Unknown
from connector.ledger import Claim, Failed, Outcome

SILENCE = 5
"""So many calls in a row without an answer, and it is the service that is silent, not the passports."""


@dataclass(frozen=True, slots=True)
class Given:
    """A claim that waits for its worker since `at`, a count of seconds."""

    claim: Claim
    at: float


@dataclass(slots=True)
class Tally:
    """Counts shared by the workers of one pass, which `ends` at a count of seconds (None: when all is done)."""

    ends: float | None = None
    done: int = 0
    refused: int = 0
    failed: int = 0
    silent: int = 0
    over: bool = False
    slow: bool = False
    """Whether a claim had waited too long for its worker."""
    paused: str | None = None
    gathers: bool = False
    """Whether passports wait for a batch: for this whole pass, whatever it makes due."""
    judged: dict[str, float] = field(default_factory=dict)
    """Addresses of which this pass has heard, and when."""
    changed: threading.Lock = field(default_factory=threading.Lock)

    def count(self, outcome: Outcome) -> None:
        """Count what came of a claim, and notice when the pass is over, or even the garage must pause."""
        with self.changed:
            error = outcome.error if isinstance(outcome, Failed) else None
            self.silent = self.silent + 1 if isinstance(error, Unknown) else 0
            if error is None:
                self.done += 1
            elif isinstance(error, Refused):
                self.refused += 1
            else:
                self.failed += 1
                self._weigh(error)

    def doubt(self, address: str, at: float) -> None:
        """Something was heard of an address: what was claimed for it before is to be asked anew."""
        with self.changed:
            self.judged[address] = at

    def doubts(self, given: Given) -> bool:
        """Whether something was heard of the claim's address since it was claimed."""
        with self.changed:
            return self.judged.get(given.claim.passport.address, given.at - 1) >= given.at

    def allows(self, workers: int, *, gently: bool) -> int:
        """How many calls may be on the way at once: after a pause one, and with each success one more."""
        with self.changed:
            return min(workers, 1 + self.done + self.refused) if gently else workers

    def _weigh(self, error: DeliveryError) -> None:
        code = error.code if error.scope == "garage" else "no_answer" if self.silent >= SILENCE else None
        if code is None:
            return
        self.over = True
        ours = isinstance(error, Transient) and not error.counts  # our own pace or end: iGarage is well
        self.paused = self.paused or (None if ours else code)
