"""What to do after a failure. Pure: failure, count and chance in, decision out."""

from __future__ import annotations

from dataclasses import dataclass

MAX_RETRY_AFTER = 3600.0
"""Seconds: a longer wait ordered by the service is cut to this (the contract's bound)."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The garage's `delivery.retry`: seconds of the first and of the longest wait, and how many attempts."""

    first: float = 30.0
    max: float = 21600.0
    attempts: int = 20


@dataclass(frozen=True, slots=True)
class Probing:
    """How a paused garage is probed: seconds of the first and of the longest distance between two probes."""

    first: float = 5.0
    max: float = 300.0


PROBING = Probing()
"""How a garage is probed where nobody said otherwise."""


@dataclass(frozen=True, slots=True)
class Later:
    """Try again after this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Every attempt is spent: a person must look."""


def after_failure(
    attempts: int, retry: Retry, chance: float, retry_after: float | None = None
) -> Later | GiveUp:
    """The reaction to a failed request.

    `attempts` are those that counted against this passport, this one included; `chance` is drawn from [0, 1).
    """
    if attempts >= retry.attempts:
        return GiveUp()
    return Later(delay(attempts, retry, chance, retry_after))


def delay(attempts: int, retry: Retry, chance: float, retry_after: float | None = None) -> float:
    """Seconds to wait: exponential with full jitter, never earlier than a `Retry-After` of at most an hour."""
    exponent = min(max(attempts, 1) - 1, 32)  # 2**32 seconds are past any `max`
    ceiling = min(retry.max, retry.first * 2.0**exponent)
    return max(chance * ceiling, min(retry_after or 0.0, MAX_RETRY_AFTER))


def probe_distance(probes: int, probing: Probing, chance: float, retry_after: float | None = None) -> float:
    """Seconds until the next probe of a paused garage: from half the distance to the whole, doubling with each.

    `probes` counts those in vain, the coming one included. Never before a `Retry-After` of at most an hour has passed.
    """
    exponent = min(max(probes, 1) - 1, 32)
    ceiling = min(probing.max, probing.first * 2.0**exponent)
    return max((1 + chance) / 2 * ceiling, min(retry_after or 0.0, MAX_RETRY_AFTER))


def is_own_failure(last_attempt: float | None, last_success: float | None) -> bool:
    """Whether a failure counts against the passport: since its previous attempt another call succeeded.

    Both are instants in seconds (or None: there was none). So two weeks offline exhaust nothing.
    """
    if last_success is None:
        return False
    return last_attempt is None or last_success > last_attempt
