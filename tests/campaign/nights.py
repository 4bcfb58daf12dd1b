"""Simulated nights of one garage: what happens to it is done for real, and told to the account of what is promised.

The program runs on real files against the stand-in iGarage; after every night its mails, what it has on file and
what `status` counts must be what the account predicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from connector.sandbox import Sandbox

from ..conftest import Garage
from .exports import Row, compact, customer, written
from .promises import News, Promises, Said, same

HOME = ZoneInfo("Europe/Amsterdam")
LATER = timedelta(minutes=10)
"""From what people do to the next pass: a clock goes on while they do it."""
GoTo = Callable[[datetime], AbstractContextManager[object]]
"""Sets every clock, the garage's and iGarage's, while it lasts."""


def said(row: Row) -> Said:
    """What a row says, read by the test's own eyes."""
    day = row["APK datum"]
    due = date(int(day[6:]), int(day[3:5]), int(day[:2])) if day else None
    plate, opted_out = compact(row["Kenteken"]), row["Afmelding"] == "ja"
    return Said(plate, row["Achternaam"], row["E-mail"], due, opted_out, rest=row["Km stand"])


@dataclass
class Nights:
    """One garage through many nights. `now` is the moment at which things happen."""

    garage: Garage
    sandbox: Sandbox
    go_to: GoTo
    now: datetime
    promises: Promises = field(default_factory=Promises)
    rows: dict[int, Row] = field(default_factory=dict)
    mailed: int = 0
    """Mails at the stand-in that were looked at already."""
    notices: int = 0
    passes: int = 0
    story: list[str] = field(default_factory=list)
    """What happened, for whoever must find out why a night came to something else."""

    # ------------------------------------------------------------ the garage

    def configure(self, send: str, months: int | None) -> None:
        """Another policy, from the next pass on."""
        self._tell("configured", send, months)
        window = {"apk_within_months": months, "without_date": "never"} if months else None
        self.garage.configure(delivery={"send": send, "select": window})
        self.promises.send, self.promises.months = send, months

    def says(self, number: int, **changes: str) -> None:
        """The garage's system has a car, or something else of it."""
        self.rows[number] = customer(number, **changes) if number not in self.rows else self.rows[number]
        named = {"name": "Achternaam", "email": "E-mail", "apk": "APK datum", "km": "Km stand"}
        named |= {"opt_out": "Afmelding"}
        self.rows[number] = self.rows[number] | {named[name]: value for name, value in changes.items()}
        self._tell("says", compact(self.rows[number]["Kenteken"]), changes)

    def export(self) -> None:
        """Tonight's export, written when it is."""
        with self.go_to(self.now):
            at = datetime.now(HOME).timestamp()
        self.garage.drop(written(self.rows.values()), at=at)

    # ------------------------------------------------------------ people

    def ask(self, *words: str) -> bool:
        """A command; whether it was done."""
        with self.go_to(self.now):
            ended = self.garage.main(*words, "--garage", self.garage.id)
        assert ended.status in (0, 1), ended.err
        return ended.status == 0

    def corrects(self, old: str, new: str, plate: str | None = None) -> None:
        """A person corrects an address; refused exactly where the account refuses it."""
        more = ("--plate", plate) if plate else ()
        taken = self.ask("emails", "correct", old, new, *more)
        self._tell("person corrects", old, new, plate, taken)
        assert taken == self.promises.correct(old, new, plate and compact(plate)), self.story

    def resends(self, plate: str) -> None:
        """A person asks for one more invitation."""
        taken = self.ask("resend", plate)
        self._tell("resend", compact(plate), taken)
        assert taken == self.promises.resend(compact(plate), self.today), self._why(
            [(compact(plate), "?")], []
        )

    @property
    def knows_owners(self) -> bool:
        """Whether a person can be asked who has a car."""
        return "same-owner" in self.garage.main("release", "--help").out

    def says_who_has_it(self, plate: str, answer: Literal["transfer", "same-owner"]) -> None:
        """A person answers whether a car was sold."""
        taken = self.ask("release", plate, "--as", answer)
        self._tell("released", plate, answer, taken)
        assert taken == self.promises.release(plate, answer), self._why([(plate, "?")], [])

    def releases_mails(self) -> None:
        """A person lets go all that today may bring."""
        assert self.ask("release", "--all")
        self.promises.release_all(self.today)

    # ------------------------------------------------------------ iGarage

    def bounces(self, address: str, reason: str, *, refused: bool) -> None:
        """Mails to an address come back, of every car that was mailed there."""
        before = len(self.sandbox.changes(self.garage.id))
        with self.go_to(self.now):
            self.sandbox.bounce(address, reason, garage=self.garage.id, refused=refused)
        self.notices += 1
        for item in self.sandbox.changes(self.garage.id)[before:]:
            self.promises.news.append(News("bounced", address, item.plate, reason, notice=self.notices))
            self._tell("bounced", address, item.plate, reason, refused)
        turned_away = self.promises.turned_away
        turned_away.add(same(address)) if refused else turned_away.discard(same(address))

    def comes_back_once(self, address: str, reason: str) -> None:
        """A mailbox is full this once: iGarage says so, and goes on mailing there."""
        self.bounces(address, reason, refused=False)
        self.sandbox.set_address(address, "unknown")

    def arrives(self, address: str) -> None:
        """A mail arrived after all."""
        with self.go_to(self.now):
            self.sandbox.deliver_ok(address, garage=self.garage.id)
        self.promises.news.append(News("arrived", address))
        self._tell("arrived", address)
        self.promises.turned_away.discard(same(address))

    def unsubscribes(self, address: str) -> None:
        """Whoever reads this address wants no mail any more."""
        with self.go_to(self.now):
            self.sandbox.opt_out(address, garage=self.garage.id)
        self.promises.news.append(News("opted_out", address))
        self._tell("opted_out", address)
        self.promises.turned_away.discard(same(address))

    def igarage_corrects(self, plate: str | None, address: str, meant: str, *, sent: bool) -> None:
        """Reception corrects an address in iGarage, after all that people have decided here."""
        self.now += LATER
        with self.go_to(self.now):
            self.sandbox.correct(plate, address, meant, sent, garage=self.garage.id)
        self.promises.news.append(News("corrected", address, plate=plate, corrected_to=meant, sent=sent))
        self._tell("igarage corrects", plate, address, meant, sent)

    # ------------------------------------------------------------ a night

    @property
    def today(self) -> date:
        """The garage's local date."""
        return self.now.astimezone(HOME).date()

    def night(self, run: Callable[[], object] | None = None) -> list[tuple[str, str]]:
        """One night to its end, and what it came to; the mails of it. `run`: else than in this process."""
        self.now += LATER
        promised = self.promises.night(self.today, map(said, self.rows.values()))
        self.export()
        self._comes_to(promised, run)
        for plate in self.promises.contested:
            self.says_who_has_it(plate, "transfer" if self.passes % 2 else "same-owner")
            after = self.promises.goes_on(self.today)
            self._comes_to(after, run)
            promised += after
        return promised

    def _comes_to(self, promised: list[tuple[str, str]], run: Callable[[], object] | None) -> None:
        """The passes of a night, which mail what was promised. Processes of their own (`run`) have their own clock."""
        with self.go_to(self.now):
            if run is None:
                self._pass()
        if run is not None:
            run()
        self.passes += 1
        self.story += [f"{self.today} promised {plate} {address}" for plate, address in promised]
        self.holds(promised)

    def _pass(self) -> None:
        """Pass after pass until nothing is left to ask: an answer may be lost on the way."""
        for _ in range(5):
            ended = self.garage.run()
            assert ended.status in (0, 3, 5), ended.err
            if "te doen 0" in ended.out:
                return

    def holds(self, promised: list[tuple[str, str]]) -> None:
        """The mails of this night are those promised, and every passport stands somewhere."""
        mails = self._mails()
        assert mails == Counter(promised), self._why(mails - Counter(promised), Counter(promised) - mails)
        on_file = {each.plate: same(each.address) for each in self.sandbox.passports(self.garage.id)}
        meant = self.promises.on_file()
        assert on_file == meant, self._why(
            set(on_file.items()) - meant.items(), meant.items() - on_file.items()
        )
        self._conserved()

    def _why(self, surplus: Iterable[tuple[str, str]], lacking: Iterable[tuple[str, str]]) -> str:
        """What is too much and what is lacking, with all that happened to these cars and addresses."""
        surplus, lacking = list(surplus), list(lacking)
        words = {word for pair in (*surplus, *lacking) for word in pair}
        words |= {each for plate, _ in (*surplus, *lacking) for each in self._addresses(plate)}
        story = [line for line in self.story if any(word in line for word in words)]
        accounts = [str(self.promises.customers.get(plate)) for plate, _ in (*surplus, *lacking)]
        return "\n".join([str(self.today), f"too much {surplus}", f"lacking {lacking}", *accounts, *story])

    def _addresses(self, plate: str) -> set[str]:
        return {word for line in self.story if plate in line for word in line.split() if "@" in word}

    def _tell(self, *words: object) -> None:
        self.story.append(" ".join(map(str, (self.today, *words))))

    def _mails(self) -> Counter[tuple[str, str]]:
        """What the connector had mailed since the last look; what reception mailed itself is not its doing."""
        fresh = self.sandbox.mails(self.garage.id)[self.mailed :]
        self.mailed += len(fresh)
        return Counter((each.plate, same(each.address)) for each in fresh if each.cause != "reception")

    def _conserved(self) -> None:
        """Every passport is waiting, pending, sending, in_batch, delivered, held or withdrawn — never nowhere."""
        with self.go_to(self.now):
            counts = dict(self.garage.stand()["passports"])
        assert counts.pop("total") == sum(counts.values()) == len(self.rows), counts
        assert not (counts["pending"] or counts["sending"] or counts["in_batch"]), counts

    def rests(self) -> None:
        """Another pass asks iGarage for nothing."""
        before = len(self.garage.asked())
        with self.go_to(self.now):
            self._pass()
        assert len(self.garage.asked()) == before
