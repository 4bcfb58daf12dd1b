"""What every customer of one garage is to get: an account of its own, in plain words, beside the program's.

It shares no code with the connector and knows neither revisions, nor keys, nor requests: only what was promised to
people. Each rule stands with the sentence that promises it. A night is: the garage's system exports, iGarage's news
is heard, and whoever is due is mailed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Send = Literal["never", "always"]
Mail = tuple[str, str]
"""To whom: plate, and address as addresses are compared."""
PROOF = ("hard_bounce", "soft_bounce", "mailbox_full", "complaint")
"""Only a mail that was sent comes back so."""
PASSING = ("soft_bounce", "mailbox_full")


def same(address: str) -> str:
    """The verdict belongs to the address, compared case-folded."""
    return address.strip().casefold()


def months_on(day: date, months: int) -> date:
    """So many calendar months on: 31 August + 6 is 28 February."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Said:
    """What the garage's system says of one car."""

    plate: str
    name: str
    email: str
    apk: date | None
    opted_out: bool
    rest: str = ""


@dataclass(slots=True)
class Customer:
    """How one car stands. `said` is the system's last word, `owner` what is known of whoever is held to have the car.

    `address` counts for it, `on_file` is what iGarage has, beside the name of whom it is `filed` under; `invited` who
    was mailed last. `sold`: the last word is of another owner, and nobody has said yet who he is. `contested`: iGarage
    itself asks that, until somebody has `vouched` for it.
    """

    said: Said
    owner: Said
    address: str
    sold: bool = False
    contested: bool = False
    vouched: bool = False
    on_file: str | None = None
    filed: str | None = None
    invited: str | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """One thing that iGarage learned of an address."""

    kind: Literal["bounced", "arrived", "opted_out", "corrected"]
    address: str
    plate: str | None = None
    reason: str = ""
    corrected_to: str = ""
    sent: bool = False
    notice: int = 0
    """Which notice it is: the same one may be told again."""


@dataclass(slots=True)
class Promises:
    """One garage. `months`: its window for the APK (None: it has none). `brake`: mails a day that need no leave.

    `withheld`: addresses under suspicion that the garage does not mail. `turned_away`: addresses that iGarage takes
    for no passport that has another.
    """

    send: Send = "never"
    months: int | None = None
    brake: int = 1_000_000
    customers: dict[str, Customer] = field(default_factory=dict)
    verdicts: dict[str, Literal["invalid", "opted_out", "no_address"]] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    turned_away: set[str] = field(default_factory=set)
    corrections: dict[tuple[str | None, str], str] = field(default_factory=dict)
    """(plate or None, what the system says) → what was meant."""
    news: list[News] = field(default_factory=list)
    _notices: dict[str, set[int]] = field(default_factory=dict)
    _mailed: dict[date, int] = field(default_factory=dict)
    _let_go: set[date] = field(default_factory=set)

    # ------------------------------------------------------------ a night

    def night(self, today: date, rows: Iterable[Said]) -> list[Mail]:
        """What is mailed on this pass. `today`: the garage's local date."""
        for row in rows:
            self._take(row)
        self._end_corrections()
        for item in self.news:
            self._hear(item)
        self.news = []
        return self.goes_on(today)

    def goes_on(self, today: date) -> list[Mail]:
        """What is mailed on a pass before which nobody has said anything new."""
        return self._deliver(today)

    def _deliver(self, today: date) -> list[Mail]:
        due = {plate for plate, each in self.customers.items() if self._is_due(each, today)}
        stopped = self.stopped(today, len(due))
        mails: list[Mail] = []
        for plate, each in self.customers.items():
            if self._is_contested(each):
                each.sold = each.contested = True
                continue
            is_due = plate in due
            if is_due and not stopped:
                mails.append((plate, each.address))
                each.invited, each.asked = each.address, False
            self._bring(each, today, waits=is_due and stopped)
        self._mailed[today] = self._mailed.get(today, 0) + len(mails)
        return mails

    def stopped(self, today: date, due: int) -> bool:
        """When more than `brake.mails` invitations would become due for a garage on one local day, none goes."""
        return today not in self._let_go and self._mailed.get(today, 0) + due > self.brake

    def asks(self, today: date) -> bool:
        """Whether `status` asks about mails: there are more than go without asking."""
        return self.stopped(today, sum(self._is_due(each, today) for each in self.customers.values()))

    def release_all(self, today: date) -> None:
        """`release --all`: all that day may bring."""
        self._let_go.add(today)

    def _bring(self, each: Customer, today: date, *, waits: bool) -> None:
        """What iGarage has of a customer after a night."""
        if each.sold:
            return  # the newcomer's content is kept beside, not over
        if self.verdicts.get(each.address) == "no_address":
            return  # nothing is requested until the address changes
        if each.on_file != each.address and each.address in self.turned_away:
            return  # where the server refuses even that, it is held as well
        if each.on_file is None:
            opted_out = self._is_opted_out(each)  # not created where iGarage does not have it yet
            outside = not (each.asked or self._in_window(each, today) or each.invited == each.address)
            if opted_out or outside or waits:  # what iGarage does not have yet waits
                return
        each.on_file = each.address  # updates of a delivered passport always go at once
        each.filed, each.vouched = each.owner.name, False

    def _is_contested(self, each: Customer) -> bool:
        """A passport of a customer with another last name and another address answers 409: a person is asked."""
        known = each.on_file not in (None, each.address) and each.filed not in (None, each.owner.name)
        unasked = self.verdicts.get(each.address) == "no_address" or each.address in self.turned_away
        return known and not (each.sold or each.vouched or unasked)

    @property
    def contested(self) -> list[str]:
        """The plates of which iGarage itself says that they are another customer's."""
        return sorted(plate for plate, each in self.customers.items() if each.contested)

    # ------------------------------------------------------------ who is due

    def _is_due(self, each: Customer, today: date) -> bool:
        """One asked for overrides `send` and the window; nothing overrides an opt-out or an invalid address."""
        wished = each.asked or (self.send == "always" and each.address != each.invited)
        if not wished or self._is_opted_out(each) or each.address in self.verdicts:
            return False
        if each.address in self.withheld or each.sold:  # neither owner is mailed until a person has answered
            return False
        return each.asked or self._in_window(each, today)

    def _is_opted_out(self, each: Customer) -> bool:
        """Opt-out wins over everything: the customer's in the export, the address's at iGarage."""
        return each.owner.opted_out or self.verdicts.get(each.address) == "opted_out"

    def _in_window(self, each: Customer, today: date) -> bool:
        """In the window is a date up to today + n calendar months and at most 12 months past."""
        if self.months is None:
            return True
        due = each.owner.apk
        return due is not None and months_on(today, -12) <= due <= months_on(today, self.months)

    # ------------------------------------------------------------ the garage's system

    def _take(self, row: Said) -> None:
        known = self.customers.get(row.plate)
        if known is None:
            self.customers[row.plate] = Customer(row, row, self._counts(row.plate, row.email))
        elif row != known.said:
            # It ends when the source says anything else.
            if (row.plate, same(row.email)) not in self.corrections:
                self._forget(lambda plate, _: plate == row.plate)
            known.said = row
            address = self._counts(row.plate, row.email)
            # Without references both last name and address differ. The source going back closes the question.
            known.sold = row.name != known.owner.name and address != known.address
            if not known.sold:
                known.owner = row
                self._readdress(known, address)
        self._judge(row.email)

    def release(self, plate: str, answer: Literal["transfer", "same-owner"]) -> bool:
        """A person says whether a car was sold; False where nobody asks."""
        each = self.customers[plate]
        if not each.sold:
            return False
        # Of a newcomer beside the content it is asked anew what counts for him; what iGarage contests counts already.
        address = each.address if each.contested else self._counts(plate, each.said.email)
        if answer == "transfer":
            each.asked, each.address = (
                False,
                address,
            )  # what was asked for the former owner is not the newcomer's
        else:
            self._readdress(each, address)
        each.owner, each.sold = each.said, False
        each.contested, each.vouched = False, True
        return True

    def _judge(self, address: str) -> None:
        """One that cannot stand in a request holds its passports until the address changes."""
        if "@" not in address:
            self.verdicts[same(address)] = "no_address"

    def _readdress(self, each: Customer, address: str) -> None:
        """A bounce proves that an invitation went out, so correcting it invites again exactly once per plate."""
        if address == each.address:
            return
        bounced = self.verdicts.get(each.address) == "invalid"
        each.asked = each.asked or (bounced and each.invited == each.address)
        each.address = address

    # ------------------------------------------------------------ corrections

    def _counts(self, plate: str, said: str) -> str:
        """For an address or one plate, the plate's own first."""
        own = {seen: meant for (of, seen), meant in self.corrections.items() if of == plate}
        if same(said) in own:
            return own[same(said)]
        wide = self.corrections.get((None, same(said)), same(said))
        return own.get(wide, wide)

    def _keep(self, seen: str, meant: str, plate: str | None) -> None:
        """A→B, B→C folds to A→C."""
        for (of, first), led_to in list(self.corrections.items()):
            if led_to == seen and plate in (None, of):
                self.corrections[of, first] = meant
            elif led_to == seen and of is None:
                self.corrections.setdefault((plate, first), meant)
        self.corrections[plate, seen] = meant
        self._forget(lambda of, first: self.corrections[of, first] == first)

    def _forget(self, is_over: Callable[[str | None, str], bool]) -> None:
        self.corrections = {key: meant for key, meant in self.corrections.items() if not is_over(*key)}

    def _end_corrections(self) -> None:
        """It survives every export that still says `seen`."""
        said = {same(each.said.email) for each in self.customers.values()}
        self._forget(lambda plate, seen: plate is None and seen not in said)

    def _concerned(self, address: str, plate: str | None) -> list[Customer]:
        return [
            each
            for each in self.customers.values()
            if address in (each.address, each.on_file, same(each.said.email))
            and plate in (None, each.said.plate)
        ]

    def correct(self, old: str, new: str, plate: str | None = None) -> bool:
        """A person corrects an address; False where that is refused.

        A circle, or a target known as invalid, is refused with the reason.
        """
        old, new = same(old), same(new)
        target = self._counts(plate, new) if plate else self.corrections.get((None, new), new)
        bad = self.verdicts.get(target) in ("invalid", "no_address") or "@" not in new
        concerned = self._concerned(old, plate)
        if old in (new, target) or bad or not concerned:
            return False
        self._keep(old, target, plate)
        self._carry(concerned, old)
        return True

    def _carry(self, concerned: Iterable[Customer], corrected: str) -> None:
        """What counts now is what was meant, or again what the system says, where that is what was gone back to."""
        for each in concerned:
            counts = self._counts(each.said.plate, each.said.email)
            if not each.sold and (counts != same(each.said.email) or each.address == corrected):
                self._readdress(each, counts)

    def resend(self, plate: str, today: date) -> bool:
        """Invites once more, or says why not: nothing overrides an opt-out, an invalid address or the brake.

        One that goes by itself is not asked for twice.
        """
        each = self.customers.get(plate)
        if each is None or self._is_opted_out(each) or self._is_due(each, today) or self.asks(today):
            return False
        if each.address in self.verdicts or each.address in self.withheld or each.sold:
            return False
        each.asked = True
        return True

    def ignore(self, address: str) -> None:
        """A suspect address is fine."""
        self.withheld.discard(same(address))

    # ------------------------------------------------------------ iGarage's news

    def _hear(self, item: News) -> None:
        address = same(item.address)
        if item.kind == "corrected":
            self._adopt(item, address)
        elif item.kind == "bounced":
            self._hear_bounce(item, address)
        elif item.kind == "opted_out":
            self.verdicts[address] = "opted_out"
        elif self.verdicts.get(address) == "invalid":  # an `ok` clears the verdict and mails nobody again
            del self.verdicts[address]
        if item.kind == "arrived":
            self._notices.pop(address, None)
            self.withheld.discard(address)  # whatever looked wrong with it, a mail came there

    def _hear_bounce(self, item: News, address: str) -> None:
        named = self.customers.get(item.plate or "")
        proven = item.reason in PROOF and named is not None
        if named and proven and named.invited is None and address == (named.on_file or named.address):
            named.invited = address
        if self.verdicts.get(address) in ("opted_out", "no_address"):
            return
        if item.reason in PASSING:  # in three notices of different time
            notices = self._notices.setdefault(address, set())
            notices.add(item.notice)
            if len(notices) < 3:
                return
        self.verdicts[address] = "invalid"

    def _adopt(self, item: News, address: str) -> None:
        """The named plate is adopted and invited only if `sent` is false; the others become new revisions."""
        meant = same(item.corrected_to)
        concerned = self._concerned(address, None)
        named = [
            each for each in concerned if each.on_file == address and item.plate in (None, each.said.plate)
        ]
        if not named:
            return
        self._forget(lambda _, seen: seen == meant)
        self._keep(address, meant, None)
        for each in named:
            if each.address == address:
                each.address = meant
            each.on_file = meant
            each.invited, each.asked = (meant, False) if item.sent else (each.invited, True)
        self._carry((each for each in concerned if each not in named), address)

    # ------------------------------------------------------------ what is told of them

    def on_file(self) -> Mapping[str, str]:
        """Plate → the address that iGarage must have."""
        return {plate: each.on_file for plate, each in self.customers.items() if each.on_file is not None}
