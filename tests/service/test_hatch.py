"""The hatch: each push has its answer, whoever waits in vain is sent away, and nobody is left waiting at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from connector.gate import Answer
from connector.model import PushRequest
from connector.service.hatch import BUSY, MOST, STOPPING, Hatch

PUSH = PushRequest("application/json", b"{}")
TAKEN = Answer(202, {"accepted": 1})


def test_a_push_gets_the_answer_that_was_made_for_it() -> None:
    woken = threading.Event()
    hatch = Hatch(woken.set)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(hatch.hand_in, "klanten", PUSH)
        assert woken.wait(20)
        handed = hatch.next()
        assert handed is not None and (handed.source, handed.request) == ("klanten", PUSH)
        handed.settle(TAKEN)
        assert answer.result(20) is TAKEN
    assert hatch.next() is None


def test_who_waits_in_vain_is_sent_away_and_his_push_is_taken_by_nobody() -> None:
    hatch = Hatch(lambda: None, patience=0.0)
    assert hatch.hand_in("klanten", PUSH) is BUSY
    assert BUSY.status == 503 and BUSY.headers["Retry-After"] == "30"
    assert hatch.next() is None


def test_a_push_that_is_being_taken_is_waited_for_beyond_patience() -> None:
    taken: list[Callable[[], None]] = []
    hatch = Hatch(lambda: [each() for each in taken], patience=0.0)

    def take() -> None:
        handed = hatch.next()
        assert handed is not None
        threading.Timer(0.05, handed.settle, [TAKEN]).start()

    taken.append(take)
    assert hatch.hand_in("klanten", PUSH) is TAKEN


def test_only_so_many_wait_at_once() -> None:
    ready = threading.Semaphore(0)
    hatch = Hatch(ready.release)
    with ThreadPoolExecutor(MOST) as pool:
        waiting = [pool.submit(hatch.hand_in, "klanten", PUSH) for _ in range(MOST)]
        assert all(ready.acquire(timeout=20) for _ in range(MOST))
        assert hatch.hand_in("klanten", PUSH) is BUSY
        hatch.close()
        assert [each.result(20) for each in waiting] == [STOPPING] * MOST


def test_a_closed_hatch_takes_nothing_and_lets_nobody_wait_for_what_was_being_taken() -> None:
    ready = threading.Event()
    hatch = Hatch(ready.set)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(hatch.hand_in, "klanten", PUSH)
        assert ready.wait(20)
        handed = hatch.next()
        hatch.close()
        assert answer.result(20) is STOPPING
    assert handed is not None
    handed.settle(TAKEN)  # too late: it was told otherwise
    assert handed.answer is STOPPING
    assert hatch.hand_in("klanten", PUSH) is STOPPING
