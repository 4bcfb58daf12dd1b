"""What the exit status of a run tells: the first that applies of 4, 6, 5, 1, 3, 0."""

from __future__ import annotations

import sqlite3

import pytest


@pytest.fixture
def garages(installation, car):
    """Five garages, each with a car."""
    made = {name: installation.add(name) for name in ("a", "b", "c", "d", "e")}
    for garage in made.values():
        garage.export(car(1))
    return made


def misconfigure(garage, **_):
    garage.file.write_text(garage.file.read_text("utf-8").replace("watch:", "wach:"), "utf-8")


def revoke(garage, sandbox, **_):
    sandbox.revoke(garage.token)


def lose_folder(garage, **_):
    garage.export_folder.rename(garage.folder / f"lost-{garage.id}")


def break_rows(garage, car, **_):
    garage.export(car(1, apk="31-02-2027"))


TROUBLES = [(4, misconfigure), (6, revoke), (5, lose_folder), (3, break_rows)]


@pytest.mark.parametrize("first", range(len(TROUBLES) + 1))
def test_of_several_troubles_the_first_in_order_is_told(installation, garages, sandbox, car, first):
    standing = TROUBLES[first:]
    for garage, (_, spoil) in zip(garages.values(), standing, strict=False):
        spoil(garage=garage, sandbox=sandbox, car=car)
    assert installation.run().status == (standing[0][0] if standing else 0)
    sound = list(garages.values())[len(standing)]
    assert sound.counts() == {"total": 1, "delivered": 1}


def test_a_trouble_that_nobody_foresaw_is_1_and_stops_no_other_garage(installation, garages):
    installation.run()
    with sqlite3.connect(installation.state / "ledger.sqlite3") as ledger:
        ledger.execute("UPDATE passports SET content = 'damaged', next_step = 'put' WHERE garage = 'b'")
        ledger.execute("UPDATE passports SET delivered_revision = NULL WHERE garage IN ('b', 'c')")
        ledger.execute("UPDATE passports SET next_step = 'put', state = 'pending' WHERE garage = 'c'")
    said = installation.run()
    assert said.status == 1
    assert "b: er ging iets mis" in said.err and "JSONDecodeError at connector." in said.err
    assert garages["c"].counts() == {"total": 1, "delivered": 1}


def test_a_bad_garage_file_stops_that_garage_alone_and_is_told_with_its_place(installation, garages):
    misconfigure(garages["b"])
    said = installation.run()
    assert said.status == 4
    assert f"{garages['b'].file}:" in said.err and "did you mean 'watch'" in said.err
    assert "1 garagebestand(en) met fouten" in said.out
    assert garages["a"].counts() == {"total": 1, "delivered": 1}
    stand = installation.ask("status")["garages"]
    assert {each["garage"]: each["state"] for each in stand} == {
        "a": "ok",
        "b": "error",
        "c": "ok",
        "d": "ok",
        "e": "ok",
    }


def test_a_run_of_one_garage_is_not_about_the_mistakes_of_another(installation, garages):
    misconfigure(garages["b"])
    said = installation.run("--garage", "a")
    assert (said.status, said.err) == (0, "")
    assert installation.run("--garage", "b").status == 4
    assert garages["c"].counts() == {}


def test_a_bad_configuration_leaves_what_is_waiting_byte_for_byte(garage, sandbox, car):
    garage.export(car(1))
    sandbox.revoke(garage.token)
    garage.run()
    before = garage.installation.state_files()
    misconfigure(garage)
    assert garage.run().status == 4
    assert garage.installation.state_files() == before


def test_a_folder_without_garages_is_a_mistake_in_the_configuration(installation):
    said = installation.run()
    assert (said.status, said.out) == (4, "")
    assert "holds no garage" in said.err


def test_a_mistake_in_the_connectors_own_file_stops_everything(garage):
    garage.installation.settle_down(thread=4)
    said = garage.run()
    assert said.status == 4
    assert "connector.yaml:1:1: thread" in said.err and "did you mean 'threads'" in said.err
    assert not garage.installation.state.exists()


def test_what_is_held_or_pending_is_3_every_time_and_a_skip_never(garage, sandbox, car):
    garage.export(car(1, email="nvt"), car(2, plate=""))
    assert garage.run().status == 0
    garage.export(car(1, email="fout"))
    assert [garage.run().status for _ in range(2)] == [3, 3]
    garage.export(car(1))
    sandbox.order_fault(method="PUT", status=500, times=1)
    assert [garage.run().status for _ in range(2)] == [3, 0]


def test_a_held_file_is_3_every_time(garage):
    garage.drop(b"Kenteken;Naam\r\nZZ-001-Z;X\r\n")
    assert [garage.run().status for _ in range(2)] == [3, 3]


def test_looking_is_0_whatever_there_is_to_see(garage, car):
    garage.export(car(1, email="fout"), car(2, apk="31-02-2027"))
    garage.run()
    for command in ("status", "held", "rejected", "skipped"):
        assert garage.main(command).status == 0


def test_a_state_folder_that_cannot_be_made_is_said_and_ends_with_5(garage):
    (garage.folder / "in-the-way").write_text("a file, no folder")
    garage.installation.settle_down(state={"directory": "./in-the-way/state"})
    said = garage.run()
    assert (said.status, said.out) == (5, "")
    assert "in-the-way" in said.err


def test_a_log_file_that_cannot_be_written_is_a_mistake_in_the_configuration(garage):
    garage.installation.settle_down(logging={"file": "./garages"})
    said = garage.run()
    assert (said.status, said.out) == (4, "")
    assert "logging.file" in said.err


def test_a_damaged_ledger_is_said_in_a_sentence_and_never_taken_for_an_empty_one(garage, car):
    garage.export(car(1))
    garage.run()
    damaged = garage.installation.state / "ledger.sqlite3"
    damaged.write_bytes(b"no database at all" * 300)
    said = garage.run()
    assert (said.status, said.out) == (5, "")
    assert "ledger" in said.err
    assert damaged.read_bytes().startswith(b"no database")
