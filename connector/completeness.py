"""Whether an export is written to its end, as far as its first and last bytes tell.

A file that another program is still writing, or that was cut off, looks like any other but for its end: the last
line of a text has no line end, the directory of a zip (an XLSX is one) is not there yet, the root of an XML is
not closed.
"""

from __future__ import annotations

import re

HEAD = 4096
"""Bytes of the start that are looked at: the root of an XML stands in them."""

TAIL = 66_000
"""Bytes of the end that are looked at: a zip's directory ends with a record and at most 65,535 bytes of comment."""

_ZIPPED = (".xlsx", ".xlsm", ".zip")
_ZIP_END = b"PK\x05\x06"
_ZIP_END_SIZE = 22

_ROOT = re.compile(rb"<([A-Za-z_][^\s/>]*)")
_NOT_ROOT = re.compile(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?[^>]*>", re.DOTALL | re.IGNORECASE)
_AFTER_ROOT = re.compile(rb"(?:\s|<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>)*\Z", re.DOTALL)

_LINE_ENDS = b"\n\r\x1a"


def is_complete(name: str, head: bytes, tail: bytes) -> bool:
    """Whether the file `name` ends as its format does, by its first `HEAD` and last `TAIL` bytes.

    By the name's ending: `.xlsx`, `.xlsm` and `.zip` end in a zip's directory, `.xml` in the closing tag of its
    root; anything else is text, and ends in a line end or Ctrl-Z, also in UTF-16 or with NUL padding behind it.
    """
    low = name.lower()
    if low.endswith(_ZIPPED):
        return _zip_ends(tail)
    if low.endswith(".xml"):
        return _root_is_closed(_narrow(head), _narrow(tail))
    return _line_ends(tail)


def _zip_ends(tail: bytes) -> bool:
    at = tail.rfind(_ZIP_END)
    if at < 0 or len(tail) - at < _ZIP_END_SIZE:
        return False
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    return len(tail) - at == _ZIP_END_SIZE + comment


def _root_is_closed(head: bytes, tail: bytes) -> bool:
    root = _ROOT.search(_NOT_ROOT.sub(b"", head))
    if root is None:
        return False
    name = re.escape(root[1])
    closed = list(re.finditer(rb"</" + name + rb"\s*>", tail))
    if closed:
        return bool(_AFTER_ROOT.match(tail, closed[-1].end()))
    alone = re.search(rb"<" + name + rb"(?:\s[^<>]*)?/>", tail)
    return bool(alone and _AFTER_ROOT.match(tail, alone.end()))


def _narrow(text: bytes) -> bytes:
    """UTF-16 as the ASCII in it: the names of tags are what counts."""
    return text.replace(b"\0", b"")


def _line_ends(tail: bytes) -> bool:
    return tail.rstrip(b"\0").endswith(tuple(_LINE_ENDS[at : at + 1] for at in range(len(_LINE_ENDS))))
