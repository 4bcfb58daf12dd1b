"""The ledger: desired state in one place, and one transaction per method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector.arrivals import Arrival, Contains, KnownFile
from connector.ledger import (
    accepting,
    claims,
    consents,
    files,
    garages,
    leaves,
    looking,
    mails,
    memory,
    outcomes,
    passports,
    rescue,
)
from connector.ledger.address_book import AddressBook
from connector.ledger.decisions import Decisions
from connector.ledger.erasures import Erasures
from connector.ledger.key_file import KeyFile
from connector.ledger.retiring import Retiring
from connector.ledger.schema import files as file_table
from connector.ledger.schema import meta
from connector.plan import Policy
from connector.suspicion import SHARED_LIMIT

SLICE = 500
"""Rows of one transaction while a file is accepted or an index is made anew."""


@dataclass(frozen=True, slots=True)
class Ledger(Decisions):
    """The ledger of one installation, all its garages kept apart by their id.

    `now` tells the time in UTC, `entropy` gives random bytes. Every method is one transaction: it happened or it
    did not. Any thread may call; on SQLite writers take turns. `key_file` keeps the key by which the erased are known.
    """

    key_file: KeyFile | None = None

    # ---- garages and sources

    def know_garage(self, garage: str) -> None:
        """Make room for a garage; nothing where it is known."""
        with self.database.write("know_garage") as connection:
            garages.know(connection, garage)

    def standing(self, garage: str) -> garages.Standing:
        """How a garage stands with iGarage."""
        with self.database.read() as connection:
            return garages.standing(connection, garage).at(self.now())

    def met(self, garage: str, igarage_id: str) -> bool:
        """iGarage answered as this garage: a pause ends. False when it is another garage than before."""
        with self._turn(garage, "met") as connection:
            return garages.met(connection, garage, igarage_id, self.now())

    def pause(self, garage: str, why: garages.Pause) -> None:
        """Pause a garage: nothing is claimed for it until iGarage answers again."""
        with self._turn(garage, "pause") as connection:
            garages.pause(connection, garage, why, self.now())

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

    # ---- files

    def history(self, garage: str, source: str) -> list[KnownFile]:
        """Every file of a source that the ledger knows, oldest first."""
        with self.database.read() as connection:
            return files.history(connection, garage, source)

    def supersede(self, garage: str, source: str, arrivals: Sequence[Arrival], recipe: bytes) -> None:
        """Note files in whose place a newer one speaks."""
        with self.database.write("supersede") as connection:
            for arrival in arrivals:
                files.add(connection, garage, source, arrival, recipe, self.now(), "superseded")

    def begin_file(self, garage: str, source: str, arrival: Arrival, recipe: bytes) -> int:
        """Begin to read a file; its number."""
        with self.database.write("begin_file") as connection:
            return files.add(connection, garage, source, arrival, recipe, self.now(), "reading")

    def recognise(
        self, garage: str, source: str, recipe: bytes, digests: Sequence[bytes]
    ) -> dict[bytes, memory.Remembered]:
        """Which raw rows this source said before, word for word and read by the same recipe."""
        with self.database.read() as connection:
            return memory.recognise(connection, garage, source, recipe, digests)

    def stage(self, file: int, chunk: Sequence[files.StagedRow]) -> None:
        """Put rows beside the ledger, where delivery does not see them."""
        with self.database.write("stage") as connection:
            files.stage(connection, file, self.erasures.passed_over(connection, file, chunk))

    def note_lacking(self, file: int) -> None:
        """A consent or opt-out column that is mapped is gone from a file."""
        with self.database.write("note_lacking") as connection:
            consents.note(connection, file)

    def forget_file(self, file: int) -> None:
        """Un-stage a file that changed while it was read: as if it had never been seen."""
        with self.database.write("forget_file") as connection:
            files.forget(connection, file)

    def forget_unread(self, garage: str) -> int:
        """Un-stage what was not read to its end, by a dead process or for want of room; how many files."""
        with self.database.read() as connection:
            numbers = files.unread(connection, garage)
        if numbers:
            with self.database.write("forget_unread") as connection:
                for number in numbers:
                    files.forget(connection, number)
        return len(numbers)

    def settle_file(self, file: int) -> files.Finding | None:
        """After a file's last row: settle its repeats and duplicates; why it is held, where it contradicts itself."""
        with self.database.write("settle_file") as connection:
            finding = files.settle(connection, file)
            if finding:
                files.close(connection, file, "held", self.now(), finding)
            return finding

    def judge_file(self, file: int, finding: files.Finding | None = None) -> files.Finding | None:
        """A settled file is accepted from here on, or held for what it was found to be out of proportion in.

        A person's leave for this finding lets the file pass, and is spent when the file is taken.
        """
        with self.database.write("judge_file") as connection:
            if finding and not leaves.given(connection, file, finding.reason):
                files.close(connection, file, "held", self.now(), finding)
                return finding
            accepting.start(connection, file)
            return None

    def rows_taken_before(self, garage: str, source: str) -> int | None:
        """The rows of the last file of a source that was taken; None where none was."""
        with self.database.read() as connection:
            return files.rows_taken_before(connection, garage, source)

    def hold_file(self, file: int, finding: files.Finding) -> None:
        """Hold a file whole; what was staged of it goes."""
        with self.database.write("hold_file") as connection:
            if finding.reason == "layout_unknown":
                consents.lapse_where_lacking(connection, file, self.now())
            files.close(connection, file, "held", self.now(), finding)

    def staged_counts(self, file: int) -> tuple[int, int]:
        """Of the staged rows of a file: those that are no passport, and the passports that were recognised."""
        with self.database.read() as connection:
            return files.staged_counts(connection, file)

    def staged_rows(self, file: int) -> Iterator[list[memory.Values]]:
        """The staged rows of a file in their order, some at a time."""
        return self._staged(file, files.staged_after)

    def staged_passports(self, file: int) -> Iterator[list[memory.Values]]:
        """The staged passports of a file that were not recognised, with what they are weighed by, some at a time."""
        return self._staged(file, files.passports_after)

    def _staged(self, file: int, after: files.After) -> Iterator[list[memory.Values]]:
        done = 0
        while True:
            with self.database.read() as connection:
                chunk = after(connection, file, done, SLICE)
            if not chunk:
                return
            yield chunk
            done = chunk[-1]["position"]

    def remembered(
        self, garage: str, source: str, chunk: Sequence[memory.Values]
    ) -> tuple[dict[str, memory.Values], dict[str, memory.Values]]:
        """What staged rows are weighed against: key → what the source said of a known plate, plate → its passport."""
        with self.database.read() as connection:
            return accepting.remembered(connection, garage, source, chunk)

    def unfinished(self, garage: str, source: str) -> list[int]:
        """Files that were being accepted when a process died: to go on with."""
        with self.database.read() as connection:
            query = sa.select(file_table.c.id).where(
                file_table.c.garage == garage,
                file_table.c.source == source,
                file_table.c.state == "accepting",
            )
            return list(connection.execute(query.order_by(file_table.c.id)).scalars())

    def accept_slice(
        self,
        file: int,
        system: str,
        policy: Policy,
        today: date,
        *,
        contains: Contains = "all",
        shared_limit: int = SHARED_LIMIT,
    ) -> bool:
        """Accept the next rows of a judged file; False when it is taken."""
        with self.database.write("accept_slice") as connection:
            row = connection.execute(sa.select(file_table).where(file_table.c.id == file)).mappings().one()
            garages.take_turn(connection, row["garage"])
            job = accepting.Accepting(
                file=file,
                garage=row["garage"],
                source=row["source"],
                system=system,
                recipe=row["recipe"],
                policy=mails.in_force_to_write(connection, row["garage"], policy, today, self.now()),
                today=today,
                now=self.now(),
                entropy=self.entropy,
                contains=contains,
                shared_limit=shared_limit,
                rescued=rescue.told(connection) is not None,
                lacks_consent=row["lacks_consent"],
            )
            more = accepting.accept_slice(connection, job, SLICE)
            if not more:
                accepting.finish(connection, job)
            return more

    def is_full(self) -> bool:
        """Whether the disk ran full: what room there is is for what is under way, and no file may take it."""
        return self.database.room is not None and self.database.room.given_up

    def has_room(self) -> bool:
        """Whether there is room to take in a file, beside what is kept for what is under way."""
        return self.database.room is None or self.database.room.keep()

    def file(self, file: int) -> looking.FileSummary:
        """A file and its balance. Raises `LookupError` where there is none of this number."""
        with self.database.read() as connection:
            return looking.file_summary(connection, file)

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
        """Make the step index anew for the next plates by a policy in force; the last of them, None at the end."""
        with self._turn(garage, "reindex_slice") as connection:
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
    ) -> list[claims.Claim]:
        """Claim so many requests at most, those that are due longest, under a lease; none when none is due.

        Only what was due by `due_before`; a due time further ahead than `longest_wait` counts as past.
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
        self, garage: str, *, lease: timedelta, longest_wait: timedelta, bound: int
    ) -> claims.Backlog:
        """What the delivery of a garage has before it; requests due now are counted up to `bound`."""
        with self.database.read() as connection:
            return claims.backlog(connection, garage, self.now(), lease, longest_wait, bound)

    def free_claims(self) -> int:
        """At start, under the instance lock: the claims of a dead process are free. How many there were."""
        with self.database.write("free_claims") as connection:
            return claims.free_claims(connection)

    @property
    def address_book(self) -> AddressBook:
        """What is known of addresses, and who corrected them; each of its methods is one transaction too."""
        return AddressBook(self.database, self.now, self.erasures)

    @property
    def erasures(self) -> Erasures:
        """Who was erased; each of its methods is one transaction too."""
        return Erasures(self.database, self.now, self.entropy, self.key_file)

    @property
    def retiring(self) -> Retiring:
        """What the ledger keeps no longer, some rows at a time."""
        return Retiring(self.database, self.now)

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
