"""The erasures of a ledger: ordered, undone, listed and cleaned up after; one transaction per method.

What remains of somebody is a hash of each plate, address and reference, under a key that is not in the ledger. A row
that bears one of them goes no further than its own staging.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa

from connector.errors import NotReleasable, SourceUnavailable
from connector.forgetting import Kind, Marker
from connector.ledger import erasing, garages, hashes, memory, passports, questions
from connector.ledger.erasing import ERASED, Erasing
from connector.ledger.files import StagedRow
from connector.ledger.hashes import Erasure
from connector.ledger.key_file import Hash, KeyFile
from connector.ledger.marks import NONE, Marks
from connector.ledger.memory import Remembered
from connector.ledger.person import Person, of_address, of_plates
from connector.ledger.turns import Turns
from connector.model import AddressChange, Draft, Skipped
from connector.plan import Policy

KEY_LOST = (
    "de sleutel waarmee vergeten klanten worden herkend ontbreekt ({0}): zet dat bestand terug; is het er niet meer, "
    "begin dan een nieuwe met erase --new-key en wis daarna opnieuw wie vergeten moet blijven"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What an erasure would remove. `withdrawn`: passports that iGarage may have, and is to withdraw."""

    person: Person
    holdings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ordered:
    """An erasure that was ordered. `waiting`: so many plates stay until iGarage has withdrawn them."""

    id: int
    plates: int
    addresses: int
    references: int
    shared: int
    removed: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Erasures(Turns):
    """Who was erased of a ledger's garages. `key_file` None: nobody can be erased here, as in a ledger in memory."""

    entropy: Callable[[int], bytes]
    key_file: KeyFile | None = None

    # ---- what people decide

    def find(self, garage: str, plate: str | None, address: str | None) -> Found:
        """What is known of the person of a plate, or of an address."""
        with self.database.read() as connection:
            person = _person(connection, garage, plate, address)
            return Found(person, erasing.holdings(connection, person))

    def erase(
        self, garage: str, plate: str | None, address: str | None, policy: Policy | None = None
    ) -> Ordered:
        """Forget the person of a plate, or of an address. Raises `NotReleasable` where the key is lost."""
        with self._turn(garage, "erase") as connection:
            marker = self._marker_to_write(connection)
            person = _person(connection, garage, plate, address)
            ordered = self._forget(connection, person, policy or Policy())
            marks = {
                kind: [marker.mark(garage, kind, each) for each in values] for kind, values in _all(person)
            }
            hashes.add(connection, garage, ordered.id, marks, self.now())
            questions.note_decision(connection)
        self.keep_copy()
        return ordered

    def undo(self, garage: str, said: str) -> None:
        """A plate is a new customer's, or (with an @) the person of an address is a customer again.

        Raises `NotReleasable` where that was not erased, or is still being withdrawn.
        """
        with self._turn(garage, "undo_erasure") as connection:
            kind: Kind = "address" if "@" in said else "plate"
            mark = self._marker_to_write(connection).mark(garage, kind, said)
            if not hashes.has(connection, garage, mark):
                raise NotReleasable("dit is niet gewist" if kind == "plate" else "dit adres is niet gewist")
            if kind == "plate" and hashes.is_waiting(connection, garage, said):
                raise NotReleasable("iGarage heeft dit AutoPaspoort nog niet ingetrokken: probeer het daarna")
            gone = hashes.with_it(connection, garage, mark, kind)
            self._without(gone)
            hashes.take_away(connection, garage, gone)
            questions.note_decision(connection)
        self.keep_copy()

    def renew_key(self) -> int:
        """Begin a new key where the former is lost; so many hashes mean nothing any more, and go.

        Raises `NotReleasable` where the key is there.
        """
        with self.database.write("renew_erasure_key") as connection:
            if self._marker(connection) is not None:
                raise NotReleasable("de sleutel is er: er hoeft niets te gebeuren")
            gone = hashes.drop_all(connection)
            if self.key_file is not None:
                self.key_file.keep([])
                marker = Marker(self.key_file.make(self.entropy))
                hashes.prove(connection, marker, self.now())
            questions.note_decision(connection)
        self.keep_copy()
        return gone

    def listed(self, garage: str) -> list[Erasure]:
        """The erasures of a garage, oldest first; no person is in them."""
        with self.database.read() as connection:
            return hashes.listed(connection, garage)

    # ---- what may not come in again

    def passed_over(
        self,
        connection: sa.Connection,
        garage: str,
        source: str,
        chunk: Sequence[StagedRow],
        marked: Marks = NONE,
        since: datetime | None = None,
    ) -> tuple[Sequence[StagedRow], Marks]:
        """Rows of a source with those of the erased as skips, and the marks of the others.

        `since`: when what is marked was known to be said. Raises `SourceUnavailable` where the key is lost.
        """
        garages.take_turn(connection, garage)  # an erasure that is being written now is to be seen
        known = hashes.of_garage(connection, garage)
        if not known:
            return chunk, marked
        rows = self._judged_all(connection, garage, known, chunk)
        if not marked.digests or (since and not hashes.erased_since(connection, garage, since)):
            return rows, marked
        still, skips = self._still_said(connection, garage, source, marked)
        return [*rows, *skips], still

    def _still_said(
        self, connection: sa.Connection, garage: str, source: str, marked: Marks
    ) -> tuple[Marks, list[StagedRow]]:
        """The marks of rows that their source still has said, and the others, which are of the erased, as skips."""
        known = memory.digests(connection, garage, source)
        still, skips = Marks(), []
        for position, line, digest in zip(marked.positions, marked.lines, marked.digests, strict=True):
            if digest in known:
                still.add(position, line, digest)
            else:
                skips.append(StagedRow(position, line or None, self.entropy(16), ERASED))
        return still, skips

    def would_pass_over(self, garage: str, chunk: Sequence[StagedRow]) -> Sequence[StagedRow]:
        """The same, for rows that are only looked at."""
        with self.database.read() as connection:
            known = hashes.of_garage(connection, garage)
            return self._judged_all(connection, garage, known, chunk) if known else chunk

    def _judged_all(
        self, connection: sa.Connection, garage: str, known: set[bytes], chunk: Sequence[StagedRow]
    ) -> list[StagedRow]:
        marker = self._marker(connection)
        if marker is None:
            raise SourceUnavailable(KEY_LOST.format(self._where()))
        return [self._judged(marker, garage, known, row) for row in chunk]

    def _judged(self, marker: Marker, garage: str, known: set[bytes], row: StagedRow) -> StagedRow:
        """A row, or the skip it becomes: without its digest, by which its content could be guessed at."""
        if known.isdisjoint(_marks(marker, garage, row)):
            return row
        return row._replace(digest=self.entropy(16), verdict=ERASED)

    def unheard(
        self, connection: sa.Connection, garage: str, items: Sequence[AddressChange]
    ) -> Sequence[AddressChange]:
        """What the feed tells, but of the erased; without the key only what is of addresses that are known here."""
        known = hashes.of_garage(connection, garage)
        if not known:
            return items
        marker = self._marker(connection)
        if marker is None:
            return [each for each in items if hashes.bears(connection, garage, each.address)]
        return [each for each in items if known.isdisjoint(_named(marker, garage, each))]

    def refuse(self, connection: sa.Connection, garage: str, address: str) -> None:
        """Raises `NotReleasable` where nobody is to be given this address: who had it was erased."""
        known = hashes.of_garage(connection, garage)
        if known and self._marker_to_write(connection).mark(garage, "address", address) in known:
            raise NotReleasable("wie het nieuwe adres had is op verzoek vergeten: zie erase --undo")

    # ---- what the service does

    def unclean(self) -> dict[int, int]:
        """Erasure → how often something was removed, where its pages were not cleaned since, and no file is open."""
        with self.database.read() as connection:
            return hashes.unclean(connection)

    def note_clean(self, cleaned: Mapping[int, int]) -> None:
        """The pages were cleaned of what had been removed so often by then."""
        with self.database.write("note_clean") as connection:
            hashes.note_clean(connection, cleaned)

    def keep_copy(self) -> None:
        """Write the copy of all hashes beside the key. Raises `LedgerUnusable`."""
        if self.key_file is not None:
            with self.database.read() as connection:
                self.key_file.keep(hashes.everything(connection))

    def catch_up(self) -> int:
        """At the start: who stands in the copy and not in the ledger is forgotten once more; how many hashes.

        Such a ledger is older than its erasures: it was restored.
        """
        kept = self.key_file.kept() if self.key_file is not None else []
        with self.database.read() as connection:
            missing = hashes.missing(connection, kept)
        if not missing:
            return 0
        with self.database.write("erase_again") as connection:
            for garage in sorted({each.garage for each in missing if each.garage}):
                garages.take_turn(connection, garage)
                self._forget_again(connection, garage, missing)
            hashes.take_over(connection, [each for each in missing if not each.garage], 0)
        return len(missing)

    def _forget_again(self, connection: sa.Connection, garage: str, missing: Sequence[Hash]) -> None:
        of_garage = [each for each in missing if each.garage == garage]
        marker, marks = self._marker(connection), {each.digest for each in of_garage}
        plates, bearing = hashes.matching(connection, garage, marker, marks) if marker else ([], [])
        person = of_plates(connection, garage, plates)
        person = replace(person, addresses=tuple(sorted({*person.addresses, *bearing})))
        ordered = self._forget(connection, person, Policy())
        hashes.take_over(connection, of_garage, ordered.id)

    # ---- the pieces

    def _forget(self, connection: sa.Connection, person: Person, policy: Policy) -> Ordered:
        number = hashes.begin(connection, person.garage, self.now())
        removed, left = erasing.remove(connection, person, Erasing(number, self.entropy, self.now()))
        hashes.note_removed(connection, number, removed, None if left else self.now())
        # What is to be withdrawn is, whatever the garage's local date.
        passports.reindex_plates(connection, person.garage, policy, self.now().date(), left)
        return Ordered(
            number,
            len(person.plates),
            len(person.addresses),
            len(person.references),
            person.shared,
            removed,
            len(left),
        )

    def _marker(self, connection: sa.Connection) -> Marker | None:
        """Who makes the hashes of this ledger; None where its key is lost, or another."""
        key = self.key_file.read() if self.key_file is not None else None
        marker = Marker(key) if key is not None else None
        proof = hashes.proof(connection)
        return marker if marker is None or proof in (None, marker.proof()) else None

    def _marker_to_write(self, connection: sa.Connection) -> Marker:
        """The same; a ledger that has no key yet gets one. Raises `NotReleasable` where it is lost."""
        marker = self._marker(connection)
        if marker is None:
            if hashes.proof(connection) is not None or self.key_file is None:
                raise NotReleasable(KEY_LOST.format(self._where()))
            marker = Marker(self.key_file.make(self.entropy))
        hashes.prove(connection, marker, self.now())
        return marker

    def _without(self, gone: Collection[bytes]) -> None:
        """What is undone leaves the copy first: what stands there alone would be forgotten once more."""
        if self.key_file is not None:
            self.key_file.keep([each for each in self.key_file.kept() if each.digest not in gone])

    def _where(self) -> str:
        return str(self.key_file.path) if self.key_file is not None else "-"


def _person(connection: sa.Connection, garage: str, plate: str | None, address: str | None) -> Person:
    if address is not None:
        return of_address(connection, garage, address)
    return of_plates(connection, garage, [plate] if plate is not None else [])


def _all(person: Person) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    yield "plate", person.plates
    yield "address", person.addresses
    yield "reference", person.references


def _marks(marker: Marker, garage: str, row: StagedRow) -> Iterator[bytes]:
    """The hashes of all by which a row can be recognised; one that is no passport has its key at most."""
    verdict = row.verdict
    if isinstance(verdict, Draft):
        yield from marker.marks(garage, verdict)
    elif isinstance(verdict, Remembered):
        if verdict.plate is not None:
            yield marker.mark(garage, "plate", verdict.plate)
    elif not isinstance(verdict, Skipped) and verdict.record_key is not None:
        yield marker.mark(garage, "plate", verdict.record_key)


def _named(marker: Marker, garage: str, item: AddressChange) -> Iterator[bytes]:
    yield marker.mark(garage, "address", item.address)
    if item.corrected_to is not None:
        yield marker.mark(garage, "address", item.corrected_to)
    if item.plate is not None:
        yield marker.mark(garage, "plate", item.plate)
