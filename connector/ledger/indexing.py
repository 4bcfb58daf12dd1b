"""Brings the index of next steps up to date, slice by slice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from connector.ledger.ledger import Ledger
from connector.plan import Policy

INDEXINGS = 3
"""How often the index is made in a row, at most: what it lags behind is asked again by every claim."""


def bring_up_to_date(ledger: Ledger, garage: str, policy: Policy, today: Callable[[], date]) -> None:
    """The local date, the policy or the brake on mails may have changed since the index was made.

    What the new index wants may close the brake, and then it is made once more; it never opens it again.
    """
    for _ in range(INDEXINGS):
        day = today()
        if ledger.is_indexed(garage, policy, day):
            return
        make_anew(ledger, garage, ledger.in_force(garage, policy, day), day)


def make_anew(ledger: Ledger, garage: str, policy: Policy, today: date) -> None:
    """Make all of a garage's index anew by a policy in force."""
    after: str | None = ""
    while after is not None:
        after = ledger.reindex_slice(garage, policy, today, after=after)
