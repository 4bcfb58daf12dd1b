"""Where a token is read, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import secret
from connector.config.document import Place
from connector.errors import ConfigError

WRITTEN = secret.Written(Path("jansen.yaml"), Place(6, 3))
ONE_WORD = "holds more than one word or line: it must hold the token alone, without Bearer"
ODD = "holds a control character or one outside ASCII, as no token does: copy it anew"

UNFIT = [
    (b"", "is empty: put the garage's token there"),
    (b" \r\n\t ", "is empty: put the garage's token there"),
    (b"canary\n7f3a", ONE_WORD),
    (b"Bearer canary", ONE_WORD),
    (b"canary\r\nX-Injected: 1", ONE_WORD),
    (b"canary\x007f3a", ODD),
    (b"canary\x7f", ODD),
    ("canarÿ".encode(), ODD),
    ("canary\u200b".encode(), ODD),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "jansen.token"


@pytest.mark.parametrize(
    "content", [b"canary-7f3a", b"canary-7f3a\n", b"  canary-7f3a\r\n\r\n", b"\xef\xbb\xbfcanary-7f3a"]
)
def test_a_token_is_read_without_what_an_editor_puts_around_it(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert secret.read(file, None, {}, WRITTEN) == "canary-7f3a"
    assert secret.read(None, "TOKEN", {"TOKEN": content.decode()}, WRITTEN) == "canary-7f3a"


def test_a_replaced_file_counts_at_the_next_read(file: Path) -> None:
    file.write_text("old")
    assert secret.read(file, None, {}, WRITTEN) == "old"
    file.write_text("new")
    assert secret.read(file, None, {}, WRITTEN) == "new"


@pytest.mark.parametrize(("content", "said"), UNFIT)
def test_s16_an_unfit_token_in_a_file_is_told_with_the_files_name_and_never_shown(
    file: Path, content: bytes, said: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        secret.read(file, None, {}, WRITTEN)
    assert str(caught.value) == f"jansen.yaml:6:3: igarage.token_file: {file} {said}"
    assert caught.value.__cause__ is None
    assert "canar" not in repr(caught.value)


@pytest.mark.parametrize(("content", "said"), UNFIT)
def test_s16_an_unfit_token_in_a_variable_is_told_with_its_name_and_never_shown(
    content: bytes, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        secret.read(None, "TOKEN", {"TOKEN": content.decode()}, WRITTEN)
    assert str(caught.value) == f"jansen.yaml:6:3: igarage.token_env: the variable TOKEN {said}"


def test_s16_bytes_that_are_no_text_are_told(file: Path) -> None:
    file.write_bytes("canary".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"save it as plain text \(UTF-8\), the token alone$") as caught:
        secret.read(file, None, {}, WRITTEN)
    assert "canary" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_missing_variable_are_told(tmp_path: Path, file: Path) -> None:
    for place, variable, said in (
        (file, None, f"token_file: {file} does not exist: put the garage's token there"),
        (tmp_path, None, f"token_file: {tmp_path} cannot be read: is not a plain file"),
        (None, "TOKEN", "token_env: the variable TOKEN is not set: give it the garage's token"),
    ):
        with pytest.raises(ConfigError) as caught:
            secret.read(place, variable, {"OTHER": "x"}, WRITTEN)
        assert str(caught.value) == f"jansen.yaml:6:3: igarage.{said}"


def test_a_file_that_is_no_tokens_file_is_not_read_whole(file: Path) -> None:
    file.write_bytes(b"a" * (secret.LARGEST + 1))
    with pytest.raises(ConfigError, match="cannot be read: is larger than 16 kB"):
        secret.read(file, None, {}, WRITTEN)
