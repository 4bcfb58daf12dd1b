"""Turns on the wire: a server never has more requests at once than there are turns, and a success ends one early."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from connector.http import NoAnswer, NotBegun, Turn, Turns

LONG = 30.0
"""Seconds that only a broken test waits."""
REFUSAL = b"HTTP/1.1 503 T\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}"


def turn(turns: Turns, *, most: float = LONG, wanted: bool = True) -> Turn:
    return Turn(turns, most=most, wanted=lambda _: wanted)


def go() -> bool:
    return True


def is_free(turns: Turns) -> bool:
    free = turns.take(go, 0)
    if free:
        turns.give_back()
    return free


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("size", [2, 1_000_000])
def test_a_server_never_has_more_requests_at_once_than_there_are_turns(
    serve: Any, http: Any, tls: ssl.SSLContext, scheme: str, size: int
) -> None:
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

    server, calls, turns = serve(script, tls if scheme == "https" else None), http(), Turns(3)
    bodies = [b"%02d" % number + bytes(size - 2) for number in range(80 if size == 2 else 16)]

    def ask(body: bytes) -> int:
        with calls.in_turn(turn(turns)):
            return int(calls.call("PUT", server.url, headers={}, body=body).status)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, bodies)) == [200] * len(bodies)
    assert sorted(request.partition(b"\r\n\r\n")[2] for request in server.requests) == bodies
    assert at_once[1] <= 3


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


@pytest.mark.parametrize("size", [0, 1, 5, 9])
def test_what_has_come_of_an_answer_before_is_not_taken_for_the_head_of_this_one(
    serve: Any, http: Any, size: int
) -> None:
    said, heard = threading.Event(), threading.Event()

    def script(talk: Any) -> None:
        talk.read()
        talk.answer()
        talk.read()
        talk.answer(REFUSAL[:size])
        said.set()
        heard.wait(LONG)
        talk.answer(REFUSAL[size:])

    server, calls, turns = serve(script), http(), Turns(1)
    with ThreadPoolExecutor(1) as pool:

        def ask() -> None:
            for _ in range(2):
                with calls.in_turn(turn(turns)):
                    calls.call("PUT", server.url, headers={}, body=b"{}")

        asking = pool.submit(ask)
        assert said.wait(LONG)
        assert not turns.take(go, 0.1)
        heard.set()
        asking.result(LONG)


def test_a_connection_that_ends_is_no_success(serve: Any, http: Any) -> None:
    def script(talk: Any) -> None:
        talk.read()
        talk.answer()
        talk.read()

    server, calls, turns = serve(script), http(), Turns(1)
    with calls.in_turn(turn(turns)):
        calls.call("PUT", server.url, headers={}, body=b"{}")
    with calls.in_turn(turn(turns)):
        with pytest.raises(NoAnswer):
            calls.call("PUT", server.url, headers={}, body=b"{}")
        assert not is_free(turns)


def test_a_call_whose_time_is_over_before_its_turn_is_not_sent(serve: Any, http: Any) -> None:
    def script(talk: Any) -> None:
        while talk.read():
            talk.answer()

    server, calls, turns = serve(script), http(timeout=0.5), Turns(1)
    with calls.in_turn(turn(turns)):
        calls.call("GET", server.url, headers={})
        assert turns.take(go, 0)
        with pytest.raises(NotBegun):
            calls.call("PUT", server.url, headers={}, body=b"{}")
    assert len(server.requests) == 1


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
        assert turns.take(go, 0)
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


def tells(numbers: list[int], number: int, *, used: bool = True) -> Callable[[], bool]:
    def begin() -> bool:
        numbers.append(number)
        return used

    return begin


def line_up(
    turns: Turns, begins: Sequence[Callable[[], bool]], *, within: float = LONG
) -> list[Future[bool]]:
    """So many threads that wait for their turn one behind the other; of each, whether it had one."""
    with_a_turn = []
    for number, begin in enumerate(begins):
        with_a_turn.append(Future[bool]())

        def wait(begin: Callable[[], bool] = begin, told: Future[bool] = with_a_turn[-1]) -> None:
            told.set_result(turns.take(begin, within))

        threading.Thread(target=wait).start()
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    return with_a_turn


def test_who_waits_longest_is_next() -> None:
    turns, served = Turns(1), list[int]()
    assert turns.take(go, 0)
    came = line_up(turns, [tells(served, number) for number in range(5)])
    for _ in range(5):
        turns.give_back()
    assert [each.result(LONG) for each in came] == [True] * 5
    assert served == [0, 1, 2, 3, 4]


def test_whoever_gives_a_turn_back_begins_what_waits_for_it() -> None:
    turns, by = Turns(1), list[int]()
    assert turns.take(go, 0)

    def begin() -> bool:
        by.append(threading.get_ident())
        return True

    (came,) = line_up(turns, [begin])
    turns.give_back()
    assert by == [threading.get_ident()]
    assert came.result(LONG)
    assert not is_free(turns)


def test_a_turn_that_is_not_made_use_of_goes_on_to_the_next_and_is_free_after_the_last() -> None:
    turns, asked = Turns(1), list[int]()
    assert turns.take(go, 0)
    came = line_up(turns, [tells(asked, number, used=False) for number in range(3)])
    turns.give_back()
    assert [each.result(LONG) for each in came] == [True] * 3
    assert asked == [0, 1, 2]
    assert is_free(turns)


def test_what_is_begun_while_its_patience_runs_out_has_had_its_turn() -> None:
    turns = Turns(1)
    assert turns.take(go, 0)

    def begin() -> bool:
        return not threading.Event().wait(0.1)  # longer than the one who waits for it would

    (came,) = line_up(turns, [begin], within=0.05)
    turns.give_back()
    assert came.result(LONG) is not is_free(turns)


def test_what_breaks_as_it_is_begun_is_told_to_its_own_thread_which_has_the_turn_until_it_ends() -> None:
    turns = Turns(1)
    first, second = turn(turns), turn(turns)
    assert first.begin(lambda: 7, within=None) == 7

    def fail() -> int:
        raise BrokenPipeError

    with ThreadPoolExecutor(1) as pool:
        failing = pool.submit(second.begin, fail, within=LONG)
        while not turns._waiting:
            time.sleep(0.001)
        first.give_back()
        assert isinstance(failing.exception(LONG), BrokenPipeError)
    assert not is_free(turns)
    second.give_back()
    assert is_free(turns)
