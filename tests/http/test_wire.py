"""A session by itself: what it does not take, not keep and not follow, whoever calls it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.http.wire import Session


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as made:
        yield made


def test_it_takes_nothing_from_its_surroundings(
    serve: Any, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proxy, server = serve(), serve()
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login dief password gestolen\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    session.get(server.url, headers={"Authorization": "Bearer geheim"}, timeout=10)
    assert proxy.connections == 0
    assert b"Authorization: Bearer geheim\r\n" in server.requests[0]


def test_it_follows_no_redirect(serve: Any, session: Session) -> None:
    other = serve()

    def script(talk: Any) -> None:
        talk.read()
        talk.answer(f"HTTP/1.1 307 T\r\nLocation: {other.url}/\r\nContent-Length: 0\r\n\r\n".encode())

    assert session.post(serve(script).url, data=b"{}", timeout=10).status_code == 307
    assert other.connections == 0


def test_it_keeps_no_cookie(serve: Any, session: Session) -> None:
    def script(talk: Any) -> None:
        while talk.read():
            talk.answer(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n")

    server = serve(script)
    session.get(server.url, timeout=10)
    session.get(server.url, timeout=10)
    assert b"cookie" not in server.requests[1].lower()
