"""Turns on the wire: a server never has more requests at once than there are turns, and a success ends one early."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connector.http import NoAnswer, NotBegun, Turn, Turns

LONG = 30.0
"""Seconds that only a broken test waits."""
REFUSAL = b"HTTP/1.1 503 T\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}"


def turn(turns: Turns, *, most: float = LONG, wanted: bool = True) -> Turn:
    return Turn(turns, most=most, wanted=lambda _: wanted)


def is_free(turns: Turns) -> bool:
    free = turns.take(0)
    if free:
        turns.give_back()
    return free


def test_a_server_never_has_more_requests_at_once_than_there_are_turns(serve: Any, http: Any) -> None:
    lock, at_once = threading.Lock(), [0, 0]

    def script(talk: Any) -> None:
        while talk.read():
            with lock:
                at_once[0] += 1
                at_once[1] = max(at_once)
            talk.server.over.wait(0.005)
            with lock:
                at_once[0] -= 1
            talk.answer()

    server, calls, turns = serve(script), http(), Turns(3)

    def ask(_: int) -> int:
        with calls.in_turn(turn(turns)):
            return int(calls.call("PUT", server.url, headers={}, body=b"{}").status)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(80))) == [200] * 80
    assert len(server.requests) == 80
    assert at_once[1] == 3


@pytest.mark.parametrize(("answer", "early"), [(None, True), (REFUSAL, False)])
def test_a_success_ends_the_turn_early_and_anything_else_is_heard_out(
    serve: Any, http: Any, answer: bytes | None, early: bool
) -> None:
    def script(talk: Any) -> None:
        while talk.read():
            talk.answer(*([answer] if answer else []))

    server, calls, turns = serve(script), http(), Turns(1)
    with calls.in_turn(turn(turns)):
        calls.call("PUT", server.url, headers={}, body=b"{}")
        assert is_free(turns) is early
    assert is_free(turns)


def test_a_turn_without_an_answer_ends_with_its_thread_not_before(serve: Any, http: Any) -> None:
    def script(talk: Any) -> None:
        talk.read()
        talk.reset()

    server, calls, turns = serve(script), http(), Turns(1)
    with calls.in_turn(turn(turns)):
        with pytest.raises(NoAnswer):
            calls.call("PUT", server.url, headers={}, body=b"{}")
        assert not is_free(turns)
    assert is_free(turns)


def test_what_gets_no_turn_is_not_sent(serve: Any, http: Any) -> None:
    server, calls, turns = serve(), http(), Turns(0)
    with calls.in_turn(turn(turns, most=0.01)), pytest.raises(NotBegun):
        calls.call("GET", server.url, headers={})
    assert server.requests == []
    assert not is_free(turns)


def test_what_is_not_wanted_any_more_is_not_sent_and_lets_another_go(serve: Any, http: Any) -> None:
    server, calls, turns = serve(), http(), Turns(1)
    with calls.in_turn(turn(turns, wanted=False)), pytest.raises(NotBegun):
        calls.call("PUT", server.url, headers={}, body=b"{}")
    assert server.requests == []
    assert is_free(turns)


def test_each_request_of_a_thread_waits_for_a_turn_of_its_own_the_later_ones_for_as_long_as_it_takes(
    serve: Any, http: Any
) -> None:
    def script(talk: Any) -> None:
        while talk.read():
            talk.answer()

    server, calls, turns = serve(script), http(), Turns(1)
    with calls.in_turn(turn(turns, most=0.001)):
        calls.call("GET", server.url, headers={})
        assert turns.take(0)
        another = threading.Timer(0.05, turns.give_back)
        another.start()
        calls.call("PUT", server.url, headers={}, body=b"{}")
        another.join()
    assert len(server.requests) == 2


def test_what_follows_is_not_sent_where_that_is_over(serve: Any, http: Any) -> None:
    def script(talk: Any) -> None:
        while talk.read():
            talk.answer()

    server, calls, turns = serve(script), http(), Turns(1)
    with calls.in_turn(Turn(turns, most=LONG, wanted=lambda begun: not begun)):
        calls.call("GET", server.url, headers={})
        with pytest.raises(NotBegun):
            calls.call("PUT", server.url, headers={}, body=b"{}")
    assert len(server.requests) == 1
    assert is_free(turns)


def test_after_its_turns_a_thread_calls_as_before(serve: Any, http: Any) -> None:
    server, calls, turns = serve(), http(), Turns(0)
    with calls.in_turn(turn(turns)):
        pass
    assert calls.call("GET", server.url, headers={}).status == 200


def test_who_waits_longest_is_next() -> None:
    turns, served, waiting = Turns(1), [], []
    assert turns.take(0)

    def wait(number: int) -> None:
        if turns.take(LONG):
            served.append(number)
            turns.give_back()

    for number in range(5):
        waiting.append(threading.Thread(target=wait, args=(number,)))
        waiting[-1].start()
        while len(turns._waiting) <= number:
            waiting[-1].join(0.001)
    turns.give_back()
    for each in waiting:
        each.join(LONG)
    assert served == [0, 1, 2, 3, 4]
