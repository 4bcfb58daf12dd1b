"""What an XLSX file unpacks to, judged before anything parses it: by its directory, and by counting each byte.

A directory may lie about sizes, so every member is unpacked once here, a block at a time, and thrown away. Nothing
is ever written to disk: a member's name is no path, and one that would be is refused all the same.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import NoReturn

from connector.errors import SourceFormatError

PACKED_LIMIT = 1 << 27
"""Bytes of a file at most, 128 MiB; it is held in memory."""
UNPACKED_LIMIT = 1 << 28
"""Bytes of all members together at most, 256 MiB: some 300,000 rows of 15 columns."""
MEMBER_LIMIT = 2_000

_BLOCK = 1 << 18
_LOCAL_HEADER = b"PK\x03\x04"
_LOCAL_HEADER_SIZE = 30
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNSAFE_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0")

_DAMAGED = "Dit Excel-bestand is beschadigd of niet heel; bewaar of exporteer het opnieuw."
_ODD_NAMES = "Dit Excel-bestand bevat onderdelen met een ongeldige naam; bewaar het in Excel opnieuw."
_TOO_LARGE = "Dit Excel-bestand wordt uitgepakt te groot (meer dan 256 MB); exporteer het als CSV."


def refuse_damaged() -> NoReturn:
    """Raises the `SourceFormatError` for a file that is no whole workbook."""
    raise SourceFormatError(_DAMAGED)


class Archive:
    """A zip in memory, its directory judged; `blocks` unpacks a member and counts what comes out.

    Raises `SourceFormatError` for what is no whole zip, has a password, too many or too large members, the same
    name twice, or names that lead out of it.
    """

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._members = {member.filename: member for member in _directory(packed)}
        self._sizes = dict.fromkeys(self._members, 0)

    @property
    def names(self) -> tuple[str, ...]:
        """Of all members, as the directory has them."""
        return tuple(self._members)

    def blocks(self, name: str) -> Iterator[bytes]:
        """A member's bytes, whatever size the directory gives.

        Raises `SourceFormatError` once all members together pass `UNPACKED_LIMIT`, and for one that is cut or
        garbled.
        """
        self._sizes[name] = 0
        for block in _blocks(self._packed, self._members[name]):
            self._sizes[name] += len(block)
            if sum(self._sizes.values()) > UNPACKED_LIMIT:
                raise SourceFormatError(_TOO_LARGE)
            yield block


def _directory(packed: bytes) -> list[zipfile.ZipInfo]:
    try:
        members = zipfile.ZipFile(io.BytesIO(packed)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        refuse_damaged()
    names = [member.orig_filename for member in members]
    if len({*names, *(member.filename for member in members)}) != len(names):
        raise SourceFormatError(_ODD_NAMES)
    if any(map(_UNSAFE_NAME.search, names)):
        raise SourceFormatError(_ODD_NAMES)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise SourceFormatError("Dit Excel-bestand heeft een wachtwoord; bewaar het zonder wachtwoord.")
    if len(members) > MEMBER_LIMIT or sum(member.file_size for member in members) > UNPACKED_LIMIT:
        raise SourceFormatError(_TOO_LARGE)
    return members


def _blocks(packed: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """All that the member's packed bytes hold, whatever size the directory gives."""
    data = memoryview(packed)[_data_start(packed, member) :][: member.compress_size]
    if len(data) < member.compress_size or member.compress_type not in _METHODS:
        refuse_damaged()
    if member.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(data[at : at + _BLOCK]) for at in range(0, len(data), _BLOCK))
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(data), _BLOCK):
            tail: bytes | memoryview = data[at : at + _BLOCK]
            while tail:
                yield inflate.decompress(tail, _BLOCK)
                tail = inflate.unconsumed_tail
        yield inflate.flush(_BLOCK)
    except zlib.error:
        refuse_damaged()
    if not inflate.eof:
        refuse_damaged()


def _data_start(packed: bytes, member: zipfile.ZipInfo) -> int:
    at = member.header_offset
    header = packed[at : at + _LOCAL_HEADER_SIZE] if at >= 0 else b""
    if len(header) < _LOCAL_HEADER_SIZE or not header.startswith(_LOCAL_HEADER):
        refuse_damaged()
    return at + _LOCAL_HEADER_SIZE + sum(int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
