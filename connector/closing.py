"""What iGarage's answer does to the facts of a passport. Pure: facts and answer in, facts out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from connector.emails import key as address_key
from connector.errors import Refused
from connector.model import PassportStatus
from connector.plan import AddressVerdict, HeldReason, Passport, same_address


@dataclass(frozen=True, slots=True)
class AddressNews:
    """What an answer tells of an address: its new verdict, and iGarage's reason where it names one."""

    address: str
    """In the form in which addresses are compared."""
    verdict: AddressVerdict
    reason: str | None


def after_put(
    passport: Passport, revision: int, address: str, send: bool, answer: PassportStatus
) -> Passport:
    """The facts after a PUT of `revision` with `address` was answered 200 or 201.

    A `sent_at` newer than the one known means an invitation; one first seen on a `send: false` answer that changed
    a known address belongs to the former address, for that answer mailed nobody.
    """
    former = passport.delivered_address
    delivered = replace(passport, delivered_revision=revision, delivered_address=address)
    if not _newer(answer.sent_at, passport.sent_at):
        return delivered
    moved = not send and former is not None and not same_address(former, address)
    return _invited(delivered, former if moved else address, answer.sent_at)


def after_look(passport: Passport, answer: PassportStatus | None) -> Passport | None:
    """The facts when a look before sending shows that no sending is needed; None when the invitation must go.

    A `sent_at` other than the one known: it was sent, by a try whose answer was lost or by reception in iGarage.
    """
    if answer is None:
        return replace(passport, held="gone")
    if answer.sent_at is None or answer.sent_at == passport.sent_at:
        return None
    return _invited(passport, passport.delivered_address, answer.sent_at)


def after_first_look(passport: Passport, answer: PassportStatus | None) -> Passport:
    """The facts after iGarage was asked what it holds of a passport of which a rescued ledger was not sure.

    What it holds is some revision from before (0): today's goes there once more. One that the ledger knew there and
    is not is a question; a newer `sent_at` is an invitation to the address it has on file.
    """
    sure = replace(passport, unsure=False)
    if answer is None:
        return sure if passport.delivered_revision is None else replace(sure, held="gone")
    address = answer.email.address or passport.delivered_address or passport.address
    found = replace(sure, delivered_revision=0, delivered_address=address)
    return _invited(found, address, answer.sent_at) if _newer(answer.sent_at, passport.sent_at) else found


def may_send(passport: Passport, answer: PassportStatus | None) -> bool:
    """Whether, after a look, the invitation goes: it has not gone yet, and iGarage knows no ill of the address."""
    if answer is None or after_look(passport, answer) is not None:
        return False
    return address_news(answer, passport.address) is None


def after_send(passport: Passport, answer: PassportStatus, now: datetime) -> Passport:
    """The facts after a 202: one mail, at `sent_at` or, where that is null or unchanged, at the answer's time."""
    if answer.sent_at is None or answer.sent_at == passport.sent_at:
        sent = _invited(passport, passport.delivered_address, now)
        return replace(sent, sent_at=passport.sent_at)
    return _invited(passport, passport.delivered_address, answer.sent_at)


def after_refusal(refused: Refused) -> HeldReason | None:
    """The question a refusal leaves; None where it is the address's verdict that holds the passport."""
    if refused.code == "email_invalid":
        return None
    if refused.code == "owner_conflict":
        return "owner_change"
    return "gone" if refused.code == "not_found" else "refused"


def address_news(answer: PassportStatus, requested: str) -> AddressNews | None:
    """What an answer says of the address that was asked about; None where it says nothing against it."""
    address = address_key(requested)
    if not same_address(answer.email.address or requested, requested):
        return None
    if answer.email.state == "invalid":
        return AddressNews(address, "bounced", answer.email.reason)
    if answer.email.state == "opted_out":
        return AddressNews(address, "opted_out", answer.email.reason)
    return None


def _newer(answered: datetime | None, known: datetime | None) -> bool:
    return answered is not None and (known is None or answered > known)


def _invited(passport: Passport, address: str | None, at: datetime | None) -> Passport:
    return replace(
        passport,
        invited_address=address,
        invited_at=at,
        sent_at=at,
        invitations=passport.invitations + 1,
    )
