"""One call against a real server: its time, its size, its tries, its end."""

from __future__ import annotations

import contextlib
import gc
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from connector.http import Http, NoAnswer, NotSent

GENEROUS = 5.0
"""Seconds within which a call with a deadline of half a second is over, on however slow a machine."""


def call(http: Http, url: str, method: str = "GET", body: bytes | None = None) -> Any:
    return http.call(method, url, headers={"Authorization": "Bearer geheim"}, body=body)


# ---------------------------------------------------------------- the whole answer in time


def trickled_headers(talk: Any) -> None:
    talk.read()
    talk.trickle(b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 1000)


def trickled_body(talk: Any) -> None:
    talk.read()
    talk.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    talk.trickle(b"x" * 1000)


def trickled_chunks(talk: Any) -> None:
    talk.read()
    talk.answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    talk.trickle(b"1\r\nx\r\n" * 200)


def endless_continue(talk: Any) -> None:
    talk.read()
    talk.trickle(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)


def silence(talk: Any) -> None:
    talk.read()
    talk.server.over.wait(20)


@pytest.mark.parametrize(
    "script", [trickled_headers, trickled_body, trickled_chunks, endless_continue, silence]
)
@pytest.mark.parametrize("way", ["GET http", "PUT http", "GET https", "PUT https"])
def test_an_answer_that_trickles_ends_at_the_deadline(
    serve: Any, http: Any, tls: ssl.SSLContext, script: Any, way: str
) -> None:
    method, _, scheme = way.partition(" ")
    server = serve(script, tls if scheme == "https" else None)
    began = time.monotonic()
    with pytest.raises(NoAnswer) as caught:
        call(http(timeout=0.25), server.url, method)
    assert caught.value.code == "timeout"
    assert time.monotonic() - began < GENEROUS
    assert server.trickled < 100  # of a thousand
    assert len(server.requests) == 1


def test_a_reused_connection_has_its_own_whole_time_again(serve: Any, http: Any) -> None:
    """The rest of the last call's time must not bound the sending of the next."""
    server = serve()
    once = http(timeout=1.0)
    for _ in range(4):
        call(once, server.url)
        threading.Event().wait(0.28)  # together longer than one deadline
    assert server.connections == 1


def test_a_tls_handshake_that_trickles_ends_at_the_deadline(serve: Any, http: Any) -> None:
    def script(talk: Any) -> None:
        talk.sock.recv(65536)
        talk.trickle(b"\x16\x03\x03\x40\x00" + b"x" * 1000)

    server = serve(script)
    with pytest.raises(NotSent) as caught:
        call(http(timeout=0.3), server.url.replace("http:", "https:"))
    assert caught.value.code == "timeout"
    assert server.trickled < 100


def test_a_server_that_does_not_read_the_body_ends_at_the_deadline(serve: Any, http: Any) -> None:
    server = serve(lambda talk: talk.server.over.wait(20))
    began = time.monotonic()
    with pytest.raises(NoAnswer) as caught:
        call(http(timeout=0.3), server.url, "POST", b"x" * 30_000_000)
    assert caught.value.code == "timeout"
    assert time.monotonic() - began < GENEROUS


def test_a_server_that_reads_the_body_slowly_ends_at_the_deadline(
    serve: Any, http: Any, tls: ssl.SSLContext
) -> None:
    """Over TLS every record is sent by itself: each must have the rest of the time, not all of it again."""

    def script(talk: Any) -> None:
        while talk.sock.recv(16384):
            talk.server.trickled += 1
            if talk.server.over.wait(0.02):
                return

    server = serve(script, tls)
    with pytest.raises(NoAnswer) as caught:
        call(http(timeout=0.3), server.url, "POST", b"x" * 30_000_000)
    assert caught.value.code == "timeout"
    assert server.trickled < 200  # of 1,800


@contextlib.contextmanager
def black_hole(address: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[int]:
    """A port that answers no connection, for its queue is full."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.create_server(address, backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield full.getsockname()[1]


def test_a_black_hole_ends_at_the_deadline(http: Any) -> None:
    with black_hole() as port, pytest.raises(NotSent) as caught:
        call(http(timeout=0.3), f"http://127.0.0.1:{port}")
    assert caught.value.code == "timeout"


def test_a_resolver_that_hangs_ends_at_the_deadline(http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(20) and [])
    with pytest.raises(NotSent) as caught:
        call(http(timeout=0.2), "http://igarage.example")
    release.set()
    assert caught.value.code == "timeout"


@pytest.mark.parametrize("silent", [False, True], ids=["refusing", "silent"])
def test_a_dead_first_address_leaves_time_for_the_second(
    serve: Any, http: Any, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    server = serve()
    real = socket.getaddrinfo

    def two(host: str, *rest: Any, **options: Any) -> Any:
        if host != "igarage.example":
            return real(host, *rest, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in ("127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with black_hole(("127.0.0.2", server.port)) if silent else contextlib.nullcontext():
        assert call(http(timeout=1.2), f"http://igarage.example:{server.port}").status == 200


# ---------------------------------------------------------------- whole, small and not unpacked


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 422 No\r\nContent-Type: application/problem+json\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\n{}",
        b"HTTP/1.1 zweihundert OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
def test_a_cut_or_garbled_answer_is_no_answer(serve: Any, http: Any, cut: bytes) -> None:
    def script(talk: Any) -> None:
        talk.read()
        talk.answer(cut)

    server = serve(script)
    with pytest.raises(NoAnswer) as caught:
        call(http(), server.url, "PUT", b"{}")
    assert caught.value.code == "broken"
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [b"200 OK", b"302 Found", b"500 Oops"])
def test_a_gzip_bomb_is_not_unpacked(serve: Any, http: Any, status: bytes) -> None:
    bomb = gzip.compress(b"x" * 50_000_000)

    def script(talk: Any) -> None:
        talk.read()
        talk.answer(
            b"HTTP/1.1 "
            + status
            + b"\r\nLocation: /\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
        )
        talk.answer(bomb)

    server = serve(script)
    with pytest.raises(NoAnswer) as caught:
        call(http(), server.url)
    assert caught.value.code == "encoded"
    assert b"Accept-Encoding: identity" in server.requests[0]


@pytest.mark.parametrize(
    "first",
    [b"200 OK\r\nContent-Length: 500000000\r\n", b"200 OK\r\n", b"302 Found\r\nLocation: /\r\n"],
    ids=["told", "untold", "redirect"],
)
def test_a_huge_answer_is_given_up(serve: Any, http: Any, first: bytes) -> None:
    sent = 0

    def script(talk: Any) -> None:
        nonlocal sent
        talk.read()
        talk.answer(b"HTTP/1.1 " + first + b"\r\n")
        while sent < 500_000_000:
            talk.answer(b"x" * 65536)
            sent += 65536

    server = serve(script)
    with pytest.raises(NoAnswer) as caught:
        call(http(most=1_000_000), server.url)
    assert caught.value.code == "too_large"
    assert server.ended.acquire(timeout=GENEROUS)
    assert sent < 100_000_000


def test_an_answer_at_the_cap_is_taken(serve: Any, http: Any) -> None:
    def script(talk: Any) -> None:
        talk.read()
        talk.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000)

    assert call(http(most=1000), serve(script).url).body == b"x" * 1000


# ---------------------------------------------------------------- once, or again


def breaks_twice(talk: Any) -> None:
    talk.read()
    if talk.number < 3:
        talk.reset()
    else:
        talk.answer()


def test_a_question_is_asked_again_when_the_connection_broke(serve: Any, http: Any) -> None:
    server = serve(breaks_twice)
    assert call(http(), server.url).status == 200
    assert len(server.requests) == 3


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_request_that_may_have_arrived_is_sent_once(serve: Any, http: Any, method: str) -> None:
    server = serve(breaks_twice)
    with pytest.raises(NoAnswer) as caught:
        call(http(), server.url, method, b"{}")
    assert caught.value.code == "broken"
    assert len(server.requests) == 1


def test_a_connection_closed_by_the_server_after_its_answer_harms_no_later_request(
    serve: Any, http: Any
) -> None:
    def script(talk: Any) -> None:
        talk.read()
        talk.answer()

    server = serve(script)
    once = http()
    for _ in range(3):
        assert call(once, server.url, "PUT", b"{}").status == 200
        assert server.ended.acquire(timeout=GENEROUS)
    assert len(server.requests) == 3


def test_a_refused_connection_is_tried_three_times(http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    tries: list[object] = []
    real = socket.getaddrinfo

    def counted(host: str, *rest: Any, **options: Any) -> Any:
        if host == "localhost":
            tries.append(host)
        return real("127.0.0.1", *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", counted)
    with pytest.raises(NotSent) as caught:
        call(http(chance=lambda: 0.0), f"http://localhost:{port}", "POST", b"{}")
    assert caught.value.code == "refused"
    assert len(tries) == 3


def test_a_name_that_does_not_resolve_was_not_sent(http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent) as caught:
        call(http(chance=lambda: 0.0), "https://igarage.example/connector/v1")
    assert caught.value.code == "dns"


def test_tries_end_with_the_time_of_the_call(http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[object] = []

    def unknown(*_: Any, **__: Any) -> Any:
        tries.append(_)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent):
        call(http(timeout=0.1, chance=lambda: 0.99), "http://igarage.example")
    assert len(tries) == 1


def test_the_stop_event_ends_the_pause_between_tries(http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    tries: list[object] = []

    def unknown(*_: Any, **__: Any) -> Any:
        tries.append(_)
        threading.Timer(0.05, stop.set).start()
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    began = time.monotonic()
    with pytest.raises(NotSent):
        call(http(timeout=60, stop=stop, chance=lambda: 100.0), "http://igarage.example")
    assert time.monotonic() - began < GENEROUS
    assert len(tries) == 1


def test_nothing_is_sent_once_the_program_stops(serve: Any, http: Any) -> None:
    server = serve()
    stop = threading.Event()
    stop.set()
    with pytest.raises(NotSent) as caught:
        call(http(stop=stop), server.url)
    assert caught.value.code == "stopped"
    assert server.connections == 0


# ---------------------------------------------------------------- connections


def test_one_thread_keeps_its_connection(serve: Any, http: Any, tls: ssl.SSLContext) -> None:
    server = serve(tls=tls)
    once = http()
    for method in ("GET", "PUT", "POST"):
        assert call(once, server.url, method, b"{}").body == b"{}"
    assert server.connections == 1


def test_two_threads_use_two_connections(serve: Any, http: Any) -> None:
    server = serve()
    once = http()
    together = threading.Barrier(2)

    def work() -> None:
        for _ in range(3):
            together.wait(GENEROUS)
            call(once, server.url)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 6
    assert server.connections == 2


def test_a_thread_that_ends_takes_its_connection_along(serve: Any, http: Any) -> None:
    server = serve()
    once = http()
    thread = threading.Thread(target=lambda: call(once, server.url))
    thread.start()
    thread.join()
    gc.collect()
    assert server.ended.acquire(timeout=GENEROUS)


def test_close_closes_the_connections_of_all_threads(serve: Any, http: Any) -> None:
    server = serve()
    once = http()
    called, closed = threading.Event(), threading.Event()

    def work() -> None:
        call(once, server.url)
        called.set()
        closed.wait(GENEROUS)

    thread = threading.Thread(target=work)
    thread.start()
    call(once, server.url)
    assert called.wait(GENEROUS)
    once.close()
    assert server.ended.acquire(timeout=GENEROUS)
    assert server.ended.acquire(timeout=GENEROUS)
    closed.set()
    thread.join()
    with pytest.raises(NotSent):
        call(once, server.url)


# ---------------------------------------------------------------- what an answer is


@pytest.mark.parametrize("status", [302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_never_followed(serve: Any, http: Any, status: int) -> None:
    other = serve()

    def script(talk: Any) -> None:
        talk.read()
        talk.answer(
            f"HTTP/1.1 {status} Elsewhere\r\nLocation: {other.url}/\r\nContent-Length: 0\r\n\r\n".encode()
        )

    server = serve(script)
    assert call(http(), server.url, "POST", b"{}").status == status
    assert other.connections == 0
    assert len(server.requests) == 1


def test_cookies_are_not_kept(serve: Any, http: Any) -> None:
    def script(talk: Any) -> None:
        while talk.read():
            talk.answer(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n")

    server = serve(script)
    once = http()
    call(once, server.url)
    call(once, server.url)
    assert b"cookie" not in server.requests[1].lower()


def test_an_answer_shows_no_content_in_its_repr(serve: Any, http: Any) -> None:
    assert repr(call(http(), serve().url)) == "Answer(status=200)"


@pytest.mark.parametrize("value", ["Bearer a\nb", "Bearer a\r\nX: y", "Bearer €uro", " Bearer a"])
def test_a_header_that_cannot_be_sent_is_not_quoted(serve: Any, http: Any, value: str) -> None:
    server = serve()
    with pytest.raises(NotSent) as caught:
        http().call("GET", server.url, headers={"Authorization": value})
    assert caught.value.code == "unusable"
    assert value not in repr(caught.value)
    assert caught.value.__context__ is None
    assert server.requests == []


@pytest.mark.parametrize(
    "url", ["", "geen adres", "ftp://example.nl/", "http://", "http://[::1/", "file:///etc/passwd"]
)
def test_an_address_that_cannot_be_called_is_not_sent(http: Any, url: str) -> None:
    with pytest.raises(NotSent) as caught:
        call(http(), url)
    assert caught.value.code == "unusable"
