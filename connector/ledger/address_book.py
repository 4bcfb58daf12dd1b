"""The ledger's book of addresses: what iGarage's feed tells, and what people correct; one transaction per method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from connector.corrections import Correction
from connector.emails import key
from connector.errors import NotReleasable
from connector.ledger import correcting, feed, mails, passports, questions, suspects, telling
from connector.ledger.correcting import Row, Turn
from connector.ledger.erasures import Erasures
from connector.ledger.turns import Turns
from connector.model import AddressChange, AddressNotice
from connector.plan import Policy


@dataclass(frozen=True, slots=True)
class AddressBook(Turns):
    """What a garage knows of addresses. Whatever changes there, its passports are indexed anew with it."""

    erasures: Erasures

    def feed_cursor(self, garage: str) -> str | None:
        """Where to go on in the feed of a garage; None: at its start."""
        with self.database.read() as connection:
            return feed.cursor(connection, garage)

    def hear_feed(
        self,
        garage: str,
        items: Sequence[AddressChange],
        policy: Policy,
        today: date,
        *,
        after: str | None,
        onward: str,
    ) -> int | None:
        """Write a page that was read from `after`, and the cursor behind it; how many addresses it changed.

        None, and nothing is written, where the ledger stands elsewhere in the feed.
        """
        with self._turn(garage, "hear_feed") as connection:
            turn = self._by(connection, garage, policy, today)
            heard = self.erasures.unheard(connection, garage, items)
            return feed.hear(connection, turn, heard, after, onward)

    def start_feed_over(self, garage: str) -> None:
        """Follow the feed from its start once more."""
        with self._turn(garage, "start_feed_over") as connection:
            feed.start_over(connection, garage)

    def corrected(self, garage: str, staged: Sequence[Row]) -> list[Row]:
        """Staged rows with the addresses that count for their plates."""
        with self.database.read() as connection:
            known = correcting.known(connection, garage)
        return [correcting.applied(each, known)[0] if each["content"] else each for each in staged]

    def correct(self, garage: str, new: Correction, policy: Policy, today: date) -> list[str]:
        """A person corrects an address; the plates that changes. Raises `NotReleasable` with the reason if not."""
        with self._turn(garage, "correct") as connection:
            self.erasures.refuse(connection, garage, new.meant)
            plates = correcting.correct(connection, self._by(connection, garage, policy, today), new)
            questions.note_decision(connection)
            return plates

    def correct_all(
        self,
        garage: str,
        lines: Sequence[tuple[int, Correction]],
        wrong: Sequence[tuple[int, str]],
        policy: Policy,
        today: date,
    ) -> list[str]:
        """Corrections with the lines they stand on, all or none; the plates they change.

        `wrong` are lines that are no corrections, and why. Raises `NotReleasable` with every line that is not taken.
        """
        with self._turn(garage, "correct_all") as connection:
            turn = self._by(connection, garage, policy, today)
            plates: list[str] = []
            mistakes = list(wrong)
            for line, each in lines:
                try:
                    self.erasures.refuse(connection, garage, each.meant)
                    plates += correcting.correct(connection, turn, each)
                except NotReleasable as error:
                    mistakes.append((line, str(error)))
            if mistakes:
                raise NotReleasable("\n".join(f"regel {line}: {why}" for line, why in sorted(mistakes)))
            questions.note_decision(connection)
            return plates

    def ignore(self, garage: str, address: str, policy: Policy, today: date) -> None:
        """A person says that a suspect address is fine. Raises `NotReleasable` where it is not suspect."""
        with self._turn(garage, "ignore") as connection:
            suspects.ignore(connection, garage, key(address), self.now())
            counts = self._by(connection, garage, policy, today).policy
            passports.reindex(connection, garage, counts, today, only_addresses=[key(address)])
            questions.note_decision(connection)

    def untold(self, garage: str, source: str, limit: int) -> list[AddressNotice]:
        """The invalid addresses that a source names and was not told of since, as many as are due now."""
        with self.database.read() as connection:
            return telling.untold(connection, garage, source, self.now(), limit)

    def note_told(self, garage: str, source: str, notice: AddressNotice, *, done: bool) -> None:
        """A source was told of an address; or (not `done`) it could not be, and is let alone for a while."""
        with self.database.write("note_told") as connection:
            telling.note(connection, garage, source, notice, self.now(), done=done)

    def _by(self, connection: sa.Connection, garage: str, policy: Policy, today: date) -> Turn:
        """By what the passports of a transaction are written: the policy as the brake on mails lets it count."""
        now = self.now()
        return Turn(garage, mails.in_force_to_write(connection, garage, policy, today, now), today, now)
