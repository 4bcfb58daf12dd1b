"""The same owner or another: what a change of customer, name and address tells of who has the car.

The rule: the customer reference changed, and with it the last name or the address; where one of the two has no
reference, both last name and address. It holds a passport before iGarage is asked, whatever that would say.
"""

from __future__ import annotations

from typing import Literal

from connector.emails import key
from connector.model import Content

Owner = Literal["same", "another"]


def compare(before: Content, now: Content) -> Owner:
    """Whether two contents of one plate have the same owner. Both with their addresses corrected, or neither.

    Compared without case and outer spaces. A name is the same with its infix beside it, before it or behind a comma,
    and one that is not known differs from none.
    """
    name, address = not _same_name(before, now), _differs(before, now, "email")
    if _text(before, "customer_reference") and _text(now, "customer_reference"):
        moved = _differs(before, now, "customer_reference") and (name or address)
    else:
        moved = name and address
    return "another" if moved else "same"


def is_renamed(before: Content, now: Content) -> bool:
    """Whether the last names differ, as `compare` has it."""
    return not _same_name(before, now)


def name_first(now: Content, address_on_file: str) -> Content:
    """The first of two requests for a same owner whose name and address both changed: the address stays as it was.

    iGarage takes an owner with another name and another address for another one (409), but not one of the two.
    """
    return {**now, "email": address_on_file}


def _differs(before: Content, now: Content, field: str) -> bool:
    one, other = _text(before, field), _text(now, field)
    return bool(one and other) and one != other


def _same_name(before: Content, now: Content) -> bool:
    if not _differs(before, now, "last_name"):
        return True
    return _whole_name(before) == _whole_name(now)


def _whole_name(content: Content) -> str:
    """The last name with its infix before it: `van der Berg`, also from `Berg, van der`."""
    last, _, behind = _text(content, "last_name").partition(",")
    return " ".join(f"{_text(content, 'infix')} {behind} {last}".split())


def _text(content: Content, field: str) -> str:
    return key(str(content.get(field, "")))
