"""A source's files as transactions of the ledger: staged, judged, and accepted slice by slice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from connector.arrivals import Arrival, Contains, KnownFile
from connector.brake import Before, codes
from connector.elements import Counts
from connector.ledger import (
    accepting,
    consents,
    examples,
    files,
    fleets,
    garages,
    leaves,
    looking,
    mails,
    marks,
    memory,
    prior,
    rescue,
)
from connector.ledger.decisions import Decisions
from connector.ledger.erasures import Erasures
from connector.ledger.key_file import KeyFile
from connector.ledger.schema import files as file_table
from connector.ledger.slices import Accepting
from connector.plan import Policy

SLICE = 500
"""Rows that are read at a time, or written in one transaction while an index is made anew."""
ACCEPTED = 6000
"""Rows of one transaction while a file is accepted: a tenth of a second, for delivery writes in between."""


@dataclass(frozen=True, slots=True)
class Taking(Decisions):
    """What intake does with a ledger. Every method is one transaction."""

    key_file: KeyFile | None = None

    @property
    def erasures(self) -> Erasures:
        """Who was erased; each of its methods is one transaction too."""
        return Erasures(self.database, self.now, self.entropy, self.key_file)

    def history(self, garage: str, source: str) -> list[KnownFile]:
        """Every file of a source that the ledger knows, oldest first."""
        with self.database.read() as connection:
            return files.history(connection, garage, source)

    def supersede(self, garage: str, source: str, arrivals: Sequence[Arrival], recipe: bytes) -> None:
        """Note files in whose place a newer one speaks, slice by slice: there may be many thousands."""
        for start in range(0, len(arrivals), SLICE):
            with self.database.write("supersede") as connection:
                some = arrivals[start : start + SLICE]
                files.add_superseded(connection, garage, source, some, recipe, self.now())

    def begin_file(
        self, garage: str, source: str, arrival: Arrival, recipe: bytes, *, pushed: bool = False
    ) -> int:
        """Begin to read a file, or what was pushed; its number."""
        with self.database.write("begin_file") as connection:
            return files.add(
                connection, garage, source, arrival, recipe, self.now(), "reading", pushed=pushed
            )

    def recognise(
        self, garage: str, source: str, recipe: bytes, chunk: Sequence[files.StagedRow]
    ) -> dict[bytes, memory.Remembered]:
        """Which rows this source said before, word for word and read by the same recipe, by digest."""
        told = files.told_under(chunk)
        with self.database.read() as connection:
            return memory.recognise(connection, garage, source, recipe, told)

    def said_word_for_word(self, garage: str, source: str, recipe: bytes) -> memory.Said:
        """Digests of raw rows that became passports by the same recipe: all of a source's, or as many as are kept."""
        with self.database.read() as connection:
            return memory.said_word_for_word(connection, garage, source, recipe)

    def stage(self, file: int, chunk: Sequence[files.StagedRow], marked: marks.Marks = marks.NONE) -> None:
        """Put rows, and the marks of others, beside the ledger, where delivery does not see them."""
        with self.database.write("stage") as connection:
            columns = (file_table.c.garage, file_table.c.source, file_table.c.found_at)
            garage, source, begun = connection.execute(
                sa.select(*columns).where(file_table.c.id == file)
            ).one()
            rows, still_marked = self.erasures.passed_over(connection, garage, source, chunk, marked, begun)
            files.stage(connection, file, rows)
            marks.stage(connection, file, still_marked)

    def note_lacking(self, file: int, counts: Counts | None = None, gone: Collection[str] = ()) -> None:
        """A consent or opt-out column that is mapped is gone from a file; of one without a header, what was counted."""
        with self.database.write("note_lacking") as connection:
            consents.note(connection, file, counts, gone)

    def consents_before(self, garage: str, source: str) -> Counts | None:
        """What was counted of consents in the last file of a source that was taken and lacked none."""
        with self.database.read() as connection:
            return consents.before(connection, garage, source)

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

        A person's leave for all that was found lets the file pass, and is spent when the file is taken.
        """
        with self.database.write("judge_file") as connection:
            if finding and not leaves.given(connection, file, codes(finding.reason)):
                files.close(connection, file, "held", self.now(), finding)
                return finding
            if finding:
                leaves.use(connection, file, codes(finding.reason))
            accepting.start(connection, file)
            return None

    def taken_before(self, garage: str, source: str) -> Before | None:
        """The last file of a source that was taken; None where none was."""
        with self.database.read() as connection:
            return files.taken_before(connection, garage, source)

    def opted_out(self, garage: str) -> int:
        """Of how many passports the owner opted out, as their sources say."""
        with self.database.read() as connection:
            return prior.opted_out(connection, garage)

    def unfit_rows(self, file: int, limit: int) -> list[examples.Unfit]:
        """The first staged rows of a file that are no passport."""
        with self.database.read() as connection:
            return examples.unfit(connection, file, limit)

    def named_by(self, file: int) -> examples.Named:
        """What a staged file names."""
        with self.database.read() as connection:
            return examples.named(connection, file)

    def named_no_more(
        self, garage: str, source: str, now: examples.Named, limit: int
    ) -> list[tuple[str, str]]:
        """Plate and address of the first passports that the source's last file named, and this one does not."""
        with self.database.read() as connection:
            return examples.named_no_more(connection, garage, source, now, limit)

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
        """Position, plate and address of the staged passports of a file that were not recognised, some at a time."""
        return self._staged(file, files.passports_after, ACCEPTED)

    def staged_addresses(self, file: int) -> tuple[int, list[str]]:
        """How many staged passports of a file were not recognised, and two of their addresses, unlike where any are."""
        with self.database.read() as connection:
            return files.addresses_of_passports(connection, file)

    def has_passports(self, garage: str) -> bool:
        """Whether a garage has any passport."""
        with self.database.read() as connection:
            return prior.has_passports(connection, garage)

    def staged_passports_at(self, file: int, positions: Sequence[int]) -> list[memory.Values]:
        """Staged passports of a file with what they are weighed by."""
        with self.database.read() as connection:
            return files.passports_at(connection, file, positions)

    def known_plates(self, garage: str, plates: Sequence[str]) -> set[str]:
        """Those of the plates that have a passport."""
        with self.database.read() as connection:
            return prior.known_plates(connection, garage, plates)

    def _staged(self, file: int, after: files.After, limit: int = SLICE) -> Iterator[list[memory.Values]]:
        done = 0
        while True:
            with self.database.read() as connection:
                chunk = after(connection, file, done, limit)
            if not chunk:
                return
            yield chunk
            done = chunk[-1]["position"]

    def remembered(
        self, garage: str, source: str, chunk: Sequence[memory.Values]
    ) -> tuple[dict[str, memory.Values], dict[str, memory.Values]]:
        """What staged rows are weighed against: key → what the source said of a known plate, plate → its passport."""
        with self.database.read() as connection:
            return prior.remembered(connection, garage, source, chunk)

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
        own: Collection[str] = (),
    ) -> bool:
        """Accept the next rows of a judged file; False when it is taken."""
        with self.database.write("accept_slice") as connection:
            row = connection.execute(sa.select(file_table).where(file_table.c.id == file)).mappings().one()
            garages.take_turn(connection, row["garage"])
            job = Accepting(
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
                own=own,
                accounts=fleets.known(connection, row["garage"]),
                rescued=rescue.told(connection) is not None,
                lacks_consent=row["lacks_consent"],
                pushed=row["pushed"],
                silent=consents.silent(row),
            )
            more = accepting.accept_slice(connection, job, ACCEPTED)
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
