"""Starting, stopping, and what outlives it; who may speak to it."""

import http.client
import socket
import threading
from pathlib import Path

import pytest
import requests

import connector.sandbox
from connector.sandbox import FleetAccount, Garage, Sandbox, serve_forever

TOKENS = {"geheim": "garage-a"}
PASSPORT = {
    "plate": "X0001X",
    "send": True,
    "customer": {"last_name": "Voorbeeld", "email": "a@voorbeeld.example"},
}


def put(url, key="k"):
    headers = {"Authorization": "Bearer geheim", "Idempotency-Key": key}
    return requests.put(f"{url}/passports/X0001X", json=PASSPORT, headers=headers, timeout=20)


def test_it_ends_its_threads_and_frees_its_port_also_with_connections_open():
    before = set(threading.enumerate())
    with Sandbox(TOKENS, threads=4) as sandbox, requests.Session() as session:
        session.get(f"{sandbox.url}/garage", timeout=20)
        assert set(threading.enumerate()) - before
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", sandbox.port), timeout=20)


def test_it_ends_while_an_answer_is_held(meanwhile, until):
    before = set(threading.enumerate())
    with Sandbox(TOKENS, threads=4) as sandbox:
        sandbox.order_fault(hold=True)
        left = meanwhile(put, sandbox.url)
        until(lambda: len(sandbox.requests()) == 1)
    left.exception()
    assert not {thread for thread in threading.enumerate() if thread.name.startswith("sandbox")} - before


def test_stopped_it_refuses_and_started_again_it_is_at_the_same_place_and_remembers():
    with Sandbox(TOKENS, threads=4) as sandbox:
        url = sandbox.url
        put(url)
        sandbox.stop()
        with pytest.raises(requests.ConnectionError):
            put(url)
        sandbox.start()
        assert sandbox.url == url
        assert put(url).status_code == 201
        assert len(sandbox.mails()) == 1


def test_it_cannot_be_started_twice():
    with Sandbox(TOKENS, threads=4) as sandbox, pytest.raises(RuntimeError):
        sandbox.start()


def test_a_port_in_use_is_said_and_leaves_no_thread(sandbox):
    before = set(threading.enumerate())
    with pytest.raises(OSError, match="in use"):
        Sandbox(TOKENS, port=sandbox.port).start()
    assert set(threading.enumerate()) <= before


def test_a_state_file_outlives_the_sandbox_with_its_keys(tmp_path):
    state = tmp_path / "sandbox.db"
    with Sandbox(TOKENS, state=state, threads=4) as first:
        put(first.url)
    with Sandbox(TOKENS, state=state, threads=4) as second:
        assert put(second.url).status_code == 201
        assert [call.outcome for call in second.requests()] == ["answered", "replayed"]
        assert (len(second.mails()), len(second.effects())) == (1, 1)


def test_a_state_file_is_for_its_owner_only(tmp_path):
    state = tmp_path / "sandbox.db"
    with Sandbox(TOKENS, state=state, threads=4) as sandbox:
        put(sandbox.url)
        modes = {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_garage_tells_the_facts_it_was_given():
    accounts = (FleetAccount("w-1", "Wagenpark Voorbeeld"),)
    facts = Garage("garage-a", "Garage Jansen", requests_per_minute=600, fleet_accounts=accounts)
    with Sandbox(TOKENS, garages=[facts], threads=4) as sandbox:
        headers = {"Authorization": "Bearer geheim"}
        told = requests.get(f"{sandbox.url}/garage", headers=headers, timeout=20).json()
    assert told["name"] == "Garage Jansen"
    assert told["limits"]["requests_per_minute"] == 600
    assert told["fleet_accounts"] == [{"id": "w-1", "name": "Wagenpark Voorbeeld"}]


def test_a_connection_is_kept_alive(sandbox):
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=20)
    ends = set()
    for _ in range(3):
        connection.request("GET", "/connector/v1/garage", headers={"Authorization": "Bearer geheim-a"})
        assert connection.getresponse().read()
        ends.add(connection.sock.getsockname())
    connection.close()
    assert len(ends) == 1


def test_many_clients_at_once_lose_nothing(meanwhile):
    with Sandbox(TOKENS, threads=8) as sandbox:
        runs = [meanwhile(lambda n=n: [put(sandbox.url, f"k-{n}-{i}") for i in range(10)]) for n in range(4)]
        answers = [answer.status_code for run in runs for answer in run.result()]
        assert sorted(answers) == [200] * 39 + [201]
        assert (len(sandbox.requests()), len(sandbox.effects()), len(sandbox.mails())) == (40, 40, 1)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_loopback_names_are_served(sandbox, name):
    headers = {"Host": f"{name}:{sandbox.port}"}
    assert requests.get(sandbox.origin, headers=headers, timeout=20).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "elders.example",
        "elders.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.elders.example:{port}",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("DELETE", "/sandbox/faults"),
        ("OPTIONS", "/sandbox/mode"),
        ("PUT", "/connector/v1/passports/X0001X"),
    ],
)
def test_other_hosts_are_turned_away_on_every_method(sandbox, host, method, path):
    headers = {"Host": host.format(port=sandbox.port), "Authorization": "Bearer geheim-a"}
    answer = requests.request(method, sandbox.origin + path, headers=headers, timeout=20)
    assert (answer.status_code, sandbox.requests()) == (403, [])


def test_the_root_page_says_that_it_is_a_stand_in(sandbox):
    page = requests.get(sandbox.origin, timeout=20).text
    assert "nagebootste" in page
    assert "stand-in" in page


def test_serve_forever_announces_itself_and_ends_when_told():
    stop, seen = threading.Event(), []

    def announce(sandbox):
        seen.append(put(sandbox.url).status_code)
        stop.set()

    serve_forever(TOKENS, port=0, announce=announce, stop=stop)
    assert seen == [201]


def test_the_sandbox_shares_no_code_with_the_connector():
    own = Path(connector.sandbox.__file__).parent
    imports = {
        line.split()[1]
        for source in own.glob("*.py")
        for line in source.read_text(encoding="utf-8").splitlines()
        if line.lstrip().startswith(("import connector", "from connector"))
    }
    assert imports
    assert all(name.startswith("connector.sandbox") for name in imports)
