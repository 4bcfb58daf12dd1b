"""What is done after a failure."""

from __future__ import annotations

import pytest

from connector.backoff import (
    GiveUp,
    Later,
    Probing,
    Retry,
    after_failure,
    delay,
    is_own_failure,
    probe_distance,
)

PROBING = Probing(first=5, max=300)
RETRY = Retry(first=30, max=21600, attempts=20)


@pytest.mark.parametrize(
    ("attempts", "chance", "retry_after", "seconds"),
    [
        pytest.param(1, 0.0, None, 0, id="full jitter may be nothing"),
        pytest.param(1, 1.0, None, 30, id="the first wait at most"),
        pytest.param(2, 0.5, None, 30, id="half of twice the first"),
        pytest.param(5, 1.0, None, 480, id="doubling each time"),
        pytest.param(19, 1.0, None, 21600, id="never over the longest"),
        pytest.param(10_000, 1.0, None, 21600, id="nor does a great number overflow"),
        pytest.param(0, 1.0, None, 30, id="an attempt that does not count waits as the first"),
        pytest.param(1, 0.0, 120, 120, id="never before a Retry-After"),
        pytest.param(9, 1.0, 120, 7680, id="later than a Retry-After if its own wait is longer"),
        pytest.param(1, 0.0, 0, 0, id="a Retry-After of nothing is ordinary backoff"),
        pytest.param(1, 0.0, 31_536_000, 3600, id="a year is cut to an hour"),
    ],
)
def test_the_wait_grows_with_full_jitter_and_honours_retry_after(
    attempts: int, chance: float, retry_after: float | None, seconds: float
) -> None:
    assert delay(attempts, RETRY, chance, retry_after) == seconds


def test_the_last_attempt_gives_up() -> None:
    assert after_failure(19, RETRY, 1.0) == Later(21600)
    assert after_failure(20, RETRY, 1.0) == GiveUp()


@pytest.mark.parametrize(
    ("last_attempt", "last_success", "own"),
    [
        pytest.param(None, None, False, id="nothing has ever succeeded"),
        pytest.param(None, 5.0, True, id="its first attempt, on a service that answers"),
        pytest.param(4.0, 5.0, True, id="another succeeded since its previous attempt"),
        pytest.param(5.0, 4.0, False, id="nothing succeeded since: the service is away"),
        pytest.param(5.0, 5.0, False, id="at the same instant is not since"),
    ],
)
def test_a_failure_is_the_passports_own_only_when_others_succeed(
    last_attempt: float | None, last_success: float | None, own: bool
) -> None:
    assert is_own_failure(last_attempt, last_success) is own


@pytest.mark.parametrize(
    ("probes", "chance", "retry_after", "seconds"),
    [
        pytest.param(1, 0.0, None, 2.5, id="the first comes after half its distance at the soonest"),
        pytest.param(1, 1.0, None, 5, id="and after the whole of it at the latest"),
        pytest.param(0, 1.0, None, 5, id="none in vain is as the first"),
        pytest.param(2, 1.0, None, 10, id="each in vain doubles it"),
        pytest.param(4, 0.5, None, 30, id="chance lies between half and whole"),
        pytest.param(7, 1.0, None, 300, id="never over the longest"),
        pytest.param(7, 0.0, None, 150, id="but half of that, for not all garages at once"),
        pytest.param(10_000, 1.0, None, 300, id="nor does a great number overflow"),
        pytest.param(1, 0.0, 120, 120, id="never before a Retry-After"),
        pytest.param(7, 1.0, 120, 300, id="later than a Retry-After if the distance is longer"),
        pytest.param(1, 0.0, 0, 2.5, id="a Retry-After of nothing is no order"),
        pytest.param(1, 0.0, 31_536_000, 3600, id="a year is cut to an hour"),
    ],
)
def test_the_distance_of_probes_grows_and_honours_retry_after(
    probes: int, chance: float, retry_after: float | None, seconds: float
) -> None:
    assert probe_distance(probes, PROBING, chance, retry_after) == seconds
