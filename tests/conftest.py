"""A garage to test with: its configuration and export folder on disk, the real program, and a stand-in iGarage.

What a test asks of `Installation.run` and `.main` happens in this process, through the command line's own door;
`.process` starts the program as people do, for what only a process shows.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

from connector.cli import main
from connector.sandbox import Effect, Sandbox

settings.register_profile("steady", derandomize=True, database=None)
settings.load_profile("steady")  # the same examples in every run; --hypothesis-profile=default throws dice

PATIENCE = 60
"""Seconds after which a broken test ends; nothing is measured by it."""

COLUMNS: Mapping[str, Any] = {
    "plate": "Kenteken",
    "last_name": "Achternaam",
    "email": "E-mail",
    "make": "Merk",
    "apk_due": {"column": "APK datum", "format": "%d-%m-%Y"},
    "mileage": "Km stand",
    "country": "Land",
    "opt_out": "Afmelding",
}
HEADER = ("Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand", "Land", "Afmelding")
Row = dict[str, str]


@dataclass(frozen=True)
class Said:
    """What a command said, and the status it ended with."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Installation:
    """One configuration folder with its garages, and the program that reads it."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.state = folder / "state"
        (folder / "garages").mkdir(parents=True)

    def add(self, garage: str, **changes: Any) -> Garage:
        """A garage that iGarage knows by its token; `changes` go into its file (see `Garage.configure`)."""
        made = Garage(garage, self, token=f"token-of-{garage}")
        self.sandbox.set_token(made.token, garage)
        made.export_folder.mkdir()
        made.write_token(made.token)
        made.configure(**changes)
        return made

    def settle_down(self, **connector: Any) -> None:
        """Write connector.yaml."""
        (self.folder / "connector.yaml").write_text(yaml.safe_dump(connector), "utf-8")

    def main(self, *arguments: str | Path) -> Said:
        """A command, in this process."""
        out, err, mask = io.StringIO(), io.StringIO(), os.umask(0o077)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main(["--config", str(self.folder), *map(str, arguments)])
        except SystemExit as end:
            return Said(int(end.code or 0), out.getvalue(), err.getvalue())
        finally:
            os.umask(mask)
        raise AssertionError("a command ends by exiting")

    def run(self, *arguments: str) -> Said:
        """`run --once`, in this process."""
        return self.main("run", "--once", *arguments)

    def ask(self, *arguments: str | Path) -> Any:
        """What a command answers in JSON."""
        return self.main(*arguments, "--json").json

    def start(self, *arguments: str | Path, **more: Any) -> subprocess.Popen[str]:
        """A command in a process of its own, not waited for."""
        more["env"] = {**os.environ, "PYTHONUTF8": "1", **more.get("env", {})}
        return subprocess.Popen(
            [sys.executable, "-m", "connector", "--config", str(self.folder), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **more,
        )

    def process(self, *arguments: str | Path, **more: Any) -> Said:
        """A command in a process of its own."""
        with self.start(*arguments, **more) as running:
            out, err = running.communicate(timeout=PATIENCE)
        return Said(running.returncode, out, err)

    def state_files(self) -> dict[str, bytes]:
        """Every file of the state folder, with its content."""
        return {path.name: path.read_bytes() for path in sorted(self.state.glob("*"))}


@dataclass
class Garage:
    """One garage: its file, its token, its export folder, and what iGarage did for it."""

    id: str
    installation: Installation
    token: str
    _settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.installation.folder
        self.sandbox = self.installation.sandbox
        self.run, self.main, self.ask = self.installation.run, self.installation.main, self.installation.ask
        self.export_folder = self.folder / f"export-{self.id}"
        self.file = self.folder / "garages" / f"{self.id}.yaml"
        self.token_file = self.folder / "garages" / f"{self.id}.token"

    def configure(self, **changes: Any) -> None:
        """Write the garage's file anew. `igarage`, `delivery` and `columns` add to what stands; `source` too."""
        for name, value in changes.items():
            known = self._settings.get(name, {})
            self._settings[name] = {**known, **value} if isinstance(value, Mapping) else value
        self.file.write_text(yaml.safe_dump(self._as_file(), allow_unicode=True, sort_keys=False), "utf-8")

    def _as_file(self) -> dict[str, Any]:
        columns = {**COLUMNS, **self._settings.get("columns", {})}
        source = {
            "name": "klanten",
            "adapter": "generic_csv",
            "watch": str(self.export_folder),
            "settle": 0,
            "settings": {"columns": {name: column for name, column in columns.items() if column}},
            **self._settings.get("source", {}),
        }
        source = {name: value for name, value in source.items() if value is not None}
        written = {
            "config_version": 1,
            "garage": self.id,
            "name": f"Garage {self.id}",
            "igarage": {
                "url": self.sandbox.url,
                "token_file": self.token_file.name,
                "allow_http": True,
                "timeout": 20,
                **self._settings.get("igarage", {}),
            },
            "sources": [source, *self._settings.get("more_sources", [])],
            "delivery": {
                "route": "direct",
                "retry": {"first": 0.001, "max": 0.001},
                **self._settings.get("delivery", {}),
            },
            **{
                name: self._settings[name]
                for name in ("brake", "addresses", "retention", "statement")
                if name in self._settings
            },
        }
        if written["delivery"].get("route") == "list_file":
            del written["igarage"]
        return written

    def write_token(self, token: str) -> None:
        self.token_file.write_text(token, "utf-8")
        self.token_file.chmod(0o600)

    def export(
        self,
        *rows: Row,
        name: str = "klanten.csv",
        header: Iterable[str] = HEADER,
        encoding: str = "cp1252",
        at: float | None = None,
    ) -> Path:
        """Write an export as garage systems do: whole at once, `;`, CRLF. `at` is its modification time."""
        columns = tuple(header)
        lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
        return self.drop("".join(";".join(line) + "\r\n" for line in lines).encode(encoding), name, at=at)

    def drop(self, content: bytes, name: str = "klanten.csv", *, at: float | None = None) -> Path:
        """Put a file with this content into the export folder."""
        partial, path = self.folder / "being-written", self.export_folder / name
        partial.write_bytes(content)
        if at is not None:
            os.utime(partial, (at, at))
        return partial.replace(path)

    def effects(self) -> list[tuple[str, str, str]]:
        """What iGarage really did for the garage: verb, plate, result. Writing again what stood there is nothing."""
        return [(each.verb, each.plate, each.result) for each in self.deeds()]

    def deeds(self) -> list[Effect]:
        return [each for each in self.sandbox.effects(self.id) if each.result != "unchanged"]

    def mails(self) -> list[tuple[str, str]]:
        """Every invitation that went out: plate and address."""
        return [(mail.plate, mail.address) for mail in self.sandbox.mails(self.id)]

    def asked(self) -> list[tuple[str, str]]:
        """Every request of the garage but the greeting and the looks at the feed: method and path."""
        seen = self.sandbox.requests()
        of_garage = [each for each in seen if each.garage in (self.id, None)]
        quiet = ("/garage", "/emails/changes?")
        return [(each.method, each.path) for each in of_garage if not each.path.startswith(quiet)]

    def stand(self) -> dict[str, Any]:
        """The garage as `status --json` shows it."""
        (found,) = self.ask("status", "--garage", self.id)["garages"]
        return dict(found)

    def counts(self) -> dict[str, int]:
        """The garage's passports by state, without the states in which there is none."""
        return {name: number for name, number in self.stand()["passports"].items() if number}

    def trace(self, plate: str) -> dict[str, Any]:
        return dict(self.ask("trace", plate, "--garage", self.id))

    def prints(self) -> dict[str, tuple[str, int, int]]:
        """What the garage's own files are: content, modification time and mode of each."""
        return {
            path.name: (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                path.stat().st_mtime_ns,
                path.stat().st_mode,
            )
            for path in sorted(self.export_folder.iterdir())
        }


def car(number: int, **changes: str) -> Row:
    """A customer with a car: plate `ZZ-007-Z` and address `klant7@voorbeeld.example` for number 7."""
    names = {
        "plate": "Kenteken",
        "name": "Achternaam",
        "email": "E-mail",
        "km": "Km stand",
        "apk": "APK datum",
    }
    names |= {"make": "Merk", "country": "Land", "opt_out": "Afmelding"}
    row = {
        "Kenteken": f"ZZ-{number:03}-Z",
        "Achternaam": f"Klant {number}",
        "E-mail": f"klant{number}@voorbeeld.example",
        "Merk": "Volvo",
        "APK datum": "15-05-2027",
        "Km stand": "60500",
    }
    return {**row, **{names[name]: value for name, value in changes.items()}}


@pytest.fixture(name="car")
def _car() -> Callable[..., Row]:
    return car


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A stand-in iGarage; an indirect parameter goes to its constructor."""
    with Sandbox({}, threads=12, **getattr(request, "param", {})) as running:
        yield running


@pytest.fixture
def installation(tmp_path: Path, sandbox: Sandbox) -> Installation:
    return Installation(tmp_path / "connector", sandbox)


@pytest.fixture
def garage(installation: Installation) -> Garage:
    return installation.add("jansen")


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Wait for what another process is about to do; the deadline only ends a broken test."""

    def wait(holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, "this never came to be"
            time.sleep(0.005)

    return wait
