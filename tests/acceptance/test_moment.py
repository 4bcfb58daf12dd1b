"""The right moment: who is invited on which local day, and that nobody has to do anything for it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from ..conftest import HEADER

HOME = ZoneInfo("Europe/Amsterdam")
WINDOW = {"apk_within_months": 2, "service_within_months": 2, "without_date": "never"}


def at(*local):
    """The clock at this local time of the garage."""
    return time_machine.travel(datetime(*local, tzinfo=HOME), tick=True)


@pytest.fixture
def selecting(installation):
    """A garage that makes and invites whoever's APK or service is due within two months."""
    return installation.add(
        "jansen",
        delivery={"send": "always", "select": WINDOW},
        columns={"service_due": {"column": "Onderhoud", "optional": True}},
    )


def test_the_apk_campaign_goes_month_after_month_by_itself(selecting, car):
    with at(2027, 1, 10, 3):
        selecting.export(*(car(each, apk=f"15-{each:02}-2027") for each in range(1, 7)))
        assert selecting.run().status == 0
    assert sorted(plate for plate, _ in selecting.mails()) == ["ZZ001Z", "ZZ002Z"]
    for month, expected in ((1, 3), (2, 4), (3, 5), (4, 6), (5, 6)):
        with at(2027, month, 15, 3):
            assert selecting.run().status == 0
        assert sorted(plate for plate, _ in selecting.mails()) == [
            f"ZZ00{each}Z" for each in range(1, expected + 1)
        ]


def test_who_waits_is_told_with_the_day(selecting, car):
    with at(2027, 3, 1, 3):
        selecting.export(car(1, apk="15-06-2027"))
        assert selecting.run().status == 0
        assert selecting.counts() == {"total": 1, "waiting": 1}
        assert "15-04-2027" in selecting.stand()["message"]
        traced = selecting.trace("ZZ-001-Z")
    assert traced["invitation"] == {
        "state": "withheld",
        "reason": "window",
        "until": "2027-04-15",
        "at": None,
    }
    assert "15-04-2027" in traced["message"]
    assert selecting.asked() == []


@pytest.mark.parametrize(
    ("apk", "before", "after"),
    [
        # the clocks go forward in the night to 28 March 2027, back in the night to 31 October 2027
        ("28-05-2027", (2027, 3, 27, 23, 59), (2027, 3, 28, 0, 1)),
        ("29-05-2027", (2027, 3, 28, 23, 59), (2027, 3, 29, 0, 1)),
        ("31-12-2027", (2027, 10, 30, 23, 59), (2027, 10, 31, 0, 1)),
        ("01-01-2028", (2027, 10, 31, 23, 59), (2027, 11, 1, 0, 1)),
        ("29-04-2028", (2028, 2, 28, 23, 59), (2028, 2, 29, 0, 1)),
        ("31-08-2027", (2027, 6, 30, 23, 59), (2027, 7, 1, 0, 1)),
    ],
)
def test_the_day_begins_at_local_midnight(selecting, car, apk, before, after):
    with at(*before):
        selecting.export(car(1, apk=apk))
        selecting.run()
    assert selecting.mails() == []
    with at(*after):
        assert selecting.run().status == 0
    assert selecting.mails() == [("ZZ001Z", "klant1@voorbeeld.example")]


def test_a_concept_is_invited_when_its_day_comes_and_updated_before(selecting, car):
    selecting.configure(delivery={"send": "never", "select": {**WINDOW, "apk_within_months": 12}})
    with at(2027, 3, 1, 3):
        selecting.export(car(1, apk="15-06-2027"))
        selecting.run()
    selecting.configure(delivery={"send": "always", "select": WINDOW})
    with at(2027, 3, 2, 3):
        selecting.export(car(1, apk="15-06-2027", km="70000"))
        assert selecting.run().status == 0
    assert [(deed.verb, deed.send) for deed in selecting.deeds()] == [("put", False), ("put", False)]
    with at(2027, 4, 15, 3):
        assert selecting.run().status == 0
        assert selecting.run().status == 0
    assert [(deed.verb, deed.mailed) for deed in selecting.deeds()][2:] == [("send", True)]


def test_the_service_counts_where_it_is_earlier(selecting, car):
    row = {**car(1, apk="15-12-2027", country="", opt_out=""), "Onderhoud": "01-05-2027"}
    with at(2027, 3, 1, 3):
        selecting.export(row, header=row)
        assert selecting.run().status == 0
    assert len(selecting.mails()) == 1


def test_what_has_left_the_window_stays_at_igarage(selecting, sandbox, car):
    with at(2027, 3, 1, 3):
        selecting.export(car(1, apk="15-04-2027"))
        selecting.run()
    with at(2028, 6, 1, 3):
        selecting.export(car(1, apk="15-04-2027", km="70000"))
        assert selecting.run().status == 0
    assert sandbox.passports()[0].body["vehicle"]["mileage"] == 70000
    assert len(selecting.mails()) == 1


def test_a_renewed_apk_does_not_invite_again(selecting, car):
    with at(2027, 3, 1, 3):
        selecting.export(car(1, apk="15-04-2027"))
        selecting.run()
    for year in (2027, 2028):
        with at(year, 5, 1, 3):
            selecting.export(car(1, apk=f"15-04-{year + 1}"))
            assert selecting.run().status == 0
    with at(2028, 2, 15, 3):
        selecting.run()
    assert len(selecting.mails()) == 1


# ---------------------------------------------------------------- consent columns that are gone

WITHOUT = tuple(name for name in HEADER if name != "Afmelding")
OPTIONAL = {"opt_out": {"column": "Afmelding", "optional": True}}


@pytest.fixture
def inviting(installation):
    return installation.add("jansen", delivery={"send": "always"})


def test_a_file_without_its_opt_out_column_is_held_and_nobody_of_its_source_is_invited(inviting, car):
    inviting.export(car(1))
    inviting.run()
    inviting.configure(delivery={"send": "never"})
    inviting.export(car(1), car(2))
    inviting.run()
    inviting.configure(delivery={"send": "always"})
    inviting.export(car(1), car(2), car(3), header=WITHOUT)
    assert inviting.run().status == 3
    assert [row["reason"] for row in inviting.ask("held")] == ["layout_unknown"]
    assert inviting.trace("ZZ-002-Z")["invitation"]["reason"] == "consent_unknown"
    assert len(inviting.mails()) == 1
    inviting.export(car(1), car(2), car(3))
    assert inviting.run().status == 0
    assert sorted(plate for plate, _ in inviting.mails()) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"]


def test_an_export_that_is_mended_to_what_was_taken_before_ends_the_question(inviting, car):
    inviting.configure(delivery={"send": "never"})
    inviting.export(car(1))
    inviting.run()
    inviting.configure(delivery={"send": "always"})
    inviting.export(car(1), header=WITHOUT)
    assert inviting.run().status == 3 and inviting.mails() == []
    inviting.export(car(1))
    assert inviting.run().status == 0
    assert inviting.ask("held") == [] and inviting.stand()["state"] == "ok" and len(inviting.mails()) == 1


def test_an_optional_column_that_is_gone_keeps_what_was_said_and_withholds_invitations(
    inviting, sandbox, car
):
    inviting.configure(columns=OPTIONAL)
    inviting.export(car(1, opt_out="ja"))
    inviting.run()
    inviting.export(car(1), car(2, km="70000"), header=WITHOUT)
    assert inviting.run().status == 0
    assert inviting.stand()["state"] == "degraded"
    assert "toestemming of afmelding" in inviting.stand()["message"]
    assert [(deed.plate, deed.send) for deed in inviting.deeds()] == [("ZZ002Z", False)]
    assert inviting.trace("ZZ-001-Z")["next_step"] == "wait: opted_out"
    inviting.export(car(1, opt_out="ja"), car(2, km="70000"), car(3, opt_out="ja"))
    assert inviting.run().status == 0
    assert inviting.stand()["state"] == "ok"
    assert [plate for plate, _ in inviting.mails()] == ["ZZ002Z"]


def test_of_two_opt_out_columns_one_that_is_gone_takes_no_opt_out_back(inviting, sandbox, car):
    both = {"column": ["Afmelding", "Uitgeschreven"], "optional": True}
    inviting.configure(columns={"opt_out": both})
    row = {**car(1, opt_out=""), "Uitgeschreven": "ja"}
    inviting.export(row, header=(*HEADER, "Uitgeschreven"))
    inviting.run()
    inviting.export(row)
    inviting.run()
    assert inviting.trace("ZZ-001-Z")["next_step"] == "wait: opted_out"
    inviting.export({**row, "Uitgeschreven": "nee"}, header=(*HEADER, "Uitgeschreven"))
    inviting.run()
    assert len(inviting.mails()) == 1 == len(sandbox.passports())


def test_a_preview_of_a_file_without_its_column_changes_no_consent(inviting, car):
    inviting.configure(columns=OPTIONAL)
    inviting.export(car(1, opt_out="ja"))
    inviting.run()
    path = inviting.export(car(1), header=WITHOUT)
    seen = inviting.ask("preview", path)
    assert (seen["changed"], seen["unchanged"]) == (0, 1)
    assert inviting.stand()["state"] == "ok"


# ---------------------------------------------------------------- the brake on mails


@pytest.fixture
def braking(installation):
    """A garage that invites everybody, and lets three go a day without asking."""
    return installation.add("jansen", delivery={"send": "always"}, brake={"mails": 3})


def test_more_invitations_than_go_without_asking_wait_and_status_asks(braking, sandbox, car):
    braking.export(*map(car, range(1, 6)))
    said = braking.run()
    assert (said.status, "te veel uitnodigingen" in said.err) == (3, True)
    assert (sandbox.passports(), braking.mails()) == ([], [])
    assert braking.counts() == {"total": 5, "waiting": 5}
    stand = braking.stand()
    assert stand["state"] == "degraded"
    assert stand["message"].startswith("5 uitnodigingen wachten: vandaag zouden er 5 gaan")
    assert "release --mails" in stand["message"]
    assert braking.trace("ZZ-001-Z")["next_step"] == "wait: brake"
    assert braking.run().status == 3


def test_a_person_lets_some_go_and_then_all(braking, car):
    braking.export(*map(car, range(1, 8)))
    braking.run()
    assert braking.main("release", "--mails", "2").status == 0
    assert braking.run().status == 3
    assert len(braking.mails()) == 2
    assert braking.stand()["message"].startswith("5 uitnodigingen wachten: vandaag zouden er 7 gaan")
    assert braking.main("release", "--all").status == 0
    assert braking.run().status == 0
    assert len(braking.mails()) == 7
    again = braking.main("release", "--all")
    assert (again.status, "wachten geen uitnodigingen" in again.err) == (1, True)


def test_a_first_run_of_concepts_is_no_mail_and_inviting_them_all_is_asked_for(braking, sandbox, car):
    braking.configure(delivery={"send": "never"})
    braking.export(*map(car, range(1, 6)))
    assert braking.run().status == 0
    braking.configure(delivery={"send": "always"})
    braking.export(*(car(each, km="70000") for each in range(1, 6)))
    assert braking.run().status == 3
    assert braking.mails() == []
    assert {each.body["vehicle"]["mileage"] for each in sandbox.passports()} == {70000}
    assert braking.counts() == {"total": 5, "delivered": 5}


def test_a_window_that_opens_for_too_many_at_once_asks_on_that_day(braking, car):
    braking.configure(delivery={"select": WINDOW})
    with at(2027, 3, 1, 3):
        braking.export(*(car(each, apk="15-06-2027") for each in range(1, 6)))
        assert braking.run().status == 0
    with at(2027, 4, 15, 0, 1):
        assert braking.run().status == 3
        assert braking.mails() == []
        braking.main("release", "--mails", "2")
        braking.run()
    assert len(braking.mails()) == 2
    with at(2027, 4, 16, 0, 1):
        assert braking.run().status == 0
    assert len(braking.mails()) == 5


def test_what_went_today_counts_after_a_restart(braking, car):
    braking.export(*map(car, range(1, 3)))
    assert braking.run().status == 0
    braking.export(*map(car, range(1, 5)))
    said = braking.installation.process("run", "--once")
    assert said.status == 3
    assert len(braking.mails()) == 2


@pytest.mark.parametrize(
    "arguments", [("--mails", "3", "--all"), ("--mails", "0"), ("ZZ001Z", "--mails", "3"), ()]
)
def test_a_release_that_says_two_things_or_none_is_misuse(braking, arguments):
    assert braking.main("release", *arguments).status == 2
