"""Customer lists, for a garage whose iGarage has no API: written for a person, who tells what became of them."""

from __future__ import annotations

import csv
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from connector.customer_list import COLUMNS

HOME = ZoneInfo("Europe/Amsterdam")


def at(*local):
    return time_machine.travel(datetime(*local, tzinfo=HOME), tick=True)


@pytest.fixture
def carried(installation):
    """A garage whose lists a person carries, and whose customers are invited."""
    return installation.add("jansen", delivery=by_list(installation, send="always"))


def by_list(installation, *, send, **more):
    return {
        "route": "list_file",
        "send": send,
        "list_file": {"folder": str(installation.folder / "lijsten"), **more},
    }


@pytest.fixture
def folder(installation):
    return installation.folder / "lijsten"


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def read(folder, name):
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_run_once_writes_what_is_due_now_in_the_form_of_the_portals_template(carried, folder, car):
    carried.export(car(1), car(2, apk="31-12-2027", km="12.345"))
    said = carried.run()
    (name,) = names(folder)
    assert name.startswith("klantenlijst-") and name.endswith("-nr1-wel-versturen.csv")
    content = (folder / name).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf" + ";".join(COLUMNS).encode() + b"\r\n")
    rows = read(folder, name)
    assert [each["Kenteken"] for each in rows] == ["ZZ001Z", "ZZ002Z"]
    assert rows[1]["APK datum"] == "31-12-2027" and rows[1]["Kilometerstand"] == "12345"
    assert carried.counts() == {"total": 2, "in_batch": 2} and said.status == 0
    assert carried.sandbox.requests() == []


def test_an_unconfirmed_list_is_named_by_status_with_what_to_do(carried, folder, car):
    carried.export(car(1))
    carried.run()
    stand = carried.stand()
    (waiting,) = stand["lists"]
    assert (waiting["number"], waiting["send"], waiting["passports"]) == (1, True, 1)
    assert "mét het vinkje versturen" in stand["message"] and "batches done 1" in stand["message"]
    (batch,) = carried.ask("batches")
    assert batch["state"] == "listed" and batch["send"] is True and batch["file"] == names(folder)[0]
    assert "klantenlijst" in carried.main("batches").out


def test_done_is_delivered_and_of_a_ticked_list_invited(carried, folder, car):
    carried.export(car(1), car(2))
    carried.run()
    assert carried.main("batches", "done", "1").status == 0
    assert carried.counts() == {"total": 2, "delivered": 2}
    assert carried.stand()["invitations"]["sent"] == 2
    assert "ging op" in carried.trace("ZZ001Z")["mail"]
    carried.run()
    assert len(names(folder)) == 1, "the same revision is never written twice"
    assert carried.stand()["lists"] == []


def test_a_list_that_is_not_confirmed_is_not_written_again(carried, folder, car):
    carried.export(car(1))
    carried.run()
    carried.export(car(1, km="9.999"))
    carried.run()
    assert len(names(folder)) == 1 and carried.counts() == {"total": 1, "in_batch": 1}
    carried.main("batches", "done", "1")
    carried.run()
    assert [name.split("-nr")[1] for name in names(folder)] == ["1-wel-versturen.csv", "2-niet-versturen.csv"]
    assert read(folder, names(folder)[1])[0]["Kilometerstand"] == "9999"


def test_whom_to_invite_and_whom_to_make_only_stand_in_lists_of_their_own(carried, folder, car):
    carried.configure(addresses={"suspect": {"typo": "withhold"}})
    carried.export(car(1), car(2, email="klant2@gmail.con"))
    carried.run()
    first, second = names(folder)
    assert (first.endswith("nr1-wel-versturen.csv"), second.endswith("nr2-niet-versturen.csv")) == (
        True,
        True,
    )
    assert [each["Kenteken"] for each in read(folder, first)] == ["ZZ001Z"]
    assert [each["Kenteken"] for each in read(folder, second)] == ["ZZ002Z"]
    carried.main("batches", "done", "2")
    assert carried.trace("ZZ002Z")["invitation"]["state"] == "withheld"


def test_at_most_so_many_rows_stand_in_one_list(installation, folder, car):
    garage = installation.add("jansen", delivery=by_list(installation, send="never", max_rows=2))
    garage.export(*(car(each) for each in range(1, 6)))
    garage.run()
    assert [len(read(folder, name)) for name in names(folder)] == [2, 2, 1]


def test_what_failed_is_told_with_the_reason_and_waits_for_a_person(carried, folder, car, tmp_path):
    carried.export(*(car(each) for each in range(1, 5)))
    carried.run()
    failed = tmp_path / "mislukt.csv"
    failed.write_text("kenteken;reden\nZZ-001-Z;e-mailadres ongeldig\nzz-002-z;onbekende fout\n", "utf-8")
    said = carried.main("batches", "done", "1", "--failed", failed)
    assert (said.status, said.out) == (0, "Nummer 1 is klaar: 2 gelukt, 2 niet gelukt.\n")
    assert carried.counts() == {"total": 4, "delivered": 2, "held": 2}
    assert {each["plate"]: each["reason"] for each in carried.ask("held")} == {
        "ZZ001Z": "invalid_email",
        "ZZ002Z": "refused",
    }
    (batch,) = carried.ask("batches", "1")
    assert batch["counts"] == {"total": 4, "created": 2, "updated": 0, "failed": 2}


def test_what_is_said_of_a_list_is_taken_whole_or_not_at_all(carried, car, tmp_path):
    carried.export(car(1), car(2))
    carried.run()
    failed = tmp_path / "mislukt.csv"
    failed.write_text("ZZ-001-Z\ndit is geen kenteken\n", "utf-8")
    said = carried.main("batches", "done", "1", "--failed", failed)
    assert said.status != 0 and "regel 2" in said.err
    failed.write_text("ZZ-001-Z\nZZ-009-Z\n", "utf-8")
    said = carried.main("batches", "done", "1", "--failed", failed)
    assert said.status != 0 and "regel 2: dit kenteken staat niet in nummer 1" in said.err
    assert carried.counts() == {"total": 2, "in_batch": 2}


@pytest.mark.parametrize("number", ["1", "2"])
def test_a_list_that_is_not_there_or_done_cannot_be_done(carried, car, number):
    carried.export(car(1))
    carried.run()
    carried.main("batches", "done", "1")
    assert "nummer" in carried.main("batches", "done", number).err


def test_an_invitation_of_an_unchanged_concept_is_work_for_a_person(carried, folder, car):
    carried.configure(delivery={"send": "never"})
    carried.export(car(1))
    carried.run()
    carried.main("batches", "done", "1")
    carried.configure(delivery={"send": "always"})
    carried.run()
    (question,) = carried.ask("held")
    assert question["reason"] == "invite_by_hand" and "release ZZ001Z --as done" in question["message"]
    assert len(names(folder)) == 1
    assert carried.main("release", "ZZ001Z", "--as", "done").status == 0
    assert carried.counts() == {"total": 1, "delivered": 1}
    assert carried.stand()["invitations"]["sent"] == 1


def test_a_sold_car_is_handed_over_by_hand(carried, folder, car):
    carried.export(car(1))
    carried.run()
    carried.main("batches", "done", "1")
    carried.export(car(1, name="Nieuwman", email="nieuw@voorbeeld.example"))
    carried.run()
    carried.main("release", "ZZ001Z", "--as", "transfer")
    (question,) = carried.ask("held")
    assert question["reason"] == "transfer_by_hand"
    carried.main("release", "ZZ001Z", "--as", "done")
    carried.run()
    (update,) = read(folder, names(folder)[1])
    assert update["Achternaam"] == "Nieuwman" and "niet-versturen" in names(folder)[1]
    carried.main("batches", "done", "2")
    assert carried.ask("held") == [] and carried.stand()["invitations"]["sent"] == 1


def test_an_erased_customer_is_withdrawn_by_hand_and_then_forgotten(carried, installation, car):
    carried.export(car(1), car(2))
    carried.run()
    carried.main("batches", "done", "1")
    carried.main("erase", "--plate", "ZZ-001-Z", "--yes")
    (question,) = carried.ask("held")
    assert question["reason"] == "withdraw_by_hand"
    carried.main("release", "ZZ001Z", "--as", "done")
    assert carried.counts() == {"total": 1, "delivered": 1}
    carried.run()
    assert carried.counts() == {"total": 1, "delivered": 1}, "who was erased does not come back"


def test_with_this_route_there_is_no_door_at_igarage_to_set(carried):
    text = carried.file.read_text("utf-8")
    carried.file.write_text(
        f"{text}igarage: {{url: 'https://api.example.nl/v1', token_file: a.token}}\n", "utf-8"
    )
    said = carried.main("config", "check")
    assert said.status == 4 and "igarage: stands beside delivery.route: list_file" in said.err


def test_without_it_there_must_be_one(installation):
    garage = installation.add("jansen")
    garage.file.write_text(
        "\n".join(
            line
            for line in garage.file.read_text("utf-8").splitlines()
            if not line.startswith(("igarage", "  url", "  token", "  allow", "  timeout"))
        ),
        "utf-8",
    )
    assert "igarage: is missing" in garage.main("config", "check").err


def test_a_folder_that_cannot_be_written_loses_nothing_and_is_told(carried, folder, car):
    folder.write_text("no folder", "utf-8")
    carried.export(car(1))
    carried.run()
    assert "kan niet naar de map" in carried.stand()["message"]
    folder.unlink()
    carried.run()
    assert [each["Kenteken"] for each in read(folder, names(folder)[0])] == ["ZZ001Z"]
    assert len(carried.stand()["lists"]) == 1


def test_the_service_writes_the_days_lists_at_their_time(carried, folder, start, car):
    program = start()
    program.terminate()
    assert program.wait(20) == 0
