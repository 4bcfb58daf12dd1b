"""The client against real sockets: what no mock can show."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme

from connector.errors import DeliveryError, Transient, Unknown
from connector.igarage import Client

PLATE = "AB12CD"
TOKEN = "zeer-geheim-token"
KEY = "k" * 32
CONTENT = {"last_name": "Çelik", "email": "f.celik@voorbeeld.example"}
SECRETS = (PLATE, TOKEN, "Çelik", "celik@", "/passports")

STATUS = b'{"plate":"AB12CD","state":"sent"}'
GOOD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(STATUS) + STATUS
)
PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html>Log in!"
BARE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
BAD_HEADER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nno header at all\r\n\r\n" + STATUS

Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve(answer, tls=None)` → address of a server that gives every request this answer and then ends."""
    listeners: list[socket.socket] = []

    def start(answer: bytes | None, tls: ssl.SSLContext | None = None) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=_answer_all, args=(listener, answer, tls), daemon=True).start()
        scheme = "http" if tls is None else "https"
        return f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/connector/v1"

    yield start
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _answer_all(listener: socket.socket, answer: bytes | None, tls: ssl.SSLContext | None) -> None:
    """None as an answer is a reset in the middle of the request."""
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        with contextlib.suppress(OSError):
            sock.settimeout(10)
            if tls is not None:
                sock = tls.wrap_socket(sock, server_side=True)
            if answer is None:
                sock.recv(1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            else:
                _read_request(sock)
                sock.sendall(answer)
        sock.close()


def _read_request(sock: socket.socket) -> None:
    """To the end of its JSON: what is left unread would make the end a reset."""
    data = b""
    while not data.endswith(b"}"):
        data += sock.recv(65536)


def put(url: str, **settings: Any) -> Any:
    with Client(url, lambda: TOKEN, **{"timeout": 5, **settings}) as client:
        return client.put(PLATE, CONTENT, system="generic_csv", record="17", send=True, key=KEY)


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("a captive portal", PORTAL),
        ("an answer cut without a length", BARE + STATUS[:-5]),
        ("an answer cut before its body", BARE),
        ("an answer cut within its length", GOOD[:-5]),
        ("a reset in the middle of the request", None),
        ("a silent end", b""),
        ("another protocol", b"220 mail.example ESMTP\r\n"),
        ("a compressed answer", GOOD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")),
    ],
)
def test_what_is_no_whole_answer_is_unknown(serve: Serve, what: str, answer: bytes | None) -> None:
    with pytest.raises(Unknown):
        put(serve(answer))


def test_a_whole_answer_without_a_length_is_taken(serve: Serve) -> None:
    assert put(serve(BARE + STATUS)).plate == PLATE


def test_nobody_listening_is_not_now_for_the_garage() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(Transient) as caught:
        put(url)
    assert (caught.value.code, caught.value.scope) == ("unreachable", "garage")


def test_a_certificate_nobody_trusts_is_not_now_for_the_garage(serve: Serve) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with pytest.raises(Transient) as caught:
        put(serve(GOOD, context), ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert (caught.value.code, caught.value.scope) == ("tls", "garage")
    with pytest.raises(Transient) as caught:
        put(serve(GOOD, context))  # by the system's store
    assert caught.value.code == "tls"


def test_a_certificate_of_the_given_authority_is_trusted(serve: Serve) -> None:
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)
    assert put(serve(GOOD, theirs), ssl_context=ours).plate == PLATE


@pytest.mark.parametrize("answer", [GOOD, PORTAL, BAD_HEADER, GOOD[:-5], b"", None])
def test_nothing_personal_is_logged_or_raised(
    serve: Serve, caplog: pytest.LogCaptureFixture, answer: bytes | None
) -> None:
    caplog.set_level(logging.DEBUG)
    chain: BaseException | None = None
    try:
        put(serve(answer))
    except DeliveryError as error:
        chain = error
    said = [caplog.text]
    while chain is not None:
        said.append(f"{chain!s} {chain!r}")
        chain = chain.__cause__ or chain.__context__
    for secret in SECRETS:
        assert secret not in "\n".join(said)
