"""The commands that decide, without a service: what each does, what it refuses, and the status it ends with."""

from __future__ import annotations

import pytest

from connector.sandbox.answers import FieldError

DECIDING = ("retry", "release", "discard")


@pytest.fixture
def refused(garage, sandbox, car):
    """A garage with one passport that iGarage refused, and one that it has."""
    error = FieldError("vehicle.vin", "invalid", "No.")
    sandbox.order_fault(method="PUT", path="*ZZ001Z", status=422, code="invalid", errors=(error,), times=1)
    garage.export(car(1), car(2))
    garage.run()
    assert [each["reason"] for each in garage.ask("held")] == ["refused"]
    return garage


@pytest.fixture
def gone(garage, sandbox, car):
    """A garage whose one passport reception threw away, as was found before its invitation."""
    garage.export(car(1))
    garage.run()
    sandbox.remove("ZZ001Z")
    garage.configure(delivery={"send": "always"})
    garage.run()
    assert [each["reason"] for each in garage.ask("held")] == ["gone"]
    return garage


@pytest.fixture
def held_file(garage):
    """A garage with a file that is held for its layout; and the file's number."""
    garage.drop(b"Kenteken;Naam\r\nZZ-001-Z;X\r\n")
    garage.run()
    (found,) = garage.ask("held")
    return garage, found["id"]


def made(garage):
    return sorted(plate for verb, plate, _ in garage.effects() if verb == "put")


# ---------------------------------------------------------------- retry


@pytest.mark.parametrize("typed", ["ZZ-001-Z", "zz001z", " zz 001 z "])
def test_a_refused_passport_is_tried_again_when_somebody_says_so(refused, typed):
    before = refused.trace("ZZ-001-Z")
    said = refused.main("retry", typed)
    assert (said.status, said.out, said.err) == (0, "1 AutoPaspoort(en) worden opnieuw geprobeerd.\n", "")
    after = refused.trace("ZZ-001-Z")
    assert (after["state"], after["revision"], after["attempts"]) == ("pending", before["revision"], 0)
    assert after["events"][-1]["event"] == "retried"
    assert refused.run().status == 0
    assert made(refused) == ["ZZ001Z", "ZZ002Z"]


def test_all_of_every_garage_is_tried_again_when_no_plate_is_said(installation, sandbox, car):
    for name in ("jansen", "pietersen"):
        garage = installation.add(name, delivery={"retry": {"first": 20_000, "max": 20_000}})
        garage.export(car(1))
    sandbox.order_fault(method="PUT", status=408, times=2)
    installation.run()
    assert installation.ask("retry") == [
        {"garage": "jansen", "plate": "ZZ001Z"},
        {"garage": "pietersen", "plate": "ZZ001Z"},
    ]
    assert installation.run().status == 0
    assert len(sandbox.passports()) == 2


def test_all_of_one_garage_is_tried_again_when_it_is_named(installation, sandbox, car):
    for name in ("jansen", "pietersen"):
        installation.add(name, delivery={"retry": {"first": 20_000, "max": 20_000}}).export(car(1))
    sandbox.order_fault(method="PUT", status=408, times=2)
    installation.run()
    assert installation.ask("retry", "--garage", "pietersen") == [{"garage": "pietersen", "plate": "ZZ001Z"}]


def test_where_there_is_nothing_to_try_again_a_sentence_says_so(refused):
    refused.main("retry")
    refused.run()
    said = refused.main("retry")
    assert (said.status, said.out) == (0, "0 AutoPaspoort(en) worden opnieuw geprobeerd.\n")
    assert refused.ask("retry") == []


@pytest.mark.parametrize("plate", ["ZZ-002-Z", "ZZ-999-Z"])
def test_a_plate_with_nothing_to_try_again_is_said_on_stderr(refused, plate):
    said = refused.main("retry", plate)
    assert said.status == 1
    assert "niets om opnieuw te proberen" in said.err


def test_a_plate_with_nothing_to_try_again_leaves_standard_output_empty(refused):
    """As `trace` does: whoever reads JSON gets an answer or none."""
    assert refused.main("retry", "ZZ-002-Z", "--json").out == ""
    assert refused.main("retry", "ZZ-002-Z").out == ""


def test_a_retry_mails_nobody_twice(garage, sandbox, car):
    garage.configure(delivery={"send": "always", "retry": {"first": 20_000, "max": 20_000}})
    sandbox.order_fault(method="PUT", status=500, after_deed=True, times=1)
    garage.export(car(1))
    garage.run()
    assert len(garage.mails()) == 1
    for _ in range(3):
        garage.main("retry")
        garage.run()
    assert garage.counts() == {"total": 1, "delivered": 1}
    assert len(garage.mails()) == 1


# ---------------------------------------------------------------- release --as new


def test_a_passport_that_is_gone_is_made_anew_when_somebody_says_so(gone, sandbox):
    said = gone.main("release", "ZZ-001-Z", "--as", "new")
    assert (said.status, said.err) == (0, "")
    assert gone.ask("held") == []
    assert gone.run().status == 0
    assert [each.plate for each in sandbox.passports()] == ["ZZ001Z"]
    assert len(gone.mails()) == 1


def test_a_decision_is_told_in_the_words_of_the_manual(gone):
    assert gone.main("release", "ZZ-001-Z", "--as", "new").out == "Het AutoPaspoort wordt opnieuw gemaakt.\n"


def test_a_passport_made_anew_is_really_at_igarage_though_it_honours_keys(gone, sandbox):
    """Under the key of its first making iGarage would give its first answer again, and make nothing."""
    sandbox.set_mode("honours")
    gone.configure(delivery={"send": "never"})
    assert gone.main("release", "ZZ-001-Z", "--as", "new").status == 0
    gone.run()
    assert gone.counts() == {"total": 1, "delivered": 1}
    assert [each.plate for each in sandbox.passports()] == ["ZZ001Z"]


def test_release_answers_in_json_too(gone):
    assert gone.ask("release", "ZZ-001-Z", "--as", "new") == {
        "done": "het AutoPaspoort wordt opnieuw gemaakt"
    }


@pytest.mark.parametrize(
    ("plate", "sentence"),
    [
        ("ZZ-001-Z", "probeer het met retry"),
        ("ZZ-002-Z", "geen vraag open"),
        ("ZZ-999-Z", "kent dit kenteken niet"),
    ],
)
def test_a_passport_that_is_not_gone_is_not_made_anew(refused, plate, sentence):
    before = refused.installation.state_files()["ledger.sqlite3"]
    said = refused.main("release", plate, "--as", "new")
    assert (said.status, said.out) == (1, "")
    assert sentence in said.err and plate.replace("-", "") not in said.err
    assert refused.installation.state_files()["ledger.sqlite3"] == before


# ---------------------------------------------------------------- files


def test_a_discarded_file_is_read_no_more_and_the_next_export_is(held_file, car):
    garage, number = held_file
    said = garage.main("discard", "--file", number)
    assert (said.status, said.out, said.err) == (0, "Het bestand is weggelegd.\n", "")
    assert garage.ask("held") == []
    assert garage.run().status == 0
    garage.export(car(1))
    assert garage.run().status == 0
    assert made(garage) == ["ZZ001Z"]


def test_discard_answers_in_json_too(held_file):
    garage, number = held_file
    assert garage.ask("discard", "--file", number) == {"done": "het bestand is weggelegd"}


def test_a_file_that_reading_again_does_not_mend_is_not_released(held_file):
    garage, number = held_file
    said = garage.main("release", "--file", number)
    assert (said.status, said.out) == (1, "")
    assert "herstel de export of de instellingen" in said.err and "discard --file" in said.err
    assert [each["id"] for each in garage.ask("held")] == [number]


@pytest.mark.parametrize("command", ["release", "discard"])
def test_a_number_that_no_held_file_has_is_refused(held_file, command):
    garage, number = held_file
    said = garage.main(command, "--file", int(number) + 1)
    assert (said.status, said.out) == (1, "")
    assert f"geen bestand met nummer {int(number) + 1}" in said.err


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "arguments",
    [
        ["release"],
        ["release", "ZZ-001-Z"],
        ["release", "ZZ-001-Z", "--as", "old"],
        ["release", "ZZ-001-Z", "--as", "new", "--file", "1"],
        ["release", "--file", "none"],
        ["discard"],
        ["discard", "--file", "0"],
        ["retry", "ZZ-001-Z", "ZZ-002-Z"],
    ],
)
def test_a_decision_that_is_not_said_whole_is_a_mistake_in_use(refused, arguments):
    said = refused.main(*arguments)
    assert (said.status, said.out) == (2, "")
    assert "Error" in said.err


@pytest.mark.parametrize(
    "arguments", [["retry", "ZZ-001-Z"], ["release", "ZZ-001-Z", "--as", "new"], ["discard", "--file", "1"]]
)
def test_which_garage_is_asked_where_there_are_two(installation, car, arguments):
    for name in ("jansen", "pietersen"):
        installation.add(name).export(car(1))
    installation.run()
    said = installation.main(*arguments)
    assert (said.status, said.out) == (2, "")
    assert "--garage" in said.err


@pytest.mark.parametrize(
    "arguments", [["retry"], ["release", "ZZ-001-Z", "--as", "new"], ["discard", "--file", "1"]]
)
def test_before_the_first_run_there_is_nothing_to_decide_and_nothing_is_made(garage, arguments):
    said = garage.main(*arguments)
    assert (said.status, said.out) == (5, "")
    assert "nog geen administratie" in said.err
    assert not garage.installation.state.exists()


@pytest.mark.parametrize("command", DECIDING)
def test_a_mistake_in_the_configuration_is_said_before_anything_is_decided(refused, command):
    refused.file.write_text(refused.file.read_text("utf-8").replace("watch:", "wach:"), "utf-8")
    arguments = {"release": ["ZZ-001-Z", "--as", "new"], "discard": ["--file", "1"], "retry": []}[command]
    said = refused.main(command, *arguments)
    assert (said.status, said.out) == (4, "")
    assert "did you mean 'watch'" in said.err


@pytest.mark.parametrize("command", DECIDING)
def test_each_command_says_how_it_is_used(garage, command):
    said = garage.main(command, "--help")
    assert said.status == 0 and said.out.startswith(f"Usage: igarage-connector {command}")
