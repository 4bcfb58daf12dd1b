"""What an export would do, before it does anything."""

from __future__ import annotations

import pytest


@pytest.fixture
def waiting(garage, car):
    """A garage that knows three cars, and an export that says something of each kind."""
    garage.export(car(1), car(2), car(3))
    garage.run()
    return garage.export(
        car(1),
        car(2, km="72000"),
        car(4, apk="15-05-1999"),
        car(5, email="nvt"),
        car(6, email="geen"),
        car(7, apk="31-02-2027"),
        name="nieuw.csv",
    )


def test_a_preview_has_its_keys_and_its_counts_add_up(garage, waiting):
    told = garage.ask("preview", waiting, "--garage", "jansen")
    assert (told["file"], told["encoding"], told["delimiter"]) == ("nieuw.csv", "utf-8", ";")
    assert (told["rows"], told["new"], told["changed"], told["unchanged"]) == (6, 1, 1, 1)
    assert told["skipped"] == [{"reason": "no_email", "count": 2}]
    assert [(row["line"], row["column"], row["code"]) for row in told["rejected"]] == [
        (7, "APK datum", "date_invalid")
    ]
    assert told["columns"]["plate"] == "Kenteken"
    assert told["warnings"] == {"apk_out_of_range": 1}
    assert told["file_error"] is None
    skipped = sum(each["count"] for each in told["skipped"])
    assert told["rows"] == (
        told["new"] + told["changed"] + told["unchanged"] + skipped + len(told["rejected"])
    )


def test_a_preview_shows_passports_as_they_were_and_as_they_would_be(garage, waiting):
    shown = {each["plate"]: each for each in garage.ask("preview", waiting)["passports"]}
    assert sorted(shown) == ["ZZ002Z", "ZZ004Z"]
    assert (shown["ZZ002Z"]["before"]["mileage"], shown["ZZ002Z"]["after"]["mileage"]) == (60500, 72000)
    assert shown["ZZ004Z"]["before"] is None


def test_a_preview_writes_nothing_and_asks_nothing(garage, sandbox, waiting):
    state, files, asked = garage.installation.state_files(), garage.prints(), len(sandbox.requests())
    assert garage.installation.process("preview", waiting).status == 0
    assert garage.main("preview", waiting, "--json").status == 0
    assert garage.installation.state_files() == state
    assert garage.prints() == files
    assert len(sandbox.requests()) == asked
    assert garage.counts() == {"total": 3, "delivered": 3}


def test_a_preview_before_the_first_run_makes_no_state(garage, car):
    path = garage.export(car(1))
    assert garage.ask("preview", path)["new"] == 1
    assert not garage.installation.state.exists()


def test_what_a_preview_foretells_is_what_a_run_then_does(garage, waiting):
    foretold = garage.ask("preview", waiting)
    (told,) = garage.run("--json").json["garages"]
    (file,) = told["files"]
    for name in ("new", "changed", "unchanged"):
        assert file[name] == foretold[name]
    assert file["read"] == foretold["rows"]
    assert file["rejected"] == len(foretold["rejected"])


def test_a_preview_of_an_unknown_layout_says_why_the_file_would_be_held(garage):
    path = garage.drop(b"Kenteken;Naam\r\nZZ-001-Z;X\r\n", "vreemd.csv")
    told = garage.ask("preview", path)
    assert "Achternaam" in told["file_error"]
    assert "wordt vastgehouden" in garage.main("preview", path).out


def test_a_preview_for_people_is_in_dutch_and_hides_what_is_wrong(garage, waiting):
    out = garage.main("preview", waiting).out
    assert "rijen 6 = nieuw 1 + gewijzigd 1 + ongewijzigd 1 + overgeslagen 2 + afgekeurd 1" in out
    assert "31-02-2027" not in out


def test_a_preview_takes_a_file_from_anywhere(garage, car, tmp_path):
    path = garage.export(car(1)).rename(tmp_path / "op het bureaublad.csv")
    assert garage.ask("preview", path)["new"] == 1


def test_a_preview_asks_which_garage_and_which_source(installation, car):
    jansen, _ = installation.add("jansen"), installation.add("pietersen")
    path = jansen.export(car(1))
    assert installation.main("preview", path).status == 2
    assert installation.main("preview", path, "--garage", "jansen").status == 0
    said = installation.main("preview", path, "--garage", "jansen", "--source", "leads")
    assert said.status == 2 and "klanten" in said.err
