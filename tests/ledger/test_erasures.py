"""Erasing in the ledger: what goes, what stays, and what may not come in again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.corrections import Correction
from connector.errors import NotReleasable, SourceUnavailable, Unknown
from connector.ledger import StagedRow, Start, Withdrawn
from connector.ledger.erasing import SOMEBODY
from connector.ledger.erasure_tables import erased
from connector.ledger.key_file import COPY, KEY, KeyFile
from connector.ledger.schema import metadata, passports, rows, staged
from connector.model import AddressChange, Page, Rejected, Skipped
from connector.plan import Delete, Policy

A = "klant1@voorbeeld.example"


@pytest.fixture
def garage(jansen: Any, tmp_path: Path) -> Any:
    """A garage whose ledger keeps its key in a folder of this test."""
    return jansen.but(ledger=replace(jansen.ledger, key_file=KeyFile(tmp_path)))


def erase(hand: Any, number: int | None = None, *, email: str | None = None) -> Any:
    return hand.ledger.erasures.erase(hand.garage, hand.plate(number) if number else None, email)


def everything(hand: Any) -> str:
    """All that stands in the ledger, as text."""
    with hand.ledger.looking() as connection:
        tables = metadata.sorted_tables
        return repr([tuple(row) for table in tables for row in connection.execute(sa.select(table))])


def withdraw(hand: Any) -> None:
    """iGarage does what it is asked to withdraw."""
    claim = hand.claimed()
    assert isinstance(claim.step, Delete)
    assert hand.close(claim, Withdrawn())


def known(hand: Any) -> int:
    with hand.ledger.looking() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(erased)).scalar_one() - 1


# ---------------------------------------------------------------- what goes


def test_of_a_passport_that_igarage_never_had_nothing_is_left(garage: Any) -> None:
    garage.night(garage.car(1, customer_reference="K-17"), garage.car(2))
    ordered = erase(garage, 1)
    assert (ordered.plates, ordered.addresses, ordered.references, ordered.waiting) == (1, 1, 1, 0)
    assert ordered.removed == {"events": 1, "passports": 1, "rows": 1}
    assert not garage.knows(1) and garage.knows(2)
    for canary in ("ZZ001Z", "klant1", "Klant 1", "K-17"):
        assert canary not in everything(garage)


def test_of_a_passport_that_igarage_has_the_plate_stays_until_it_is_withdrawn(garage: Any) -> None:
    garage.night(garage.car(1, vin="WVWZZZ1JZXW000001"))
    garage.deliver_all(address=A, state="invalid", reason="hard_bounce")
    ordered = erase(garage, 1)
    assert ordered.waiting == 1
    left = everything(garage)
    assert "ZZ001Z" in left
    assert not [each for each in ("klant1", "Klant 1", "WVWZZZ") if each in left]
    withdraw(garage)
    assert not garage.knows(1)
    assert "ZZ001Z" not in everything(garage)
    (listed,) = garage.ledger.erasures.listed(garage.garage)
    assert (listed.waiting, listed.done_at, listed.clean) == (0, garage.clock(), False)


def test_rejected_and_skipped_rows_corrections_verdicts_and_notices_of_a_person_go(garage: Any) -> None:
    old, plate = "oud1@voorbeeld.example", garage.plate(1)
    garage.night(garage.car(1, email=old), garage.car(2))
    garage.night(
        garage.car(1, email=old, apk_due="2027-05-01"),
        garage.car(1, email=old),
        ("x", Rejected("date_invalid", "Niet te lezen.", "APK", "3*", record_key=plate)),
    )
    garage.ledger.address_book.correct(garage.garage, Correction(old, A, None), garage.policy, garage.today)
    book = garage.ledger.address_book
    items = [AddressChange(garage.clock(), each, "invalid", reason="mailbox_full") for each in (old, A)]
    items.append(AddressChange(garage.clock(), A, "invalid", reason="hard_bounce"))
    book.hear_feed(garage.garage, items, garage.policy, garage.today, after=None, onward="1")
    ordered = erase(garage, 1)
    assert ordered.removed == {
        "addresses": 1,
        "corrections": 1,
        "events": 4,
        "notices": 2,
        "passports": 1,
        "rejected_rows": 1,
        "rows": 1,
        "skipped_rows": 1,
    }
    assert ordered.addresses == 2
    assert not [each for each in ("klant1", "oud1", "ZZ001Z") if each in everything(garage)]
    assert garage.knows(2)


def test_an_address_that_is_anothers_too_stays_his(garage: Any) -> None:
    garage.night(
        garage.car(1, email="samen@voorbeeld.example", customer_reference="LEASE"),
        garage.car(2, email="samen@voorbeeld.example", customer_reference="LEASE"),
    )
    ordered = erase(garage, 1)
    assert (ordered.addresses, ordered.references, ordered.shared) == (0, 0, 2)
    file = garage.night(
        garage.car(1, email="samen@voorbeeld.example"),
        garage.car(2, email="samen@voorbeeld.example", customer_reference="LEASE", make="Saab"),
    )
    assert (file.changed, file.skipped) == (1, 1)
    assert garage.content(2)["make"] == "Saab"


def test_by_address_every_car_of_it_goes_and_by_whatever_it_was_known(garage: Any) -> None:
    garage.night(garage.car(1, email=A), garage.car(2, email=A.upper()), garage.car(3))
    garage.deliver_all()
    garage.night(garage.car(2, email="nieuw@voorbeeld.example"))  # it still has the former one at iGarage
    ordered = erase(garage, email=A)
    assert (ordered.plates, ordered.addresses, ordered.waiting) == (2, 2, 2)
    assert garage.knows(3) and garage.content(1) == garage.content(2) == {}
    assert not [each for each in ("klant1", "nieuw@") if each in everything(garage)]


def test_who_was_invited_for_a_car_before_does_not_take_it_from_its_new_owner(garage: Any) -> None:
    hand = garage.but(policy=Policy("always"))
    hand.night(hand.car(1, email=A))
    hand.answer(sent_at=hand.clock())
    hand.night(hand.car(1, email="nieuw@voorbeeld.example"))
    hand.answer()
    assert hand.trace(1).facts.invited_address == A
    ordered = erase(hand, email=A)
    assert (ordered.plates, ordered.waiting) == (0, 0)
    assert "klant1@" not in everything(hand)
    assert hand.content(1)["email"] == "nieuw@voorbeeld.example"
    assert hand.trace(1).facts.invited_address == SOMEBODY


def test_where_somebody_was_invited_before_goes_too_and_may_come_back(garage: Any) -> None:
    hand = garage.but(policy=Policy("always"))
    hand.night(hand.car(1, email=A))
    hand.answer(sent_at=hand.clock(), address=A, state="invalid", reason="hard_bounce")
    hand.night(hand.car(1, email="nieuw@voorbeeld.example"))
    hand.answer()
    assert erase(hand, 1).addresses == 1
    withdraw(hand)
    assert not [each for each in ("klant1@", "nieuw@") if each in everything(hand)]
    file = hand.night(hand.car(7, email=A), hand.car(8, email="nieuw@voorbeeld.example"))
    assert (file.new, file.skipped) == (1, 1)


def test_an_address_is_found_as_igarage_wrote_it(garage: Any) -> None:
    garage.night(garage.car(1))
    garage.deliver_all()
    with garage.ledger.database.write() as connection:
        connection.execute(
            passports.update().values(delivered_address=A.upper(), address="b@voorbeeld.example")
        )
        connection.execute(rows.update().values(address="b@voorbeeld.example"))
    assert erase(garage, email=A).waiting == 1
    assert "klant1@" not in everything(garage).casefold()


def test_nobody_is_given_the_address_of_the_erased(garage: Any) -> None:
    garage.night(garage.car(1), garage.car(2))
    erase(garage, 1)
    book, new = garage.ledger.address_book, Correction(garage.email(2), A.upper(), None)
    for correct in (
        lambda: book.correct(garage.garage, new, garage.policy, garage.today),
        lambda: book.correct_all(garage.garage, [(2, new)], [], garage.policy, garage.today),
    ):
        with pytest.raises(NotReleasable, match="vergeten"):
            correct()
    assert "klant1" not in everything(garage).casefold()


def test_an_address_and_a_plate_that_nobody_knows_are_remembered_all_the_same(garage: Any) -> None:
    assert erase(garage, email="niemand@voorbeeld.example").removed == {}
    erase(garage, 9)
    file = garage.night(garage.car(1, email="niemand@voorbeeld.example"), garage.car(9))
    assert (file.read, file.new, file.skipped) == (2, 0, 2)


def test_looking_first_says_what_would_go_and_changes_nothing(garage: Any) -> None:
    garage.night(garage.car(1))
    before = everything(garage)
    found = garage.ledger.erasures.find(garage.garage, garage.plate(1), None)
    assert found.person.addresses == (A,)
    assert found.holdings == {"events": 1, "passports": 1, "rows": 1} == erase(garage, 1).removed
    assert before != everything(garage)


def test_each_garage_forgets_its_own(garage: Any) -> None:
    other = garage.but(garage="pietersen")
    other.ledger.know_garage("pietersen")
    for each in (garage, other):
        each.night(each.car(1))
    erase(garage, 1)
    assert other.knows(1)
    assert other.night(other.car(1, make="Saab")).changed == 1
    assert other.ledger.erasures.listed("pietersen") == []


# ---------------------------------------------------------------- what may not come in again


@pytest.mark.parametrize(
    "row",
    [
        {"number": 1, "email": "ander@voorbeeld.example"},
        {"number": 7, "email": "KLANT1@voorbeeld.example"},
        {"number": 7, "email": "ander@voorbeeld.example", "customer_reference": "K-17"},
    ],
    ids=["by plate", "by address", "by reference"],
)
def test_a_row_of_the_erased_is_passed_over_whatever_it_is_known_by(garage: Any, row: Any) -> None:
    garage.night(garage.car(1, customer_reference="K-17"))
    erase(garage, 1)
    file = garage.night(garage.car(**row), garage.car(2))
    assert (file.read, file.new, file.skipped) == (2, 1, 1)
    assert not garage.knows(1) and not garage.knows(7)
    assert "ander@" not in everything(garage)
    with garage.ledger.looking() as connection:
        assert connection.execute(sa.select(rows.c.plate)).scalars().all() == ["ZZ002Z"]


def test_the_same_row_is_passed_over_though_it_was_recognised_before(garage: Any) -> None:
    export = (garage.car(1), garage.car(2))
    garage.night(*export)
    erase(garage, 1)
    for _ in range(2):
        file = garage.night(*export)
        assert (file.new, file.unchanged, file.skipped) == (0, 1, 1)


def test_a_row_that_lies_staged_when_its_person_is_erased_goes_no_further(garage: Any) -> None:
    garage.night(garage.car(1), garage.car(3))
    file = garage.read(garage.car(1), garage.car(2, email=A), garage.car(3), garage.car(4))
    erase(garage, 1)
    garage.judge(file)
    taken = garage.accept(file)
    assert (taken.read, taken.new, taken.unchanged, taken.skipped) == (4, 1, 1, 2)
    assert not garage.knows(1) and not garage.knows(2)


def test_a_file_that_is_being_accepted_ends_with_its_balance_and_without_the_person(garage: Any) -> None:
    garage.night(garage.car(1), garage.car(3))
    file = garage.judged(garage.car(1), garage.car(2, email=A), garage.car(3), garage.car(4))
    erase(garage, 1)
    with garage.ledger.looking() as connection:
        said = connection.execute(sa.select(staged.c.plate)).scalars().all()
    assert "ZZ001Z" not in said
    taken = garage.accept(file)
    assert taken.read == taken.new + taken.changed + taken.unchanged + taken.skipped == 4
    assert not garage.knows(1) and not garage.knows(2)


def test_a_row_recognised_before_the_erasure_and_staged_after_it_is_passed_over(garage: Any) -> None:
    export = (garage.car(1), garage.car(2))
    garage.night(*export)
    ledger = _Late(garage)
    file = garage.but(ledger=ledger).read(*export)
    garage.judge(file)
    taken = garage.accept(file)
    assert (taken.unchanged, taken.skipped) == (1, 1)
    assert "ZZ001Z" not in everything(garage)


class _Late:
    """A ledger in which somebody is erased between the recognising of rows and their staging."""

    def __init__(self, garage: Any) -> None:
        self._garage, self._ledger = garage, garage.ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def stage(self, file: int, chunk: Any, marked: Any) -> None:
        erase(self._garage, 1)
        self._ledger.stage(file, chunk, marked)


def test_a_polled_record_of_the_erased_is_passed_over(garage: Any) -> None:
    garage.night(garage.car(1))
    erase(garage, 1)
    polls, start = garage.ledger.polls, Start("bevraging", b"recipe", None, timedelta())
    poll = polls.begin(garage.garage, "api", start)
    page = [StagedRow(number, None, b"%016d" % number, garage.car(number)) for number in (1, 2)]
    polls.stage_page(poll.file, Page((), None, False, None), page)
    assert "ZZ001Z" not in everything(garage)
    garage.judge(poll.file)
    taken = garage.accept(poll.file, "selection")
    assert (taken.new, taken.skipped) == (1, 1)
    assert not garage.knows(1) and garage.knows(2)


def test_a_rejected_row_of_the_erased_is_no_rejection_where_its_key_is_known(garage: Any) -> None:
    garage.night(garage.car(1))
    erase(garage, 1)
    no = Rejected("date_invalid", "Niet te lezen.", "APK", "3*", record_key="ZZ001Z")
    file = garage.night(("x", no), ("y", Skipped("no_email")))
    assert (file.rejected, file.skipped) == (0, 2)


def test_what_the_feed_says_of_the_erased_is_not_heard(garage: Any) -> None:
    garage.night(garage.car(1), garage.car(2))
    erase(garage, 1)
    book, at = garage.ledger.address_book, garage.clock()
    items = [
        AddressChange(at, A, "invalid", reason="hard_bounce"),
        AddressChange(at, A, "invalid", reason="mailbox_full"),
        AddressChange(at, garage.email(2), "corrected", plate="ZZ002Z", corrected_to=A),
        AddressChange(at, garage.email(2), "invalid", reason="hard_bounce"),
    ]
    assert book.hear_feed(garage.garage, items, garage.policy, garage.today, after=None, onward="1") == 1
    assert "klant1" not in everything(garage) and garage.verdict(garage.email(2)) == "bounced"


# ---------------------------------------------------------------- requests under way


def test_a_request_under_way_is_awaited_and_what_it_tells_is_not_kept(garage: Any) -> None:
    garage.night(garage.car(1))
    claim = garage.claimed()
    assert erase(garage, 1).waiting == 1
    assert garage.claim() is None
    garage.answer(claim, address=A, state="invalid", reason="hard_bounce", sent_at=garage.clock())
    assert "klant1" not in everything(garage)
    withdraw(garage)
    assert "ZZ001Z" not in everything(garage)


def test_a_request_under_way_that_has_no_answer_is_followed_when_its_lease_has_passed(garage: Any) -> None:
    garage.night(garage.car(1))
    claim = garage.claimed()
    erase(garage, 1)
    garage.fail(Unknown("no answer", code="no_answer"), claim)
    assert garage.claim() is None
    garage.clock.forward(seconds=91)
    withdraw(garage)


def test_a_request_that_was_not_begun_when_its_car_was_erased_writes_nothing_back(garage: Any) -> None:
    garage.night(garage.car(1))
    garage.fail(Unknown("no answer", code="no_answer"))
    garage.clock.forward(seconds=91)
    claim = garage.claimed()
    erase(garage, 1)
    garage.ledger.give_back(garage.garage, [claim])
    assert "klant1" not in everything(garage)
    garage.clock.forward(seconds=121)
    withdraw(garage)


def test_a_request_of_a_process_that_died_is_followed_when_its_lease_has_passed(garage: Any) -> None:
    garage.night(garage.car(1))
    garage.claimed()
    erase(garage, 1)
    garage.ledger.free_claims()
    assert garage.claim() is None
    garage.clock.forward(seconds=91)
    withdraw(garage)


def test_a_request_of_a_process_that_died_before_is_awaited_as_long_as_any_lasts(garage: Any) -> None:
    garage.night(garage.car(1))
    garage.claimed()
    garage.ledger.free_claims()
    erase(garage, 1)
    garage.clock.forward(seconds=119)
    assert garage.claim() is None
    garage.clock.forward(seconds=2)
    withdraw(garage)


def test_a_request_that_was_never_answered_before_is_awaited_too(garage: Any) -> None:
    garage.night(garage.car(1))
    garage.fail(Unknown("no answer", code="no_answer"))
    erase(garage, 1)
    assert garage.claim() is None
    garage.clock.forward(seconds=91)
    withdraw(garage)


def test_a_withdrawal_that_fails_is_tried_again_and_nobody_is_asked(garage: Any) -> None:
    garage.night(garage.car(1))
    garage.deliver_all()
    erase(garage, 1)
    for _ in range(6):
        claim = garage.claimed()
        garage.fail(Unknown("no answer", code="no_answer"), claim)
        assert garage.claim() is None and garage.held() == {}
        garage.clock.forward(hours=7)
    withdraw(garage)
    assert not garage.knows(1)


# ---------------------------------------------------------------- undoing


def test_a_plate_that_is_a_new_customers_comes_back_as_another_passport(garage: Any) -> None:
    garage.night(garage.car(1))
    first = garage.claimed()
    garage.answer(first)
    erase(garage, 1)
    with pytest.raises(NotReleasable, match="nog niet ingetrokken"):
        garage.ledger.erasures.undo(garage.garage, "ZZ001Z")
    withdraw(garage)
    garage.ledger.erasures.undo(garage.garage, "ZZ001Z")
    file = garage.night(garage.car(1), garage.car(1, email="ander@voorbeeld.example", make="Saab"))
    assert (file.new, file.skipped) == (1, 1)  # the former owner stays forgotten
    again = garage.claimed()
    assert again.key != first.key and again.passport.revision == 1


def test_who_is_a_customer_again_comes_back_with_his_address_and_reference(garage: Any) -> None:
    garage.night(garage.car(1, customer_reference="K-17"))
    erase(garage, 1)
    garage.ledger.erasures.undo(garage.garage, A.upper())
    file = garage.night(garage.car(7, email=A, customer_reference="K-17"), garage.car(1, email=A))
    assert (file.new, file.skipped) == (1, 1)


def test_what_was_not_erased_cannot_be_undone(garage: Any) -> None:
    erase(garage, 1)
    for said, why in (("ZZ002Z", "niet gewist"), ("x@voorbeeld.example", "dit adres is niet gewist")):
        with pytest.raises(NotReleasable, match=why):
            garage.ledger.erasures.undo(garage.garage, said)


# ---------------------------------------------------------------- the key, and a ledger that was restored


def test_without_its_key_nothing_comes_in_and_nobody_is_erased(garage: Any, tmp_path: Path) -> None:
    garage.night(garage.car(1), garage.car(2))
    erase(garage, 1)
    (tmp_path / KEY).rename(tmp_path / "away")
    with pytest.raises(SourceUnavailable, match="sleutel"):
        garage.read(garage.car(2, make="Saab"))
    with pytest.raises(NotReleasable, match="erase --new-key"):
        erase(garage, 2)
    items = [AddressChange(garage.clock(), each, "opted_out") for each in (A, garage.email(2))]
    book = garage.ledger.address_book
    assert book.hear_feed(garage.garage, items, garage.policy, garage.today, after=None, onward="1") == 1
    (tmp_path / "away").rename(tmp_path / KEY)
    assert garage.night(garage.car(1), garage.car(2, make="Saab")).skipped == 1


@pytest.mark.parametrize("content", ["", "not a key", "ab" * 31, "cd" * 32])
def test_another_file_in_the_place_of_the_key_is_no_key(garage: Any, tmp_path: Path, content: str) -> None:
    erase(garage, 1)
    (tmp_path / KEY).write_text(content)
    with pytest.raises(SourceUnavailable, match="sleutel"):
        garage.read(garage.car(2))


def test_a_new_key_begins_with_nobody(garage: Any, tmp_path: Path) -> None:
    erase(garage, 1)
    with pytest.raises(NotReleasable, match="er hoeft niets"):
        garage.ledger.erasures.renew_key()
    (tmp_path / KEY).unlink()
    assert garage.ledger.erasures.renew_key() == 1
    erase(garage, 2)
    assert (known(garage), garage.ledger.erasures.catch_up()) == (1, 0)
    assert garage.night(garage.car(1), garage.car(2)).new == 1


def test_who_was_erased_after_the_ledger_that_was_restored_is_erased_once_more(garage: Any) -> None:
    garage.night(garage.car(1, customer_reference="K-17"), garage.car(2), garage.car(3))
    garage.deliver_all()
    erase(garage, 1)
    erase(garage, email=garage.email(3))
    _restore(garage)
    assert garage.ledger.erasures.catch_up() == 6  # five hashes and the proof of the key
    assert garage.ledger.erasures.catch_up() == 0
    assert not [each for each in ("klant1", "klant3", "K-17") if each in everything(garage)]
    for _ in range(2):
        withdraw(garage)
    assert garage.night(garage.car(1), garage.car(2), garage.car(3)).skipped == 2


def _restore(garage: Any) -> None:
    """The ledger is as it was before anybody was erased."""
    with garage.ledger.database.write() as connection:
        for table in (erased, metadata.tables["erasures"], passports):
            connection.execute(table.delete())
    garage.night(*(garage.car(number, make="Saab") for number in (1, 2, 3)), recipe=b"other")
    garage.deliver_all()


def test_what_was_undone_is_not_erased_once_more(garage: Any, tmp_path: Path) -> None:
    erase(garage, 1)
    garage.ledger.erasures.undo(garage.garage, "ZZ001Z")
    assert "plate" not in (tmp_path / COPY).read_text()
    assert garage.ledger.erasures.catch_up() == 0


def test_the_pages_are_clean_when_all_that_was_removed_by_then_has_been_cleaned(garage: Any) -> None:
    garage.night(garage.car(1))
    garage.deliver_all()
    number = erase(garage, 1).id
    unclean = garage.ledger.erasures.unclean()
    assert unclean == {number: 1}
    withdraw(garage)
    garage.ledger.erasures.note_clean(unclean)
    assert garage.ledger.erasures.unclean() == {number: 2}
    garage.ledger.erasures.note_clean({number: 2})
    assert garage.ledger.erasures.unclean() == {}
    assert garage.ledger.database.scrub()
    assert timedelta(0) == garage.clock() - garage.ledger.erasures.listed(garage.garage)[0].done_at
