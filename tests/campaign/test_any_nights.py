"""The rules of addresses and invitations together: anything happens in any order over simulated nights.

The program runs on real files against the stand-in iGarage; every night must mail what the account of promises
predicts, and what may never be is looked for at the stand-in itself, whatever the account says.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from connector.sandbox import Sandbox

from ..conftest import Installation
from .conftest import is_full
from .exports import compact, plate
from .nights import HOME, Nights
from .promises import months_on, same

CARS = range(4)
HOMES = tuple(f"{name}@voorbeeld.example" for name in ("an", "bo", "co"))
MISTYPED = "jan@gmail.con"
ANYWHERE = (*HOMES, MISTYPED)
FIRST = datetime(2027, 3, 24, 3, 0, tzinfo=HOME)

cars = st.sampled_from(CARS)
homes = st.sampled_from(HOMES)
anywhere = st.sampled_from(ANYWHERE)


def moving_clock(moment):
    """Every clock of this process at a moment; it goes on from there."""
    return time_machine.travel(moment, tick=True)


class AnyNights(RuleBasedStateMachine):
    """A garage of four cars, of which two have one address, and one address is mistyped."""

    def __init__(self):
        super().__init__()
        self.leaving = ExitStack()
        folder = Path(self.leaving.enter_context(tempfile.TemporaryDirectory()))
        sandbox = self.leaving.enter_context(Sandbox({}, threads=8))
        garage = Installation(folder / "connector", sandbox).add(
            "jansen", addresses={"suspect": {"typo": "withhold"}}, brake={"mails": 1000}
        )
        self.nights = Nights(garage, sandbox, moving_clock, FIRST)
        self.nights.promises.withheld.add(MISTYPED)
        self.account = self.nights.promises
        self.resent = set()
        self.lost = 0

    def teardown(self):
        try:
            if self.nights.passes:
                self.a_night_passes(1)
                self.nights.rests()
        finally:
            self.leaving.close()

    @initialize(
        addresses=st.tuples(homes, homes, homes, anywhere),
        send=st.sampled_from(["never", "always"]),
        months=st.sampled_from([None, 2]),
    )
    def begin(self, addresses, send, months):
        for number, address in zip(CARS, addresses, strict=True):
            self.nights.says(number, email=address, apk=["15-04-2027", "15-06-2027"][number % 2])
        self.nights.configure(send, months)
        self.a_night_passes(1)

    # the garage's system

    @rule(number=cars, address=anywhere)
    def the_system_says_another_address(self, number, address):
        self.nights.says(number, email=address)

    @rule(number=cars, km=st.integers(10_000, 99_999))
    def another_mileage(self, number, km):
        self.nights.says(number, km=str(km))

    @rule(number=cars)
    def its_apk_is_renewed(self, number):
        self.nights.says(number, apk=f"{months_on(self.nights.today, 12):%d-%m-%Y}")

    @rule(number=cars, says=st.sampled_from(["ja", ""]))
    def a_customer_opts_out_or_in(self, number, says):
        self.nights.says(number, opt_out=says)

    @rule(number=cars, address=homes, buyer=st.sampled_from(["Koper", "Erfgenaam"]))
    def a_car_is_sold(self, number, address, buyer):
        self.nights.says(number, name=buyer, email=address)

    # iGarage

    @rule(
        address=anywhere,
        reason=st.sampled_from(["hard_bounce", "complaint", "syntax"]),
        refused=st.booleans(),
    )
    def mails_come_back(self, address, reason, refused):
        self.nights.bounces(address, reason, refused=refused)

    @precondition(lambda self: not self.account.news)
    @rule(address=homes)
    def a_mailbox_is_full(self, address):
        if address not in self.account.verdicts and address not in self.account.turned_away:
            self.nights.comes_back_once(address, "mailbox_full")

    @rule(address=anywhere)
    def a_mail_arrives_after_all(self, address):
        self.nights.arrives(address)

    @rule(address=st.sampled_from(HOMES[2:]))
    def somebody_unsubscribes(self, address):
        self.nights.unsubscribes(address)

    @rule(number=cars, meant=homes, sent=st.booleans(), everywhere=st.booleans())
    def igarage_corrects(self, number, meant, sent, everywhere):
        on_file = self.account.on_file().get(compact(plate(number)))
        untouched = not any(item.kind == "corrected" for item in self.account.news)
        if on_file and on_file != meant and untouched:
            named = None if everywhere else compact(plate(number))
            self.nights.igarage_corrects(named, on_file, meant, sent=sent)

    @rule(last=st.integers(1, 3))
    def the_feed_says_it_again(self, last):
        self.nights.sandbox.repeat_changes(last)

    # people

    @rule(old=anywhere, new=homes, number=st.none() | cars)
    def a_person_corrects(self, old, new, number):
        if any(item.kind == "corrected" for item in self.account.news):
            return  # which of two that know nothing of each other counts, no promise says
        self.nights.corrects(old, new, None if number is None else plate(number))

    @rule(number=cars)
    def a_person_asks_for_another_invitation(self, number):
        self.nights.resends(plate(number))
        self.resent.add(compact(plate(number)))

    @rule(number=cars, answer=st.sampled_from(["transfer", "same-owner"]))
    def a_person_says_who_has_a_car(self, number, answer):
        if self.account.customers[compact(plate(number))].sold:
            self.nights.says_who_has_it(compact(plate(number)), answer)

    @rule()
    def a_person_says_that_it_is_no_mistake(self):
        if self.nights.ask("emails", "ignore", MISTYPED):
            self.account.ignore(MISTYPED)

    @rule(send=st.sampled_from(["never", "always"]), months=st.sampled_from([None, 2, 6]))
    def another_policy(self, send, months):
        self.nights.configure(send, months)
        self.a_night_passes(1)

    # the line, and the night

    @precondition(
        lambda self: self.lost < 3
    )  # a night is five passes: a line that never answers is another case
    @rule(method=st.sampled_from(["PUT", "POST"]), when=st.sampled_from(["before", "after"]))
    def the_next_answer_is_lost(self, method, when):
        self.lost += 1
        self.nights.sandbox.order_fault(method=method, drop=when, times=1)

    @rule(days=st.sampled_from([1, 1, 1, 3, 30]))
    def a_night_passes(self, days):
        self.nights.now += timedelta(days=days)
        bad = {address for address, verdict in self.account.verdicts.items()}
        self.lost, before = 0, len(self.nights.sandbox.mails())
        cleared = {same(item.address) for item in self.account.news if item.kind == "arrived"}
        self.nights.night()
        fresh = [each for each in self.nights.sandbox.mails()[before:] if each.cause != "reception"]
        opted_out = {row_plate for row_plate, each in self.account.customers.items() if each.owner.opted_out}
        assert not {same(each.address) for each in fresh} & (bad - cleared)
        assert not {each.plate for each in fresh} & opted_out
        assert len({each.plate for each in fresh}) == len(fresh)

    @rule(days=st.sampled_from([1, 7]))
    def another_night_passes(self, days):
        self.a_night_passes(days)


@pytest.mark.slow
def test_whatever_happens_in_whatever_order_every_night_mails_what_was_promised(request):
    size = (60, 80) if is_full(request.config) else (4, 40)
    run_state_machine_as_test(
        AnyNights,
        settings=settings(
            max_examples=size[0],
            stateful_step_count=size[1],
            deadline=None,
            phases=[Phase.generate],  # a night takes as long as it takes: nothing is made smaller
            suppress_health_check=list(HealthCheck),
        ),
    )
