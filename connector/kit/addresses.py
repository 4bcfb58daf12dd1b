"""What the connector will make of a cell with an e-mail address, for an adapter that must choose between several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connector import dictionary, emails
from connector.columns import trimmed


@dataclass(frozen=True, slots=True)
class AddressCell:
    """A cell with an address, judged. `key` is the form in which two addresses are compared, empty where none is.

    `usable`: a mail could be sent. `unusable`: what is filled in is no address, and a person must mend it. `none`:
    the cell is empty or says that there is no address, as `geen`.
    """

    state: Literal["usable", "unusable", "none"]
    key: str = ""


def judge_address(text: str) -> AddressCell:
    """What a cell says."""
    text = trimmed(text)
    if dictionary.is_no_address(text):
        return AddressCell("none")
    found = emails.read(text)
    return AddressCell("unusable" if found.fault else "usable", emails.key(found.address))
