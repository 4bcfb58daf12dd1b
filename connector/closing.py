"""What iGarage's answer does to the facts of a passport. Pure: facts and answer in, facts out.

Where it is given, `asked` is how many invitations had been asked for when the request was claimed: one asked for
since then is not answered by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.emails import key as address_key
from connector.errors import Refused
from connector.facts import AddressVerdict, HeldReason, Passport, Policy
from connector.model import PassportStatus
from connector.plan import Transfer, same_address

PASSING = frozenset(("mailbox_full", "soft_bounce"))
"""Reasons for which a mail did not arrive this once."""


@dataclass(frozen=True, slots=True)
class AddressNews:
    """What an answer tells of an address: its new verdict, and iGarage's reason where it names one."""

    address: str
    """In the form in which addresses are compared."""
    verdict: AddressVerdict
    reason: str | None


def after_put(
    passport: Passport,
    revision: int,
    address: str,
    send: bool,
    answer: PassportStatus,
    asked: int | None = None,
) -> Passport:
    """The facts after a PUT of `revision` with `address` was answered 200 or 201.

    A `sent_at` newer than the one known means an invitation; one first seen on a `send: false` answer that changed
    a known address belongs to the former address, for that answer mailed nobody. A passport that iGarage was to
    have and made anew is not invited for unasked.
    """
    passport = _dated(passport, answer)
    former = passport.delivered_address
    moved = former is not None and not same_address(former, address)
    delivered = passport._replace(
        delivered_revision=revision,
        delivered_address=address,
        deleted=False,
        order=None if revision == passport.revision else passport.order,
        remade=was_remade(passport, answer) or (passport.remade and not moved),
    )
    if not _newer(answer.sent_at, passport.sent_at):
        return delivered
    if moved and not send:
        return _invited(delivered, former, answer.sent_at, answered=passport.answered)
    invited = _invited(delivered, address, answer.sent_at, answered=_asked(passport, asked))
    return invited._replace(sent_by=answer.sent_by)


def was_remade(passport: Passport, answer: PassportStatus) -> bool:
    """Whether an answer made a passport that iGarage should have had: reception threw it away, and nobody asked."""
    return answer.created and passport.delivered_revision is not None


def after_look(
    passport: Passport, answer: PassportStatus | None, asked: int | None = None
) -> Passport | None:
    """The facts when a look before sending shows that no sending is needed; None when the invitation must go.

    A `sent_at` other than the one known: it was sent, by a try whose answer was lost or by reception in iGarage.
    """
    if answer is None:
        return passport._replace(held="gone")
    if answer.sent_at is None or answer.sent_at == _dated(passport, answer).sent_at:
        return None
    return _invited(passport, passport.delivered_address, answer.sent_at, answered=_asked(passport, asked))


def after_first_look(passport: Passport, answer: PassportStatus | None) -> Passport:
    """The facts after iGarage was asked what it holds of a passport of which the ledger was not sure.

    What it holds is some revision from before (0): today's goes there once more; but where the address alone was in
    doubt, and is the one it was known to have, the revision is too. One that the ledger knew there and is not is a
    question; a newer `sent_at` is an invitation to the address it has on file.
    """
    sure = passport._replace(unsure=False)
    if answer is None:
        return sure if passport.delivered_revision is None else sure._replace(held="gone")
    sure = _dated(sure, answer)
    address = answer.email.address or passport.delivered_address or passport.address
    as_known = not passport.unsure and same_address(address, passport.delivered_address)
    revision = passport.delivered_revision if as_known else 0
    found = sure._replace(delivered_revision=revision, delivered_address=address)
    if not _newer(answer.sent_at, passport.sent_at):
        return found
    return _invited(found, address, answer.sent_at, answered=passport.asked)


def after_comparison(passport: Passport, answer: PassportStatus | None) -> Passport:
    """The facts after iGarage was asked, for no request of ours, about a passport that it should have as it is known.

    One that is not there, or has another address on file, is a question: what stands there then is some revision from
    before (0), at that address, and nothing is written over it unasked. A newer `sent_at` is an invitation.
    """
    if answer is None:
        return passport._replace(held="gone")
    passport = _dated(passport, answer)
    on_file = answer.email.address
    if on_file is not None and not same_address(on_file, passport.delivered_address or passport.address):
        there = address_key(on_file)
        return passport._replace(held="owner_change", delivered_revision=0, delivered_address=there)
    if not _newer(answer.sent_at, passport.sent_at):
        return passport
    return _invited(passport, passport.delivered_address, answer.sent_at, answered=passport.asked)


def has_news(passport: Passport, answer: PassportStatus) -> bool:
    """Whether an answer tells of an invitation that is not known, or something against the address."""
    dated = _dated(passport, answer)
    return _newer(answer.sent_at, dated.sent_at) or address_news(answer, passport.address) is not None


def may_send(passport: Passport, answer: PassportStatus | None) -> bool:
    """Whether, after a look, the invitation goes: it has not gone yet, and iGarage knows no ill of the address."""
    if answer is None or after_look(passport, answer) is not None:
        return False
    return address_news(answer, passport.address) is None


def after_send(
    passport: Passport, answer: PassportStatus, now: datetime, asked: int | None = None
) -> Passport:
    """The facts after a 202: one mail, at `sent_at` or, where that is null or unchanged, at the answer's time."""
    return _mailed(passport, passport.delivered_address, answer, now, asked)


def transfer_after_look(passport: Passport, step: Transfer, answer: PassportStatus) -> Transfer | None:
    """The transfer to ask for after a look; None where the new owner's address is on file already: it is done.

    One that cannot be told apart, for both owners have one address or none is named, mails nobody by itself: what is
    due then goes by a send, which looks first.
    """
    on_file = answer.email.address
    if on_file is not None and not same_address(on_file, passport.address):
        return step
    if on_file is not None and not same_address(passport.delivered_address, passport.address):
        return None
    return Transfer(send=False)


def after_transfer_look(
    passport: Passport, address: str, answer: PassportStatus | None, asked: int | None = None
) -> Passport:
    """The facts when a look before a transfer to `address` shows that it is done, or no passport to hand over.

    An invitation counts when `sent_at` is other than the one known; otherwise it is still due.
    """
    if answer is None:
        return passport._replace(held="gone")
    done = _handed_over(_dated(passport, answer), address)
    if answer.sent_at is None or answer.sent_at == done.sent_at:
        return done
    return _invited(done, address, answer.sent_at, answered=_asked(passport, asked))


def after_transfer(
    passport: Passport,
    address: str,
    send: bool,
    answer: PassportStatus,
    now: datetime,
    asked: int | None = None,
) -> Passport:
    """The facts after a transfer to `address` was answered 200: its owner has it, the vehicle is still to deliver.

    With `send` one mail went out. Without, whatever `sent_at` says is of the former owner.
    """
    done = _handed_over(_dated(passport, answer), address)
    if send:
        return _mailed(done, address, answer, now, asked)
    return done._replace(sent_at=answer.sent_at if _newer(answer.sent_at, done.sent_at) else done.sent_at)


def after_delete(passport: Passport) -> Passport:
    """The facts after a 204: iGarage has it no more. Who was invited stays known, so that nobody is invited twice."""
    return passport._replace(
        deleted=True,
        delivered_revision=None,
        delivered_address=None,
        order=None,
        unsure=False,
        remade=False,
    )


def after_refusal(refused: Refused) -> HeldReason | None:
    """The question a refusal leaves; None where it is the address's verdict that holds the passport."""
    if refused.code == "email_invalid":
        return None
    if refused.code == "owner_conflict":
        return "owner_change"
    return "gone" if refused.code == "not_found" else "refused"


def after_owner_conflict(passport: Passport, policy: Policy) -> Passport:
    """The facts after 409 `owner_conflict`: iGarage has some revision of it, of another owner.

    That is a question, or an order to transfer where the garage has said so; but where it was transferred to this
    very address already, another transfer would not end it. Of an owner who is the same, a person said, the name goes
    first: beside the address on file, which is asked for.
    """
    had = passport._replace(delivered_revision=passport.delivered_revision or 0, order=None)
    if passport.order == "same_owner":
        return had._replace(order="name_first", unsure=True)
    if passport.order == "name_first":
        return had._replace(held="owner_change")
    done = same_address(passport.delivered_address, passport.address)
    if policy.owner_change == "transfer" and not done:
        return had._replace(order="transfer")
    return had._replace(held="owner_change")


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


def _dated(passport: Passport, answer: PassportStatus) -> Passport:
    """The facts with iGarage's own instant of an invitation of which only the batch's end was known."""
    if (
        not passport.sent_by
        or answer.sent_at is None
        or answer.sent_at > (passport.sent_at or answer.sent_at)
    ):
        return passport
    return passport._replace(sent_at=answer.sent_at, sent_by=False)


def _newer(answered: datetime | None, known: datetime | None) -> bool:
    return answered is not None and (known is None or answered > known)


def _asked(passport: Passport, asked: int | None) -> int:
    """The invitations that one mail answers: those asked for when it was claimed."""
    return max(passport.answered, passport.asked if asked is None else asked)


def _handed_over(passport: Passport, address: str) -> Passport:
    """The new owner's passport: iGarage holds the vehicle of some revision from before (0).

    The order stands when the passport has gone to yet another address since.
    """
    order = None if same_address(address, passport.address) else passport.order
    return passport._replace(delivered_revision=0, delivered_address=address, order=order, remade=False)


def _mailed(
    passport: Passport, address: str | None, answer: PassportStatus, now: datetime, asked: int | None
) -> Passport:
    """The facts after an answer that means one mail."""
    passport, answered = _dated(passport, answer), _asked(passport, asked)
    if answer.sent_at is None or answer.sent_at == passport.sent_at:
        return _invited(passport, address, now, answered=answered)._replace(sent_at=passport.sent_at)
    return _invited(passport, address, answer.sent_at, answered=answered)


def _invited(passport: Passport, address: str | None, at: datetime | None, *, answered: int) -> Passport:
    return passport._replace(
        invited_address=address,
        invited_at=at,
        sent_at=at,
        sent_by=False,
        invitations=passport.invitations + 1,
        answered=answered,
    )
