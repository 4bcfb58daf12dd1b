"""Sold cars and other plates, with the real program and the stand-in iGarage: who has the car, and who is mailed."""

from __future__ import annotations

import pytest
import requests

OLD, NEW, THIRD = "klant1@voorbeeld.example", "nieuw@voorbeeld.example", "derde@voorbeeld.example"
PLATE = "ZZ001Z"


@pytest.fixture
def sold(garage, car):
    """A garage that invites everybody; its export says of one of three cars that somebody else has it."""
    garage.configure(delivery={"send": "always"})
    garage.export(car(1), car(2), car(3))
    assert garage.run().status == 0
    garage.export(car(1, name="Pietersen", email=NEW), car(2), car(3))
    assert garage.run().status == 3
    return garage


def on_file(garage, plate=PLATE):
    (found,) = [each.body for each in garage.sandbox.passports(garage.id) if each.plate == plate]
    return found["customer"]["last_name"], found["customer"]["email"]


def mailed(garage, plate=PLATE):
    return [address for of, address in garage.mails() if of == plate]


def verbs(garage, plate=PLATE):
    return [verb for verb, of, _ in garage.effects() if of == plate]


# ---------------------------------------------------------------- another owner


def test_another_owner_holds_the_passport_before_igarage_is_asked(sold):
    (question,) = sold.ask("held")
    assert (question["plate"], question["reason"]) == (PLATE, "owner_change")
    assert question["before"] == {"last_name": "K**** *", "email": "k***@v***.example"}
    assert question["now"] == {"last_name": "P********", "email": "n***@v***.example"}
    assert "--as transfer of --as same-owner" in question["message"]
    assert on_file(sold) == ("Klant 1", OLD) and mailed(sold) == [OLD]
    assert len([each for each in sold.asked() if each[1].endswith(PLATE)]) == 1


def test_both_owners_stand_side_by_side(sold):
    said = sold.main("held").out
    assert "K**** * k***@v***.example" in said and "P******** n***@v***.example" in said
    assert NEW not in said and "Pietersen" not in said


def test_trace_says_in_a_sentence_that_the_owner_is_in_question(sold):
    traced = sold.trace(PLATE)
    assert (traced["state"], traced["next_step"]) == ("held", "wait: held")
    assert "andere eigenaar" in traced["message"] and "release --as transfer" in traced["message"]


def test_neither_owner_is_mailed_while_nobody_answers(sold, car):
    for night in range(3):
        sold.export(car(1, name="Pietersen", email=NEW, km=str(70000 + night)), car(2), car(3))
        sold.run()
    assert mailed(sold) == [OLD] and on_file(sold) == ("Klant 1", OLD)


def test_a_passport_that_is_handed_over_invites_the_new_owner_once(sold, car):
    said = sold.main("release", PLATE, "--as", "transfer")
    assert (said.status, said.out) == (0, "Het AutoPaspoort gaat over op de nieuwe eigenaar.\n")
    for _ in range(2):
        assert sold.run().status == 0
    sold.export(car(1, name="Pietersen", email=NEW, km="70000"), car(2), car(3))
    assert sold.run().status == 0
    assert on_file(sold) == ("Pietersen", NEW) and mailed(sold) == [OLD, NEW]
    assert verbs(sold).count("transfer") == 1
    assert sold.trace(PLATE)["state"] == "delivered"


def test_who_is_handed_over_by_a_garage_that_invites_nobody_gets_no_mail(garage, car):
    garage.export(car(1))
    garage.run()
    garage.export(car(1, name="Pietersen", email=NEW))
    garage.run()
    garage.main("release", PLATE, "--as", "transfer")
    assert garage.run().status == 0
    assert on_file(garage) == ("Pietersen", NEW) and garage.mails() == []


def test_the_same_owner_whom_igarage_takes_for_another_goes_by_his_name_first(sold):
    assert sold.main("release", PLATE, "--as", "same-owner").status == 0
    for _ in range(2):
        assert sold.run().status == 0
    assert on_file(sold) == ("Pietersen", NEW) and mailed(sold) == [OLD, NEW]
    names = [(each.result, each.plate) for each in sold.deeds() if each.plate == PLATE]
    assert len(names) == 3 and "transfer" not in verbs(sold)  # made, another name, another address
    assert sold.trace(PLATE)["state"] == "delivered"


def test_the_source_going_back_to_the_former_owner_ends_the_question(sold, car):
    sold.export(car(1, km="70000"), car(2), car(3))
    assert sold.run().status == 0
    assert sold.ask("held") == [] and mailed(sold) == [OLD] and on_file(sold) == ("Klant 1", OLD)
    said = sold.main("release", PLATE, "--as", "transfer")
    assert said.status == 1 and "staat geen vraag open" in said.err


def test_the_source_going_back_word_for_word_ends_it_too(sold, car):
    sold.export(car(1), car(2), car(3))
    assert sold.run().status == 0
    assert sold.ask("held") == [] and verbs(sold) == ["put"]


def test_a_third_owner_takes_the_place_of_the_second(sold, car):
    sold.export(car(1, name="De Groot", email=THIRD), car(2), car(3))
    sold.run()
    (question,) = sold.ask("held")
    assert question["now"]["email"] == "d***@v***.example"
    sold.main("release", PLATE, "--as", "transfer")
    assert sold.run().status == 0
    assert on_file(sold) == ("De Groot", THIRD) and mailed(sold) == [OLD, THIRD]


def test_a_garage_that_hands_over_by_itself_is_not_asked(garage, car):
    garage.configure(delivery={"send": "always", "owner_change": "transfer"})
    garage.export(car(1), car(2))
    garage.run()
    garage.export(car(1, name="Pietersen", email=NEW), car(2))
    for _ in range(2):
        assert garage.run().status == 0
    assert on_file(garage) == ("Pietersen", NEW) and mailed(garage) == [OLD, NEW]
    assert verbs(garage).count("transfer") == 1


def test_another_customer_by_igarages_word_comes_to_the_same_question(garage, sandbox, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1))
    garage.run()
    sandbox.order_fault(method="PUT", status=409, code="owner_conflict", times=1)
    garage.export(car(1, km="70000"))
    garage.run()
    (question,) = garage.ask("held")
    assert question["reason"] == "owner_change" and question["before"]["email"] == "k***@v***.example"
    garage.main("release", PLATE, "--as", "same-owner")
    assert garage.run().status == 0
    assert mailed(garage) == [OLD]


def has_already(garage, last_name, email):
    """Another customer has the car in iGarage, made there by somebody else."""
    body = {"plate": PLATE, "customer": {"last_name": last_name, "email": email}}
    headers = {"Authorization": f"Bearer {garage.token}", "Idempotency-Key": "theirs"}
    requests.put(f"{garage.sandbox.url}/passports/{PLATE}", json=body, headers=headers, timeout=20)


@pytest.mark.parametrize("answer", ["transfer", "same-owner"])
def test_of_an_owner_whom_igarage_alone_knows_the_address_is_shown_beside_the_new_one(garage, car, answer):
    garage.configure(delivery={"send": "always"})
    has_already(garage, "De Groot", THIRD)
    garage.export(car(1))
    garage.run()
    (question,) = garage.ask("held")
    assert question["before"] == {"last_name": None, "email": "d***@v***.example"}
    assert question["now"] == {"last_name": "K**** *", "email": "k***@v***.example"}
    assert garage.main("release", PLATE, "--as", answer).status == 0
    for _ in range(2):
        assert garage.run().status == 0
    assert on_file(garage) == ("Klant 1", OLD) and mailed(garage) == [OLD]


def test_where_igarage_does_not_say_who_has_the_car_the_question_is_asked_all_the_same(garage, sandbox, car):
    has_already(garage, "De Groot", THIRD)
    sandbox.order_fault(method="GET", path=f"/passports/{PLATE}", status=500)
    garage.export(car(1))
    garage.run()
    (question,) = garage.ask("held")
    assert (question["reason"], question["before"]) == ("owner_change", {"last_name": None, "email": None})


def test_plan_counts_the_changes_of_owner(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1), car(2))
    garage.run()
    garage.export(car(1, name="Pietersen", email=NEW), car(2))
    (seen,) = garage.ask("plan")
    assert (seen["owner_changes"]["count"], seen["invitations"]["count"]) == (1, 0)
    assert "1 eigenaarswissel" in garage.main("plan").out


@pytest.mark.parametrize(
    ("answer", "fits"), [("new", "transfer"), ("keep", "transfer"), ("withdraw", "same-owner")]
)
def test_an_answer_that_does_not_fit_is_refused_with_those_that_do(sold, answer, fits):
    said = sold.main("release", PLATE, "--as", answer)
    assert said.status == 1 and f"--as {answer} past daar niet bij" in said.err and f"--as {fits}" in said.err


@pytest.fixture
def known(garage, car):
    """A garage whose system numbers its customers; one of them has another name and another address now."""
    garage.configure(columns={"customer_reference": "Klantnr", "country": None, "opt_out": None})
    garage.configure(delivery={"send": "always"})
    return garage


def says(garage, *rows):
    garage.export(
        *rows, header=("Klantnr", "Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand")
    )
    return garage.run()


def test_a_customer_whose_number_stays_is_a_question_only_where_igarage_says_so(known, car):
    says(known, car(1) | {"Klantnr": "7"})
    assert says(known, car(1, name="Pietersen", email=NEW) | {"Klantnr": "7"}).status == 3
    (question,) = known.ask("held")
    assert question["before"] == {"last_name": "K**** *", "email": "k***@v***.example"}
    assert question["now"]["last_name"] == "P********" and "andere klant" in question["message"]
    assert known.main("release", PLATE, "--as", "same-owner").status == 0
    assert known.run().status == 0
    assert on_file(known) == ("Pietersen", NEW) and mailed(known) == [OLD, NEW]


def test_another_number_with_another_name_at_one_address_is_another_owner(known, car):
    says(known, car(1) | {"Klantnr": "7"})
    says(known, car(1, name="Pietersen") | {"Klantnr": "8"})
    assert [each["reason"] for each in known.ask("held")] == ["owner_change"]
    known.main("release", PLATE, "--as", "transfer")
    assert known.run().status == 0
    assert on_file(known) == ("Pietersen", OLD) and mailed(known) == [OLD]


def test_igarages_word_that_another_has_the_car_hands_it_over_where_the_garage_has_said_so(known, car):
    known.configure(delivery={"owner_change": "transfer"})
    says(known, car(1) | {"Klantnr": "7"})
    assert says(known, car(1, name="Pietersen", email=NEW) | {"Klantnr": "7"}).status == 0
    assert on_file(known) == ("Pietersen", NEW) and mailed(known) == [OLD, NEW]
    assert "transfer" in verbs(known) and known.ask("held") == []


def test_the_consent_of_the_former_owner_is_not_the_new_ones(garage, car):
    garage.configure(
        columns={"consent": "Akkoord", "country": None, "opt_out": None}, delivery={"send": "consented"}
    )
    header = ("Akkoord", "Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand")
    garage.export(car(1) | {"Akkoord": "ja"}, header=header)
    garage.run()
    garage.export(car(1, name="Pietersen", email=NEW) | {"Akkoord": ""}, header=header)
    garage.run()
    garage.main("release", PLATE, "--as", "transfer")
    assert garage.run().status == 0
    assert on_file(garage) == ("Pietersen", NEW) and mailed(garage) == [OLD]


def test_a_car_that_igarage_does_not_have_yet_is_made_for_its_new_owner(garage, car):
    garage.configure(delivery={"send": "always", "select": {"apk_within_months": 2, "without_date": "never"}})
    garage.export(car(1, apk=""))
    garage.run()
    garage.export(car(1, apk="", name="Pietersen", email=NEW))
    garage.run()
    garage.main("release", PLATE, "--as", "transfer")
    garage.configure(delivery={"select": {"apk_within_months": 2, "without_date": "now"}})
    assert garage.run().status == 0
    assert on_file(garage) == ("Pietersen", NEW) and mailed(garage) == [NEW] and verbs(garage) == ["put"]


@pytest.mark.parametrize("sandbox", [{"mode": mode} for mode in ("honours", "ignores")], indirect=True)
@pytest.mark.parametrize("point", ["before", "after"])
def test_a_transfer_whose_answer_is_lost_mails_the_new_owner_once(sold, sandbox, point):
    sold.main("release", PLATE, "--as", "transfer")
    sandbox.order_fault(path="*/transfer", drop=point, times=1)
    for _ in range(3):
        sold.run()
    assert mailed(sold) == [OLD, NEW] and on_file(sold) == ("Pietersen", NEW)
    assert verbs(sold).count("transfer") == 1 and sold.trace(PLATE)["state"] == "delivered"


# ---------------------------------------------------------------- a record whose plate changes

KEYED = ("Nr", "Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand")


def record(row, number):
    return {**row, "Nr": str(number)}


@pytest.fixture
def keyed(garage):
    garage.configure(
        delivery={"send": "always"}, columns={"record_key": "Nr", "country": None, "opt_out": None}
    )
    return garage


def replate(garage, car, email=OLD):
    garage.export(record(car(9, name="Klant 1", email=email), 1), record(car(2), 2), header=KEYED)
    return garage.run()


def test_a_plate_that_igarage_never_had_is_withdrawn_without_a_request(keyed, car):
    keyed.configure(delivery={"select": {"apk_within_months": 2, "without_date": "never"}})
    keyed.export(record(car(1, apk=""), 1), record(car(2, apk=""), 2), header=KEYED)
    keyed.run()
    replate(keyed, car)
    assert keyed.trace(PLATE)["state"] == "withdrawn" and keyed.ask("held") == []
    assert [each for each in keyed.asked() if each[1].endswith(PLATE)] == []


def test_a_plate_that_igarage_has_is_a_question_and_its_customer_is_not_mailed_again(keyed, car):
    keyed.export(record(car(1), 1), record(car(2), 2), header=KEYED)
    keyed.run()
    assert replate(keyed, car).status == 3
    (question,) = keyed.ask("held")
    assert (question["plate"], question["reason"]) == (PLATE, "plate_changed")
    assert "ZZ009Z" in question["message"] and "--as withdraw of --as keep" in question["message"]
    assert mailed(keyed, "ZZ009Z") == [] and mailed(keyed) == [OLD]
    assert on_file(keyed, "ZZ009Z") == ("Klant 1", OLD)


def test_a_plate_whose_customer_was_never_invited_hands_the_invitation_on(keyed, car):
    keyed.configure(delivery={"send": "never"})
    keyed.export(record(car(1), 1), record(car(2), 2), header=KEYED)
    keyed.run()
    keyed.configure(delivery={"send": "always"})
    replate(keyed, car)
    assert mailed(keyed, "ZZ009Z") == [OLD] and mailed(keyed) == []


def test_the_old_plate_is_withdrawn_at_igarage_when_somebody_says_so(keyed, car):
    keyed.export(record(car(1), 1), record(car(2), 2), header=KEYED)
    keyed.run()
    replate(keyed, car)
    assert keyed.main("release", PLATE, "--as", "withdraw").status == 0
    for _ in range(2):
        assert keyed.run().status == 0
    assert PLATE not in {each.plate for each in keyed.sandbox.passports(keyed.id)}
    assert keyed.trace(PLATE)["state"] == "withdrawn" and len(keyed.mails()) == 2


def test_the_old_plate_stays_when_somebody_says_so_and_nobody_is_mailed_for_it(keyed, car):
    keyed.configure(delivery={"send": "never"})
    keyed.export(record(car(1), 1), record(car(2), 2), header=KEYED)
    keyed.run()
    replate(keyed, car)
    assert keyed.main("release", PLATE, "--as", "keep").status == 0
    keyed.configure(delivery={"send": "always"})
    for night in range(2):
        keyed.export(
            record(car(9, name="Klant 1", email=OLD, km=str(70000 + night)), 1),
            record(car(2), 2),
            header=KEYED,
        )
        assert keyed.run().status == 0
    assert mailed(keyed) == [] and mailed(keyed, "ZZ009Z") == [OLD]
    assert "resend" in keyed.trace(PLATE)["mail"]


@pytest.mark.parametrize("point", ["before", "after"])
def test_a_withdrawal_whose_answer_is_lost_is_asked_again(keyed, sandbox, car, point):
    keyed.export(record(car(1), 1), record(car(2), 2), header=KEYED)
    keyed.run()
    replate(keyed, car)
    keyed.main("release", PLATE, "--as", "withdraw")
    sandbox.order_fault(method="DELETE", drop=point, times=1)
    for _ in range(3):
        keyed.run()
    assert keyed.trace(PLATE)["state"] == "withdrawn" and len(keyed.mails()) == 2
    assert keyed.main("resend", PLATE).status == 1


def test_a_withdrawn_plate_that_another_record_names_is_made_anew(keyed, car):
    keyed.export(record(car(1), 1), record(car(2), 2), header=KEYED)
    keyed.run()
    replate(keyed, car)
    keyed.main("release", PLATE, "--as", "withdraw")
    keyed.run()
    moved = record(car(9, name="Klant 1", email=OLD), 1)
    keyed.export(moved, record(car(2), 2), record(car(1, name="De Groot", email=THIRD), 3), header=KEYED)
    assert keyed.run().status == 0
    assert on_file(keyed) == ("De Groot", THIRD) and mailed(keyed) == [OLD, THIRD]


def test_a_plate_that_comes_back_ends_its_question(keyed, car):
    keyed.export(record(car(1), 1), record(car(2), 2), header=KEYED)
    keyed.run()
    replate(keyed, car)
    keyed.export(record(car(1, km="70000"), 1), record(car(2), 2), header=KEYED)
    keyed.run()
    assert [(each["plate"], each["reason"]) for each in keyed.ask("held")] == [("ZZ009Z", "plate_changed")]
    assert len(keyed.mails()) == 2


def test_two_records_that_change_plates_leave_none_behind(keyed, car):
    keyed.export(record(car(1), 1), record(car(2), 2), header=KEYED)
    keyed.run()
    keyed.export(record(car(1), 2), record(car(2), 1), header=KEYED)
    assert keyed.run().status == 0
    assert keyed.ask("held") == [] and len(keyed.mails()) == 2


# ---------------------------------------------------------------- gone


@pytest.fixture
def gone(garage, sandbox, car):
    """A passport that reception threw away in iGarage, which a send then finds out."""
    garage.configure(delivery={"send": "never"})
    garage.export(car(1), car(2))
    garage.run()
    sandbox.remove(PLATE)
    garage.main("resend", PLATE)
    garage.run()
    return garage


def test_a_passport_that_is_gone_is_withdrawn_when_somebody_says_so(gone, car):
    assert [each["reason"] for each in gone.ask("held")] == ["gone"]
    assert gone.main("release", PLATE, "--as", "withdraw").status == 0
    gone.export(car(1, km="70000"), car(2))
    for _ in range(2):
        assert gone.run().status == 0
    assert gone.trace(PLATE)["state"] == "withdrawn"
    assert PLATE not in {each.plate for each in gone.sandbox.passports(gone.id)}


def test_a_passport_that_igarage_makes_anew_unasked_invites_nobody(garage, sandbox, car):
    garage.configure(delivery={"send": "never"})
    garage.export(car(1), car(2))
    garage.run()
    sandbox.remove(PLATE)
    garage.configure(delivery={"send": "always"})
    garage.export(car(1, km="70000"), car(2))
    garage.run()
    assert mailed(garage) == []
    traced = garage.trace(PLATE)
    assert "remade" in [each["event"] for each in traced["events"]]
