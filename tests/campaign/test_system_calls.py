"""F02, F04, F05, F08: killed, failed and watched at every system call that makes something last."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from .cases import MOST_UNWRITTEN, three_modes
from .children import KILLED
from .exports import bad, customers, without_address
from .processes import until
from .pushes import free_port, push, pushed, receives
from .traces import DURABLE, Fault, broken, parsed

DATABASE = "ledger.sqlite3"


def night(case, garage, numbers, **changes):
    """An export with good rows, one with a fault and one of a customer without an address."""
    case.export(garage, [*customers(numbers, **changes), bad(9000), without_address(9001)])


def a_change(case, garage, rows):
    """The same customers with other mileages: as many writes by the thread that reads as by the one that delivers."""
    night(case, garage, range(rows), km=str(case.dice.randrange(10_000, 99_999)))


# ---------------------------------------------------------------- F02

ROWS = 8
"""So many that the thread which delivers writes more often than the one which reads: strace counts in each apart."""


@three_modes
def test_f02_a_process_killed_at_any_durable_system_call_loses_nothing_and_does_nothing_twice(case, children):
    garage = case.garage(source={"archive": str(case.folder / "archief")}, delivery={"workers": 1})
    a_change(case, garage, ROWS)
    children.run_once()
    for call, number in _strokes(case, children, garage):
        a_change(case, garage, ROWS)
        ended = children.traced(*broken(call, "signal=KILL", number)).ended
        case.kept_answers += MOST_UNWRITTEN * (ended.status == KILLED)
        if case.sandbox.mode == "forgets":
            case.sandbox.forget_keys()
    case.faults_over()
    children.drain()
    case.count()


def _strokes(case, children, garage):
    """Every call there is, counting up until a run ends by itself; of a sample a few, as the dice say."""
    a_change(case, garage, ROWS)
    watched = children.traced("-e", f"trace={','.join(DURABLE)}")
    assert watched.ended.status in (0, 3)
    numbers = Counter((each.name, each.thread) for each in watched.calls() if each.begins)
    most = Counter()
    for (call, _), number in numbers.items():
        most[call] = max(most[call], number)
    assert most["pwrite64"] > 50 and most["fdatasync"] > 5
    every = [(call, number) for call in most for number in range(1, most[call] + 1)]
    if case.full:
        return every
    writes = [each for each in every if each[0] == "pwrite64"]
    others = [each for each in every if each[0] != "pwrite64"]
    return [*case.dice.sample(writes, 3), *case.dice.sample(others, 3)]


# ---------------------------------------------------------------- F04


def _revisions():
    config = Config()
    config.set_main_option("script_location", "connector.ledger:migrations")
    config.set_main_option("path_separator", "os")
    return config, [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]


EARLIER = _revisions()[1][1:]
INDEXES = ("indexed_for",)
"""Columns that a migration may empty: what they tell of is made anew."""


@pytest.mark.parametrize("revision", EARLIER)
def test_f04_a_migration_that_is_killed_at_any_write_ends_with_every_row(case, children, revision):
    garage, state = case.garage(delivery={"workers": 1}), case.installation.state
    night(case, garage, range(12))
    children.run_once()
    night(case, garage, range(18), km="70001")
    children.dies_at("igarage.garage.before")  # taken in, and not delivered
    with closing(sqlite3.connect(state / DATABASE)) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aged = _aged(case, revision)
    wanted = _rows(aged)
    assert len(wanted["passports"][1]) == 18
    for number in _writes(case, children, aged):
        _put(case, aged)
        killed = children.traced(
            *broken("pwrite64", "signal=KILL", number), crash="ledger.free_claims.before_commit"
        )
        assert killed.ended.status == KILLED
        children.dies_at("ledger.free_claims.before_commit")  # migrated by now, and nothing else done
        assert _rows(state / DATABASE, like=wanted) == wanted
    children.drain()
    case.count()


def _aged(case, revision):
    """The ledger as a program of an earlier schema would have left it: the same rows, as far as it has the columns."""
    path = case.folder / "van-vroeger.sqlite3"
    engine = sa.create_engine(f"sqlite+pysqlite:///{path}")
    config, _ = _revisions()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(path)) as aged:
        aged.execute("ATTACH ? AS now", (str(case.installation.state / DATABASE),))
        for table in _tables(aged):
            columns = ", ".join(f'"{name}"' for name in _columns(aged, table))
            aged.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM now."{table}"')  # noqa: S608
        aged.commit()
        aged.execute("PRAGMA journal_mode=WAL")
    return path


def _tables(connection):
    query = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in connection.execute(query) if name != "alembic_version"]


def _columns(connection, table):
    return [row[1] for row in connection.execute(f'PRAGMA main.table_info("{table}")')]


def _rows(path, like=None):
    """What stands in the tables, column by column; `like`: only those columns."""
    with closing(sqlite3.connect(path)) as connection:
        found = {}
        for table in like or _tables(connection):
            every = sorted(_columns(connection, table))
            names = sorted(like[table][0]) if like else [name for name in every if name not in INDEXES]
            columns = ", ".join(f'"{name}"' for name in names)
            rows = connection.execute(f'SELECT {columns} FROM "{table}"').fetchall()  # noqa: S608
            found[table] = (names, sorted(rows, key=repr))
        return found if like else {table: each for table, each in found.items() if each[1]}


def _put(case, aged):
    """The state folder as the earlier program left it."""
    for each in case.installation.state.glob(f"{DATABASE}*"):
        each.unlink()
    shutil.copy(aged, case.installation.state / DATABASE)


def _writes(case, children, aged):
    """The writes of a migration, one by one; of a sample a few, as the dice say."""
    _put(case, aged)
    strace = children.traced("-e", "trace=pwrite64", crash="ledger.free_claims.before_commit")
    assert strace.ended.status == KILLED
    most = sum(each.begins for each in strace.calls())
    assert most > 10
    every = range(1, most + 1)
    return every if case.full else case.dice.sample(every, 3)


# ---------------------------------------------------------------- F05


@pytest.mark.parametrize("workers", [1, 4])
def test_f05_the_journal_is_synced_before_anything_is_asked_or_moved(case, children, workers):
    garage = case.garage(
        send="never", source={"archive": str(case.folder / "archief")}, delivery={"workers": workers}
    )
    for send in ("never", "always"):
        garage.configure(delivery={"send": send})
        case.books[garage.id].invites = send == "always"
        a_change(case, garage, 12)
        strace = children.traced("-e", "trace=pwrite64,fsync,fdatasync,sendto,sendmsg,write,rename")
        assert strace.ended.status in (0, 3)
        acts, unsynced = _unsynced(strace.calls())
        assert acts["asked"] >= 12 and acts["moved"] == 1
        assert unsynced == []
    children.drain()
    case.count()


def _unsynced(calls):
    """How often something was asked of iGarage or moved, and each time a thread did so with writes not synced.

    A thread writes and syncs its own transactions; what another is still writing is no part of what this one asks.
    """
    dirty, acts, unsynced = {}, Counter(), []
    for each in calls:
        journal = f"{DATABASE}-wal>" in each.arguments
        if each.name == "pwrite64" and each.begins and journal:
            dirty[each.thread] = each.arguments
        elif each.name in ("fsync", "fdatasync") and each.ends and journal:
            dirty[each.thread] = None
        elif each.begins and (act := _act(each)):
            acts[act] += 1
            if dirty.get(each.thread):
                unsynced.append((act, each.arguments))
    return acts, unsynced


def _act(call):
    if call.name in ("sendto", "sendmsg", "write") and (
        '"PUT ' in call.arguments or '"POST ' in call.arguments
    ):
        return "asked"
    return "moved" if call.name == "rename" and "archief" in call.arguments else None


def test_a_request_before_the_sync_would_be_seen():
    text = f"""7 pwrite64(5</x/{DATABASE}-wal>, "x", 1, 0) = 1
8 sendto(9<socket:[1]>, "PUT /passports/ZZ001Z HTT"..., 300, 0, NULL, 0) = 300
7 fdatasync(5</x/{DATABASE}-wal> <unfinished ...>
7 sendto(9<socket:[1]>, "PUT /passports/ZZ002Z HTT"..., 300, 0, NULL, 0) = 300
7 <... fdatasync resumed>) = 0
7 sendto(9<socket:[1]>, "POST /passports/ZZ003Z HT"..., 300, 0, NULL, 0) = 300
"""
    acts, unsynced = _unsynced(parsed(text))
    assert acts["asked"] == 3
    assert [what[1].split('"')[1][:21] for what in unsynced] == ["PUT /passports/ZZ002Z"]


def test_f05_a_push_is_answered_when_its_journal_is_synced_and_not_before(case, children):
    door = f"127.0.0.1:{free_port()}"
    garage = case.garage(source=receives(case, door))
    garage.write_token("nobody's")  # so that nothing but what is pushed is written
    case.installation.settle_down(probe={"first": 3600, "max": 3600})
    service = children.start("-v", "run")
    assert push(door, [pushed(1, km=1)], service) == 202
    until(lambda: garage.stand()["state"] == "paused", "the pause")
    log = case.folder / "pushes"
    watched = Fault(service.pid, log, "-e", "trace=pwrite64,fsync,fdatasync,sendto,sendmsg,write")
    answers = [push(door, [pushed(number, km=7)], service) for number in range(1, 6)]
    watched.let_go()
    service.stop()
    assert answers == [202] * 5
    assert _answered_unsynced(list(parsed(log.read_text("utf-8", "replace")))) == (5, 0)
    case.line.counted = True  # here: the books know exports alone


def _answered_unsynced(calls):
    """How often a push was answered with 202, and how often while something written for it was not synced."""
    dirty, written, answers, unsynced = set(), False, 0, 0
    for each in calls:
        journal = f"{DATABASE}-wal>" in each.arguments
        if each.name == "pwrite64" and each.begins and journal:
            dirty.add(each.thread)
            written = True
        elif each.name in ("fsync", "fdatasync") and each.ends and journal:
            dirty.discard(each.thread)
        elif each.begins and "HTTP/1.1 202" in each.arguments:
            answers += 1
            unsynced += bool(dirty) or not written
            written = False
    return answers, unsynced


def test_an_answer_before_the_sync_would_be_seen():
    write, sync = f'pwrite64(5</x/{DATABASE}-wal>, "x", 1, 0) = 1', f"fdatasync(5</x/{DATABASE}-wal>) = 0"
    answer = 'sendto(9<socket:[1]>, "HTTP/1.1 202 Accepted"..., 300, 0, NULL, 0) = 300'
    told = {
        (f"7 {write}", f"7 {sync}", f"8 {answer}"): (1, 0),
        (f"7 {write}", f"8 {answer}", f"7 {sync}"): (1, 1),
        (f"8 {answer}",): (1, 1),
        (f"7 {write}", f"7 {sync}", f"8 {answer}", f"8 {answer}"): (2, 1),
    }
    assert {lines: _answered_unsynced(list(parsed("\n".join(lines)))) for lines in told} == told


# ---------------------------------------------------------------- F08

UNLOADED = 127
"""With which the loader ends a program whose libraries it cannot read."""


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "pread64"])
def test_f08_an_error_of_the_disk_anywhere_in_a_pass_is_told_and_costs_nothing(case, children, call):
    garage = case.garage(delivery={"workers": 1})
    a_change(case, garage, ROWS)
    children.run_once()
    a_change(case, garage, ROWS)
    watched = children.traced("-e", f"trace={call}")
    numbers = Counter(each.thread for each in watched.calls() if each.begins)
    every = range(1, max(numbers.values()) + 1)
    for number in every if case.full else case.dice.sample(every, 2):
        a_change(case, garage, ROWS)
        ended = children.traced(*broken(call, "error=EIO", number)).ended
        if ended.status == UNLOADED:  # Python itself could not be read: nothing of ours was run
            continue
        assert "Traceback" not in ended.err, ended.err
        assert ended.status in (0, 1, 2, 3, 5), ended
        case.kept_answers += MOST_UNWRITTEN
    children.drain()
    case.count()


@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_f08_a_service_outlives_a_disk_that_fails_for_a_while_and_asks_for_nothing_it_cannot_write_down(
    case, children, call
):
    garage = case.garage(delivery={"workers": 2})
    a_change(case, garage, ROWS)
    service = children.start("-v", "run")
    case.until_delivered()
    fault = Fault(service.pid, case.folder / "failing", *broken(call, "error=EIO", "1+"))
    before = len(case.sandbox.requests())
    a_change(case, garage, 2 * ROWS)
    until(lambda: fault.struck, "the first error")
    until(lambda: _tells(case), "the word of it")
    fault.let_go()
    case.kept_answers += MOST_UNWRITTEN
    assert service.runs
    assert len(case.sandbox.requests()) - before <= 2
    case.until_delivered()
    assert service.runs
    case.count()


def _tells(case):
    """Whether status says that something is wrong."""
    return case.installation.ask("status")["ledger"]["state"] != "ok" or case.status()[0]["state"] != "ok"
