"""Intake with a plugin that does to its file what other programs do to it: write it while it is read, or break."""

from __future__ import annotations

import io
import time
from datetime import UTC, date, datetime
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from connector import adapters, hookimpl, inbox, kit
from connector.errors import SourceFormatError
from connector.inbox import Lookout
from connector.intake import Intake
from connector.judging import Source
from connector.ledger import access
from connector.log import make_log
from connector.model import Column, SourceRecord, Table
from connector.plan import Policy

NOW = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
QUIET = make_log("error", None, lambda: datetime.now(UTC), io.StringIO())
EXPORT = b"Kenteken;E-mail;Naam\r\n" + b"".join(
    b"ZZ-%03d-Z;klant%d@voorbeeld.example;Klant %d\r\n" % (number, number, number) for number in range(1, 4)
)


class Plugin:
    """Reads CSV; after each record it does whatever the test has put in `meanwhile`."""

    def __init__(self):
        self.meanwhile = lambda record: None

    @hookimpl
    def connector_read_file(self, file):
        table = kit.read_csv(file)
        return Table(table.layout, self._records(table))

    def _records(self, table):
        for record in table:
            yield record
            self.meanwhile(record)

    @hookimpl
    def connector_columns(self):
        names = {"plate": "Kenteken", "email": "E-mail", "last_name": "Naam"}
        return {field: Column(names=(name,)) for field, name in names.items()}


PLUGIN = Plugin()


@pytest.fixture
def house(tmp_path):
    """A source with one export, its plugin, and the loop that takes it in."""
    PLUGIN.meanwhile = lambda record: None
    export = tmp_path / "klanten.csv"
    export.write_bytes(EXPORT)
    point = EntryPoint("pluggish", f"{__name__}:PLUGIN", adapters.GROUP)
    adapter = adapters.load("pluggish", entry_points=[point])
    source = Source("jansen", "klanten", tmp_path, ("*.csv",), "all", adapter, None)
    with access.scratch(now=lambda: NOW, entropy=lambda size: b"\x07" * size) as ledger:
        intake = Intake(ledger, Policy(), lambda: date(2027, 3, 1), lambda: NOW, QUIET)
        intake.recover("jansen")

        def scan():
            lookout = Lookout(tmp_path, ("*.csv",), 0, monotonic=time.monotonic, now=lambda: NOW)
            lookout.look()
            return intake.scan(source, lookout)

        yield SimpleNamespace(
            export=export, plugin=PLUGIN, scan=scan, intake=intake, ledger=ledger, source=source
        )


def states(house):
    return [file.state for file in house.ledger.history("jansen", "klanten")]


def test_a_file_that_is_rewritten_while_it_is_read_is_as_if_it_had_not_been_seen(house):
    house.plugin.meanwhile = lambda record: house.export.write_bytes(EXPORT.replace(b"Klant 1", b"Klant 9"))
    scan = house.scan()
    assert (scan.state, scan.read, states(house)) == ("waiting", (), [])
    assert scan.message == "klanten.csv is nog niet af of wordt nog geschreven"
    house.plugin.meanwhile = lambda record: None
    assert house.scan().read[0].new == 3


def test_a_file_that_is_no_export_only_while_it_is_rewritten_is_not_held(house):
    def rewrite(record):
        house.export.write_bytes(EXPORT + b'"half')
        raise SourceFormatError("Een aanhalingsteken is niet gesloten.")

    house.plugin.meanwhile = rewrite
    assert (house.scan().state, states(house)) == ("waiting", [])


def test_a_file_that_vanishes_while_it_is_read_is_as_if_it_had_not_been_seen(house):
    house.plugin.meanwhile = lambda record: house.export.unlink(missing_ok=True)
    scan = house.scan()
    assert scan.state in ("unavailable", "waiting")
    assert (scan.read, states(house)) == ((), [])


def test_a_plugin_that_breaks_midway_holds_the_file_and_nothing_of_it_is_seen(house):
    def break_at_the_second(record):
        if record.line == 3:
            raise KeyError("kanarie@vogels.example")

    house.plugin.meanwhile = break_at_the_second
    scan = house.scan()
    assert (scan.state, scan.read[0].reason, states(house)) == ("held", "adapter_failed", ["held"])
    assert "KeyError" in scan.message and "kanarie" not in scan.message
    with house.ledger.looking() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM passports").scalar() == 0
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM staged").scalar() == 0


def test_a_plugin_that_cannot_read_now_is_asked_again_for_the_same_file(house):
    def away(record):
        raise OSError(5, "Input/output error")

    house.plugin.meanwhile = away
    scan = house.scan()
    assert (scan.state, states(house)) == ("unavailable", [])
    house.plugin.meanwhile = lambda record: None
    assert house.scan().read[0].new == 3


def test_a_plugin_that_gives_something_else_than_records_holds_the_file(house):
    house.plugin._records = lambda table: [record.values for record in table]
    try:
        scan = house.scan()
    finally:
        del house.plugin._records
    assert (scan.state, scan.read[0].reason) == ("held", "adapter_failed")


@pytest.mark.parametrize("stop", ["reading", "accepting"])
def test_what_a_dead_process_left_half_done_is_finished(house, stop):
    class Death(BaseException):
        pass

    def die(record):
        raise Death

    if stop == "reading":
        house.plugin.meanwhile = die
        with pytest.raises(Death):
            house.scan()
        assert states(house) == ["reading"]
    else:
        seen = inbox.listing(house.export.parent, ("*.csv",))["klanten.csv"]
        arrival = inbox.arrival(seen, inbox.digest(seen.path))
        file = house.ledger.begin_file("jansen", "klanten", arrival, house.source.recipe())
        house.intake._stage(house.source, file, house.export)
        house.ledger.settle_file(file)
        house.ledger.judge_file(file)
        assert states(house) == ["accepting"]
    house.plugin.meanwhile = lambda record: None
    house.intake.recover("jansen")
    assert house.scan().read[0].new == 3
    assert states(house) == ["taken"]


def test_a_record_without_a_line_is_taken_all_the_same(house):
    house.plugin._records = lambda table: (SourceRecord(record.values) for record in table)
    try:
        assert house.scan().read[0].new == 3
    finally:
        del house.plugin._records
