"""Reading a small file whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import small_file


def test_a_file_of_just_the_limit_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"a" * 1024)
    assert small_file.read(file, 1024) == b"a" * 1024
    file.write_bytes(b"a" * 1025)
    with pytest.raises(OSError, match="is larger than 1 kB"):
        small_file.read(file, 1024)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="Windows has no devices among its files")
def test_a_device_is_never_read() -> None:
    with pytest.raises(OSError, match="is not a plain file"):
        small_file.read(Path("/dev/zero"), 1024)


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        small_file.read(tmp_path / "gone", 1024)
