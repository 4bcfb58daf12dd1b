"""The key of erasures and the copy of their hashes: private, whole or not there, and never guessed at."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.errors import LedgerUnusable
from connector.ledger.key_file import COPY, KEY, Hash, KeyFile

AT = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
HASHES = [Hash("jansen", "plate", b"\x01" * 32, AT), Hash("", "key", b"\x02" * 32, AT)]


def test_what_is_written_is_read_and_another_key_is_another(tmp_path: Path) -> None:
    files = KeyFile(tmp_path)
    assert (files.read(), files.kept()) == (None, [])
    assert files.make(os.urandom) == files.read()
    files.keep(HASHES)
    assert files.kept() == HASHES
    assert files.path == tmp_path / KEY


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_both_are_for_this_account_alone_and_nothing_lies_beside_them(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        KeyFile(tmp_path).make(os.urandom)
        KeyFile(tmp_path).keep(HASHES)
    finally:
        os.umask(before)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert modes == {KEY: 0o600, COPY: 0o600}


@pytest.mark.parametrize(
    "content", [b"", b"plate", b"plate jansen xx 2027-03-01T01:00:00+00:00\n", b"\xff\n\n"]
)
def test_a_copy_that_is_none_is_said_and_nothing_is_guessed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / COPY).write_bytes(content)
    if content:
        with pytest.raises(LedgerUnusable, match="cannot be read"):
            KeyFile(tmp_path).kept()
    else:
        assert KeyFile(tmp_path).kept() == []


def test_where_it_cannot_be_written_that_is_said_and_what_was_there_stays(tmp_path: Path) -> None:
    key = KeyFile(tmp_path).make(os.urandom)
    (tmp_path / f"{KEY}.{os.getpid()}").mkdir()
    with pytest.raises(LedgerUnusable):
        KeyFile(tmp_path).make(os.urandom)
    assert KeyFile(tmp_path).read() == key
