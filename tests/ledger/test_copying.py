"""A garage copied into a ledger in memory: the same facts there, and nothing that happens there happens here."""

from __future__ import annotations

from typing import Any

from connector.ledger import looking
from connector.ledger.access import scratch
from connector.ledger.copying import copy_garage
from connector.plan import Policy


def test_a_copy_knows_what_the_ledger_knows_of_the_garage_and_no_other(jansen: Any) -> None:
    jansen.night(
        *(jansen.car(number, apk_due="2027-05-01", opt_out=number == 3) for number in range(1, 1200))
    )
    jansen.answer(sent_at=jansen.clock())
    other = jansen.but(garage="pietersen")
    other.ledger.know_garage("pietersen")
    other.night(other.car(7))
    with scratch(now=jansen.clock, entropy=bytes) as beside:
        with jansen.ledger.looking() as here, beside.database.write() as there:
            copy_garage(here, there, "jansen")
        copied = jansen.but(ledger=beside)
        with jansen.ledger.looking() as here, beside.looking() as there:
            assert list(looking.all_passports(there, "jansen")) == list(looking.all_passports(here, "jansen"))
            assert list(looking.all_passports(there, "pietersen")) == []
        assert copied.counts() == jansen.counts()
        assert beside.history("jansen", "klanten") == jansen.ledger.history("jansen", "klanten")


def test_what_happens_to_a_copy_does_not_happen_here(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    before = jansen.trace(1)
    with scratch(now=jansen.clock, entropy=bytes) as beside:
        with jansen.ledger.looking() as here, beside.database.write() as there:
            copy_garage(here, there, "jansen")
        copied = jansen.but(ledger=beside, policy=Policy("always"))
        assert copied.night(copied.car(1, make="Saab"), copied.car(2)).changed == 1
        copied.deliver_all()
    assert jansen.trace(1) == before and not jansen.knows(2)


def test_a_file_that_is_being_accepted_is_gone_on_with_in_the_copy(jansen: Any) -> None:
    jansen.judged(jansen.car(1), jansen.car(2))
    with scratch(now=jansen.clock, entropy=bytes) as beside:
        with jansen.ledger.looking() as here, beside.database.write() as there:
            copy_garage(here, there, "jansen")
        copied = jansen.but(ledger=beside)
        (file,) = beside.unfinished("jansen", "klanten")
        assert copied.accept(file).new == 2
    assert not jansen.knows(1)
