"""One export after another: what becomes of its rows, and what iGarage is asked for."""

from __future__ import annotations


def balance(said):
    """The counts of the summary line, by their Dutch names."""
    _, _, counts = said.out.partition(": ")
    words = (part.rsplit(" ", 1) for part in counts.strip().split(" · "))
    return {name: int(number) for name, number in words if number != "0"}


def test_every_row_ends_as_exactly_one_thing_and_the_summary_adds_up(garage, car):
    garage.export(car(1), car(2), car(3))
    garage.run()
    garage.export(
        car(1),  # unchanged
        car(2, km="61000"),  # changed
        car(4),  # new
        car(4),  # repeated
        car(5, email="nvt"),  # no address
        car(6, plate=""),  # no plate
        car(7, apk="31-02-2027"),  # no such day
        car(1, name="Ander", apk=""),  # an older card of the same car
    )
    assert balance(garage.run()) == {
        "gelezen": 8,
        "nieuw": 1,
        "gewijzigd": 1,
        "ongewijzigd": 1,
        "overgeslagen": 4,
        "afgekeurd": 1,
        "verzonden": 2,
    }
    reasons = sorted(row["reason"] for row in garage.ask("skipped"))
    assert reasons == ["duplicate_in_file", "no_email", "no_plate", "repeated"]
    assert garage.counts() == {"total": 4, "delivered": 4}


def test_the_same_export_again_asks_igarage_only_who_we_are_and_what_it_learned(garage, sandbox, car):
    garage.export(*map(car, range(1, 6)))
    garage.run()
    before = len(sandbox.requests())
    garage.export(*map(car, range(1, 6)), name="klanten-2.csv")
    assert garage.run().status == 0
    asked = [(seen.method, seen.path.partition("?")[0]) for seen in sandbox.requests()[before:]]
    assert asked == [("GET", "/garage"), ("GET", "/emails/changes")]


def test_a_changed_car_is_put_once_and_mails_nobody(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1), car(2))
    garage.run()
    garage.export(car(1), car(2, km="72000"))
    assert garage.run().status == 0
    change = garage.deeds()[-1]
    assert (change.verb, change.plate, change.send, change.mailed) == ("put", "ZZ002Z", False, False)
    assert change.body["vehicle"]["mileage"] == 72000
    assert (len(garage.deeds()), len(garage.mails())) == (3, 2)


def test_a_car_that_goes_back_to_what_it_was_is_put_again(garage, car):
    for km in ("60000", "61000", "60000"):
        garage.export(car(1, km=km))
        garage.run()
    assert [deed.body["vehicle"]["mileage"] for deed in garage.deeds()] == [60000, 61000, 60000]
    assert len({deed.key for deed in garage.deeds()}) == 3


def test_without_a_wish_to_send_everybody_becomes_a_concept_and_nobody_is_mailed(garage, sandbox, car):
    garage.export(car(1), car(2))
    assert garage.run().status == 0
    assert [passport.state for passport in sandbox.passports()] == ["concept", "concept"]
    assert garage.mails() == []
    assert garage.stand()["invitations"] == {"none": 2, "due": 0, "withheld": 0, "sent": 0}


def test_with_send_always_each_new_passport_is_one_mail(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1), car(2, email="klant1@voorbeeld.example"))
    assert garage.run().status == 0
    assert sorted(garage.mails()) == [
        ("ZZ001Z", "klant1@voorbeeld.example"),
        ("ZZ002Z", "klant1@voorbeeld.example"),
    ]
    assert garage.stand()["invitations"]["sent"] == 2


def test_a_changed_address_is_one_put_with_send_and_one_mail_to_the_new_address(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1))
    garage.run()
    garage.export(car(1, email="nieuw1@voorbeeld.example"))
    assert garage.run().status == 0
    assert [(deed.verb, deed.send, deed.mailed) for deed in garage.deeds()] == [("put", True, True)] * 2
    assert [address for _, address in garage.mails()] == [
        "klant1@voorbeeld.example",
        "nieuw1@voorbeeld.example",
    ]


def test_an_address_that_changes_only_in_case_is_put_and_mails_nobody(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1))
    garage.run()
    garage.export(car(1, email="Klant1@Voorbeeld.example"))
    garage.run()
    assert [deed.send for deed in garage.deeds()] == [True, False]
    assert len(garage.mails()) == 1


def test_a_changed_address_mails_nobody_where_nobody_is_to_be_mailed(garage, sandbox, car):
    garage.export(car(1))
    garage.run()
    garage.export(car(1, email="nieuw1@voorbeeld.example"))
    assert garage.run().status == 0
    assert [passport.address for passport in sandbox.passports()] == ["nieuw1@voorbeeld.example"]
    assert garage.mails() == []


def test_who_opted_out_is_neither_made_nor_mailed(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1), car(2, opt_out="ja"))
    assert garage.run().status == 0
    assert {plate for _, plate, _ in garage.effects()} == {"ZZ001Z"}
    assert garage.mails() == [("ZZ001Z", "klant1@voorbeeld.example")]
    assert garage.counts() == {"total": 2, "delivered": 1, "waiting": 1}
    assert garage.stand()["message"] == "alles wat mag is bij iGarage: er hoeft niets te gebeuren"
    assert garage.trace("ZZ-002-Z")["next_step"] == "wait: opted_out"


def test_who_opts_out_later_is_updated_and_never_mailed_again(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1))
    garage.run()
    garage.export(car(1, opt_out="ja", km="70000", email="nieuw1@voorbeeld.example"))
    assert garage.run().status == 0
    last = garage.deeds()[-1]
    assert (last.send, last.body["vehicle"]["mileage"]) == (False, 70000)
    assert garage.mails() == [("ZZ001Z", "klant1@voorbeeld.example")]


def test_an_opt_out_alone_is_a_change_that_asks_igarage_nothing(garage, car):
    garage.export(car(1))
    garage.run()
    garage.export(car(1, opt_out="ja"))
    said = garage.run()
    assert (said.status, balance(said)["gewijzigd"]) == (0, 1)
    assert len(garage.asked()) == 1


def test_an_address_that_is_none_keeps_the_passport_and_asks_igarage_nothing(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1, email="klant1@voorbeeld,example"))
    assert garage.run().status == 3
    assert garage.asked() == []
    (question,) = garage.ask("held")
    assert (question["kind"], question["plate"], question["reason"]) == (
        "passport",
        "ZZ001Z",
        "invalid_email",
    )
    assert garage.ask("rejected") == []


def test_an_address_mended_the_next_night_is_mailed_exactly_once(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1, email="klant1@voorbeeld,example"))
    garage.run()
    garage.export(car(1))
    assert garage.run().status == 0
    assert garage.run().status == 0
    assert garage.mails() == [("ZZ001Z", "klant1@voorbeeld.example")]
    assert garage.ask("held") == []


def test_a_passport_whose_address_goes_bad_stays_as_it_is_at_igarage_until_it_is_mended(garage, sandbox, car):
    garage.export(car(1))
    garage.run()
    garage.export(car(1, email="geen apenstaart", km="70000"))
    assert garage.run().status == 3
    assert len(garage.asked()) == 1
    garage.export(car(1, km="70000"))
    assert garage.run().status == 0
    (passport,) = sandbox.passports()
    assert (passport.address, passport.body["vehicle"]["mileage"]) == ("klant1@voorbeeld.example", 70000)


def test_a_plate_whose_row_is_rejected_tonight_keeps_its_last_good_content(garage, sandbox, car):
    garage.export(car(1))
    garage.run()
    garage.export(car(1, km="veel", make="Saab"))
    assert garage.run().status == 3
    assert garage.counts() == {"total": 1, "delivered": 1}
    assert sandbox.passports()[0].body["vehicle"]["make"] == "Volvo"


def test_a_plate_that_is_missing_tonight_is_left_alone(garage, sandbox, car):
    garage.export(car(1), car(2))
    garage.run()
    garage.export(car(1))
    assert garage.run().status == 0
    assert garage.counts() == {"total": 2, "delivered": 2}
    assert {passport.plate for passport in sandbox.passports()} == {"ZZ001Z", "ZZ002Z"}


def test_a_standing_rejection_is_new_once_and_listed_every_night_with_its_line(garage, car):
    garage.export(car(1), car(2, apk="31-02-2027"))
    assert garage.run().status == 3
    (first,) = garage.ask("rejected")
    garage.export(car(3), car(1), car(2, apk="31-02-2027"))
    assert garage.run().status == 0
    (again,) = garage.ask("rejected")
    assert (first["line"], again["line"]) == (3, 4)
    assert first["first_seen"] == again["first_seen"]
    assert len(garage.ask("rejected", "--all")) == 2


def test_turning_sending_on_later_invites_everybody_once_without_reading_a_file(garage, sandbox, car):
    garage.export(car(1), car(2))
    garage.run()
    garage.configure(delivery={"send": "always"})
    assert garage.run().status == 0
    assert garage.run().status == 0
    assert sorted(plate for plate, _ in garage.mails()) == ["ZZ001Z", "ZZ002Z"]
    assert [deed.verb for deed in garage.deeds()] == ["put", "put", "send", "send"]


def test_what_leaves_the_garage_is_what_is_mapped_and_nothing_else(garage, car):
    rows = [{**car(1), "Rekeningsaldo": "-1.250,00", "Notitie": "betaalt slecht"}]
    header = (*rows[0], "Afmelding", "Land")
    garage.export(*rows, header=header)
    garage.run()
    (deed,) = garage.deeds()
    assert "1.250" not in str(deed.body) and "betaalt" not in str(deed.body)
    sent = {name: value for name, value in deed.body["customer"].items() if value is not None}
    assert sent == {"last_name": "Klant 1", "email": "klant1@voorbeeld.example"}
    assert deed.body["source"] == {"system": "generic_csv", "record": "ZZ001Z"}


def test_a_company_without_a_person_is_sent_under_its_own_name(garage, car):
    garage.configure(columns={"company": "Bedrijf"})
    row = {**car(1, name=""), "Bedrijf": "Bloemen & Zo"}
    garage.export(row, header=(*row, "Afmelding", "Land"))
    garage.run()
    assert garage.deeds()[0].body["customer"]["last_name"] == "Bloemen & Zo"
