"""The life of an address, with the real program and the stand-in iGarage: who is mailed where, and how often."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

OLD = "oud@voorbeeld.example"


@pytest.fixture
def invited(garage, car):
    """A garage that invites everybody, with three cars at one address and one at another."""
    garage.configure(delivery={"send": "always"})
    garage.export(*(car(number, email=OLD) for number in (1, 2, 3)), car(4))
    assert garage.run().status == 0
    return garage


def test_a_bounce_is_heard_after_delivery_and_withholds_what_comes_later(invited, sandbox, car):
    sandbox.bounce(OLD, "hard_bounce")
    assert invited.run().status == 0
    invited.export(*(car(number, email=OLD.upper()) for number in (1, 2, 3, 5)), car(4))
    invited.run()
    assert len(invited.mails()) == 4
    assert invited.trace("ZZ-005-Z")["next_step"] == "wait: invalid_email"


# ---------------------------------------------------------------- resend


def test_a_customer_is_invited_once_more_when_somebody_says_so(invited):
    said = invited.main("resend", "zz-004-z")
    assert (said.status, said.out) == (0, "De uitnodiging gaat nog eens uit.\n")
    for _ in range(2):
        assert invited.run().status == 0
    assert invited.mails().count(("ZZ004Z", "klant4@voorbeeld.example")) == 2
    assert len(invited.mails()) == 5


def test_who_opted_out_is_not_invited_once_more(invited, sandbox):
    sandbox.opt_out(OLD)
    invited.run()
    said = invited.main("resend", "ZZ-001-Z")
    assert said.status == 1 and "afgemeld" in said.err
    invited.run()
    assert len(invited.mails()) == 4


# ---------------------------------------------------------------- a wrong address, corrected in each of three ways

GOOD = "goed@voorbeeld.example"
THREE = ("ZZ001Z", "ZZ002Z", "ZZ003Z")


@pytest.fixture(params=["always", "never"])
def wrong(garage, sandbox, car, request):
    """Three cars at one address that bounced after all three were invited; their garage invites as it says."""
    garage.configure(delivery={"send": "always"})
    garage.export(*(car(number, email=OLD) for number in (1, 2, 3)))
    assert garage.run().status == 0
    garage.configure(delivery={"send": request.param})
    sandbox.bounce(OLD, "hard_bounce")
    assert garage.run().status == 0
    return garage


def nights(garage, car, address, numbers=(1, 2, 3), count=5):
    """So many nights on which the garage's system says this address, and other mileages each night."""
    for night in range(count):
        garage.export(*(car(number, email=address, km=str(61000 + night)) for number in numbers))
        assert garage.run().status == 0


def mails_to(garage, address):
    return sorted(plate for plate, to in garage.mails() if to.casefold() == address)


def on_file(garage):
    return {each.plate: each.body["customer"]["email"] for each in garage.sandbox.passports(garage.id)}


def test_corrected_in_the_garages_own_system(wrong, car):
    nights(wrong, car, GOOD)
    assert mails_to(wrong, GOOD) == [*THREE]
    assert len(wrong.mails()) == 6 and on_file(wrong) == dict.fromkeys(THREE, GOOD)


def test_corrected_by_a_person_while_the_garages_system_keeps_the_old_address(wrong, car):
    said = wrong.main("emails", "correct", OLD.upper(), GOOD)
    assert (said.status, said.out) == (0, "Bij 3 AutoPaspoort(en) geldt nu het nieuwe adres.\n")
    nights(wrong, car, OLD)
    assert mails_to(wrong, GOOD) == [*THREE]
    assert len(wrong.mails()) == 6 and on_file(wrong) == dict.fromkeys(THREE, GOOD)


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("plate", ["ZZ002Z", None])
def test_corrected_in_igarage_while_the_garages_system_keeps_the_old_address(
    wrong, sandbox, car, plate, sent
):
    sandbox.correct(plate, OLD, GOOD, sent=sent)
    nights(wrong, car, OLD)
    sandbox.repeat_changes()
    nights(wrong, car, OLD)
    assert mails_to(wrong, GOOD) == [*THREE]
    assert len(wrong.mails()) == 6 and on_file(wrong) == dict.fromkeys(THREE, GOOD)


def test_what_igarage_corrected_is_adopted_without_a_put(wrong, sandbox):
    sandbox.correct("ZZ002Z", OLD, GOOD, sent=True)
    before = len(wrong.asked())
    wrong.run()
    assert [each for each in wrong.asked()[before:] if each[1].endswith("ZZ002Z")] == [
        ("GET", "/passports/ZZ002Z")
    ]
    before = len(wrong.asked())
    wrong.run()
    assert wrong.asked()[before:] == []


def apart(hours):
    """A clock of iGarage's that is so many hours from the garage's, and by which no two things happen at once."""
    things = itertools.count()
    return {"clock": lambda: datetime.now(UTC) + timedelta(hours=hours, milliseconds=next(things))}


@pytest.mark.parametrize("sandbox", [apart(0)], indirect=True, ids=[""])
def test_of_two_corrections_in_igarage_that_a_request_wrote_over_the_last_comes_back(garage, sandbox, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1, email=OLD))
    garage.run()
    sandbox.correct("ZZ001Z", OLD, "eerst@voorbeeld.example", sent=True)
    sandbox.correct("ZZ001Z", "eerst@voorbeeld.example", GOOD, sent=True)
    sandbox.order_fault(path="/emails/changes*", status=500, times=1)
    garage.export(car(1, email=OLD, km="61000"))
    garage.run()
    assert on_file(garage) == {"ZZ001Z": OLD}
    for _ in range(2):
        garage.run()
    assert on_file(garage) == {"ZZ001Z": GOOD} and len(garage.mails()) == 3


@pytest.mark.parametrize("sandbox", [apart(-9), apart(9)], indirect=True, ids=["behind", "ahead"])
def test_a_garages_clock_that_is_wrong_by_hours_loses_no_correction(garage, sandbox, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1, email=OLD))
    garage.run()
    sandbox.correct("ZZ001Z", OLD, GOOD, sent=True)
    sandbox.order_fault(path="/emails/changes*", status=500, times=1)
    garage.export(car(1, email=OLD, km="61000"))
    for _ in range(3):
        garage.run()
    assert on_file(garage) == {"ZZ001Z": GOOD} and len(garage.mails()) == 2


def test_a_correction_for_one_car_leaves_the_others(wrong, car):
    wrong.main("emails", "correct", OLD, GOOD, "--plate", "zz-002-z")
    nights(wrong, car, OLD)
    assert mails_to(wrong, GOOD) == ["ZZ002Z"] and len(wrong.mails()) == 4


def test_a_car_that_appears_later_with_the_old_address_gets_the_right_one(wrong, car):
    wrong.main("emails", "correct", OLD, GOOD)
    nights(wrong, car, OLD, (1, 2, 3, 4))
    assert on_file(wrong)["ZZ004Z"] == GOOD


def test_a_correction_ends_silently_when_the_system_says_what_was_meant(wrong, car):
    wrong.main("emails", "correct", OLD, GOOD)
    nights(wrong, car, OLD, count=2)
    nights(wrong, car, GOOD, count=2)
    assert len(wrong.mails()) == 6
    wrong.export(*(car(number, email=OLD, km="99000") for number in (1, 2, 3)))
    assert wrong.run().status == 3
    assert len(wrong.mails()) == 6 and wrong.counts() == {"total": 3, "held": 3}


def test_a_third_value_wins_and_is_invited_where_the_garage_invites(wrong, car):
    wrong.main("emails", "correct", OLD, GOOD)
    nights(wrong, car, OLD, count=2)
    nights(wrong, car, "derde@voorbeeld.example", count=2)
    assert set(on_file(wrong).values()) == {"derde@voorbeeld.example"}
    assert len(mails_to(wrong, "derde@voorbeeld.example")) in (0, 3)


@pytest.mark.parametrize(
    ("new", "sentence"),
    [(OLD, "hetzelfde adres"), ("geen adres", "geen geldig"), ("weg@voorbeeld.example", "niet werkt")],
)
def test_a_correction_that_cannot_be_is_refused_with_the_reason(wrong, sandbox, new, sentence):
    sandbox.bounce("weg@voorbeeld.example", "hard_bounce")
    wrong.run()
    said = wrong.main("emails", "correct", OLD, new)
    assert said.status == 1 and sentence in said.err and said.out == ""


def test_a_correction_of_an_address_that_stands_nowhere_is_refused(wrong):
    said = wrong.main("emails", "correct", "vreemd@voorbeeld.example", GOOD)
    assert said.status == 1 and "geen enkel AutoPaspoort" in said.err


def test_a_concept_that_was_never_sent_is_only_updated(garage, sandbox, car):
    garage.export(car(1, email=OLD))
    garage.run()
    sandbox.bounce(OLD, "syntax", refused=False)
    garage.run()
    garage.main("emails", "correct", OLD, GOOD)
    nights(garage, car, OLD, (1,), count=2)
    assert garage.mails() == [] and on_file(garage) == {"ZZ001Z": GOOD}


# ---------------------------------------------------------------- suspicion


@pytest.mark.parametrize(("says", "mails"), [("withhold", 0), ("send", 3)])
def test_an_address_of_more_customers_than_the_garage_allows_is_invited_as_it_says(garage, car, says, mails):
    garage.configure(delivery={"send": "always"})
    garage.configure(addresses={"suspect": {"shared": says}, "shared_limit": 2})
    garage.export(*(car(number, email=GOOD) for number in (1, 2, 3)), car(4))
    assert garage.run().status == 0
    assert len(mails_to(garage, GOOD)) == mails and len(garage.mails()) == mails + 1


# ---------------------------------------------------------------- looking


def test_the_list_says_what_is_wrong_with_an_address_and_what_was_meant(wrong, car):
    wrong.main("emails", "correct", OLD, GOOD)
    (found,) = wrong.ask("emails", "list")
    since = found.pop("since")
    assert since.startswith("20") and found == {
        "garage": "jansen",
        "address": OLD,
        "state": "invalid",
        "reason": "hard_bounce",
        "suggestion": None,
        "plates": [*THREE],
        "corrected_to": GOOD,
        "corrected_by": "person",
    }
    assert wrong.ask("emails", "list", "--state", "suspect") == []
    assert "bestaat niet" in wrong.main("emails", "list").out


def test_what_the_garages_system_has_wrong_goes_from_the_list_when_it_is_mended(wrong, car):
    assert wrong.ask("emails", "gms-todo") == []
    wrong.main("emails", "correct", OLD, GOOD)
    todo = wrong.ask("emails", "gms-todo")
    assert [(each["plate"], each["address"], each["corrected_to"]) for each in todo] == [
        (plate, OLD, GOOD) for plate in THREE
    ]
    assert GOOD in wrong.main("emails", "gms-todo").out
    nights(wrong, car, GOOD, count=1)
    assert wrong.ask("emails", "gms-todo") == []
    assert "hoeft geen adres" in wrong.main("emails", "gms-todo").out


def test_a_suspect_address_that_somebody_looked_at_is_invited(garage, sandbox, car):
    garage.configure(delivery={"send": "always"}, addresses={"suspect": {"typo": "withhold"}})
    garage.export(car(1, email="jan@gmail.con"))
    garage.run()
    (found,) = garage.ask("emails", "list", "--state", "suspect")
    assert (found["reason"], found["suggestion"], garage.mails()) == ("typo", "jan@gmail.com", [])
    assert garage.main("emails", "ignore", "Jan@gmail.con").out == "Het adres geldt nu als goed.\n"
    garage.run()
    assert garage.mails() == [("ZZ001Z", "jan@gmail.con")] and garage.ask("emails", "list") == []
    sandbox.bounce("jan@gmail.con", "hard_bounce")
    garage.run()
    assert [each["state"] for each in garage.ask("emails", "list")] == ["invalid"]


@pytest.mark.parametrize(
    ("address", "sentence"), [(OLD, "niet werkt"), ("goed@voorbeeld.example", "niet verdacht")]
)
def test_only_a_suspect_address_can_be_ignored(wrong, address, sentence):
    said = wrong.main("emails", "ignore", address)
    assert said.status == 1 and sentence in said.err


# ---------------------------------------------------------------- reception's list


def fill_in(file, **new):
    """Type new addresses into the last column, by plate."""
    lines = file.read_text("utf-8-sig").splitlines()
    file.write_text("\r\n".join(line + new.get(line.partition(";")[0], "") for line in lines), "utf-8")


def test_receptions_list_goes_out_and_comes_back(wrong, car, tmp_path):
    file = tmp_path / "lijst.csv"
    assert wrong.main("emails", "export", file).out.startswith("3 regel(s) geschreven")
    assert file.stat().st_mode & 0o077 == 0
    assert f"ZZ001Z;Klant 1;{OLD};bestaat niet;;;" in file.read_text("utf-8-sig").splitlines()
    fill_in(file, ZZ001Z=GOOD, ZZ003Z="ander@voorbeeld.example")
    assert wrong.ask("emails", "import", file)["plates"] == ["ZZ001Z", "ZZ003Z"]
    nights(wrong, car, OLD, count=2)
    assert mails_to(wrong, GOOD) == ["ZZ001Z"] and mails_to(wrong, "ander@voorbeeld.example") == ["ZZ003Z"]
    assert len(wrong.mails()) == 5


def test_a_list_with_a_mistake_changes_nothing_and_tells_every_line(wrong, tmp_path):
    file = tmp_path / "lijst.csv"
    wrong.main("emails", "export", file)
    fill_in(file, ZZ001Z=GOOD, ZZ002Z=OLD, ZZ003Z=OLD.upper())
    said = wrong.main("emails", "import", file)
    assert said.status == 1 and "regel 3: " in said.err and "regel 4: " in said.err
    assert "regel 2" not in said.err
    assert wrong.ask("emails", "gms-todo") == []


def test_a_list_tells_mistakes_of_every_kind_at_once(wrong, sandbox, tmp_path):
    sandbox.bounce("weg@voorbeeld.example", "hard_bounce")
    wrong.run()
    file = tmp_path / "lijst.csv"
    wrong.main("emails", "export", file)
    fill_in(file, ZZ001Z=GOOD, ZZ002Z="weg@voorbeeld.example", ZZ003Z="geen adres")
    said = wrong.main("emails", "import", file)
    assert said.status == 1 and said.err.index("regel 3: ") < said.err.index("regel 4: ")
    assert wrong.ask("emails", "gms-todo") == []


def test_a_list_that_is_there_is_not_overwritten_and_one_that_is_not_cannot_be_read(wrong, tmp_path):
    file = tmp_path / "lijst.csv"
    file.write_text("van iemand")
    assert "is er al" in wrong.main("emails", "export", file).err
    assert file.read_text() == "van iemand"
    assert "niet te lezen" in wrong.main("emails", "import", tmp_path / "geen.csv").err


def test_a_corrected_address_is_no_change_that_brakes_an_export(garage, car):
    garage.configure(brake={"changed": {"percent": 0, "passports": 0}})
    garage.export(car(1, email=OLD), car(2))
    garage.run()
    garage.main("emails", "correct", OLD, GOOD)
    garage.export(car(1, email=OLD, km="99000"), car(2))
    assert garage.run().status == 0
    assert on_file(garage)["ZZ001Z"] == GOOD


@pytest.mark.parametrize("sent", [True, False])
def test_what_igarage_corrected_and_a_request_wrote_over_before_that_was_heard_comes_back(
    wrong, sandbox, car, sent
):
    sandbox.set_address(OLD, "invalid", refused=False)
    sandbox.correct("ZZ002Z", OLD, GOOD, sent=sent)
    sandbox.order_fault(path="/emails/changes*", status=500, times=1)
    wrong.export(*(car(number, email=OLD, km="61000") for number in (1, 2, 3)))
    wrong.run()
    assert on_file(wrong)["ZZ002Z"] == OLD
    wrong.run()
    assert on_file(wrong) == dict.fromkeys(THREE, GOOD)
    assert mails_to(wrong, GOOD) == [*THREE] and len(wrong.mails()) == 6


def test_a_feed_that_is_broken_keeps_nothing_from_being_delivered(garage, sandbox, car):
    sandbox.order_fault(path="/emails/changes*", status=500)
    garage.export(car(1))
    garage.run()
    assert len(sandbox.passports()) == 1


def test_an_address_that_igarage_knew_as_bad_before_the_pass_is_not_mailed_in_it(wrong, sandbox, car):
    wrong.configure(delivery={"send": "always"})
    sandbox.bounce("klant5@voorbeeld.example", "hard_bounce", refused=False)
    wrong.export(*(car(number, email=OLD) for number in (1, 2, 3)), car(5))
    wrong.run()
    assert mails_to(wrong, "klant5@voorbeeld.example") == []


def test_what_igarage_corrects_back_goes_back_for_the_addresss_other_cars_too(wrong, sandbox, car):
    sandbox.correct(None, OLD, GOOD, sent=True)
    wrong.run()
    sandbox.deliver_ok(OLD)
    sandbox.correct("ZZ002Z", GOOD, OLD, sent=True)
    wrong.run()
    assert on_file(wrong) == dict.fromkeys(THREE, OLD)


def test_what_igarage_corrects_of_an_address_is_meant_of_a_car_too_that_gets_it_tonight(garage, sandbox, car):
    garage.export(car(1, email=OLD), car(2))
    garage.run()
    sandbox.correct(None, OLD, GOOD, sent=True)
    garage.export(car(1, email=OLD), car(2, email=OLD))
    garage.run()
    assert on_file(garage) == {"ZZ001Z": GOOD, "ZZ002Z": GOOD}


def test_what_igarage_corrects_and_invites_says_nothing_of_a_car_that_it_does_not_have(garage, sandbox, car):
    window = {"apk_within_months": 2, "without_date": "never"}
    garage.configure(delivery={"send": "always", "select": window})
    soon, late = (datetime.now(UTC) + timedelta(days=days) for days in (10, 200))
    garage.export(car(1, email=OLD, apk=f"{soon:%d-%m-%Y}"), car(2, email=OLD, apk=f"{late:%d-%m-%Y}"))
    garage.run()
    sandbox.correct(None, OLD, GOOD, sent=True)
    garage.run()
    garage.export(*(car(number, email=OLD, apk=f"{soon:%d-%m-%Y}") for number in (1, 2)))
    garage.run()
    assert sorted(garage.mails()) == sorted([("ZZ001Z", OLD), ("ZZ001Z", GOOD), ("ZZ002Z", GOOD)])


def test_a_correction_that_igarage_tells_again_after_the_system_went_back_invites_nobody_again(
    wrong, sandbox, car
):
    sandbox.set_address(OLD, "invalid", refused=False)
    sandbox.correct("ZZ002Z", OLD, GOOD, sent=False)
    for address in (OLD, "derde@voorbeeld.example", OLD):
        nights(wrong, car, address, count=1)
    sandbox.repeat_changes()
    nights(wrong, car, OLD, count=2)
    assert mails_to(wrong, GOOD) == [*THREE]


# ---------------------------------------------------------------- the garage's own address


def test_the_garages_own_address_is_nobodys_and_that_counts_for_rows_that_were_read_before(garage, car):
    own = "info@garage.voorbeeld.example"
    garage.export(car(1, email=own.upper()), car(2))
    assert garage.run().status == 0
    garage.configure(addresses={"own": [own]})
    assert garage.run().status == 0
    garage.configure(delivery={"send": "always"})
    garage.run()
    assert garage.mails() == [("ZZ002Z", "klant2@voorbeeld.example")]
    assert garage.trace("ZZ-001-Z")["next_step"] == "wait: suspect"
    (listed,) = garage.ask("emails", "list")
    assert (listed["address"], listed["state"], listed["reason"]) == (own, "suspect", "dummy")


def test_an_address_of_the_garage_that_is_none_is_a_mistake_in_its_file(garage):
    garage.configure(addresses={"own": ["info.garage.example"]})
    said = garage.main("config", "check")
    assert said.status == 4 and "addresses.own" in said.out + said.err
