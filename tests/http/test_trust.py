"""Who is believed, and what the surroundings may not change."""

from __future__ import annotations

import datetime
import os
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from connector.http import Http, NotSent
from connector.http.trust import system_trust


def call(http: Http, url: str) -> Any:
    return http.call("PUT", url, headers={"Authorization": "Bearer geheim"}, body=b"{}")


def expired(authority: trustme.CA) -> trustme.LeafCert:
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    return authority.issue_cert(
        "127.0.0.1", not_before=yesterday - datetime.timedelta(days=9), not_after=yesterday
    )


BAD = {
    "expired": expired,
    "of another host": lambda authority: authority.issue_cert("elders.example"),
    "of an unknown authority": lambda _: trustme.CA().issue_cert("127.0.0.1"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_certificate_gets_no_request(
    serve: Any, http: Any, authority: trustme.CA, with_certificate: Any, kind: str
) -> None:
    server = serve(tls=with_certificate(BAD[kind](authority)))
    with pytest.raises(NotSent) as caught:
        call(http(), server.url)
    assert caught.value.code == "tls"
    assert server.requests == []
    assert server.connections == 1  # a certificate does not mend by trying again


def test_a_good_certificate_is_taken(serve: Any, http: Any, tls: ssl.SSLContext) -> None:
    assert call(http(), serve(tls=tls).url).status == 200


def test_a_server_without_tls_gets_no_request(serve: Any, http: Any) -> None:
    def script(talk: Any) -> None:
        talk.sock.recv(65536)
        talk.answer()

    with pytest.raises(NotSent) as caught:
        call(http(), serve(script).url.replace("http:", "https:"))
    assert caught.value.code == "tls"


def test_only_the_given_context_says_whom_we_trust(serve: Any, tls: ssl.SSLContext) -> None:
    """requests would add certifi's list to it on every connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    http = Http(timeout=5, trust=lambda: context)
    with pytest.raises(NotSent):
        call(http, serve(tls=tls).url)
    http.close()
    assert context.get_ca_certs() == []


def test_the_system_store_verifies_certificate_and_name() -> None:
    context = system_trust()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: trustme.CA) -> Path:
    """Variables that would send our calls elsewhere, as someone else, to whoever they name."""
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login dief password gestolen\n")
    netrc.chmod(0o600)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(bundle))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    monkeypatch.setenv("NETRC", str(netrc))
    return tmp_path


def test_netrc_and_credentials_in_the_address_do_not_replace_our_token(
    serve: Any, http: Any, hostile: Path
) -> None:
    server = serve()
    call(http(), server.url.replace("://", "://wie:wat@"))
    call(http(), server.url)
    for request in server.requests:
        assert b"Authorization: Bearer geheim\r\n" in request
        assert b"Basic" not in request


def test_proxy_variables_are_not_followed(serve: Any, http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = serve(), serve()
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
        if os.name != "nt":
            monkeypatch.setenv(name.upper(), proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    call(http(), server.url)
    assert proxy.connections == 0
    assert len(server.requests) == 1


def test_ca_variables_are_not_believed(serve: Any, hostile: Path, tls: ssl.SSLContext) -> None:
    server = serve(tls=tls)
    http = Http(timeout=5)
    with pytest.raises(NotSent) as caught:
        call(http, server.url)
    http.close()
    assert caught.value.code == "tls"
    assert server.requests == []


def test_no_keys_are_written_for_a_listener(
    serve: Any, http: Any, hostile: Path, tls: ssl.SSLContext
) -> None:
    call(http(), serve(tls=tls).url)
    assert not (hostile / "keys").exists()
