"""`plan` says what would follow, and does nothing; `trace` says why somebody did or did not get a mail."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from ..conftest import HEADER

HOME = ZoneInfo("Europe/Amsterdam")
OPTIONAL = {"opt_out": {"column": "Afmelding", "optional": True}}


@pytest.fixture
def inviting(installation):
    return installation.add("jansen", delivery={"send": "always"})


def numbers(seen):
    kinds = ("invitations", "new", "updates", "owner_changes", "withdrawals", "later")
    return {kind: seen[kind]["count"] for kind in kinds if seen[kind]["count"]}


def test_a_first_run_is_told_with_masked_examples_before_it_happens(inviting, sandbox, car):
    inviting.export(*map(car, range(1, 6)))
    (seen,) = inviting.ask("plan")
    assert numbers(seen) == {"invitations": 5, "new": 5}
    assert seen["new"]["examples"][0] == {"plate": "Z*****", "email": "k***@v***.example"}
    assert len(seen["new"]["examples"]) == 3
    said = inviting.main("plan").out
    assert said.startswith("jansen: 5 uitnodigingen, 5 nieuwe AutoPaspoorten\n")
    assert "klant1" not in said and "ZZ-001-Z" not in said and "ZZ001Z" not in said
    assert sandbox.requests() == []


def test_what_is_told_is_what_happens(inviting, car):
    inviting.export(car(1), car(2), car(3, opt_out="ja"))
    inviting.run()
    inviting.export(car(1, email="nieuw@voorbeeld.example"), car(2, km="70000"), car(4), car(5, apk="nooit"))
    (seen,) = inviting.ask("plan")
    assert numbers(seen) == {"invitations": 2, "new": 1, "updates": 2}
    assert [(each["state"], each["new"], each["changed"]) for each in seen["exports"]] == [("taken", 1, 2)]
    before = len(inviting.mails()), len(inviting.deeds())
    inviting.run()
    assert (len(inviting.mails()) - before[0], len(inviting.deeds()) - before[1]) == (2, 3)
    (after,) = inviting.ask("plan")
    assert (numbers(after), after["exports"]) == ({}, [])
    assert inviting.main("plan").out == "jansen: er zou niets gebeuren\n"


def test_a_suspect_address_that_is_invited_all_the_same_is_told_as_an_invitation(inviting, car):
    inviting.export(car(1, email="jan@gmail.con"))
    (seen,) = inviting.ask("plan")
    assert numbers(seen) == {"invitations": 1, "new": 1}
    inviting.run()
    assert len(inviting.mails()) == 1


def test_nothing_is_written_and_nothing_is_asked(inviting, sandbox, car):
    inviting.configure(source={"archive": str(inviting.folder / "archief")})
    inviting.export(car(1))
    inviting.run()
    inviting.export(car(1, km="70000"), car(2))
    files, exports, asked = inviting.installation.state_files(), inviting.prints(), len(sandbox.requests())
    everything = sorted(map(str, inviting.folder.rglob("*")))
    assert inviting.main("plan").status == 0
    assert inviting.installation.state_files() == files
    assert inviting.prints() == exports
    assert len(sandbox.requests()) == asked
    assert sorted(map(str, inviting.folder.rglob("*"))) == everything


def test_another_configuration_is_weighed_before_it_counts(inviting, car):
    inviting.configure(delivery={"send": "never"})
    inviting.export(*map(car, range(1, 5)))
    inviting.run()
    inviting.configure(delivery={"send": "always"}, brake={"mails": 3})
    (seen,) = inviting.ask("plan")
    assert (numbers(seen), seen["braked"], seen["limit"]) == ({"invitations": 4}, True, 3)
    assert "meer dan 3 op één dag wacht op release --mails" in inviting.main("plan").out
    assert inviting.mails() == []


def test_who_waits_for_his_day_is_told_with_the_first_of_them(inviting, car):
    inviting.configure(delivery={"select": {"apk_within_months": 2}})
    with time_machine.travel(datetime(2027, 3, 1, 3, tzinfo=HOME)):
        inviting.export(car(1, apk="15-06-2027"), car(2, apk="10-06-2027"), car(3, apk="15-04-2027"))
        (seen,) = inviting.ask("plan")
        assert numbers(seen) == {"invitations": 1, "new": 1, "later": 2}
        assert seen["next_day"] == "2027-04-10"
        assert "10-04-2027" in inviting.main("plan").out


def test_an_export_that_would_be_held_is_told_with_the_reason(inviting, car):
    inviting.export(car(1), header=[name for name in HEADER if name != "Kenteken"])
    said = inviting.main("plan")
    assert "bestand klanten.csv zou worden vastgehouden" in said.out and "Kenteken" in said.out
    assert inviting.ask("held") == []


def test_a_plan_beside_another_garage_tells_of_each(installation, car):
    for name in ("jansen", "pietersen"):
        installation.add(name, delivery={"send": "always"}).export(car(1))
    assert [each["garage"] for each in installation.ask("plan")] == ["jansen", "pietersen"]
    assert [each["garage"] for each in installation.ask("plan", "--garage", "pietersen")] == ["pietersen"]


# ---------------------------------------------------------------- why a customer did or did not get a mail


def mail(garage, number=1):
    said = garage.main("trace", f"ZZ-{number:03}-Z", "--garage", garage.id).out
    sentence = garage.trace(f"ZZ-{number:03}-Z")["mail"]
    assert sentence in said
    return sentence


def test_trace_says_when_a_mail_went_and_to_whom(inviting, car):
    inviting.export(car(1))
    inviting.run()
    assert mail(inviting).startswith("De uitnodiging ging op ")
    assert mail(inviting).endswith("naar k***@v***.example.")


def test_trace_says_why_there_is_no_mail(inviting, car):
    inviting.export(car(1, opt_out="ja"))
    inviting.run()
    assert mail(inviting) == (
        "Geen uitnodiging: de klant wil geen mail; hij krijgt er geen zolang dat zo is."
    )


def test_trace_says_that_the_garage_invites_nobody(garage, car):
    garage.export(car(1))
    garage.run()
    assert "delivery.send: never" in mail(garage)


def test_trace_says_when_a_mail_will_go(inviting, car):
    inviting.configure(delivery={"select": {"apk_within_months": 2}})
    with time_machine.travel(datetime(2027, 3, 1, 3, tzinfo=HOME)):
        inviting.export(car(1, apk="15-06-2027"))
        inviting.run()
        assert mail(inviting).endswith("zij gaat op 15-04-2027.")


def test_trace_says_that_the_brake_or_a_missing_column_holds_it(inviting, car):
    inviting.configure(brake={"mails": 0})
    inviting.export(car(1))
    inviting.run()
    assert "release --mails" in mail(inviting)
    inviting.configure(columns=OPTIONAL)
    inviting.export(car(1), header=[name for name in HEADER if name != "Afmelding"])
    inviting.run()
    assert "een export haar weer heeft" in mail(inviting)
