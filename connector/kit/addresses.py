"""What the connector will make of a cell with an e-mail address, for an adapter that must choose between several."""

from __future__ import annotations

from typing import Literal

from connector import dictionary, emails
from connector.columns import trimmed


def judge_address(text: str) -> Literal["usable", "unusable", "none"]:
    """`usable`: a mail could be sent. `unusable`: something is filled in that is no address, and a person must
    mend it. `none`: the cell is empty or says that there is no address, as `geen`.
    """
    text = trimmed(text)
    if dictionary.is_no_address(text):
        return "none"
    return "unusable" if emails.fault(text) else "usable"
