"""What is pushed to one garage's sources: its doors stand open, and each push is taken in on the garage's turn."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial

from connector.config import GarageConfig, SourceConfig
from connector.errors import (
    AdapterFailed,
    ConfigError,
    LedgerError,
    LedgerUnavailable,
    SourceError,
    SourceFormatError,
    SourceUnavailable,
)
from connector.gate import Answer, Route, refusal
from connector.intake import Intake, Scan
from connector.ledger.looking import file_summaries
from connector.model import PushRequest
from connector.receiving import Received, Receiving, records_as_values
from connector.service.garage import World, source_of
from connector.service.gates import Gates, Shut
from connector.service.hatch import BUSY, Handed, Hatch
from connector.service.once import note_read
from connector.service.scans import Wake, scan_name
from connector.service.scheduler import Task

LOOK = 20.0
"""Seconds until a door is looked at again: whether it stands open, and whether it may be opened by now."""

NOT_NOW = refusal(
    503, "unavailable", "De koppeling kan dit nu niet opslaan: stuur het straks opnieuw.", Retry_After="60"
)
BROKEN = refusal(
    500, "adapter_failed", "De adapter van deze bron is stuk; het log van de koppeling zegt waar."
)


class Receiver:
    """The task that takes in what is pushed to a garage; `found` holds how each of its sources went last."""

    def __init__(
        self,
        garage: GarageConfig,
        world: World,
        wake: Wake,
        gates: Gates,
        found: dict[str, Scan],
        env: Mapping[str, str] = os.environ,
    ) -> None:
        self._garage = garage
        self._world = world
        self._wake = wake
        self._gates = gates
        self._found = found
        self._env = env
        self._troubles: dict[str, str] = {}
        self._recovered = False
        self.hatch = Hatch(lambda: wake(self._name))

    @property
    def _name(self) -> str:
        return f"receive:{self._garage.garage}"

    def task(self) -> Task:
        """The task; it has its turn where the garage's scans have theirs, for a file and a push are taken in alike."""
        return Task(self._name, "read", scan_name(self._garage), self.run, LOOK)

    def end(self) -> None:
        """Send away whoever waits."""
        self.hatch.close()

    def trouble(self, source: str) -> str | None:
        """Why nothing can be pushed to a source now, in Dutch; None where it can."""
        return self._troubles.get(source)

    def run(self) -> float:
        """Take in what was handed in, and open the doors that are shut; seconds until they are looked at again."""
        self._recover()
        while (
            handed := self.hatch.next()
        ) is not None:  # first, for whoever waits is answered whatever follows
            self._serve(handed)
        for source in self._garage.received:
            self._look_after(source)
        return LOOK

    def _recover(self) -> None:
        """What a dead process, or a full disk, left half read is forgotten: it was never answered. The rest goes on.

        At the start, and after the ledger could not be written.
        """
        if self._recovered:
            return
        intake = self._world.intake(self._garage)
        intake.recover(self._garage.garage)
        for source in self._garage.received:
            try:
                intake.resume(source_of(self._garage, source))
            except AdapterFailed:  # told of by whoever looks after the door
                continue
        self._recovered = True

    def _look_after(self, source: SourceConfig) -> None:
        trouble = self._opened(source)
        if trouble:
            self._troubles[source.name] = trouble
        else:
            self._troubles.pop(source.name, None)
        if trouble or source.watch is None:
            self._note(source, trouble)

    def _opened(self, source: SourceConfig) -> str | None:
        """Why a source's door does not stand open."""
        receive = source.receive
        if receive is None:
            return None
        route = Route(partial(receive.read, self._env), partial(self.hatch.hand_in, source.name))
        try:
            self._gates.open(receive.door, self._garage.garage, route)
            receive.read(self._env)
            source_of(self._garage, source)
        except Shut as shut:
            return str(shut)
        except ConfigError:
            return "het token van receive ontbreekt of is leeg: zet het in het bestand dat daar staat"
        except AdapterFailed as error:
            return str(error)
        return None

    def _note(self, source: SourceConfig, trouble: str | None) -> None:
        ledger, name = self._world.ledger, self._garage.garage
        with ledger.looking() as connection:
            held = file_summaries(connection, name, "held", source=source.name, limit=1)
        state = "unavailable" if trouble else "held" if held else "ok"
        message = trouble or (held[0].message if held else None)
        ledger.note_source(name, source.name, source.adapter, state, message)

    def _serve(self, handed: Handed) -> None:
        """Take in one push. Raises `LedgerError` where the ledger cannot go on; whoever pushed is answered first."""
        answer = BUSY
        try:
            answer = self._answer(handed)
        except LedgerUnavailable as error:
            self._world.log.error("receive.no_room", garage=self._garage.garage, reason=error.code)
            self._recovered = False  # what of it was staged is forgotten, for it was not answered as taken
            answer = NOT_NOW
        except LedgerError:
            answer = NOT_NOW
            raise
        finally:
            handed.settle(answer)

    def _answer(self, handed: Handed) -> Answer:
        config = next(each for each in self._garage.received if each.name == handed.source)
        try:
            received = self._taken(config, handed.request)
        except SourceFormatError as error:
            where = {"line": error.line} if error.line else {}
            return Answer(422, {"code": "layout_unknown", "message": str(error), **where})
        except SourceUnavailable:
            return NOT_NOW
        except SourceError as error:
            self._world.log.error("receive.adapter_failed", garage=self._garage.garage, error=str(error))
            return BROKEN
        self._tell(config, received)
        return answer_to(received)

    def _taken(self, config: SourceConfig, request: PushRequest) -> Received:
        intake: Intake = self._world.intake(self._garage)
        return Receiving(intake).take(source_of(self._garage, config), request)

    def _tell(self, config: SourceConfig, received: Received) -> None:
        """Let the loops and the status know what came."""
        name = self._garage.garage
        counts = {each: received.count(each) for each in ("accepted", "skipped", "rejected")}
        held = received.held is not None
        self._world.log.info("receive.answered", garage=name, source=config.name, held=held, **counts)
        if config.watch is None:
            self._note(config, self._troubles.get(config.name))
            state = "held" if held else "ok"
            self._found[config.name] = Scan(config.name, state, received.held, saw_files=True)
            note_read(self._garage, self._found, self._world)
        if received.file is not None and not held:
            self._wake(f"deliver:{name}")


def answer_to(received: Received) -> Answer:
    """What whoever pushed is told: 202 where the ledger has it, 422 where all of it was refused."""
    if received.held is not None:
        message = (
            f"Dit wordt niet opgenomen: {received.held} Na het vrijgeven moet het opnieuw gestuurd worden."
        )
        return Answer(422, {"code": "held", "message": message})
    counts = {each: received.count(each) for each in ("accepted", "skipped", "rejected")}
    refused = bool(received.records) and counts["rejected"] == len(received.records)
    return Answer(422 if refused else 202, {**counts, "records": list(records_as_values(received))})
