"""L5: sixty nights of a garage that invited nobody and begins to, with all that happens to addresses meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from .exports import compact, plate
from .nights import HOME, Nights
from .promises import Promises, months_on

MONTHS = 2


def moments() -> Iterator[datetime]:
    """Sixty nights in 2027: every night around both changes of the clock, and some between."""
    spring, autumn = datetime(2027, 3, 14, tzinfo=HOME), datetime(2027, 10, 18, tzinfo=HOME)
    yield from (spring + timedelta(days=each) for each in range(22))
    yield from (spring + timedelta(days=22 + 12 * each) for each in range(1, 17))
    yield from (autumn + timedelta(days=each) for each in range(22))


def hours(dice, day):
    """When a night's pass is: often when the clocks are changed, else whenever."""
    hour, minute = dice.choice([(0, 1), (2, 20), (2, 49), (3, 0), (23, 20)])
    return day.replace(hour=hour, minute=minute, fold=dice.randrange(2)).astimezone(UTC)


class Lives:
    """What happens to the customers between two nights, by the dice."""

    def __init__(self, nights, dice, number):
        self.nights, self.dice, self.fresh = nights, dice, 0
        self.newcomers, self.sells = number, nights.knows_owners
        for each in range(number):
            self.appears(each)

    def appears(self, number):
        due = date(2027, 1, 1) + timedelta(days=self.dice.randrange(730))
        # a household has up to three cars at one address
        home = number - number % 3 if self.dice.random() < 0.3 else number
        changes = {"opt_out": "ja"} if self.dice.random() < 0.03 else {}
        self.nights.says(number, apk=f"{due:%d-%m-%Y}", email=f"klant{home}@voorbeeld.example", **changes)

    def happen(self, share):
        """Each thing happens to so many of the customers as its share says; some of them certainly."""
        things = [
            (self.another_mileage, 4.0),
            (self.renews_its_apk, 1.0),
            (self.moves, 0.7),
            (self.bounces, 1.5),
            (self.comes_back_once, 0.8),
            (self.arrives_after_all, 0.4),
            (self.person_corrects, 1.0),
            (self.igarage_corrects, 0.8),
            (self.garage_corrects, 0.6),
            (self.goes_back, 0.4),
            (self.unsubscribes, 0.15),
            (self.opts_out, 0.15),
            (self.resends, 0.4),
            (self.newcomer, 0.6),
            (self.mistypes, 0.2),
            *([(self.is_sold, 0.5), (self.somebody_says_who_has_it, 0.4)] if self.sells else []),
        ]
        for thing, weight in things:
            for _ in range(self.how_often(weight * share)):
                thing()

    def how_often(self, mean):
        whole = int(mean)
        return whole + (self.dice.random() < mean - whole)

    def number(self):
        return self.dice.choice(list(self.nights.rows))

    def customer(self, number):
        return self.nights.promises.customers.get(compact(plate(number)))

    def new_address(self):
        self.fresh += 1
        return f"nieuw{self.fresh}@voorbeeld.example"

    def another_mileage(self):
        self.nights.says(self.number(), km=str(self.dice.randrange(10_000, 99_999)))

    def renews_its_apk(self):
        number = self.number()
        due = months_on(self.nights.today, 12)
        self.nights.says(number, apk=f"{due:%d-%m-%Y}")

    def moves(self):
        self.nights.says(self.number(), email=self.new_address())

    def bounces(self):
        if at := self.someone_mailed():
            reason = self.dice.choice(["hard_bounce", "hard_bounce", "no_such_domain", "complaint"])
            self.nights.bounces(at.address, reason, refused=self.dice.random() < 0.5)

    def comes_back_once(self):
        if (at := self.someone_mailed()) and at.address not in self.nights.promises.verdicts:
            self.nights.comes_back_once(at.address, self.dice.choice(["soft_bounce", "mailbox_full"]))

    def someone_mailed(self):
        known = [each for each in self.nights.promises.customers.values() if each.invited == each.address]
        return self.dice.choice(known) if known else None

    def someone_bad(self):
        bad = self.nights.promises.verdicts
        known = [
            each for each in self.nights.promises.customers.values() if bad.get(each.address) == "invalid"
        ]
        return self.dice.choice(known) if known else None

    def arrives_after_all(self):
        if at := self.someone_bad():
            self.nights.arrives(at.address)

    def person_corrects(self):
        if at := self.someone_bad():
            one = at.said.plate if self.dice.random() < 0.3 else None
            self.nights.corrects(at.address, self.new_address(), one)

    def igarage_corrects(self):
        at = self.someone_bad()
        told = {item.address for item in self.nights.promises.news if item.kind == "corrected"}
        if at and at.on_file == at.address and at.address not in told:
            one = at.said.plate if self.dice.random() < 0.7 else None
            sent = self.dice.random() < 0.5
            self.nights.igarage_corrects(one, at.address, self.new_address(), sent=sent)

    def garage_corrects(self):
        if at := self.someone_bad():
            new = self.new_address()
            for number, row in self.nights.rows.items():
                if row["E-mail"] == at.said.email:
                    self.nights.says(number, email=new)

    def goes_back(self):
        """To the first address of the car, which may be bad, may be corrected, or may be what it has."""
        number = self.number()
        self.nights.says(number, email=f"klant{number}@voorbeeld.example")

    def unsubscribes(self):
        if at := self.someone_mailed():
            self.nights.unsubscribes(at.address)

    def opts_out(self):
        self.nights.says(self.number(), opt_out=self.dice.choice(["ja", ""]))

    def resends(self):
        number = self.number()
        if self.customer(number):
            self.nights.resends(plate(number))

    def newcomer(self):
        self.appears(self.newcomers)
        self.newcomers += 1

    def is_sold(self):
        number = self.number()
        self.nights.says(number, name=f"Koper {self.fresh}", email=self.new_address())

    def somebody_says_who_has_it(self):
        sold = [plate for plate, each in self.nights.promises.customers.items() if each.sold]
        if sold:
            self.nights.says_who_has_it(self.dice.choice(sold), self.dice.choice(["transfer", "same-owner"]))

    def mistypes(self):
        self.nights.says(self.number(), email="geen apenstaart")


POINTS = ("ledger.accept_slice.after_commit", "ledger.hear_feed.after_commit", "ledger.claim.after_commit")
CHANGES_OF_THE_CLOCK = (date(2027, 3, 28), date(2027, 10, 31))


def by_processes(case, children):
    """A night of real processes: the first dies somewhere on the way, the others bring it to its end."""
    children.start("run", "--once", crash=case.dice.choice(POINTS)).wait()
    children.drain()


@pytest.mark.slow
def test_l5_sixty_nights_mail_whom_an_account_of_its_own_predicts(case, children):
    number, brake = case.size(60, 8000), case.size(6, 200)
    garage = case.garage(send="never", brake={"mails": brake})
    nights = Nights(garage, case.sandbox, case.at, next(moments()), Promises(brake=brake))
    lives = Lives(nights, case.dice, number)
    for turn, day in enumerate(moments()):
        nights.now = hours(case.dice, day)
        if turn:
            lives.happen(max(1.0, number / 1000))
        if turn == 8:
            nights.configure("always", MONTHS)
        apart = day.date() in CHANGES_OF_THE_CLOCK
        nights.night((lambda: by_processes(case, children)) if apart else None)
        if nights.promises.asks(nights.today):
            nights.releases_mails()
            nights.night()
        if case.dice.random() < 0.1:
            nights.rests()
        case.line.rows += len(nights.rows)
    assert turn == 59
    case.line.counted = True
