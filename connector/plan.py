"""What to do next for one passport: the decision table at the heart.

`next_step` and `invitation` are pure: facts in, decision out, and nothing else decides. The comments name the rows
of the table in `docs/plan.md`. Backoff, pauses, leases and files being accepted are not their business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from connector.emails import key as address_key

SendPolicy = Literal["never", "always", "consented"]
AddressVerdict = Literal["ok", "bounced", "unwritable", "opted_out"]
HeldReason = Literal["refused", "exhausted", "gone", "owner_change"]
Withholding = Literal["opted_out", "no_consent", "invalid_email", "question", "source_conflict"]
Why = Literal["delivered", "held", "invalid_email", "opted_out", "no_consent", "question", "source_conflict"]
State = Literal["sending", "in_batch", "withdrawn", "held", "pending", "waiting", "delivered"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What the garage wants. `send`: whether a new passport or a changed address is an invitation too."""

    send: SendPolicy = "never"


@dataclass(frozen=True, slots=True)
class Passport:
    """The facts the table decides on.

    `revision` counts the contents wanted; `delivered_revision` is the one iGarage is known to hold (None: it has
    none, or we do not know), with `delivered_address`. `invited_address` and `invited_at` come from iGarage's
    answers, `sent_at` is the last one it named. `verdict` belongs to the address, the others to this plate.
    """

    revision: int
    address: str
    delivered_revision: int | None = None
    delivered_address: str | None = None
    invited_address: str | None = None
    invited_at: datetime | None = None
    invitations: int = 0
    sent_at: datetime | None = None
    held: HeldReason | None = None
    verdict: AddressVerdict = "ok"
    opt_out: bool = False
    consent: str | None = None
    source_conflict: bool = False
    unsure: bool = False
    """The ledger was rescued: what iGarage holds is to be asked before anything is asked of it."""


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
    """An invitation is wished for, or was asked about, and must not go."""

    reason: Withholding
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


Request = Put | Send | Look
Step = Request | Wait


def invitation(passport: Passport, policy: Policy, today: date) -> Invitation:
    """Whether and why an invitation goes: rows I1 to I13, the first that holds. `today` is the garage's local date."""
    wish = _wishes(passport, policy, today)
    if not wish and _was_invited(passport, policy):  # I2
        return Sent(passport.invited_address, passport.invited_at)
    if passport.opt_out or passport.verdict == "opted_out":  # I3
        return Withheld("opted_out")
    if not wish:  # I4, I5
        return Withheld("no_consent") if policy.send == "consented" else NoInvitation()
    reason = _obstacle(passport)
    return Withheld(reason) if reason else Due()  # I13


def next_step(passport: Passport, policy: Policy, today: date) -> Step:
    """The one request to make now, or why to wait: overrides first (S), then the rows N or K."""
    if passport.held:  # S4, S5
        return Wait("held")
    if passport.verdict == "unwritable":  # S6
        return Wait("invalid_email")
    if passport.unsure:  # S8
        return Look()
    invited = invitation(passport, policy, today)
    if passport.delivered_revision is None:
        return _step_without_passport(invited)
    return _step_with_passport(passport, invited)


def state(passport: Passport, step: Step, *, claimed: bool) -> State:
    """The state shown to people: derived, the first that applies."""
    if claimed:
        return "sending"
    if isinstance(step, Wait):
        if step.why == "held" or passport.verdict == "unwritable":
            return "held"
        return "waiting" if passport.delivered_revision is None else "delivered"
    return "pending"


def same_address(one: str | None, other: str | None) -> bool:
    """Whether two addresses are one, as iGarage compares them: without case and outer spaces."""
    if one is None or other is None:
        return one is other
    return address_key(one) == address_key(other)


def consent_counts(consent: str | None, today: date) -> bool:
    """Whether a consent holds today: `yes`, or an ISO date that is not in the future."""
    return consent == "yes" or (consent not in (None, "", "no") and str(consent) <= today.isoformat())


def _wishes(passport: Passport, policy: Policy, today: date) -> bool:
    if policy.send == "never":
        return False
    if policy.send == "consented" and not consent_counts(passport.consent, today):
        return False
    return not same_address(passport.address, passport.invited_address)


def _was_invited(passport: Passport, policy: Policy) -> bool:
    if passport.invited_address is None:
        return False
    return policy.send != "consented" or same_address(passport.address, passport.invited_address)


def _obstacle(passport: Passport) -> Withholding | None:
    if passport.verdict in ("bounced", "unwritable"):  # I6
        return "invalid_email"
    if passport.held:  # I7
        return "question"
    if passport.source_conflict:  # I8
        return "source_conflict"
    return None


def _step_without_passport(invited: Invitation) -> Step:
    if isinstance(invited, Withheld) and invited.reason == "opted_out":  # N1
        return Wait("opted_out")
    return Put(send=isinstance(invited, Due))  # N3, N4


def _step_with_passport(passport: Passport, invited: Invitation) -> Step:
    due = isinstance(invited, Due)
    if passport.revision != passport.delivered_revision:
        changed = not same_address(passport.address, passport.delivered_address)
        return Put(send=due and changed)  # K1 to K8, columns two and three
    if due:  # K3
        return Send()
    return Wait(invited.reason if isinstance(invited, Withheld) else "delivered")
