"""The log: one JSON object a line, and only what has a name known to be safe."""

from __future__ import annotations

import io
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from connector.log import LARGEST, SAFE, described, make_log

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def logged(level="debug", **told):
    stream = io.StringIO()
    make_log(level, None, lambda: NOON, stream).info("delivery.passed", **told)
    return stream.getvalue()


def test_a_line_is_a_json_object_with_its_event_level_and_instant():
    assert json.loads(logged(garage="jansen", delivered=3)) == {
        "event": "delivery.passed",
        "level": "info",
        "timestamp": "2026-03-02T12:00:00.000+00:00",
        "garage": "jansen",
        "delivered": 3,
    }


@pytest.mark.parametrize(
    "name", ["plate", "email", "address", "token", "name", "value", "exc_info", "stack", "url"]
)
def test_what_has_no_name_known_to_be_safe_is_left_out(name):
    line = logged(garage="jansen", **{name: "kanarie"})
    assert "kanarie" not in line
    assert json.loads(line)["garage"] == "jansen"


def test_no_safe_name_is_one_that_a_person_could_stand_under():
    personal = {
        "plate",
        "kenteken",
        "name",
        "last_name",
        "email",
        "address",
        "token",
        "value",
        "message",
        "row",
    }
    assert SAFE.isdisjoint(personal)


def test_a_value_with_line_ends_and_escape_codes_stays_on_one_line():
    line = logged(reason='a\n{"event": "forged"}\r\x1b[31m')
    assert line.count("\n") == 1 and line.endswith("\n")
    assert "\x1b" not in line and "\r" not in line


@pytest.mark.parametrize(("level", "lines"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_what_is_below_the_level_is_not_written(level, lines):
    stream = io.StringIO()
    log = make_log(level, None, lambda: NOON, stream)
    log.debug("intake.scanned")
    log.info("intake.taken")
    log.warning("intake.held")
    assert len(stream.getvalue().splitlines()) == lines


def test_a_file_is_private_from_its_first_byte_in_a_folder_of_its_own(tmp_path):
    file = tmp_path / "log" / "connector.log"
    mask = os.umask(0)
    try:
        make_log("info", file, lambda: NOON).info("intake.taken")
    finally:
        os.umask(mask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert json.loads(file.read_text("utf-8"))["event"] == "intake.taken"


def test_with_a_file_and_a_stream_each_gets_every_line(tmp_path):
    file, stream = tmp_path / "connector.log", io.StringIO()
    make_log("info", file, lambda: NOON, stream).info("intake.taken")
    assert file.read_text("utf-8") == stream.getvalue() != ""


def test_without_either_it_goes_to_standard_error(capsys):
    make_log("info", None, lambda: NOON).info("intake.taken")
    told = capsys.readouterr()
    assert (told.out, json.loads(told.err)["event"]) == ("", "intake.taken")


def test_a_full_file_is_turned_over_and_the_next_is_as_private(tmp_path):
    file = tmp_path / "connector.log"
    file.write_bytes(b"x" * (LARGEST - 1))
    log = make_log("info", file, lambda: NOON)
    log.info("intake.taken")
    log.info("intake.held")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["connector.log", "connector.log.1"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "intake.held" in file.read_text("utf-8")


def test_a_file_that_cannot_be_written_is_an_error_at_once(tmp_path):
    with pytest.raises(OSError, match="directory"):
        make_log("info", tmp_path, lambda: NOON)


def test_lines_of_many_threads_do_not_mix(tmp_path):
    file = tmp_path / "connector.log"
    log = make_log("info", file, lambda: NOON)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: log.info("intake.taken", file=number), range(400)))
    assert sorted(json.loads(line)["file"] for line in file.read_text("utf-8").splitlines()) == list(
        range(400)
    )


def test_an_exception_is_described_by_its_type_and_our_place_and_not_by_its_text(tmp_path):
    try:
        make_log("kanarie", None, lambda: NOON)
    except AttributeError as error:
        told = described(error)
    assert told.startswith("AttributeError at connector.log:")
    assert "kanarie" not in told.casefold()


def test_an_exception_of_nobodys_code_is_described_by_its_type_alone():
    assert described(ValueError("kanarie")) == "ValueError"
