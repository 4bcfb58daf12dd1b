"""Who of a car's people is the customer: the first with a usable address, and never a lease company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector import kit
from connector.model import CellText, Skipped
from plugins.carsys import lease, mailboxes
from plugins.carsys.fields import BEFORE_LAST_NAME, KINDS, Kind, reached
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
    connector to skip. The addresses of a lease company are nobody's, in whoever's cells they stand; what else stands
    in such a cell is read as if they did not.
    """
    leasing = [role for role in cells.form.people if _is_lease_company(cells, role)]
    theirs = frozenset(key for role in leasing for key in _mailboxes(cells, role))
    others = [role for role in roles if role not in leasing]
    candidates = [each for role in others for each in _reached(cells, role, kinds, theirs)]
    usable = [each for each in candidates if each.address.state == "usable"]
    if candidates:
        return (*usable, *candidates)[0].recipient
    if theirs:
        return Skipped("lease_company")
    return Recipient(roles[0], kinds[0], cells.text(reached(roles[0], "email", kinds[0])))


_ALL_KINDS: tuple[Kind | None, ...] = (*KINDS, None)


def _mailboxes(cells: Cells, role: str) -> Iterator[str]:
    """Every address of a role, in whichever of its cells and columns it stands."""
    for kind in _ALL_KINDS:
        for email in cells.every(reached(role, "email", kind)):
            yield from mailboxes.keys(email, cells.form.judge_address)


def _reached(
    cells: Cells, role: str, kinds: tuple[Kind | None, ...], theirs: frozenset[str]
) -> Iterator[_Candidate]:
    """The addresses of a role that are filled in, whether usable or not, without `theirs`."""
    for kind in kinds:
        email = _without(cells, reached(role, "email", kind), theirs)
        address = cells.form.judge_address(email)
        if address.state != "none" and address.key not in theirs:
            yield _Candidate(Recipient(role, kind, email), address)


def _without(cells: Cells, field: str, theirs: frozenset[str]) -> CellText:
    """A field's text without `theirs`: of the first of its columns in which more stands than that."""
    if not theirs:
        return cells.text(field)
    for text in cells.every(field):
        if left := mailboxes.without(text, theirs, cells.form.judge_address):
            return CellText(left, text.column)
    return CellText("", None)


def _is_lease_company(cells: Cells, role: str) -> bool:
    """By its names, or as a column of its own says; a word there that is neither yes nor no is a yes."""
    says = cells.text(f"{role}.is_lease_company")
    if says.strip() and (kit.yes_or_no(says) or (kit.yes_or_no(says) is None and kit.folded(says))):
        return True
    return any(map(cells.form.is_lease_company, _names(cells, role)))


def _names(cells: Cells, role: str) -> Iterator[str]:
    """What may tell that somebody is a company: his company, or where he has none his last name and his whole name."""
    company = cells.text(f"{role}.company")
    if lease.names_one(company):
        yield company
        return
    last = cells.text(f"{role}.last_name")
    yield last
    before = [text for part in BEFORE_LAST_NAME if (text := cells.text(f"{role}.{part}"))]
    if before:
        yield " ".join((*before, last))
