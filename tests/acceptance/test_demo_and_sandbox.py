"""The two commands that show the program: the demonstration, and the stand-in iGarage."""

from __future__ import annotations

import json
import stat
import subprocess

import requests

LAST_LINE = (
    "demo: 40 rijen, 29 AutoPaspoorten, 2 vastgehouden, 5 overgeslagen, 4 afgekeurd, 0 dubbel, 0 kwijt — OK"
)


def test_the_demo_shows_a_table_and_its_one_line_and_takes_its_folder_away(installation, tmp_path, until):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = installation.start("demo", env=dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)))
    until(lambda: any(path.is_dir() for path in temporary.iterdir()))
    (folder,) = temporary.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    out, err = program.communicate(timeout=180)
    assert (program.returncode, err) == (0, "")
    assert out.splitlines()[-1] == LAST_LINE
    assert "AutoPaspoorten  29" in out
    (corrected,) = [line for line in out.splitlines() if "kwam terug" in line]
    assert "k***@v***.example" in corrected and "1 klant is opnieuw uitgenodigd" in corrected
    assert list(temporary.iterdir()) == []


def test_the_demo_answers_in_json_keeps_its_folder_and_serves_until_enter(installation, tmp_path, until):
    folder = tmp_path / "demo"
    program = installation.start(
        "demo", "--json", "--serve", "--keep", folder, stdin=subprocess.PIPE, umask=0
    )
    address = program.stderr.readline().split()[-1].removesuffix("/connector/v1")
    until(lambda: requests.get(f"{address}/sandbox/mails", timeout=20).json()["count"] == 30)
    assert "Dit is iGarage niet" in requests.get(address, timeout=20).text
    out, _ = program.communicate("\n", timeout=180)
    told = json.loads(out)
    assert (program.returncode, told["ok"], told["faults"]) == (0, True, [])
    counted = {name: told[name] for name in ("rows", "passports", "held", "skipped", "rejected")}
    assert counted == {"rows": 40, "passports": 29, "held": 2, "skipped": 5, "rejected": 4}
    assert (told["doubled"], told["lost"]) == (0, 0)
    assert (folder / "export" / "klanten.csv").read_bytes().decode("cp1252").count("\r\n") == 41
    kept = installation.main("status", "--json", "--config", folder).json
    assert kept["garages"][0]["passports"]["delivered"] == 29
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]} == {0}


def test_the_demo_writes_into_no_folder_that_holds_something(garage, tmp_path):
    before = sorted(garage.folder.rglob("*"))
    said = garage.main("demo", "--keep", garage.folder)
    assert (said.status, said.out) == (2, "")
    assert "not empty" in said.err
    assert sorted(garage.folder.rglob("*")) == before


def test_the_sandbox_says_where_it_listens_and_what_it_is(installation):
    program = installation.start("sandbox", "--port", "0", "--token", "geheim=jansen")
    first = program.stdout.readline()
    try:
        address = first.split()[-1]
        assert "stand-in" in first and address.startswith("http://127.0.0.1:")
        told = requests.get(
            f"{address}/garage", headers={"Authorization": "Bearer geheim"}, timeout=20
        ).json()
        assert told["id"] == "jansen"
        root = requests.get(address.replace("/connector/v1", "/"), timeout=20).text
        assert "Dit is iGarage niet" in root
    finally:
        program.terminate()
        program.communicate(timeout=180)


def test_the_sandbox_says_when_its_port_is_taken(installation, sandbox):
    said = installation.process("sandbox", "--port", str(sandbox.port))
    assert (said.status, said.out) == (1, "")
    assert str(sandbox.port) in said.err and "Traceback" not in said.err


def test_a_token_of_the_sandbox_written_wrong_is_a_mistake_in_use(installation):
    said = installation.main("sandbox", "--token", "geheim")
    assert said.status == 2 and "TOKEN=GARAGE" in said.err


def test_the_program_speaks_to_the_sandbox_as_people_start_it(installation, tmp_path, car):
    """Three processes: the sandbox, a run and a look."""
    remembered = tmp_path / "sandbox.sqlite3"
    arguments = ("sandbox", "--port", "0", "--token", "token-of-jansen=jansen", "--state", remembered)
    program = installation.start(*arguments)
    try:
        url = program.stdout.readline().split()[-1]
        garage = installation.add("jansen", igarage={"url": url}, delivery={"send": "always"})
        garage.export(car(1))
        assert installation.process("run", "--once").status == 0
        assert installation.process("status", "--json").json["garages"][0]["passports"]["delivered"] == 1
        mails = requests.get(url.replace("/connector/v1", "/sandbox/mails"), timeout=20).json()
        assert mails["count"] == 1
    finally:
        program.terminate()
        program.communicate(timeout=180)
    assert remembered.exists()
