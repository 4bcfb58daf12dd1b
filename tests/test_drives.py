"""What kind of drive a folder lies on, told from a list of mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.drives import NETWORK_FILE_SYSTEMS, is_network_drive


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    return tmp_path / "mountinfo"


def line(point: str, file_system: str) -> str:
    """A line of mountinfo, with an optional field or two before the dash."""
    return f"36 35 98:0 / {point} rw,noatime shared:1 master:2 - {file_system} //server/share rw\n"


ROOT = line("/", "ext4")


@pytest.mark.parametrize("file_system", sorted(NETWORK_FILE_SYSTEMS))
def test_each_file_system_of_the_network_is_known(mounts: Path, file_system: str) -> None:
    mounts.write_text(ROOT + line("/mnt/share", file_system))
    assert is_network_drive(Path("/mnt/share/export"), mounts)
    assert not is_network_drive(Path("/mnt/sharer"), mounts)


@pytest.mark.parametrize(
    ("listed", "folder", "network"),
    [
        pytest.param(ROOT, "/var/export", False, id="a disk of this machine"),
        pytest.param(ROOT + line("/mnt", "nfs4"), "/mnt", True, id="the mount point itself"),
        pytest.param(
            ROOT + line("/mnt", "nfs4"), "/mnt/not/there/yet", True, id="a folder that is not there"
        ),
        pytest.param(
            line("/", "nfs4") + line("/var", "ext4"), "/var/export", False, id="a disk below a network root"
        ),
        pytest.param(
            line("/var", "ext4") + line("/", "nfs4"), "/var/export", False, id="in whatever order they stand"
        ),
        pytest.param(
            line("/mnt", "ext4") + line("/mnt", "cifs"), "/mnt/a", True, id="the later mount hides the former"
        ),
        pytest.param(
            line("/mnt", "cifs") + line("/mnt", "ext4"), "/mnt/a", False, id="and the other way about"
        ),
        pytest.param(
            ROOT + line(r"/mnt/de\040garage", "cifs"), "/mnt/de garage/uit", True, id="a space in its name"
        ),
        pytest.param(
            ROOT + line(r"/mnt/a\134b\011c", "cifs"), "/mnt/a\\b\tc", True, id="a backslash and a tab too"
        ),
        pytest.param(
            ROOT + line("/mnt/é", "cifs"), "/mnt/é/uit", True, id="letters of a garage that is no Englishman"
        ),
        pytest.param(ROOT + line("/mnt", "fuse.ntfs-3g"), "/mnt", False, id="a stick is no network"),
        pytest.param("", "/var/export", False, id="nothing is listed"),
    ],
)
def test_the_longest_mount_point_above_a_folder_tells(
    mounts: Path, listed: str, folder: str, network: bool
) -> None:
    mounts.write_text(listed, "utf-8")
    assert is_network_drive(Path(folder), mounts) is network


def test_a_link_is_followed_to_where_it_leads(tmp_path: Path, mounts: Path) -> None:
    there, link = tmp_path / "share", tmp_path / "link"
    there.mkdir()
    link.symlink_to(there)
    mounts.write_text(ROOT + line(str(there), "cifs"))
    assert is_network_drive(link / "export", mounts)


def test_where_nothing_can_be_told_a_folder_is_on_this_machine(tmp_path: Path) -> None:
    assert not is_network_drive(tmp_path, tmp_path / "no-such-list")
    assert not is_network_drive(tmp_path)
