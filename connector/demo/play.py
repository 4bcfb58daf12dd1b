"""The play: two nights of a garage, and what the stand-in counted of them.

Every number of the last line is the sandbox's own count, or is held against it: the program is not asked how it did.
"""

from __future__ import annotations

import secrets
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.demo import export as exports
from connector.demo import program
from connector.demo.program import LIMIT, Program
from connector.emails import mask
from connector.sandbox import Sandbox

GARAGE = "demo"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Night:
    """What the sandbox is to have seen in all, once this night is over."""

    passports: int
    held: int
    writes: int
    mails: int


NIGHTS = (Night(passports=28, held=3, writes=28, mails=28), Night(passports=29, held=2, writes=31, mails=30))
WRONG, MEANT = exports.address(5), "klant.vijf@voorbeeld.example"
"""An address that mail comes back from, and what the customer says it is; the export goes on with the first."""
ROWS, SKIPPED, REJECTED = 40, 5, 4
MIDWAY = 20
"""AutoPaspoorten made when the service is killed."""


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


def run(folder: Path, say: Say, *, serve: Callable[[Sandbox], None] | None = None) -> Counted:
    """Play both nights in `folder`; `say` hears what happens. With `serve` the sandbox stays up until it returns."""
    token = secrets.token_hex(16)
    with Sandbox({token: GARAGE}) as sandbox:
        program.configure(folder, GARAGE, sandbox.url, token)
        say(f"sandbox, een stand-in voor iGarage: {sandbox.url}")
        faults = _Play(Program(folder), folder / "export" / "klanten.csv", sandbox, say).nights()
        counted = _count(Program(folder), sandbox, faults)
        if serve:
            serve(sandbox)
    return counted


@dataclass(frozen=True, slots=True)
class _Play:
    """The scenes, in order."""

    program: Program
    export: Path
    sandbox: Sandbox
    say: Say

    def nights(self) -> list[str]:
        """Both nights; what was not as expected."""
        self._order_faults()
        service = self.program.serve()
        try:
            self._half_an_export()
            service = self._killed_midway(service)
            faults = [*self._end_of(1)]
            self._wrong_address()
            self.sandbox.clear_faults()
            self.say("nacht 2: de export noemt een hersteld adres en een nieuwe kilometerstand")
            exports.put(self.export, exports.written(list(exports.rows(corrected=True))))
            faults += self._end_of(2)
            if (status := program.stop(service)) != 0:
                faults.append(f"de dienst stopte met {status}")
        finally:
            service.kill()
        return faults

    def _order_faults(self) -> None:
        """What iGarage and the line to it do wrong in the first night."""
        order = self.sandbox.order_fault
        order(method="PUT", times=1, status=429, code="slow_down", retry_after="1")
        order(method="PUT", after=6, times=1, status=503, code="unavailable")
        order(method="PUT", after=12, times=1, drop="after")
        order(method="PUT", latency=0.02)
        self.say("nacht 1: iGarage antwoordt 429, dan 503, en één antwoord gaat na de daad verloren")

    def _half_an_export(self) -> None:
        """The garage system is still writing: nothing of it may be taken."""
        whole = exports.written(list(exports.rows(corrected=False)))
        self.export.write_bytes(exports.half(whole))
        _until(lambda: self._source_state() == "waiting")
        self.say("nacht 1: de export is half geschreven; de dienst wacht")
        self.export.write_bytes(whole)

    def _killed_midway(self, service: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """The service dies in the middle of its work, and is started again."""
        _until(lambda: len(self.sandbox.effects()) >= MIDWAY)
        program.kill(service)
        self.say(
            f"nacht 1: de dienst viel om na {len(self.sandbox.passports())} AutoPaspoorten, en start opnieuw"
        )
        return self.program.serve()

    def _wrong_address(self) -> None:
        """A mail comes back; reception calls the customer, and types in what the address is."""
        before = len(self.sandbox.mails())
        self.sandbox.bounce(WRONG, "hard_bounce")
        _until(lambda: WRONG in {each["address"] for each in self.program.ask("emails", "list")})
        self.program.ask("emails", "correct", WRONG, MEANT)
        _until(lambda: len(self.sandbox.mails()) > before)
        again = [mail for mail in self.sandbox.mails()[before:] if mail.address == MEANT]
        self.say(
            f"nacht 1: de mail naar {mask(WRONG)} kwam terug; het adres is verbeterd en "
            f"{len(again)} klant is opnieuw uitgenodigd, op het goede adres"
        )

    def _end_of(self, number: int) -> Iterator[str]:
        """Wait until nothing is left to do, and compare what the sandbox saw."""
        night = NIGHTS[number - 1]
        _until(lambda: len(_writes(self.sandbox)) >= night.writes)
        _until(lambda: not {"pending", "sending"} & self._passports().keys())
        found = Night(
            len({effect.plate for effect in _writes(self.sandbox)}),
            self._passports().get("held", 0),
            len(_writes(self.sandbox)),
            len(self.sandbox.mails()),
        )
        self.say(f"nacht {number}: {found.passports} AutoPaspoorten, {found.mails} uitnodigingen")
        if found != night:
            yield f"nacht {number}: de sandbox telde {found}, verwacht {night}"

    def _status(self) -> dict[str, Any]:
        status: dict[str, Any] = self.program.ask("status")["garages"][0]
        return status

    def _source_state(self) -> str:
        return str(self._status()["sources"][0]["state"])

    def _passports(self) -> dict[str, int]:
        return {name: number for name, number in self._status()["passports"].items() if number}


def _until(holds: Callable[[], object]) -> None:
    """Wait until something holds. Raises RuntimeError when that takes too long."""
    ends = time.monotonic() + LIMIT
    while not holds():
        if time.monotonic() > ends:
            raise RuntimeError("the demonstration does not get any further")
        time.sleep(0.02)


def _writes(sandbox: Sandbox) -> list[Any]:
    return [effect for effect in sandbox.effects() if effect.verb == "put" and effect.result != "unchanged"]


def _count(asked: Program, sandbox: Sandbox, faults: Sequence[str]) -> Counted:
    """What the sandbox counted, beside what the program says of its rows."""
    wanted = {row[0].replace("-", "") for row in exports.sound(exports.rows(corrected=True))}
    there = {effect.plate for effect in sandbox.effects()}
    counted = Counted(
        rows=len(list(exports.rows(corrected=True))),
        passports=len(there),
        held=asked.ask("status")["garages"][0]["passports"]["held"],
        skipped=len(asked.ask("skipped")),
        rejected=len(asked.ask("rejected")),
        doubled=_doubled(sandbox),
        lost=len(wanted - there),
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


def _doubled(sandbox: Sandbox) -> int:
    """Second effects of one key, and second mails for one plate and address."""
    keys = Counter(effect.key for effect in sandbox.effects())
    mails = Counter((mail.plate, mail.address.casefold()) for mail in sandbox.mails())
    return sum(number - 1 for number in (*keys.values(), *mails.values()))
