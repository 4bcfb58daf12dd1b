"""What the plan decides on: the facts of a passport, and what its garage wants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from connector.selection import Select
from connector.suspicion import SHARED_LIMIT, Kind

SendPolicy = Literal["never", "always", "consented"]
SuspectPolicy = Literal["send", "withhold"]
AddressVerdict = Literal["ok", "suspect", "bounced", "unwritable", "opted_out"]
ByHand = Literal["invite_by_hand", "transfer_by_hand", "withdraw_by_hand"]
"""What no list can say, and so is left to a person."""
HeldReason = Literal["refused", "exhausted", "gone", "owner_change", "plate_changed"]
Order = Literal["transfer", "same_owner", "name_first"]
"""What a person, or the garage's file, decided about an owner: another one; the same one; and the same one of whom
iGarage said that it is another (409), so that the name goes first and the address after it."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """Whether an address under suspicion is invited, by the kind of suspicion."""

    typo: SuspectPolicy = "send"
    dummy: SuspectPolicy = "withhold"
    shared: SuspectPolicy = "withhold"

    def withhold(self, kind: Kind | None) -> bool:
        """Whether an invitation is withheld for this suspicion; for one of a kind that nobody noted, it is."""
        kinds = {"typo": self.typo, "dummy": self.dummy, "shared": self.shared}
        return kind is None or kinds[kind] == "withhold"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the garage wants. `send`: whether a new passport or a changed address is an invitation too.

    `select` is the window of dates (None: there is no window). `mails` is how many invitations one local day may bring
    without asking (None: any number), `mails_stopped` whether the brake on them is closed. `owner_change` says what
    follows when iGarage names another owner. `shared_limit`: more customers than that make their one address suspect.
    """

    send: SendPolicy = "never"
    select: Select | None = None
    suspect: Suspects = Suspects()
    owner_change: Literal["hold", "transfer"] = "hold"
    mails_stopped: bool = False
    mails: int | None = None
    shared_limit: int = SHARED_LIMIT
    by_list: bool = False
    """Passports go up in lists that a person carries (`delivery.route: list_file`)."""


class Passport(NamedTuple):
    """The facts the table decides on: a tuple, for each is made several times over for every passport there is.

    `revision` counts the contents wanted; `delivered_revision` is the one iGarage is known to hold (None: it has
    none, or we do not know; 0: one from before), with `delivered_address`. `invited_address` and `invited_at` come
    from iGarage's answers, `sent_at` is the last one it named. `verdict` belongs to the address, the others to this
    plate.
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
    absent: bool = False
    """There is no content: the passport is to be withdrawn."""
    written: bool = False
    """A write was ever claimed, answered or not."""
    deleted: bool = False
    """iGarage said that it is gone, and no write was claimed since."""
    asked: int = 0
    """How many invitations were asked for anew, by a person or after a correction."""
    answered: int = 0
    """How many of those asked for have been answered."""
    order: Order | None = None
    """What was decided about the owner, and iGarage has not done yet."""
    suspicion: Kind | None = None
    """The kind of suspicion, where the verdict is `suspect`."""
    apk_due: date | None = None
    service_due: date | None = None
    consent_unknown: bool = False
    """The consent or opt-out column was missing at its source."""
    in_batch: bool = False
    """A batch has it, which has not told its result."""
    sent_by: bool = False
    """`sent_at` is when a batch ended: iGarage's own instant of that invitation is some time before it."""
    remade: bool = False
    """iGarage made anew what it should have had: at this address nobody is invited unasked."""

    @property
    def is_asked(self) -> bool:
        """Whether an invitation was asked for, and not answered yet."""
        return self.asked > self.answered

    @property
    def is_opted_out(self) -> bool:
        """Whether the customer wants no mail, by the export or by iGarage."""
        return self.opt_out or self.verdict == "opted_out"
