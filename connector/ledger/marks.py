"""Marks of a file's rows that say what their source said before, word for word: thousands of them in one row.

They take part in the judgement of their file: a marked row is a passport as it was. One that another row of the file
may repeat or contradict is taken out of its mark, and staged as any other.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from connector.ledger.memory import Remembered
from connector.ledger.schema import files, marks, rows, staged
from connector.ledger.writing import insert_all
from connector.reciting import DIGEST, Recited

Marked = tuple[int, int | None, bytes]
"""Position, line and digest of a row."""
Known = tuple[int, int | None, bytes, Remembered]
"""Position, line and digest of a row, and what it was."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Rows of one chunk: position, first physical line (0 where there is none) and digest of each."""

    positions: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("q"))
    digests: list[bytes] = field(default_factory=list)

    def add(self, position: int, line: int | None, digest: bytes) -> None:
        """Mark one more row."""
        self.positions.append(position)
        self.lines.append(line or 0)
        self.digests.append(digest)

    def extend(self, first: int, recited: Recited) -> None:
        """Mark rows one behind the other, from position `first`."""
        self.positions.extend(range(first, first + len(recited.digests)))
        self.lines.extend(recited.lines)
        self.digests.extend(recited.digests)


NONE = Marks()


def stage(connection: sa.Connection, file: int, marked: Marks) -> None:
    """Put marks beside the ledger."""
    if marked.digests:
        values = {"file": file, "position": marked.positions[0], "number": len(marked.digests)}
        packed = {"positions": marked.positions.tobytes(), "lines": marked.lines.tobytes()}
        insert_all(connection, marks, [{**values, **packed, "digests": b"".join(marked.digests)}])


def number(connection: sa.Connection, file: int) -> int:
    """How many rows of a file are marked."""
    query = sa.select(sa.func.coalesce(sa.func.sum(marks.c.number), 0)).where(marks.c.file == file)
    return int(connection.execute(query).scalar_one())


def digests(connection: sa.Connection, file: int) -> set[bytes]:
    """The digests of all marked rows of a file: these it has as they were, though they are not staged."""
    query = sa.select(marks.c.digests).where(marks.c.file == file)
    return {each for joined in connection.execute(query).scalars() for each in split(bytes(joined))}


def forget(connection: sa.Connection, file: int) -> None:
    """The marks of a file go."""
    connection.execute(marks.delete().where(marks.c.file == file))


def take_out(connection: sa.Connection, file: int) -> list[Known]:
    """Take the rows out of their marks that a staged row of the same file may repeat or contradict."""
    if not number(connection, file):
        return []
    known = _at_odds(connection, file)
    return [(*each, known[each[2]]) for each in pick(connection, file, known.keys())]


def pick(connection: sa.Connection, file: int, wanted: Collection[bytes]) -> list[Marked]:
    """Take the rows with these digests out of their marks."""
    picked: list[Marked] = []
    for place, marked in list(_marked(connection, file)) if wanted else ():
        if not any(digest in wanted for digest in marked.digests):
            continue
        rest = Marks()
        for position, line, digest in zip(marked.positions, marked.lines, marked.digests, strict=True):
            if digest in wanted:
                picked.append((position, line or None, digest))
            else:
                rest.add(position, line, digest)
        connection.execute(marks.delete().where(marks.c.file == file, marks.c.position == place))
        stage(connection, file, rest)
    return picked


def _at_odds(connection: sa.Connection, file: int) -> dict[bytes, Remembered]:
    """Rows that the source said before and that have the plate or the key of a staged one, by digest."""
    of_file = connection.execute(sa.select(files.c.garage, files.c.source).where(files.c.id == file)).one()
    of_garage = rows.c.garage == of_file.garage
    of_source = of_garage & (rows.c.source == of_file.source)
    # Of a plate the source is looked at afterwards: asked with it, a database may look through all that it has said.
    alike = ((of_garage, "plate"), (of_source, "key"))
    found: dict[bytes, Remembered] = {}
    for of, name in alike:
        query = sa.select(
            rows.c.source, rows.c.digest, rows.c.key, rows.c.plate, rows.c.verdict, rows.c.reason, rows.c.rank
        ).where(of, rows.c[name].in_(sa.select(staged.c[name]).where(staged.c.file == file)))
        found |= {
            bytes(digest): Remembered(*rest)
            for source, digest, *rest in connection.execute(query)
            if source == of_file.source
        }
    return found


def _marked(connection: sa.Connection, file: int) -> Iterator[tuple[int, Marks]]:
    query = sa.select(marks).where(marks.c.file == file).order_by(marks.c.position)
    for each in connection.execute(query).mappings():
        positions, lines = array("q", bytes(each["positions"])), array("q", bytes(each["lines"]))
        yield each["position"], Marks(positions, lines, split(bytes(each["digests"])))


def split(digests: bytes) -> list[bytes]:
    """Digests that were joined, each by itself."""
    return [digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST)]
