"""Who of a car's people is the customer: the first with a usable address, and never a lease company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector import kit
from connector.model import CellText, Skipped
from plugins.carsys.fields import ADDRESSEE, KINDS, ROLES, Kind, reached
from plugins.carsys.form import Cells


@dataclass(frozen=True, slots=True)
class Recipient:
    """The customer of a car, and at which of his addresses. `kind` is None for an addressee, who has one."""

    role: str
    kind: Kind | None
    email: CellText


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Somebody with something in the cell of his address."""

    recipient: Recipient
    address: kit.AddressCell


def choose(cells: Cells, roles: tuple[str, ...], kinds: tuple[Kind | None, ...]) -> Recipient | Skipped:
    """The first of `roles` with a usable address, of the `kinds` in their order.

    Where nobody has one, the first with an address that a person can mend; a car with none at all is left to the
    connector to skip. The addresses of a lease company are nobody's, in whoever's cells they stand.
    """
    leasing = frozenset(role for role in (*ROLES, ADDRESSEE) if _is_lease_company(cells, role))
    mailboxes = frozenset(each.address.key for role in leasing for each in _reached(cells, role, _ALL_KINDS))
    every = [each for role in roles for each in _reached(cells, role, kinds)]
    candidates = [each for each in every if each.address.key not in mailboxes]
    usable = [each for each in candidates if each.address.state == "usable"]
    if candidates:
        return (*usable, *candidates)[0].recipient
    if mailboxes:
        return Skipped("lease_company")
    return Recipient(roles[0], kinds[0], cells.text(reached(roles[0], "email", kinds[0])))


_ALL_KINDS: tuple[Kind | None, ...] = (*KINDS, None)


def _reached(cells: Cells, role: str, kinds: tuple[Kind | None, ...]) -> Iterator[_Candidate]:
    """The addresses of a role that are filled in, whether usable or not."""
    for kind in kinds:
        email = cells.text(reached(role, "email", kind))
        address = cells.form.judge_address(email)
        if address.state != "none":
            yield _Candidate(Recipient(role, kind, email), address)


def _is_lease_company(cells: Cells, role: str) -> bool:
    """By its name, or as a column of its own says; a word there that is neither yes nor no is a yes."""
    says = cells.text(f"{role}.is_lease_company")
    if says.strip() and (kit.yes_or_no(says) or (kit.yes_or_no(says) is None and kit.folded(says))):
        return True
    return cells.form.is_lease_company(cells.text(f"{role}.company"))
