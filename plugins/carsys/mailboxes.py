"""The addresses in one cell, of which there may be several: whose they are, and what is left without another's."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from connector import kit

Judge = Callable[[str], kit.AddressCell]
"""What a cell, or an address out of it, says: as `kit.judge_address`."""

_BETWEEN = r"\s;,/|&<>"
_ADDRESS = re.compile(rf"(?<![^{_BETWEEN}])[^{_BETWEEN}]*@[^{_BETWEEN}]*")
_EMPTIED = re.compile(r"<\s*>")
_OUTSIDE = " \t\r\n;,/|&"

_LONGEST = 1_000
"""Characters of a cell in which more than one address is looked for; in a longer one none is ever mailed."""


def keys(text: str, judge: Judge) -> frozenset[str]:
    """Every address in a cell, as `AddressCell.key`; of one that cannot be read its whole text is one too."""
    found = {judge(text).key}
    if not _is_one(text, judge):
        found.update(judge(part).key for part in _ADDRESS.findall(text[:_LONGEST]))
    return frozenset(found - {""})


def without(text: str, mailboxes: Collection[str], judge: Judge) -> str:
    """What a cell says beside these mailboxes: as it stands where it has none of them, empty where it has no other."""
    if _key(text) in mailboxes:
        return ""
    if len(text) > _LONGEST or _is_one(text, judge):
        return text
    left = _ADDRESS.sub(lambda found: "" if judge(found[0]).key in mailboxes else found[0], text)
    if left == text:
        return text
    left = _EMPTIED.sub("", left).strip(_OUTSIDE)
    return left if "@" in left else ""


def _is_one(text: str, judge: Judge) -> bool:
    """Whether the whole text is an address, with whatever signs there are in it: `a&b@voorbeeld.example`."""
    return judge(text) == kit.AddressCell("usable", _key(text))


def _key(text: str) -> str:
    return text.strip().casefold()
