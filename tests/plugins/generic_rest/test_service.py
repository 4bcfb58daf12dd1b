"""The service as a process: it polls by itself, hears of a reset while it runs, and may be killed."""

from __future__ import annotations

import signal

import pytest


@pytest.fixture
def service(installation):
    """Starts `run`; what is still running at the end is stopped."""
    started = []

    def start():
        started.append(installation.start("run"))
        return started[-1]

    yield start
    for each in started:
        each.terminate()
        each.communicate(timeout=30)


def plates(garage):
    return sorted(plate for _, plate, _ in garage.effects())


def test_a_running_service_polls_again_and_hears_of_a_reset(csw, from_csw, service, until):
    csw.add(1, "2026-01-02T10:00:00")
    garage = from_csw(poll=1, lag="0s")
    service()
    until(lambda: plates(garage) == ["ZZ001Z"])
    csw.add(2, "2026-01-03T10:00:00")
    until(lambda: plates(garage) == ["ZZ001Z", "ZZ002Z"])
    csw.add(3, "2025-06-01T10:00:00")
    said = garage.main("source", "reset", "klanten-api", "--since", "2025-05-01")
    assert said.status == 0
    until(lambda: plates(garage) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"])
    assert [each["state"] for each in garage.stand()["sources"]] == ["ok", "ok"]


def test_another_secret_ends_a_pause_by_itself(csw, from_csw, service, until, tmp_path):
    csw.add(1, "2026-01-02T10:00:00")
    garage = from_csw(poll=300)
    csw.key = "the-new-key"
    service()
    until(lambda: [each["state"] for each in garage.stand()["sources"]] == ["ok", "paused"])
    assert garage.stand()["state"] == "degraded"
    (tmp_path / "gms.secret").write_text("the-new-key")
    until(lambda: plates(garage) == ["ZZ001Z"])


def test_a_customer_that_may_not_be_looked_up_rejects_its_car_and_keeps_no_other_waiting(
    csw, from_csw, service, until
):
    csw.add(1, "2026-01-02T10:00:00")
    csw.add(2, "2026-01-03T10:00:00")
    csw.broken = {"/api/v2/customers/1": 403}
    garage = from_csw(poll=0.1)
    service()
    until(lambda: [each["state"] for each in garage.stand()["sources"]] == ["ok", "paused"])
    for _ in range(2):
        garage.main("source", "reset", "klanten-api")
        asked = len(csw.asked("/api/v2/customers/1"))
        until(lambda asked=asked: len(csw.asked("/api/v2/customers/1")) > asked)
    until(lambda: plates(garage) == ["ZZ002Z"])
    assert [(each["code"], each["column"]) for each in garage.ask("rejected")] == [
        ("lookup_failed", "customer")
    ]


def test_who_presses_ctrl_c_waits_for_no_garage_system_that_is_silent(installation, csw, from_csw, until):
    csw.answering.clear()
    from_csw(http={"timeout": 3000})
    program = installation.start("run", "--once")
    until(lambda: csw.requests)
    program.send_signal(signal.SIGINT)
    said, complaints = program.communicate(timeout=60)
    assert (program.returncode, said, complaints) == (1, "", "")


def test_a_garage_that_polls_alone_says_so_before_its_first_poll(installation, csw, from_csw):
    garage = from_csw()
    written = garage.file.read_text("utf-8")
    start, end = written.index("- name: klanten\n"), written.index("- name: klanten-api")
    garage.file.write_text(written[:start] + written[end:], "utf-8")
    assert "wordt vanzelf bevraagd" in garage.stand()["message"]
    csw.add(1, "2026-01-02T10:00:00")
    assert garage.run().status == 0 and plates(garage) == ["ZZ001Z"]
    assert garage.main("plan").status == 0
