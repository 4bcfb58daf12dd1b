"""`erase` as people use it: what it shows first, asks, does and says; its list, and what undoes it."""

from __future__ import annotations

import pytest

COLUMNS = {"customer_reference": {"column": "Klantnr", "optional": True}}
HEADER = ("Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand", "Land", "Afmelding", "Klantnr")
KEY = "ledger.erasures.key"


@pytest.fixture
def delivered(garage, car):
    """A garage with two customers, whose passports iGarage has."""
    garage.configure(columns=COLUMNS, delivery={"send": "always"})
    garage.export({**car(1), "Klantnr": "K-17"}, car(2), header=HEADER)
    assert garage.run().status == 0
    return garage


def test_what_goes_is_shown_and_asked_first_and_no_is_no(delivered):
    before = delivered.installation.state_files()["ledger.sqlite3"]
    said = delivered.installation.start("erase", "--plate", "ZZ-001-Z", stdin=-1)
    out, err = said.communicate("n\n", timeout=60)
    assert (said.returncode, out) == (1, "")
    for part in ("AutoPaspoorten 1", "onthouden rijen 1", "gebeurtenissen 3", "Doorgaan?"):
        assert part in err
    assert "ZZ001Z" not in err and "klant1@" not in err
    assert delivered.installation.state_files()["ledger.sqlite3"] == before


def test_a_yes_erases(delivered):
    said = delivered.installation.start("erase", "--plate", "ZZ-001-Z", stdin=-1)
    out, _ = said.communicate("y\n", timeout=60)
    assert said.returncode == 0
    assert out.startswith("Gewist (nummer 1): ")
    delivered.run()
    assert [plate for verb, plate, _ in delivered.effects() if verb == "delete"] == ["ZZ001Z"]
    assert delivered.main("trace", "ZZ-001-Z").status == 1
    assert delivered.counts() == {"total": 1, "delivered": 1}


def test_by_address_every_car_of_the_customer_goes(garage, car):
    garage.export(car(1, email="a@voorbeeld.example"), car(2, email="A@voorbeeld.example"), car(3))
    garage.run()
    told = garage.ask("erase", "--email", "a@voorbeeld.example", "--yes")
    assert (told["plates"], told["addresses"], told["waiting"], told["clean"]) == (2, 1, 2, False)
    garage.run()
    assert garage.counts() == {"total": 1, "delivered": 1}


def test_an_address_that_another_car_has_too_is_told_and_stays(garage, car):
    garage.export(car(1, email="a@voorbeeld.example"), car(2, email="a@voorbeeld.example"))
    garage.run()
    said = garage.main("erase", "--plate", "ZZ-001-Z", "--yes")
    assert "staan ook bij andere auto's" in said.err and "erase --email" in said.err
    garage.run()
    assert garage.counts() == {"total": 1, "delivered": 1}


def test_the_list_tells_of_nobody(delivered):
    assert delivered.main("erase", "--list").out == "Er is niemand gewist.\n"
    delivered.main("erase", "--plate", "ZZ-001-Z", "--yes")
    (listed,) = delivered.ask("erase", "--list")
    assert (listed["garage"], listed["id"], listed["state"], listed["waiting"]) == (
        "jansen",
        1,
        "withdrawing",
        1,
    )
    assert (listed["plates"], listed["addresses"], listed["references"]) == (1, 1, 1)
    assert [each["kind"] for each in listed["hashes"]] == ["address", "plate", "reference"]
    assert {"at", "done_at", "clean", "removed"} <= set(listed)
    assert "wacht op iGarage" in delivered.main("erase", "--list").out
    delivered.run()
    assert "klaar" in delivered.main("erase", "--list").out
    assert "ZZ001Z" not in delivered.main("erase", "--list").out


def test_the_next_export_brings_nobody_back_and_preview_says_so(delivered, car):
    delivered.main("erase", "--plate", "ZZ-001-Z", "--yes")
    delivered.run()
    path = delivered.export({**car(1, km="70000"), "Klantnr": "K-17"}, car(2), header=HEADER)
    assert delivered.ask("preview", path)["skipped"] == [{"reason": "erased", "count": 1}]
    (ahead,) = delivered.ask("plan")
    assert ahead["new"]["count"] == 0
    delivered.run()
    (row,) = delivered.ask("skipped")
    assert (row["reason"], row["plate"]) == ("erased", None)
    assert len(delivered.mails()) == 2


def test_undone_the_plate_is_a_new_customers(delivered, car):
    delivered.main("erase", "--plate", "ZZ-001-Z", "--yes")
    said = delivered.main("erase", "--undo", "ZZ-001-Z")
    assert said.status == 1 and "nog niet ingetrokken" in said.err
    delivered.run()
    assert delivered.main("erase", "--undo", "ZZ-001-Z").status == 0
    delivered.export(car(1, email="nieuw@voorbeeld.example"), car(2))
    delivered.run()
    assert delivered.mails()[-1] == ("ZZ001Z", "nieuw@voorbeeld.example")
    assert delivered.counts() == {"total": 2, "delivered": 2}


def test_a_lost_key_stops_the_intake_and_says_what_to_do(delivered, car):
    delivered.main("erase", "--plate", "ZZ-001-Z", "--yes")
    delivered.run()
    (delivered.installation.state / KEY).unlink()
    path = delivered.export(car(1, km="70000"), car(2, km="70000"))
    assert "sleutel" in delivered.ask("preview", path)["file_error"]
    said = delivered.run()
    assert said.status == 5 and "erase --new-key" in said.err
    assert "sleutel" in delivered.stand()["message"]
    assert delivered.main("erase", "--plate", "ZZ-002-Z", "--yes").status == 1
    assert delivered.ask("erase", "--new-key", "--yes")["done"].startswith("er is een nieuwe sleutel; 3 hash")
    delivered.main("erase", "--plate", "ZZ-001-Z", "--yes")
    assert delivered.run().status == 0
    assert delivered.counts() == {"total": 1, "delivered": 1}


def test_beside_a_service_the_command_waits_for_the_files_to_be_cleaned(delivered, until):
    service = delivered.installation.start("run")
    until(lambda: delivered.installation.ask("status")["service"]["running"])
    told = delivered.ask("erase", "--plate", "ZZ-001-Z", "--yes")
    assert (told["clean"], "opgeruimd" in told["message"]) == (True, True)
    until(lambda: delivered.ask("erase", "--list")[0]["state"] == "done")
    service.terminate()
    service.communicate(timeout=60)


def test_status_says_so_while_the_files_still_hold_what_was_removed(delivered):
    def ledger():
        return delivered.installation.ask("status")["ledger"]

    assert ledger()["state"] == "ok"
    delivered.main("erase", "--plate", "ZZ-001-Z", "--yes")
    assert ledger()["state"] == "unclean" and "op verzoek is vergeten" in ledger()["message"]
    delivered.run()
    assert ledger()["state"] == "ok"


@pytest.mark.parametrize(
    "arguments",
    [
        ["erase"],
        ["erase", "--plate", "ZZ-001-Z", "--email", "a@voorbeeld.example"],
        ["erase", "--plate", "-"],
        ["erase", "--email", "geen"],
        ["erase", "--list", "--undo", "ZZ-001-Z"],
        ["erase", "--plate", "ZZ-001-Z", "--json"],
    ],
)
def test_an_erasure_that_is_not_said_whole_is_a_mistake_in_use(delivered, arguments):
    said = delivered.main(*arguments)
    assert (said.status, said.out) == (2, "")
    assert "Error" in said.err


def test_what_was_not_erased_is_said_on_stderr(delivered):
    said = delivered.main("erase", "--undo", "ZZ-001-Z")
    assert (said.status, said.out) == (1, "") and "niet gewist" in said.err


def test_before_the_first_run_nothing_is_made(garage):
    assert garage.main("erase", "--plate", "ZZ-001-Z", "--yes").status == 5
    assert garage.ask("erase", "--list") == []
    assert not garage.installation.state.exists()
