"""What to do next for one passport: the decision table at the heart.

`next_step` and `invitation` are pure: facts in, decision out, and nothing else decides. The comments name the rows
of the table in `docs/plan.md`. Backoff, pauses, leases and files being accepted are not their business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from connector.emails import key as address_key
from connector.facts import (
    AddressVerdict,
    ByHand,
    HeldReason,
    Order,
    Passport,
    Policy,
    SendPolicy,
    SuspectPolicy,
    Suspects,
)
from connector.selection import Entry, Later, Now, entry

__all__ = (
    "AddressVerdict",
    "Delete",
    "Due",
    "HeldReason",
    "Invitation",
    "Look",
    "NoInvitation",
    "Order",
    "Passport",
    "Policy",
    "Put",
    "Request",
    "Send",
    "SendPolicy",
    "Sent",
    "State",
    "Step",
    "SuspectPolicy",
    "Suspects",
    "Transfer",
    "Wait",
    "Why",
    "Withheld",
    "Withholding",
    "consent_counts",
    "invitation",
    "next_step",
    "same_address",
    "state",
)

Withholding = Literal[
    "opted_out",
    "no_consent",
    "invalid_email",
    "question",
    "source_conflict",
    "suspect",
    "consent_unknown",
    "window",
    "brake",
]
Why = Literal["delivered", "held", "withdrawn"] | ByHand | Withholding
State = Literal["sending", "in_batch", "withdrawn", "held", "pending", "waiting", "delivered"]


@dataclass(frozen=True, slots=True)
class NoInvitation:
    """Nobody wants one."""

    name = "none"


@dataclass(frozen=True, slots=True)
class Due:
    """An invitation is to go out."""

    name = "due"


@dataclass(frozen=True, slots=True)
class Withheld:
    """An invitation is wished for, or was asked about, and must not go. `until`: the local day that may change it."""

    reason: Withholding
    until: date | None = None
    name = "withheld"


@dataclass(frozen=True, slots=True)
class Sent:
    """The invitation went out."""

    address: str | None
    at: datetime | None
    name = "sent"


Invitation = NoInvitation | Due | Withheld | Sent


@dataclass(frozen=True, slots=True)
class Put:
    """Make or update the passport; with `send`, iGarage invites when it is new or its address changed."""

    send: bool
    name = "put"

    @property
    def mails(self) -> bool:
        """Whether this request may mail somebody."""
        return self.send


@dataclass(frozen=True, slots=True)
class Send:
    """Invite for a passport that iGarage has, after a look at what it did already."""

    name = "send"
    mails = True


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the passport over to the new owner, after a look; with `send`, iGarage invites him."""

    send: bool
    name = "transfer"

    @property
    def mails(self) -> bool:
        """Whether this request may mail somebody."""
        return self.send


@dataclass(frozen=True, slots=True)
class Delete:
    """Withdraw the passport."""

    name = "delete"
    mails = False


@dataclass(frozen=True, slots=True)
class Look:
    """Ask what iGarage holds, and nothing else: after a rescue nobody else knows."""

    name = "look"
    mails = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to ask of iGarage now. `until` is the local day on which that may change by itself."""

    why: Why
    until: date | None = None
    name = "wait"
    mails = False


BY_HAND = get_args(ByHand)
HELD = ("held", *BY_HAND)
"""Why a passport waits for a person."""
Request = Put | Send | Transfer | Delete | Look
Step = Request | Wait


def invitation(passport: Passport, policy: Policy, today: date) -> Invitation:
    """Whether and why an invitation goes: rows I1 to I13, the first that holds. `today` is the garage's local date."""
    if passport.absent:  # I1
        return NoInvitation()
    wish = passport.is_asked or _wishes(passport, policy, today)
    if not wish and _was_invited(passport, policy):  # I2
        return Sent(passport.invited_address, passport.invited_at)
    if passport.is_opted_out:  # I3
        return Withheld("opted_out")
    if not wish:  # I4, I5
        lacks = policy.send == "consented" and not consent_counts(passport.consent, today)
        return Withheld("no_consent") if lacks else NoInvitation()
    return _obstacle(passport, policy) or _moment(passport, policy, today) or Due()  # I13


def next_step(passport: Passport, policy: Policy, today: date) -> Step:
    """The one request to make now, or why to wait: overrides first (S), then the rows N or K.

    By a list there are PUTs alone: L1 and L2 say what becomes of the other requests.
    """
    if policy.by_list:
        return _by_list(passport, policy, today)
    return _next_request(passport, policy, today)


def _next_request(passport: Passport, policy: Policy, today: date) -> Step:
    if override := _override(passport):
        return override
    invited = invitation(passport, policy, today)
    if passport.delivered_revision is None:
        return _step_without_passport(passport, invited, _entry(passport, policy, today))
    if passport.order == "transfer":  # S7
        return Transfer(send=isinstance(invited, Due))
    return _step_with_passport(passport, invited)


def state(passport: Passport, step: Step, *, claimed: bool) -> State:
    """The state shown to people: derived, the first that applies."""
    if claimed:
        return "sending"
    if passport.in_batch:
        return "in_batch"
    if not isinstance(step, Wait):
        return "pending"
    if step.why == "withdrawn":
        return "withdrawn"
    if step.why in HELD or passport.verdict == "unwritable":
        return "held"
    return "waiting" if passport.delivered_revision is None else "delivered"


def _by_list(passport: Passport, policy: Policy, today: date) -> Step:
    """The step where a person carries lists to iGarage.

    Nobody can look there, so what is unsure is made without mailing, and a person says whether to invite.
    """
    step = _next_request(passport, policy, today)
    if isinstance(step, Look):  # L2
        step = _next_request(passport._replace(unsure=False), policy, today)
        step = Put(send=False) if isinstance(step, Put) else step
    match step:  # L1
        case Send():
            return Wait("invite_by_hand")
        case Transfer():
            return Wait("transfer_by_hand")
        case Delete():
            return Wait("withdraw_by_hand")
    return step


def same_address(one: str | None, other: str | None) -> bool:
    """Whether two addresses are one, as iGarage compares them: without case and outer spaces."""
    if one == other:
        return True
    if one is None or other is None:
        return False
    return address_key(one) == address_key(other)


def consent_counts(consent: str | None, today: date) -> bool:
    """Whether a consent holds today: `yes`, or an ISO date that is not in the future."""
    return consent == "yes" or (consent not in (None, "", "no") and str(consent) <= today.isoformat())


def _wishes(passport: Passport, policy: Policy, today: date) -> bool:
    """Whether policy alone wants an invitation."""
    if policy.send == "never":
        return False
    if policy.send == "consented" and not consent_counts(passport.consent, today):
        return False
    if passport.remade and same_address(passport.address, passport.delivered_address or passport.address):
        return False
    return not same_address(passport.address, passport.invited_address)


def _was_invited(passport: Passport, policy: Policy) -> bool:
    if passport.invited_address is None:
        return False
    return policy.send != "consented" or same_address(passport.address, passport.invited_address)


def _obstacle(passport: Passport, policy: Policy) -> Withheld | None:
    """What no asking overrides, in passport and address."""
    if passport.verdict in ("bounced", "unwritable"):  # I6
        return Withheld("invalid_email")
    if passport.held:  # I7
        return Withheld("question")
    if passport.source_conflict:  # I8
        return Withheld("source_conflict")
    if passport.verdict == "suspect" and policy.suspect.withhold(passport.suspicion):  # I9
        return Withheld("suspect")
    if passport.consent_unknown:  # I10
        return Withheld("consent_unknown")
    return None


def _moment(passport: Passport, policy: Policy, today: date) -> Withheld | None:
    """What makes an invitation wait for its time."""
    entered = _entry(passport, policy, today)
    if not isinstance(entered, Now):  # I11
        return Withheld("window", _day_of(entered))
    return Withheld("brake") if policy.mails_stopped else None  # I12


def _entry(passport: Passport, policy: Policy, today: date) -> Entry:
    """When the passport enters the window; one that was asked for need not."""
    if policy.select is None or passport.is_asked:
        return Now()
    return entry(passport.apk_due, passport.service_due, policy.select, today)


def _day_of(entered: Entry) -> date | None:
    return entered.day if isinstance(entered, Later) else None


def _override(passport: Passport) -> Step | None:
    if passport.absent:
        return _step_without_content(passport)
    if passport.held:  # S4, S5
        return Wait("held")
    if passport.verdict == "unwritable":  # S6
        return Wait("invalid_email")
    return Look() if passport.unsure else None  # S8


def _step_without_content(passport: Passport) -> Step:
    may_be_there = passport.written or passport.unsure or passport.delivered_revision is not None
    if may_be_there and not passport.deleted:  # S2
        return Delete()
    return Wait("withdrawn")  # S1, S3


def _step_without_passport(passport: Passport, invited: Invitation, entered: Entry) -> Step:
    if passport.is_opted_out:  # N1
        return Wait("opted_out")
    if not isinstance(entered, Now):  # N2
        return Wait("window", _day_of(entered))
    if isinstance(invited, Withheld) and invited.reason == "brake":  # N5
        return Wait("brake")
    return Put(send=isinstance(invited, Due))  # N3, N4


def _step_with_passport(passport: Passport, invited: Invitation) -> Step:
    due = isinstance(invited, Due)
    if passport.revision != passport.delivered_revision:
        changed = not same_address(passport.address, passport.delivered_address)
        return Put(send=due and changed)  # K1 to K8, columns two and three
    if due:  # K3
        return Send()
    return Wait(invited.reason, invited.until) if isinstance(invited, Withheld) else Wait("delivered")
