"""The ledger: desired state in one place, and one transaction per method."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector.backoff import Probing
from connector.errors import DeliveryError
from connector.ledger import (
    claims,
    fleets,
    garages,
    mails,
    outcomes,
    passports,
    suspects,
)
from connector.ledger.address_book import AddressBook
from connector.ledger.batch_book import BatchBook
from connector.ledger.list_book import ListBook
from connector.ledger.polls import Polls
from connector.ledger.pushes import Pushes
from connector.ledger.retiring import Retiring
from connector.ledger.schema import meta
from connector.ledger.statement_book import StatementBook
from connector.ledger.taking import SLICE, Taking
from connector.plan import Policy


@dataclass(frozen=True, slots=True)
class Ledger(Taking):
    """The ledger of one installation, all its garages kept apart by their id.

    `now` tells the time in UTC, `entropy` gives random bytes. Every method is one transaction: it happened or it
    did not. Any thread may call; on SQLite writers take turns. `key_file` keeps the key by which the erased are known.
    """

    # ---- garages and sources

    def know_garage(self, garage: str) -> None:
        """Make room for a garage; nothing where it is known."""
        with self.database.write("know_garage") as connection:
            garages.know(connection, garage)

    def standing(self, garage: str) -> garages.Standing:
        """How a garage stands with iGarage."""
        with self.database.read() as connection:
            return garages.standing(connection, garage).at(self.now())

    def met(self, garage: str, igarage_id: str, fleet_accounts: Collection[str] | None = None) -> bool:
        """iGarage answered as this garage: a pause ends. False when it is another garage than before.

        A passport whose Wagenparkaccount is not among the `fleet_accounts` (None: not told) goes on without.
        """
        with self._turn(garage, "met") as connection:
            if not garages.met(connection, garage, igarage_id, self.now()):
                return False
            if fleet_accounts is not None:
                fleets.learn(connection, garage, fleet_accounts, self.now())
            return True

    def fleet_accounts(self, garage: str) -> frozenset[str] | None:
        """The Wagenparkaccounts that iGarage has for a garage; None where it has not said."""
        with self.database.read() as connection:
            return fleets.known(connection, garage)

    def pause(self, garage: str, why: garages.Pause) -> None:
        """Pause a garage: nothing is claimed for it until iGarage answers again."""
        with self._turn(garage, "pause") as connection:
            garages.pause(connection, garage, why, self.now())

    def pause_after(self, garage: str, error: DeliveryError, probing: Probing, chance: float) -> bool:
        """Pause a garage that a failure concerns, but for our own pace or end; whether it concerns the garage."""
        if error.scope != "garage":
            return False
        if why := garages.pause_for(error, probing, chance):
            self.pause(garage, why)
        return True

    def probe_now(self, garage: str) -> None:
        """What a pause was for may have been mended: the next probe is due, but for what iGarage asked to wait."""
        with self._turn(garage, "probe_now") as connection:
            garages.probe_now(connection, garage)

    def note_read(self, garage: str) -> None:
        """Every export of a garage has been read since the ledger was rescued: it is written at iGarage again."""
        with self._turn(garage, "note_read") as connection:
            garages.note_read(connection, garage)

    def note_source(self, garage: str, source: str, adapter: str, state: str, message: str | None) -> None:
        """How the scan of a source went: `ok`, `waiting`, `held` or `unavailable`, with a Dutch sentence."""
        with self.database.write("note_source") as connection:
            garages.note_source(connection, garage, source, adapter, state, message, self.now())

    # ---- passports

    def is_indexed(self, garage: str, policy: Policy, today: date) -> bool:
        """Whether the step index was made for this policy, as it counts now, and local date."""
        policy = self.in_force(garage, policy, today)
        return self.standing(garage).indexed_for == passports.index_name(policy, today)

    def in_force(self, garage: str, policy: Policy, today: date) -> Policy:
        """The policy as it counts now: with its mails stopped where the brake on them is closed."""
        with self.database.read() as connection:
            return mails.in_force(connection, garage, policy, today, self.now())

    def reindex_slice(self, garage: str, policy: Policy, today: date, *, after: str = "") -> str | None:
        """Make the step index anew for the next plates by a policy in force; the last of them, None at the end.

        First it is counted anew which addresses too many customers share: that is for the policy to say, too.
        """
        with self._turn(garage, "reindex_slice") as connection:
            if not after:
                suspects.count_anew(connection, garage, policy.shared_limit, self.now())
            return passports.reindex_slice(connection, garage, policy, today, after=after, limit=SLICE)

    def claim(
        self,
        garage: str,
        policy: Policy,
        today: date,
        *,
        lease: timedelta,
        longest_wait: timedelta,
        due_before: datetime,
    ) -> claims.Claim | None:
        """Claim the request that is due longest, under a lease; None when nothing is."""
        how: dict[str, Any] = {"lease": lease, "longest_wait": longest_wait, "due_before": due_before}
        return next(iter(self.claim_some(garage, policy, today, most=1, **how)), None)

    def claim_some(
        self,
        garage: str,
        policy: Policy,
        today: date,
        *,
        lease: timedelta,
        longest_wait: timedelta,
        due_before: datetime,
        most: int,
        gathers: bool = False,
    ) -> list[claims.Claim]:
        """Claim so many requests at most, those that are due longest, under a lease; none when none is due.

        Only what was due by `due_before`; a due time further ahead than `longest_wait` counts as past. Where the
        garage `gathers` for a batch, no PUT that a batch would take.
        """
        with self._turn(garage, "claim") as connection:
            job = claims.Claiming(
                garage=garage,
                policy=mails.in_force_to_write(connection, garage, policy, today, self.now()),
                today=today,
                now=self.now(),
                lease=lease,
                longest_wait=longest_wait,
                due_before=due_before,
                gathers=gathers,
                entropy=self.entropy,
                ledger_id=_ledger_id(connection),
            )
            room = mails.room(connection, garage, policy, today, self.now())
            return claims.claim(connection, job, most if room is None else min(most, room))

    def close(self, claim: claims.Claim, outcome: outcomes.Outcome, policy: Policy, today: date) -> bool:
        """Write what came of a claim; False when its lease had passed, and nothing is written."""
        return self.close_some(claim.garage, [(claim, outcome)], policy, today)[0]

    def close_some(
        self, garage: str, closings: Sequence[outcomes.Closing], policy: Policy, today: date
    ) -> list[bool]:
        """Write what came of claims, all or none; False of one whose lease had passed, of which nothing is written."""
        with self._turn(garage, "close") as connection:
            policy = mails.in_force_to_write(connection, garage, policy, today, self.now())
            return outcomes.close(connection, garage, closings, policy, today, self.now())

    def give_back(self, garage: str, unbegun: Sequence[claims.Claim]) -> None:
        """Claims of which the request was never begun are free again."""
        with self._turn(garage, "give_back") as connection:
            claims.give_back(connection, garage, unbegun)

    def backlog(
        self, garage: str, *, lease: timedelta, longest_wait: timedelta, bound: int, gathers: bool = False
    ) -> claims.Backlog:
        """What the delivery of a garage has before it; requests due now are counted up to `bound`."""
        with self.database.read() as connection:
            return claims.backlog(connection, garage, self.now(), lease, longest_wait, bound, gathers=gathers)

    def free_claims(self) -> int:
        """At start, under the instance lock: the claims of a dead process are free. How many there were."""
        with self.database.write("free_claims") as connection:
            return claims.free_claims(connection)

    @property
    def address_book(self) -> AddressBook:
        """What is known of addresses, and who corrected them; each of its methods is one transaction too."""
        return AddressBook(self.database, self.now, self.erasures)

    @property
    def retiring(self) -> Retiring:
        """What the ledger keeps no longer, some rows at a time."""
        return Retiring(self.database, self.now)

    @property
    def polls(self) -> Polls:
        """Where polled sources are; each of its methods is one transaction too."""
        return Polls(self.database, self.now, self.erasures)

    @property
    def pushes(self) -> Pushes:
        """What was pushed before."""
        return Pushes(self.database)

    @property
    def batch_book(self) -> BatchBook:
        """The batches of each garage; each of its methods is one transaction too."""
        return BatchBook(self.database, self.now, self.entropy)

    @property
    def statement_book(self) -> StatementBook:
        """What the nightly statements ask, and came to."""
        return StatementBook(self.database, self.now)

    @property
    def list_book(self) -> ListBook:
        """The customer lists of each garage; each of its methods is one transaction too."""
        return ListBook(self.database, self.now, self.entropy)

    # ---- looking

    def looking(self) -> AbstractContextManager[sa.Connection]:
        """Several questions of `looking`, answered from one consistent state."""
        return self.database.read()

    def ledger_id(self) -> str:
        """The ledger's own id: another one after it was rebuilt."""
        with self.database.read() as connection:
            return _ledger_id(connection)

    def close_database(self) -> None:
        """Close every connection."""
        self.database.close()


def _ledger_id(connection: sa.Connection) -> str:
    return str(connection.execute(sa.select(meta.c.value).where(meta.c.name == "ledger_id")).scalar_one())
