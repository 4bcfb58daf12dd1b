"""S13: netrc, proxies and certificate variables of the account change nothing in what is sent, and to whom."""

from __future__ import annotations

import socket

import pytest

PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture
def trap():
    """A proxy that nobody should ever call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture
def surroundings(tmp_path, trap):
    """What the account's environment says, all of it misleading."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login kwaad password kwaad\ndefault login kwaad password kwaad\n")
    netrc.chmod(0o600)
    proxy = f"http://127.0.0.1:{trap.getsockname()[1]}"
    return {
        **dict.fromkeys(PROXIES, proxy),
        **dict.fromkeys(CERTIFICATES, str(tmp_path / "nowhere.pem")),
        "no_proxy": "",
        "NO_PROXY": "",
        "NETRC": str(netrc),
        "HOME": str(tmp_path),
    }


def test_the_garages_own_token_goes_straight_to_the_address_in_its_file(garage, car, surroundings, trap):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1))
    said = garage.installation.process("run", "--once", env=surroundings)
    assert (said.status, said.err) == (0, "")
    assert len(garage.mails()) == 1  # the sandbox knows the garage by its token alone
    with pytest.raises(BlockingIOError):
        trap.accept()
