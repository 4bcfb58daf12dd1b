"""The rule of memory: a file sixteen times as long takes no more of it."""

from __future__ import annotations

import re
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from connector import kit
from connector.errors import SourceError
from connector.model import ExportFile
from connector.testing.findings import NotApplicable
from connector.testing.specimens import Subject, Trial, export_of

FEW, MANY = 1_000, 16_000
"""Records of the two files that are compared, at least."""
SLACK = 1 << 20
"""Bytes that the longer one may take more."""

_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class Pieces:
    """A sample cut for growing: what stands once at its head and foot, and what repeats."""

    head: bytes
    body: bytes
    foot: bytes
    records: int

    def write(self, path: Path, records: int) -> None:
        """A file of at least so many records."""
        with path.open("wb") as file:
            file.write(self.head)
            for _ in range(-(-records // self.records)):
                file.write(self.body)
            file.write(self.foot)


def bounded_memory(subject: Subject) -> Iterator[str]:
    """Records are handed on one by one, however many there are."""
    measured = False
    for trial in subject.trials:
        for file in trial.specimen.files:
            peaks = _peaks(trial, file)
            measured = measured or peaks is not None
            if peaks and peaks[1] > 2 * peaks[0] + SLACK:
                yield (
                    f"{file.name}: zestien keer zoveel records vragen {peaks[1] / peaks[0]:.0f} keer zoveel geheugen"
                    f" ({peaks[1] >> 20} MB); geef ze een voor een door (yield)"
                )
    if not measured:
        raise NotApplicable("geen voorbeeldbestand dat te verlengen is")


def _peaks(trial: Trial, file: ExportFile) -> tuple[int, int] | None:
    """The most bytes in use while a short and a long file are read; None for a form that cannot be lengthened."""
    pieces = _cut(trial, file)
    if pieces is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file.name
        peaks = []
        for records in (FEW, MANY):
            pieces.write(path, records)
            try:
                read, peak = _measured(trial, path)
            except SourceError:
                return None
            if read < records:
                return None
            peaks.append(peak)
    return max(peaks[0], 1), peaks[1]


def _measured(trial: Trial, path: Path) -> tuple[int, int]:
    """Records read and the peak of memory."""
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        read = sum(1 for _ in trial.adapter.read(export_of(path), trial.settings))
        return read, tracemalloc.get_traced_memory()[1] - before
    finally:
        if not was_tracing:
            tracemalloc.stop()


def _cut(trial: Trial, file: ExportFile) -> Pieces | None:
    with file.open() as stream:
        whole = stream.read()
    if kit.is_workbook(file) or b"\0" in whole:
        return None
    with suppress(SourceError):
        first = list(islice(trial.adapter.read(file, trial.settings), 100))
        if first:
            return _xml(whole, len(first)) or _lines(whole, first[0].line, len(first))
    return None


def _xml(whole: bytes, records: int) -> Pieces | None:
    """What stands within the root element is what repeats."""
    if not whole.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    root = _ROOT.search(whole)
    end = whole.rfind(b"</" + root[1]) if root else -1
    if root is None or end < root.end():
        return None
    return Pieces(whole[: root.end()], whole[root.end() : end], whole[end:], records)


def _lines(whole: bytes, first: int | None, records: int) -> Pieces:
    """The lines from the first record's on repeat."""
    lines = whole.splitlines(keepends=True)
    head = (first or 2) - 1
    body = b"".join(lines[head:])
    return Pieces(b"".join(lines[:head]), body if body.endswith(b"\n") else body + b"\n", b"", records)
