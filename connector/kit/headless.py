"""An export without a header: the garage's file says what its columns are called, in their order.

The names are set above the export as if they stood in it, so that all that holds for an export with a header
holds for this one: faults, physical lines, bounds. Where nothing names the columns their number is all that
tells of a change, so a file whose first row has another number of cells is held whole.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO

from pydantic import AfterValidator, Field

from connector.errors import SourceFormatError
from connector.kit.csv_rows import read_csv
from connector.model import ExportFile, Layout, SourceRecord, Table
from connector.reciting import Recited, all_cut, beside

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    folded = [name.strip().casefold() for name in names]
    if not all(folded) or len(set(folded)) < len(folded):
        raise ValueError("must name every column, each with a name of its own")
    if any(not name.isprintable() for name in names):
        raise ValueError("must be names on one line")
    return names


Header = Annotated[
    tuple[str, ...],
    AfterValidator(_distinct),
    Field(
        description="names of all columns, in their order, for an export without a header",
        examples=[["kolom 1", "kolom 2", "kolom 3"]],
    ),
]
"""A setting: what the columns of an export without a header are called."""


def read_headless(
    file: ExportFile, names: Sequence[str], *, encoding: str = "auto", delimiter: str = "auto"
) -> Table:
    """The records of a CSV export without a header, under these names; else as `read_csv`.

    Raises `SourceFormatError` also when the first row has not as many cells as there are names.
    """
    found = read_csv(file, encoding=encoding, delimiter=delimiter).layout
    if len(found.columns) != len(names):
        raise SourceFormatError(
            f"De eerste regel heeft {len(found.columns)} cellen, en er zijn {len(names)} kolomnamen ingesteld"
            " (settings.header); kijk welke kolom erbij kwam of wegviel en pas de instellingen aan.",
            line=found.header_line,
        )
    headed = ExportFile(file.name, _Headed(file, names, found.delimiter or ";").open, file.size)
    with _one_line_up():
        cut_by = found.delimiter or ";"
        table = read_csv(headed, encoding=found.encoding or encoding, delimiter=cut_by, names=names)
    layout = Layout(table.layout.columns, table.layout.encoding, table.layout.delimiter)
    return Table(layout, _Raised(table))


@dataclass(frozen=True, slots=True)
class _Headed:
    """An export with a header set above it, in the export's own encoding."""

    file: ExportFile
    names: Sequence[str]
    delimiter: str

    def open(self) -> BinaryIO:
        stream = self.file.open()
        start = stream.read(4)
        bom, encoding = next(((bom, name) for bom, name in _BOMS if start.startswith(bom)), (b"", "utf-8"))
        head = bom + self._line().encode(encoding) + start[len(bom) :]
        return io.BufferedReader(_Joined(head, stream))

    def _line(self) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n").writerow(self.names)
        return text.getvalue()


class _Joined(io.RawIOBase):
    """Some bytes and then a stream, read as one."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._head.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._rest.close()
        super().close()


@dataclass(frozen=True, slots=True)
class _Raised:
    """Records on the lines that they have in the export itself."""

    table: Table

    def __iter__(self) -> Iterator[SourceRecord]:
        return all_cut(self)

    def beside(self, said: set[bytes]) -> Iterator[SourceRecord | Recited]:
        """The records; runs of those that were said before are not cut."""
        with _one_line_up():
            for told in beside(self.table.records, said):
                if isinstance(told, Recited):
                    yield Recited([line - 1 for line in told.lines], told.digests)
                else:
                    yield told._replace(line=told.line - 1 if told.line else None)


class _one_line_up:  # noqa: N801  # read as a word of the `with` statement
    """An error's line as it is in the export itself, without the header above it."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, SourceFormatError) and error.line:
            error.line -= 1
