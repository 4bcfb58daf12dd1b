"""The service as it runs: always on, told to stop, decided about beside it, and never slowed by a garage that pauses.

What a test waits for comes from an event, a decision or a probe: the times after which a task comes by itself are all
longer than a test's patience.
"""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from connector.sandbox.answers import FieldError

NEVER_BY_ITSELF = 86_400
SOON = 20
"""Seconds after which a broken test ends: less than any task waits by itself."""

BROKEN_ADAPTER = """
import os
from pathlib import Path
from connector import hookimpl, kit
from connector.model import Column

@hookimpl
def connector_read_file(file):
    if Path(__file__).with_name("broken").exists():
        raise RuntimeError("it broke")
    return kit.read_csv(file)

@hookimpl
def connector_columns():
    names = {"plate": "Kenteken", "email": "E-mail", "last_name": "Achternaam"}
    return {field: Column(names=(name,)) for field, name in names.items()}
"""


@pytest.fixture
def soon():
    """Wait for what the service is about to do."""

    def wait(holds):
        deadline = time.monotonic() + SOON
        while not holds():
            assert time.monotonic() < deadline, "this never came to be"
            time.sleep(0.01)

    return wait


@pytest.fixture
def calm(installation):
    """Garages that look at their folder when something happens there, and probes that come quickly."""
    installation.settle_down(probe={"first": 0.05, "max": 0.05})

    def add(name="jansen", **changes):
        source = {"settle": 0.1, "scan_every": NEVER_BY_ITSELF, **changes.pop("source", {})}
        return installation.add(name, source=source, **changes)

    return add


def end(program, by=signal.SIGTERM):
    """Tell it to stop; its status and what it said since it ran."""
    program.send_signal(by)
    out, err = program.communicate(timeout=60)
    return program.returncode, out, err


def plates(garage):
    return sorted(plate for verb, plate, _ in garage.effects() if verb == "put")


def refuse(sandbox, *, times=1):
    error = FieldError("vehicle.vin", "invalid", "No.")
    sandbox.order_fault(method="PUT", status=422, code="invalid", errors=(error,), times=times)


# ---------------------------------------------------------------- watching


def test_a_file_dropped_is_at_igarage_without_a_restart(calm, start, soon, car):
    garage = calm()
    program = start()
    for number in (1, 2):
        garage.export(*map(car, range(1, number + 1)))
        soon(lambda number=number: len(plates(garage)) == number)
    assert end(program) == (0, "", "")
    assert garage.counts() == {"total": 2, "delivered": 2}


def test_what_came_while_it_was_off_is_taken_when_it_starts(calm, start, soon, car):
    garage = calm()
    garage.export(car(1))
    program = start()
    soon(lambda: plates(garage) == ["ZZ001Z"])
    assert end(program)[0] == 0
    garage.export(car(1), car(2))
    program = start()
    soon(lambda: plates(garage) == ["ZZ001Z", "ZZ002Z"])
    assert end(program)[0] == 0


def test_a_file_that_is_written_bit_by_bit_is_taken_once_and_whole(calm, start, soon, car):
    garage = calm()
    whole = garage.export(*map(car, range(1, 6))).read_bytes()
    (garage.export_folder / "klanten.csv").unlink()
    program = start()
    middle = whole.index(b"ZZ-003") + 4
    with (garage.export_folder / "klanten.csv").open("wb", buffering=0) as file:
        file.write(whole[:middle])
        soon(lambda: garage.stand()["sources"][0]["state"] == "waiting")
        file.write(whole[middle:])
    soon(lambda: len(plates(garage)) == 5)
    assert end(program)[0] == 0
    assert garage.ask("rejected") == []


def test_a_folder_that_goes_and_comes_back_is_watched_again(calm, start, soon, car):
    garage = calm(source={"scan_every": 0.2})
    garage.export(car(1))
    program = start()
    soon(lambda: plates(garage) == ["ZZ001Z"])
    away = garage.export_folder.rename(garage.folder / "away")
    soon(lambda: garage.stand()["sources"][0]["state"] == "unavailable")
    away.rename(garage.export_folder)
    garage.export(car(1), car(2))
    soon(lambda: plates(garage) == ["ZZ001Z", "ZZ002Z"])
    soon(lambda: garage.stand()["sources"][0]["state"] == "ok")
    assert end(program)[0] == 0


def test_a_file_is_moved_to_the_archive_when_the_ledger_has_it(calm, start, soon, car, tmp_path):
    archive = tmp_path / "archive"
    garage = calm(source={"archive": str(archive)})
    program = start()
    for number in (1, 2):
        content = garage.export(*map(car, range(1, number + 1))).read_bytes()
        name = "klanten.csv" if number == 1 else "klanten-2.csv"
        soon(lambda name=name: (archive / name).exists())
        assert (archive / name).read_bytes() == content
        soon(lambda number=number: len(plates(garage)) == number)
    assert list(garage.export_folder.iterdir()) == []
    assert garage.stand()["sources"][0]["state"] == "ok"
    assert end(program)[0] == 0


def test_a_file_that_is_held_stays_where_people_look_for_it(calm, start, soon, tmp_path):
    garage = calm(source={"archive": str(tmp_path / "archive")})
    program = start()
    garage.drop(b"Kenteken;Naam\r\nZZ-001-Z;X\r\n")
    soon(lambda: garage.stand()["sources"][0]["state"] == "held")
    assert end(program)[0] == 0
    assert [path.name for path in garage.export_folder.iterdir()] == ["klanten.csv"]
    assert not (tmp_path / "archive").exists()


# ---------------------------------------------------------------- one service, that stops when it is told to


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_to(calm, start, by):
    garage = calm()
    program = start()
    assert end(program, by) == (0, "", "")
    assert not (garage.installation.state / "ledger.pid").exists()


def test_it_stops_in_the_middle_of_a_call_that_never_ends_and_nothing_is_lost_or_doubled(
    calm, start, soon, sandbox, car
):
    garage = calm(delivery={"send": "always"}, igarage={"timeout": 120})
    sandbox.order_fault(method="PUT", hold=True, after_deed=True)
    garage.export(*map(car, range(1, 4)))
    program = start()
    soon(garage.deeds)
    assert end(program)[0] == 0
    sandbox.clear_faults()
    assert garage.run().status == 0
    assert garage.counts() == {"total": 3, "delivered": 3}
    assert len(garage.mails()) == 3 == len(set(garage.mails()))


@pytest.mark.parametrize("arguments", [["run"], ["run", "--once"]])
def test_a_second_program_is_refused_with_the_number_of_the_first(calm, start, soon, car, arguments):
    garage = calm()
    program = start()
    second = garage.installation.process(*arguments)
    assert (second.status, second.out) == (2, "")
    assert "another igarage-connector" in second.err and f"(process {program.pid})" in second.err
    garage.export(car(1))
    soon(lambda: plates(garage) == ["ZZ001Z"])  # the first goes on
    assert end(program)[0] == 0


def test_status_tells_whether_the_service_runs_and_as_which_process(calm, start):
    garage = calm()
    assert garage.ask("status")["service"] == {"running": False, "pid": None}
    program = start()
    assert garage.ask("status")["service"] == {"running": True, "pid": program.pid}
    assert "De dienst draait nu niet" not in garage.main("status").out
    end(program)
    assert garage.ask("status")["service"] == {"running": False, "pid": None}
    assert "De dienst draait nu niet" in garage.main("status").out


def test_a_service_whose_state_folder_goes_away_stops_and_says_so(calm, start):
    garage = calm()
    program = start()
    garage.installation.state.rename(garage.folder / "lost")
    _, err = program.communicate(timeout=60)
    assert program.returncode == 5
    assert str(garage.installation.state) in err and "gone" in err


# ---------------------------------------------------------------- decided beside it


def test_what_is_retried_beside_it_goes_at_once(calm, start, soon, sandbox, car):
    garage = calm()
    refuse(sandbox)
    garage.export(car(1))
    program = start()
    soon(lambda: garage.counts() == {"total": 1, "held": 1})
    said = garage.main("retry", "ZZ-001-Z")
    assert (said.status, said.err) == (0, "")
    soon(lambda: plates(garage) == ["ZZ001Z"])
    assert end(program)[0] == 0
    keys = {seen.key for seen in sandbox.requests() if seen.method == "PUT"}
    assert len(keys) == 1


def test_what_backs_off_for_long_goes_at_once_when_all_is_retried(calm, start, soon, sandbox, car):
    garage = calm(delivery={"retry": {"first": 20_000, "max": 20_000}})
    sandbox.order_fault(method="PUT", status=408, times=1)
    garage.export(car(1))
    program = start()
    soon(lambda: garage.asked() and garage.counts() == {"total": 1, "pending": 1})
    assert garage.main("retry").out == "1 AutoPaspoort(en) worden opnieuw geprobeerd.\n"
    soon(lambda: plates(garage) == ["ZZ001Z"])
    assert end(program)[0] == 0


def test_what_is_released_as_new_beside_it_is_made_anew(calm, start, soon, sandbox, car):
    garage = calm()
    garage.export(car(1))
    garage.run()
    garage.configure(delivery={"send": "always"})
    sandbox.remove("ZZ001Z")
    program = start()
    soon(lambda: garage.counts() == {"total": 1, "held": 1})
    assert garage.ask("held")[0]["reason"] == "gone"
    assert garage.main("release", "ZZ-001-Z", "--as", "new").status == 0
    soon(lambda: len(garage.mails()) == 1)
    soon(lambda: garage.counts() == {"total": 1, "delivered": 1})
    assert end(program)[0] == 0
    assert [each.plate for each in sandbox.passports()] == ["ZZ001Z"]


def test_a_held_file_that_is_discarded_beside_it_is_told_of_no_more(calm, start, soon, car):
    garage = calm()
    garage.drop(b"Kenteken;Naam\r\nZZ-001-Z;X\r\n")
    program = start()
    soon(lambda: garage.stand()["sources"][0]["state"] == "held")
    (held,) = garage.ask("held")
    assert garage.main("discard", "--file", held["id"]).status == 0
    soon(lambda: garage.stand()["sources"][0]["state"] == "ok")
    assert garage.ask("held") == []
    garage.export(car(1))
    soon(lambda: plates(garage) == ["ZZ001Z"])
    assert end(program)[0] == 0


@pytest.fixture
def breaking(tmp_path):
    """The environment of a process in which an adapter is installed that breaks, and what mends it."""
    place = tmp_path / "site"
    info = place / "breaking-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: breaking\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[igarage_connector.adapters]\nbreaking = breaking_adapter\n")
    (place / "breaking_adapter.py").write_text(BROKEN_ADAPTER)
    (place / "broken").touch()
    path = os.pathsep.join([str(place), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {"PYTHONPATH": path}, (place / "broken").unlink


def test_a_held_file_that_is_released_beside_it_is_read_again(calm, start, soon, car, breaking):
    environment, mend = breaking
    garage = calm()
    garage.configure(source={"adapter": "breaking", "settings": None})
    text = garage.file.read_text("utf-8").replace("  settings: null\n", "")
    garage.file.write_text(text, "utf-8")
    garage.export(car(1))
    program = start(env=environment)

    def held():
        return garage.installation.process("held", "--json", env=environment).json

    soon(held)
    (found,) = held()
    assert found["reason"] == "adapter_failed"
    mend()
    said = garage.installation.process("release", "--file", found["id"], env=environment)
    assert (said.status, said.err) == (0, "")
    soon(lambda: plates(garage) == ["ZZ001Z"])
    assert end(program)[0] == 0


# ---------------------------------------------------------------- pauses


def test_a_token_that_is_replaced_is_used_without_a_restart(calm, start, soon, sandbox, car):
    garage = calm()
    garage.installation.settle_down(probe={"first": 3000, "max": 3000})
    sandbox.revoke(garage.token)
    garage.export(car(1))
    program = start()
    soon(lambda: (garage.stand()["pause"] or {}).get("code") == "unauthorised")
    sandbox.set_token("a-new-one", garage.id)
    garage.write_token("a-new-one\n")
    soon(lambda: plates(garage) == ["ZZ001Z"])
    assert garage.stand()["pause"] is None
    assert end(program)[0] == 0


def test_a_token_that_was_not_there_is_used_when_it_comes(calm, start, soon, car):
    garage = calm()
    garage.installation.settle_down(probe={"first": 3000, "max": 3000})
    garage.token_file.unlink()
    garage.export(car(1))
    program = start()
    soon(lambda: (garage.stand()["pause"] or {}).get("code") == "token_unusable")
    garage.write_token(garage.token)
    soon(lambda: plates(garage) == ["ZZ001Z"])
    assert end(program)[0] == 0


def test_a_token_that_is_revoked_midway_costs_nothing_when_another_comes(calm, start, soon, sandbox, car):
    garage = calm(delivery={"send": "always"})
    garage.export(*map(car, range(1, 8)))
    sandbox.order_fault(method="PUT", status=401, code="unauthorised", after=2)
    sandbox.order_fault(path="/garage", status=401, code="unauthorised", after=1)
    program = start()
    soon(lambda: (garage.stand()["pause"] or {}).get("probes", 0) > 1)
    assert garage.ask("held") == []
    sandbox.clear_faults()
    soon(lambda: garage.counts() == {"total": 7, "delivered": 7})
    assert end(program)[0] == 0
    assert len(garage.mails()) == 7 == len(set(garage.mails()))


def test_status_tells_since_when_a_garage_pauses_and_when_it_is_probed_next(calm, start, soon, sandbox, car):
    garage = calm()
    garage.installation.settle_down(probe={"first": 40, "max": 3000})
    sandbox.order_fault(path="/garage", status=503, code="unavailable", retry_after="1800")
    garage.export(car(1))
    began = datetime.now(UTC)
    program = start()
    soon(lambda: garage.stand()["pause"])
    pause = garage.stand()["pause"]
    since, until, probe = (datetime.fromisoformat(pause[name]) for name in ("since", "until", "next_probe"))
    assert (pause["code"], pause["probes"]) == ("unavailable", 1)
    assert began <= since <= datetime.now(UTC)
    assert until == probe == since + timedelta(seconds=1800)
    message = garage.stand()["message"]
    assert message.startswith("sinds ") and "gepauzeerd: iGarage is even niet beschikbaar" in message
    assert "volgende poging om " in message
    assert end(program)[0] == 0


def test_a_garage_whose_igarage_is_silent_slows_no_other(calm, start, soon, sandbox, car):
    jansen, pietersen = calm("jansen"), calm("pietersen")
    sandbox.order_fault(garage="jansen", hold=True)
    for each in (jansen, pietersen):
        each.export(car(1))
    program = start()
    for number in (1, 2, 3):
        pietersen.export(*map(car, range(1, number + 1)))
        soon(lambda number=number: len(plates(pietersen)) == number)
    assert plates(jansen) == []
    sandbox.clear_faults()
    soon(lambda: plates(jansen) == ["ZZ001Z"])
    assert end(program)[0] == 0


def test_a_garage_that_is_paused_slows_no_other(calm, start, soon, sandbox, car):
    jansen, pietersen = calm("jansen"), calm("pietersen")
    sandbox.order_fault(garage="jansen", status=503, code="unavailable", retry_after="3600")
    for each in (jansen, pietersen):
        each.export(car(1))
    program = start()
    soon(lambda: jansen.stand()["pause"])
    for number in (1, 2):
        pietersen.export(*map(car, range(1, number + 1)))
        soon(lambda number=number: len(plates(pietersen)) == number)
    assert pietersen.stand()["pause"] is None
    assert len([seen for seen in sandbox.requests() if seen.garage == "jansen"]) == 1
    assert end(program)[0] == 0


def test_an_igarage_that_fails_again_and_again_pauses_the_garage_and_loses_nothing(
    calm, start, soon, sandbox, car
):
    garage = calm(delivery={"send": "always"})
    sandbox.order_fault(method="PUT", status=500, after_deed=True)
    garage.export(*map(car, range(1, 13)))
    program = start()
    soon(lambda: len([each for each in garage.asked() if each[0] == "PUT"]) > 30)
    assert garage.ask("held") == []
    sandbox.clear_faults()
    soon(lambda: garage.counts() == {"total": 12, "delivered": 12})
    assert end(program)[0] == 0
    assert len(garage.mails()) == 12 == len(set(garage.mails()))


def test_an_igarage_that_comes_back_finds_the_backlog_waiting(calm, start, soon, sandbox, car):
    garage = calm(delivery={"send": "always"})
    sandbox.stop()
    program = start()
    garage.export(*map(car, range(1, 6)))
    soon(lambda: garage.counts() == {"total": 5, "pending": 5})
    soon(lambda: (garage.stand()["pause"] or {}).get("probes", 0) > 3)
    sandbox.start()
    soon(lambda: garage.counts() == {"total": 5, "delivered": 5})
    assert {garage.trace(f"ZZ-{number:03}-Z")["attempts"] for number in range(1, 6)} == {0}
    assert end(program)[0] == 0
    assert len(garage.mails()) == 5


def test_invitations_that_a_person_lets_go_beside_the_service_go_at_once(calm, start, sandbox, car, soon):
    garage = calm("jansen", delivery={"send": "always"}, brake={"mails": 2})
    start()
    garage.export(*map(car, range(1, 5)))
    soon(lambda: garage.stand()["message"].startswith("4 uitnodigingen wachten"))
    assert (garage.mails(), sandbox.passports()) == ([], [])
    assert garage.main("release", "--mails", "1").status == 0
    soon(lambda: len(garage.mails()) == 1)
    assert garage.main("release", "--all").status == 0
    soon(lambda: len(garage.mails()) == 4)
    soon(lambda: garage.stand()["state"] == "ok")
