"""The other side of the sandbox, no part of the contract: see what it did, and play iGarage's people."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from connector.sandbox import batches, deeds, feed, reception
from connector.sandbox.bodies import is_address
from connector.sandbox.contract import Contract
from connector.sandbox.fault_book import FaultBook
from connector.sandbox.faults import Fault
from connector.sandbox.keys import Keys
from connector.sandbox.records import (
    REASONS,
    AddressState,
    AddressVerdict,
    BatchOnFile,
    Effect,
    EmailChange,
    Garage,
    Mail,
    Mode,
    PassportOnFile,
    Refused,
    RequestSeen,
)
from connector.sandbox.state import State
from connector.sandbox.tokens import Tokens


class Controls:
    """What a test or a person does to the sandbox; `/sandbox/…` offers the same over HTTP."""

    def __init__(
        self,
        tokens: Mapping[str, str],
        *,
        state: str | Path,
        clock: Callable[[], datetime],
        mode: Mode,
        garages: Iterable[Garage],
    ) -> None:
        self._state = State(state)
        self._tokens = Tokens(tokens)
        self._keys = Keys(mode)
        self._faults = FaultBook()
        self._clock = clock
        self._contract = Contract(
            state=self._state,
            tokens=self._tokens,
            keys=self._keys,
            faults=self._faults,
            garages={garage.id: garage for garage in garages},
            clock=clock,
        )

    def effects(self, garage: str | None = None) -> list[Effect]:
        """Everything that was really done, in order."""
        self._catch_up()
        return self._state.effects(garage)

    def mails(self, garage: str | None = None) -> list[Mail]:
        """Every invitation that was "sent", in order."""
        self._catch_up()
        return self._state.mails(garage)

    def passports(self, garage: str | None = None) -> list[PassportOnFile]:
        """Every passport as it is now."""
        self._catch_up()
        return self._state.passports(garage)

    def batches(self, garage: str | None = None) -> list[BatchOnFile]:
        """Every batch that was taken, in order, also the withdrawn ones."""
        self._catch_up()
        return self._state.batches(garage)

    def requests(self, garage: str | None = None) -> list[RequestSeen]:
        """Every call below the base path, in order, also those without an answer."""
        return self._state.requests(garage)

    def changes(self, garage: str | None = None) -> list[EmailChange]:
        """Every item of the feeds of address changes, in order."""
        return self._state.changes(garage)

    def order_fault(self, fault: Fault | None = None, **order: Any) -> int:
        """Order a fault, as a value or by its fields; its number, or ValueError when it makes no sense."""
        return self._faults.order(Fault(**order) if fault is None else fault)

    def faults(self) -> list[dict[str, Any]]:
        """The faults that stand, with how many calls each matched and struck."""
        return self._faults.listing()

    def clear_faults(self) -> None:
        """Drop all faults; whoever waits in one goes on."""
        self._faults.clear()

    @property
    def mode(self) -> Mode:
        """What the server does with Idempotency-Keys."""
        return self._keys.mode

    def set_mode(self, mode: Mode) -> None:
        """Go on in another mode."""
        self._keys.switch(mode)

    def forget_keys(self) -> None:
        """Forget every Idempotency-Key at once."""
        self._state.forget_keys()

    def set_token(self, token: str, garage: str) -> None:
        """Make a token, or give it to another garage."""
        self._tokens.set(token, garage)

    def describe(self, garage: Garage) -> None:
        """From now on `GET /garage` tells this of it."""
        self._contract.describe(garage)

    def revoke(self, token: str) -> None:
        """The token is nobody's any more: 401."""
        self._tokens.set(token, None)

    def set_address(
        self, address: str, state: AddressState, reason: str | None = None, *, refused: Refused = None
    ) -> None:
        """What iGarage knows of an address, in every garage; no feed tells it.

        `refused` turns away a passport that would newly have it, a send and a transfer; "always" also an update
        of a passport that has it. Unsaid, an invalid one is refused; with False it is mailed like any other.
        """
        self._catch_up()
        self._state.set_address(_verdict(address, state, reason, refused))

    def bounce(
        self,
        address: str,
        reason: str | None,
        plate: str | None = None,
        garage: str | None = None,
        *,
        refused: Refused = None,
    ) -> None:
        """A mail came back: the address is invalid, and the garage's feed says so.

        Without a plate, of each of its passports that was mailed at this address, or (when none was) of the
        address alone. `refused` as in `set_address`.
        """
        verdict = _verdict(address, "invalid", reason, refused)
        with self._state.transaction() as db:
            reception.bounce(self._scene(db, garage), verdict, plate)

    def deliver_ok(self, address: str, plate: str | None = None, garage: str | None = None) -> None:
        """A mail arrived after all: the address is good, and the feed says so."""
        with self._state.transaction() as db:
            reception.deliver_ok(self._scene(db, garage), address, plate)

    def opt_out(self, address: str, plate: str | None = None, garage: str | None = None) -> None:
        """The customer wants no mail any more; iGarage leaves it to the garage not to send one."""
        with self._state.transaction() as db:
            reception.opt_out(self._scene(db, garage), address, plate)

    def correct(
        self, plate: str | None, address: str, corrected_to: str, sent: bool, garage: str | None = None
    ) -> None:
        """Reception corrects an address in iGarage, of one plate or (None) of every passport that has it.

        `sent`: each of them is invited again at the new address. LookupError when no such passport has it.
        """
        if not is_address(corrected_to):
            raise ValueError("corrected_to must be an e-mail address")
        if not isinstance(sent, bool):
            raise ValueError("sent must be true or false")
        with self._state.transaction() as db:
            reception.correct(self._scene(db, garage), plate, address, corrected_to, sent=sent)

    def repeat_changes(self, last: int | None = None, garage: str | None = None) -> None:
        """The last so many items of the feed (None: all) stand in it once more, at its end."""
        if last is not None and (isinstance(last, bool) or not isinstance(last, int) or last < 1):
            raise ValueError("last must be a whole number from 1")
        with self._state.transaction() as db:
            feed.tell_again(self._scene(db, garage), last)

    def activate(self, plate: str, garage: str | None = None) -> None:
        """The customer accepts the invitation: the passport is active."""
        self._reception(plate, garage, reception.activate)

    def invite(self, plate: str, garage: str | None = None) -> None:
        """Reception sends the invitation by hand in iGarage: a mail that no request asked for."""
        self._reception(plate, garage, reception.invite)

    def remove(self, plate: str, garage: str | None = None) -> None:
        """Reception throws the passport away in iGarage."""
        self._reception(plate, garage, reception.remove)

    def run_batches(self, garage: str | None = None, *, only: int | None = None) -> None:
        """Run what is queued or running now, of one garage or of all, before or after its moment.

        `only` runs so many items of each batch (0: none) and leaves it running until the next time.
        """
        if only is not None and (isinstance(only, bool) or not isinstance(only, int) or only < 0):
            raise ValueError("only must be a whole number from 0")
        now = self._clock()
        with self._state.transaction() as db:
            batches.run_due(db, now)
            batches.run_now(db, now, garage, only)

    def _catch_up(self) -> None:
        with self._state.transaction() as db:
            batches.run_due(db, self._clock())

    def _reception(self, plate: str, garage: str | None, deed: Callable[[deeds.Scene], object]) -> None:
        with self._state.transaction() as db:
            scene = self._scene(db, garage, plate)
            if deeds.on_file(scene) is None:
                raise LookupError(f"no passport {plate} at {scene.garage}")
            deed(scene)

    def _scene(self, db: sqlite3.Connection, garage: str | None, plate: str = "") -> deeds.Scene:
        now = self._clock()
        batches.run_due(db, now)
        return deeds.Scene(db, now, garage or self._only_garage(), plate, None)

    def _only_garage(self) -> str:
        garages = self._tokens.garages()
        if len(garages) != 1:
            raise LookupError("say which garage")
        return garages[0]


def _verdict(address: str, state: AddressState, reason: str | None, refused: Refused) -> AddressVerdict:
    if state not in get_args(AddressState):
        raise ValueError(f"state must be one of {', '.join(get_args(AddressState))}")
    if reason is not None and reason not in REASONS:
        raise ValueError(f"reason must be one of {', '.join(REASONS)}")
    if refused not in (None, False, True, "always"):
        raise ValueError("refused must be true, false or always")
    turned_away = state == "invalid" if refused is None else bool(refused)
    return AddressVerdict(address, state, reason, turned_away, always=refused == "always")
