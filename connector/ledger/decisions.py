"""A person's decisions as transactions of the ledger, and the turns that its writers take."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from connector.ledger import mails, passports, questions, releasing
from connector.ledger.questions import ReleasedFile
from connector.ledger.releasing import Answer, Release
from connector.ledger.turns import Turns
from connector.plan import Policy


@dataclass(frozen=True, slots=True)
class Decisions(Turns):
    """What people decide of a ledger's garages. `now` tells the time in UTC, `entropy` gives random bytes."""

    entropy: Callable[[int], bytes]

    def decisions(self) -> int:
        """How many decisions were ever written here: another number than before means that there is news."""
        with self.database.read() as connection:
            return questions.decisions(connection)

    def retry(self, garage: str, plate: str | None, policy: Policy, today: date) -> list[str]:
        """Try again what was refused, is exhausted or backs off, with the same key; the plates."""
        with self._turn(garage, "retry") as connection:
            policy = mails.in_force_to_write(connection, garage, policy, today, self.now())
            plates = questions.retry(connection, garage, plate, self.now())
            passports.reindex_plates(connection, garage, policy, today, plates)
            questions.note_decision(connection)
            return plates

    def resend(self, garage: str, plate: str, policy: Policy, today: date) -> None:
        """Invite once more, whoever was invited before. Raises `NotReleasable` where no invitation may go."""
        with self._turn(garage, "resend") as connection:
            policy = mails.in_force_to_write(connection, garage, policy, today, self.now())
            questions.resend(connection, garage, plate, policy, today, self.now())
            passports.reindex_plates(connection, garage, policy, today, [plate])
            questions.note_decision(connection)

    def release(self, garage: str, plate: str, answer: Answer, policy: Policy, today: date) -> None:
        """Answer the question about one passport. Raises `NotReleasable` where the answer does not fit."""
        with self._turn(garage, "release") as connection:
            policy = mails.in_force_to_write(connection, garage, policy, today, self.now())
            releasing.release(
                connection, Release(garage, plate, answer, policy, today, self.now(), self.entropy)
            )
            passports.reindex_plates(connection, garage, policy, today, [plate])
            questions.note_decision(connection)

    def release_mails(self, garage: str, number: int | None, policy: Policy, today: date) -> None:
        """Let so many more invitations go today, or (None) all of today's. Raises `NotReleasable`."""
        with self._turn(garage, "release_mails") as connection:
            mails.release(connection, garage, policy, today, self.now(), number)
            questions.note_decision(connection)

    def release_file(self, garage: str, file: int, whole: Collection[str] = ()) -> ReleasedFile:
        """A held file is read once more, with leave for what it was found to be. Raises `NotReleasable`.

        `whole`: the sources of which the newest file speaks for all.
        """
        with self._turn(garage, "release_file") as connection:
            released = questions.release_file(connection, garage, file, self.now(), whole)
            questions.note_decision(connection)
            return released

    def discard(self, garage: str, file: int) -> None:
        """A held file is done away with. Raises `NotReleasable`."""
        with self._turn(garage, "discard") as connection:
            questions.discard(connection, garage, file, self.now())
            questions.note_decision(connection)
