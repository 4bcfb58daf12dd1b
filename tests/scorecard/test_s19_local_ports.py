"""S19: the program listens on this computer alone, where it was asked to, and to its own name."""

from __future__ import annotations

import ipaddress
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads the sockets of Linux")
LISTENS = "0A"


def listening(pid: int) -> set[tuple[str, int]]:
    """Every address and port that a process listens on."""
    inodes = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(each.readlink())
        except OSError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENS and fields[9] in inodes:
                address, port = fields[1].split(":")
                found.add((_address(address), int(port, 16)))
    return found


def _address(text: str) -> str:
    words = [bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8)]
    return str(ipaddress.ip_address(b"".join(words)))


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def serve(installation):
    running: list[subprocess.Popen[str]] = []

    def serve() -> subprocess.Popen[str]:
        program = installation.start("run")
        running.append(program)
        assert program.stdout is not None and program.stdout.readline()
        return program

    yield serve
    for program in running:
        program.kill()
        program.communicate()


@pytest.fixture
def receives(garage, port: int):
    (garage.folder / "garages" / "push.token").write_text("push-token")
    receive = {"port": port, "path": "/carsys", "token_file": "push.token"}
    garage.configure(
        source={"adapter": "carsys", "watch": None, "settle": None, "receive": receive, "settings": {}}
    )
    return garage


def test_a_service_that_was_not_asked_to_receive_listens_nowhere(garage, car, serve, until) -> None:
    garage.configure(source={"scan_every": 0.2})
    garage.export(car(1))
    program = serve()
    until(lambda: garage.counts().get("delivered"))
    assert listening(program.pid) == set()


def test_one_that_receives_listens_on_loopback_at_its_port_alone(receives, port, serve, until) -> None:
    program = serve()
    until(lambda: listening(program.pid))
    assert listening(program.pid) == {("127.0.0.1", port)}


@pytest.mark.parametrize(
    "host", ["rebound.example", "rebound.example:{port}", "127.0.0.1", "localhost.evil.example:{port}"]
)
def test_a_page_that_was_led_here_by_another_name_is_not_let_in(
    receives, port, serve, until, host: str
) -> None:
    program = serve()
    until(lambda: listening(program.pid))
    headers = {"Host": host.format(port=port), "Authorization": "Bearer push-token"}
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"):
        answer = requests.request(method, f"http://127.0.0.1:{port}/carsys", headers=headers, timeout=60)
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_form_of_a_page_elsewhere_can_push_nothing(receives, port, serve, until) -> None:
    program = serve()
    until(lambda: listening(program.pid))
    url = f"http://127.0.0.1:{port}/carsys"
    form = {"Content-Type": "text/plain", "Origin": "https://evil.example"}
    assert requests.post(url, data="{}", headers=form, timeout=60).status_code == 401
    preflight = requests.options(url, headers={"Origin": "https://evil.example"}, timeout=60)
    assert preflight.status_code == 405
    assert not [name for name in preflight.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "192.168.1.10", "8.8.8.8", "localhost", ""])  # noqa: S104  # refused
def test_it_can_be_asked_to_listen_nowhere_else(receives, port, listen: str) -> None:
    receive = {"listen": listen, "port": port, "path": "/carsys", "token_file": "push.token"}
    receives.configure(source={"receive": receive})
    said = receives.main("config", "check")
    assert said.status == 4 and "receive.listen" in said.err


def test_the_stand_in_for_igarage_listens_on_loopback_alone() -> None:
    command = [sys.executable, "-m", "connector", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None and program.stdout.readline()
        found = listening(program.pid)
        program.kill()
    assert {address for address, _ in found} == {"127.0.0.1"} and len(found) == 1
