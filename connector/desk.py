"""The desk: people's decisions, each one short transaction on the ledger, beside the running service or without it.

The commands call these functions, and so does every other face a person decides at. They judge nothing: whether a
decision fits is asked of the ledger in the transaction that writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from connector import reception
from connector.corrections import Correction
from connector.customer_list import Failed
from connector.errors import NotReleasable
from connector.ledger import Ledger
from connector.ledger.batch_book import By
from connector.ledger.erasures import Found, Ordered
from connector.ledger.questions import ReleasedFile
from connector.ledger.releasing import Answer
from connector.plan import Policy


@dataclass(frozen=True, slots=True)
class Desk:
    """One garage's desk. `today` is the garage's local date; the policy makes the index of the next steps."""

    ledger: Ledger
    garage: str
    policy: Policy
    today: Callable[[], date]

    def retry(self, plate: str | None) -> list[str]:
        """Try again what is refused, exhausted or backing off, one plate or (None) all of the garage; the plates.

        It is the same content under the same key, so nobody is mailed twice.
        """
        return self.ledger.retry(self.garage, plate, self.policy, self.today())

    def resend(self, plate: str) -> None:
        """Invite once more, whoever was invited before. Raises `NotReleasable` where no invitation may go."""
        self.ledger.resend(self.garage, plate, self.policy, self.today())

    def correct(self, old: str, new: str, plate: str | None) -> list[str]:
        """Where the source says `old`, `new` counts, for one plate or (None) wherever it stands; the plates changed.

        Raises `NotReleasable` with the reason where that is not taken.
        """
        correction = Correction(old.strip(), new.strip(), plate)
        return self.ledger.address_book.correct(self.garage, correction, self.policy, self.today())

    def take_list(self, content: bytes) -> list[str]:
        """Reception's list, filled in: all of it or nothing; the plates that it changes.

        Raises `NotReleasable` with every line that is not taken, and why.
        """
        filled, wrong = reception.filled_in(content)
        lines = [(each.line, Correction(each.address, each.meant, each.plate)) for each in filled]
        mistakes = [(each.line, each.message) for each in wrong]
        return self.ledger.address_book.correct_all(self.garage, lines, mistakes, self.policy, self.today())

    def ignore(self, address: str) -> None:
        """A suspect address is fine. Raises `NotReleasable` where it is not suspect."""
        self.ledger.address_book.ignore(self.garage, address, self.policy, self.today())

    def release(self, plate: str, answer: Answer) -> None:
        """Answer the question about one passport. Raises `NotReleasable` where the answer does not fit."""
        self.ledger.release(self.garage, plate, answer, self.policy, self.today())

    def release_mails(self, number: int | None) -> None:
        """Let so many more invitations go today, or (None) all of today's. Raises `NotReleasable`."""
        self.ledger.release_mails(self.garage, number, self.policy, self.today())

    def list_done(self, number: int, failed: Sequence[Failed]) -> tuple[int, int]:
        """A customer list was uploaded; how many passports are at iGarage now, and how many failed.

        Raises `NotReleasable` where there is no such list, or a plate is not in it.
        """
        by = By(self.policy, self.today(), timedelta(0), timedelta(0))
        return self.ledger.list_book.done(self.garage, number, failed, by)

    def find(self, plate: str | None, address: str | None) -> Found:
        """What is known of the person of a plate, or of an address."""
        return self.ledger.erasures.find(self.garage, plate, address)

    def erase(self, plate: str | None, address: str | None) -> Ordered:
        """Forget the person of a plate, or of an address. Raises `NotReleasable` where the key is lost."""
        return self.ledger.erasures.erase(self.garage, plate, address, self.policy)

    def undo_erasure(self, said: str) -> None:
        """A plate is a new customer's, or whoever has an address is a customer again. Raises `NotReleasable`."""
        self.ledger.erasures.undo(self.garage, said)

    def release_file(self, file: int, whole: Collection[str] = ()) -> ReleasedFile:
        """Let a held file be read once more, with leave for what it was held for. Raises `NotReleasable`.

        `whole`: the sources of which the newest file speaks for all.
        """
        return self.ledger.release_file(self.garage, file, whole)

    def discard(self, file: int) -> None:
        """Do away with a held file: this content is not read again. Raises `NotReleasable`."""
        self.ledger.discard(self.garage, file)

    def reset_source(self, source: str, since: date | None) -> None:
        """Have a polled source read again from a day, or (None) from its start. Raises `NotReleasable`."""
        if not self.ledger.polls.reset(self.garage, source, since):
            raise NotReleasable(
                "deze bron is nog nooit bevraagd: dat gebeurt vanzelf, vanaf since in de instellingen"
            )
