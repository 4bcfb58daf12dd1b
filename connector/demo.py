"""The demonstration: a garage's two nights, the real program, and a stand-in iGarage that counts.

Every number of its last line is the sandbox's own count, or is held against it: the program is not asked how it did.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from connector.sandbox import Sandbox

GARAGE = "demo"
HEADER = (
    "Kenteken;Merk;Model;Achternaam;Tussenvoegsel;Voorletters;E-mail privé;E-mail zakelijk;Bedrijfsnaam;"
    "Mobiel;APK datum;Km stand;Land"
)
Row = list[str]
LIMIT = 60
"""Seconds that one run of the program may take."""


@dataclass(frozen=True, slots=True)
class Night:
    """What the sandbox is to have seen in all, once this night is over."""

    passports: int
    held: int
    writes: int
    mails: int


NIGHTS = (Night(passports=28, held=3, writes=28, mails=28), Night(passports=29, held=2, writes=30, mails=29))
ROWS, SKIPPED, REJECTED = 40, 5, 4


@dataclass(frozen=True, slots=True)
class Counted:
    """What the demonstration came to. `doubled` and `lost` are what must be nought; `faults` says what was amiss."""

    rows: int
    passports: int
    held: int
    skipped: int
    rejected: int
    doubled: int
    lost: int
    faults: tuple[str, ...]

    def line(self) -> str:
        """The last line, in Dutch."""
        return (
            f"demo: {self.rows} rijen, {self.passports} AutoPaspoorten, {self.held} vastgehouden, "
            f"{self.skipped} overgeslagen, {self.rejected} afgekeurd, {self.doubled} dubbel, {self.lost} kwijt — "
            f"{'NIET GOED' if self.faults else 'OK'}"
        )


def run(
    folder: Path, say: Callable[[str], None], *, serve: Callable[[Sandbox], None] | None = None
) -> Counted:
    """Play both nights in `folder`; `say` hears what happens. With `serve` the sandbox stays up until it returns."""
    token = secrets.token_hex(16)
    with Sandbox({token: GARAGE}) as sandbox:
        _configure(folder, sandbox.url, token)
        say(f"sandbox, een stand-in voor iGarage: {sandbox.url}")
        faults: list[str] = []
        export = folder / "export" / "klanten.csv"
        for number, night in enumerate(NIGHTS, start=1):
            _write(export, list(_rows(corrected=number == len(NIGHTS))))
            say(f"nacht {number}: {_program(folder, 'run', '--once').strip()}")
            faults += _differences(number, night, sandbox)
        counted = _count(folder, sandbox, faults)
        if serve:
            serve(sandbox)
    return counted


def _count(folder: Path, sandbox: Sandbox, faults: Sequence[str]) -> Counted:
    """What the sandbox counted, beside what the program says of its rows."""
    status = json.loads(_program(folder, "status", "--json"))["garages"][0]
    rejected = json.loads(_program(folder, "rejected", "--json"))
    skipped = json.loads(_program(folder, "skipped", "--json"))
    wanted = {row[0].replace("-", "") for row in _sound(_rows(corrected=True))}
    there = {effect.plate for effect in sandbox.effects()}
    doubled, lost = _doubled(sandbox), len(wanted - there)
    counted = Counted(
        rows=len(list(_rows(corrected=True))),
        passports=len(there),
        held=status["passports"]["held"],
        skipped=len(skipped),
        rejected=len(rejected),
        doubled=doubled,
        lost=lost,
        faults=(),
    )
    faults = [*faults, *_unexpected(counted, there - wanted)]
    return Counted(**{**_values(counted), "faults": tuple(faults)})


def _values(counted: Counted) -> dict[str, Any]:
    return {name: getattr(counted, name) for name in Counted.__slots__}


def _unexpected(counted: Counted, phantoms: set[str]) -> Iterator[str]:
    last = NIGHTS[-1]
    expected = (ROWS, last.passports, last.held, SKIPPED, REJECTED, 0, 0)
    found = tuple(_values(counted).values())[:-1]
    if found != expected:
        yield f"geteld {found}, verwacht {expected}"
    if counted.passports + counted.held + counted.skipped + counted.rejected != counted.rows:
        yield "de rijen gaan niet op"
    if phantoms:
        yield f"{len(phantoms)} AutoPaspoorten die niemand vroeg"


def _differences(number: int, night: Night, sandbox: Sandbox) -> Iterator[str]:
    effects = sandbox.effects()
    writes = [effect for effect in effects if effect.verb == "put"]
    found = Night(len({effect.plate for effect in writes}), night.held, len(writes), len(sandbox.mails()))
    if found != night:
        yield f"nacht {number}: de sandbox telde {found}, verwacht {night}"


def _doubled(sandbox: Sandbox) -> int:
    """Second effects of one key, and second mails for one plate and address."""
    keys = Counter(effect.key for effect in sandbox.effects())
    mails = Counter((mail.plate, mail.address.casefold()) for mail in sandbox.mails())
    return sum(number - 1 for number in (*keys.values(), *mails.values()))


def _program(folder: Path, *arguments: str) -> str:
    """Run the real program in a process of its own; what it says on stdout. Raises RuntimeError when it breaks."""
    command = [sys.executable, "-P", "-m", "connector", "--config", str(folder), *arguments]
    done = subprocess.run(  # noqa: S603  # our own program, with our own arguments
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
        env=_environment(),
    )
    if done.returncode not in (0, 3):
        raise RuntimeError(f"{arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}


def _configure(folder: Path, url: str, token: str) -> None:
    garages = folder / "garages"
    for each in (garages, folder / "export"):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    (garages / "demo.token").write_text(token)
    (garages / "demo.token").chmod(0o600)
    (garages / f"{GARAGE}.yaml").write_text(
        yaml.safe_dump(_garage(url), sort_keys=False, allow_unicode=True), "utf-8"
    )


def _garage(url: str) -> dict[str, Any]:
    columns = {
        "plate": "Kenteken",
        "make": "Merk",
        "model": "Model",
        "last_name": "Achternaam",
        "infix": "Tussenvoegsel",
        "initials": "Voorletters",
        "email": ["E-mail privé", "E-mail zakelijk"],
        "company": "Bedrijfsnaam",
        "mobile": "Mobiel",
        "apk_due": {"column": "APK datum", "format": "%d-%m-%Y"},
        "mileage": "Km stand",
        "country": "Land",
    }
    return {
        "config_version": 1,
        "garage": GARAGE,
        "name": "Garage Demo",
        "igarage": {"url": url, "token_file": "demo.token", "allow_http": True},
        "sources": [
            {
                "name": "klanten",
                "adapter": "generic_csv",
                "watch": "../export",
                "settle": 0.2,
                "settings": {"columns": columns},
            }
        ],
        "delivery": {"send": "always"},
    }


def _write(export: Path, rows: Sequence[Row]) -> None:
    """Write an export as garage systems do: cp1252, `;`, CRLF."""
    lines = [HEADER, *(";".join(row) for row in rows)]
    partial = export.with_suffix(".part")
    partial.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    partial.replace(export)


def _sound(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows that are to become AutoPaspoorten: the first ones of the export, of which the last two are held."""
    for number, row in enumerate(rows, start=1):
        if number <= NIGHTS[-1].passports:
            yield row


_NAMES = (
    ("Jansen", ""), ("Vries", "de"), ("Berg", "van der"), ("Çelik", ""), ("d'Hooghe", ""), ("Dijk", "van"),
    ("Bakker", ""), ("Özdemir", ""), ("Smit", ""), ("Velde", "van de"),
)  # fmt: skip
_CARS = (("Volvo", "V60"), ("Citroën", "C3"), ("Peugeot", "208"), ("Opel", "Corsa"), ("Volkswagen", "Golf"))


def _rows(*, corrected: bool) -> Iterator[Row]:
    """Forty rows as they come: most are sound, and each of the others is wrong in a way of its own."""
    yield from _sound_rows(corrected=corrected)
    yield from _held_rows()
    yield from _skipped_rows()
    yield from _rejected_rows()


def _sound_rows(*, corrected: bool) -> Iterator[Row]:
    for number in range(1, 27):
        address = (
            "klant3@voorbeeld.example" if number == 4 else f"klant{number}@voorbeeld.example"
        )  # two cars
        km = "61000" if corrected and number == 7 else "60500"
        yield _row(f"ZZ-{number:03}-Z", number, address, km=km)
    yield _row("B-XY-123", 27, "klant27@voorbeeld.example", country="Duitsland")
    yield [
        *_row("ZZ-028-Z", 28, "")[:7],
        "zaak28@voorbeeld.example",
        "Bloemen & Zo",
        "",
        "01-06-2027",
        "",
        "",
    ]
    address = "klant29@voorbeeld.example" if corrected else "klant29@voorbeeld,example"
    yield _row("ZZ-029-Z", 29, address)


def _held_rows() -> Iterator[Row]:
    yield _row("ZZ-030-Z", 30, "klant30.voorbeeld.example")
    yield _row("ZZ-031-Z", 31, "klant 31@voorbeeld.example")


def _skipped_rows() -> Iterator[Row]:
    yield _row("ZZ-032-Z", 32, "geen")
    yield _row("ZZ-033-Z", 33, "")
    yield _row("", 34, "klant34@voorbeeld.example")
    yield _row("ZZ-001-Z", 1, "klant1@voorbeeld.example")  # word for word the first
    yield _row("ZZ-002-Z", 2, "oud2@voorbeeld.example", apk="")  # the same car, an older card


def _rejected_rows() -> Iterator[Row]:
    yield _row("ZZ-0361-Z", 36, "klant36@voorbeeld.example", country="NL")
    yield _row("WI-AB 1234", 37, "klant37@voorbeeld.example")
    yield _row("ZZ-038-Z", 38, "klant38@voorbeeld.example", apk="31-02-2027")
    yield [
        *_row("ZZ-039-Z", 39, "klant39@voorbeeld.example")[:3],
        "",
        "",
        "",
        "klant39@voorbeeld.example",
        *[""] * 6,
    ]


def _row(
    plate: str, number: int, address: str, *, apk: str = "15-05-2027", km: str = "60500", country: str = ""
) -> Row:
    make, model = _CARS[number % len(_CARS)]
    last, infix = _NAMES[number % len(_NAMES)]
    mobile = f"06-000000{number:02}"
    return [plate, make, model, last, infix, "A.B.", address, "", "", mobile, apk, km, country]
