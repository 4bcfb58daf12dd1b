"""The watched folder: what is an export file, when it is at rest, and what it is."""

from __future__ import annotations

import hashlib
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector import inbox
from connector.errors import SourceUnavailable

WRITTEN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = WRITTEN + timedelta(hours=1)
CSV = ("*.csv",)
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX has these")


def put(folder, name="klanten.csv", content=b"Kenteken\r\n", at=WRITTEN):
    path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name)) if isinstance(name, bytes) else folder / name
    path.write_bytes(content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


class Count:
    """Seconds that only the test lets pass."""

    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


def lookout(folder, now=LATER, settle=0.0, count=None):
    return inbox.Lookout(folder, CSV, settle, monotonic=count or Count(), now=lambda: now)


def at_rest(folder, now=LATER):
    looking = lookout(folder, now)
    looking.look()
    return looking.look()


def test_a_listing_tells_name_size_and_time_of_each_export(tmp_path):
    put(tmp_path)
    seen = inbox.listing(tmp_path, CSV)["klanten.csv"]
    assert (seen.name, seen.size, seen.modified, seen.path) == (
        "klanten.csv",
        10,
        WRITTEN,
        tmp_path / "klanten.csv",
    )


def test_times_are_told_to_the_microsecond(tmp_path):
    path = put(tmp_path)
    os.utime(path, ns=(0, 1_790_000_000_123_456_789))
    modified = inbox.listing(tmp_path, CSV)["klanten.csv"].modified
    assert modified.microsecond == 123456


@pytest.mark.parametrize("name", ["KLANTEN.CSV", "klanten.csv", "Klanten.Csv"])
@pytest.mark.parametrize("pattern", ["*.csv", "*.CSV", "klanten.*"])
def test_a_pattern_matches_in_any_case(tmp_path, name, pattern):
    put(tmp_path, name)
    assert list(inbox.listing(tmp_path, (pattern,))) == [name]


def test_any_of_several_patterns_will_do(tmp_path):
    for name in ("a.csv", "b.txt", "c.xml"):
        put(tmp_path, name)
    assert sorted(inbox.listing(tmp_path, ("*.csv", "*.txt"))) == ["a.csv", "b.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "~klanten.csv",
        ".klanten.csv",
        "~$klanten.csv",
        "klanten.csv.part",
        "klanten.csv.TMP",
        "klanten.csv.crdownload",
        ".~lock.klanten.csv#",
    ],
)
def test_temporary_names_are_left_out_whatever_the_pattern(tmp_path, name):
    put(tmp_path, name)
    assert inbox.listing(tmp_path, ("*",)) == {}


def test_an_empty_file_is_no_export_yet(tmp_path):
    put(tmp_path, content=b"")
    assert inbox.listing(tmp_path, CSV) == {}


def test_a_folder_named_as_an_export_is_none_and_is_not_looked_into(tmp_path):
    (tmp_path / "map.csv").mkdir()
    put(tmp_path / "map.csv")
    assert inbox.listing(tmp_path, CSV) == {}


@posix
def test_a_symlink_is_not_followed(tmp_path):
    secret = put(tmp_path, "geheim.txt")
    (tmp_path / "klanten.csv").symlink_to(secret)
    (tmp_path / "dood.csv").symlink_to(tmp_path / "nergens")
    assert inbox.listing(tmp_path, CSV) == {}


@posix
def test_a_fifo_is_neither_listed_nor_waited_for(tmp_path):
    os.mkfifo(tmp_path / "klanten.csv")
    assert inbox.listing(tmp_path, CSV) == {}


@posix
def test_the_watched_folder_itself_may_be_a_symlink(tmp_path):
    (tmp_path / "echt").mkdir()
    put(tmp_path / "echt")
    (tmp_path / "link").symlink_to(tmp_path / "echt")
    assert list(inbox.listing(tmp_path / "link", CSV)) == ["klanten.csv"]


@pytest.mark.parametrize("missing", ["nergens", "bestand"])
def test_a_folder_that_cannot_be_listed_is_away_and_not_empty(tmp_path, missing):
    put(tmp_path, "bestand")
    with pytest.raises(SourceUnavailable, match=f"^map .*{missing} is niet te lezen: "):
        inbox.listing(tmp_path / missing, CSV)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems refuse such names")
def test_a_name_of_bytes_that_are_no_text_is_shown_with_escapes_and_still_read(tmp_path):
    put(tmp_path, b"klant\xebn\n\x1b[31m.csv")
    (seen,) = at_rest(tmp_path).files
    assert seen.name == "klant\\xebn\\n\\x1b[31m.csv"
    assert inbox.digest(seen.path) == hashlib.sha256(b"Kenteken\r\n").digest()
    assert inbox.export_file(seen.path).name == seen.name


def test_a_file_that_stood_still_over_two_looks_is_at_rest(tmp_path):
    put(tmp_path)
    found = at_rest(tmp_path)
    assert ([seen.name for seen in found.files], found.moving) == (["klanten.csv"], ())


@pytest.mark.parametrize(
    "change", [{"content": b"Kenteken\r\nZZ-001-Z\r\n"}, {"at": WRITTEN + timedelta(seconds=1)}]
)
def test_a_file_that_grew_or_was_touched_between_two_looks_is_moving(tmp_path, change):
    put(tmp_path)
    looking = lookout(tmp_path)
    looking.look()
    put(tmp_path, **change)
    found = looking.look()
    assert (found.files, found.moving) == ((), ("klanten.csv",))


def test_a_file_that_was_not_there_at_the_first_look_is_moving(tmp_path):
    looking = lookout(tmp_path)
    looking.look()
    put(tmp_path)
    assert looking.look().moving == ("klanten.csv",)


@pytest.mark.parametrize(("seconds", "rests"), [(0.0, False), (2.9, False), (3.0, True), (9.0, True)])
def test_a_file_is_at_rest_when_two_looks_at_least_settle_apart_saw_the_same(tmp_path, seconds, rests):
    put(tmp_path)
    count = Count()
    looking = lookout(tmp_path, settle=3.0, count=count)
    assert looking.look().files == ()
    assert looking.seconds_to_rest() == 3.0
    count.at += seconds
    assert bool(looking.look().files) is rests
    assert looking.seconds_to_rest() == (None if rests else pytest.approx(3.0 - seconds))


def test_a_folder_that_was_away_says_nothing_of_how_long_its_files_stood_still(tmp_path):
    folder = tmp_path / "share"
    folder.mkdir()
    put(folder)
    looking = lookout(folder)
    looking.look()
    away = folder.rename(tmp_path / "away")
    with pytest.raises(SourceUnavailable):
        looking.look()
    away.rename(folder)
    assert looking.look().moving == ("klanten.csv",)
    assert looking.look().moving == ()


def test_a_folder_with_anything_in_it_is_not_empty(tmp_path):
    assert lookout(tmp_path).is_empty()
    put(tmp_path, "lees mij.txt")
    assert not lookout(tmp_path).is_empty()


def test_a_large_file_that_looks_the_same_is_not_read_at_every_look(tmp_path):
    """Reading it took a second by this count, so that a hundredth of the time allows it every hundred."""
    path = put(tmp_path)
    count = Count()

    def ticking():
        count.at += 0.5
        return count.at

    looking = lookout(tmp_path, count=ticking)
    looking.look()
    (seen,) = looking.look().files
    first = looking.digest(seen)
    path.write_bytes(b"Kentekem\r\n")
    os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    assert looking.digest(seen) == first
    count.at += 100
    assert looking.digest(seen) != first


def test_many_files_together_are_read_again_no_more_than_a_hundredth_of_the_time(tmp_path):
    paths = [put(tmp_path, name=f"{number}.csv") for number in range(20)]
    count = Count()

    def ticking():
        count.at += 0.5
        return count.at

    looking = lookout(tmp_path, count=ticking)
    looking.look()
    files = looking.look().files
    first = {seen.name: looking.digest(seen) for seen in files}
    for path in paths:
        path.write_bytes(b"Kentekem\r\n")
        os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    count.at += 100  # enough for one of them
    assert {seen.name: looking.digest(seen) for seen in files} == first
    count.at += 20 * 100
    assert not {seen.name: looking.digest(seen) for seen in files}.items() & first.items()


def test_what_is_gone_takes_none_of_the_time_for_reading_again(tmp_path):
    put(tmp_path, name="blijft.csv")
    gone = [put(tmp_path, name=f"{number}.csv") for number in range(20)]
    count = Count()

    def ticking():
        count.at += 0.5
        return count.at

    looking = lookout(tmp_path, count=ticking)
    looking.look()
    files = {seen.name: seen for seen in looking.look().files}
    first = {name: looking.digest(seen) for name, seen in files.items()}
    for path in gone:
        path.unlink()
    looking.look()
    (tmp_path / "blijft.csv").write_bytes(b"Kentekem\r\n")
    os.utime(tmp_path / "blijft.csv", (WRITTEN.timestamp(), WRITTEN.timestamp()))
    count.at += 100
    assert looking.digest(files["blijft.csv"]) != first["blijft.csv"]


def test_a_file_that_the_ledger_has_is_moved_over_nothing_that_lies_there(tmp_path):
    archive, passed = tmp_path / "archief", []
    archive.mkdir()
    put(archive, content=b"van gisteren\r\n")
    put(tmp_path)
    (seen,) = at_rest(tmp_path).files
    assert inbox.archive(seen, archive, passed.append)
    assert {path.name: path.read_bytes() for path in archive.iterdir()} == {
        "klanten.csv": b"van gisteren\r\n",
        "klanten-2.csv": b"Kenteken\r\n",
    }
    assert passed == ["archive.before", "archive.after"]


def test_a_file_that_changed_meanwhile_is_not_moved(tmp_path):
    put(tmp_path)
    (seen,) = at_rest(tmp_path).files
    path = put(tmp_path, content=b"Kenteken\r\nZZ-001-Z\r\n")
    assert not inbox.archive(seen, tmp_path / "archief", lambda _point: None)
    assert path.exists()


@posix
def test_what_became_a_link_or_a_fifo_since_it_was_seen_is_not_opened_nor_waited_for(tmp_path):
    secret = put(tmp_path, "geheim.txt")
    for swap in (lambda path: path.symlink_to(secret), os.mkfifo):
        path = put(tmp_path)
        path.unlink()
        swap(path)
        with pytest.raises(SourceUnavailable):
            inbox.digest(path)
        path.unlink()


def test_a_file_that_went_between_two_looks_is_neither(tmp_path):
    path = put(tmp_path)
    looking = lookout(tmp_path)
    looking.look()
    path.unlink()
    found = looking.look()
    assert (found.files, found.moving) == ((), ())


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b"\r\n\x1a"])
def test_a_last_line_ends_with_any_line_end_or_with_ctrl_z(tmp_path, end):
    put(tmp_path, content=b"Kenteken" + end)
    assert at_rest(tmp_path, now=WRITTEN).moving == ()


@pytest.mark.parametrize(
    ("seconds", "whole"), [(0, False), (59, False), (60, True), (3600, True), (-59, False), (-86_400, True)]
)
def test_a_last_line_that_never_ends_is_believed_when_the_file_is_a_minute_old_by_whatever_clock(
    tmp_path, seconds, whole
):
    put(tmp_path, content=b"Kenteken")
    assert bool(at_rest(tmp_path, now=WRITTEN + timedelta(seconds=seconds)).files) is whole


def test_a_digest_is_of_the_whole_content(tmp_path):
    content = b"x" * (2 * inbox.BLOCK + 17)
    path = put(tmp_path, content=content)
    assert inbox.digest(path) == hashlib.sha256(content).digest()
    put(tmp_path, content=content[:-1] + b"y")
    assert inbox.digest(path) != hashlib.sha256(content).digest()


def test_a_file_that_went_is_told_of_without_what_steers_a_terminal(tmp_path):
    gone = tmp_path / "klanten\n\x1b[31m.csv"
    with pytest.raises(SourceUnavailable) as caught:
        inbox.digest(gone)
    assert str(caught.value).startswith("bestand klanten\\n\\x1b[31m.csv is niet te lezen: ")


def test_an_export_is_read_from_its_start_as_often_as_one_likes_and_never_written(tmp_path):
    file = inbox.export_file(put(tmp_path))
    for _ in range(2):
        with file.open() as stream:
            assert stream.read() == b"Kenteken\r\n"
            assert not stream.writable()
    assert (file.name, file.size) == ("klanten.csv", 10)


@pytest.mark.parametrize(
    ("name", "content", "whole"),
    [
        ("klanten.xlsx", b"PK\x05\x06" + bytes(18), True),
        ("klanten.xlsx", b"PK\x05\x06" + bytes(17), False),
        ("klanten.xlsx", b"regel\r\n", False),
        ("klanten.xml", b"<klanten></klanten>", True),
        ("klanten.xml", b"<klanten>\n", False),
    ],
)
def test_a_fresh_file_is_at_rest_when_it_ends_as_its_format_does(tmp_path, name, content, whole):
    put(tmp_path, name, content)
    looking = inbox.Lookout(tmp_path, ("*",), 0.0, monotonic=Count(), now=lambda: WRITTEN)
    looking.look()
    resting = looking.look()
    assert ([each.name for each in resting.files], resting.moving) == (
        ([name], ()) if whole else ([], (name,))
    )


def test_a_large_file_is_looked_at_only_at_its_ends(tmp_path):
    put(tmp_path, content=b"x" * 200_000 + b"\r\n")
    assert [each.name for each in at_rest(tmp_path, now=WRITTEN).files] == ["klanten.csv"]
