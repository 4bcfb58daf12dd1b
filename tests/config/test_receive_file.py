"""`receive:` of a source: what may stand there, and which mistakes are told at which place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.config import GarageConfig, Loaded

WATCH = "    watch: ./export\n"
RECEIVE = "    receive:\n      token_file: push.token\n"


@pytest.fixture
def loaded(
    write: Callable[..., object], load: Callable[[], Loaded], garage_yaml: str
) -> Callable[..., Loaded]:
    """The configuration with one piece of its garage's file replaced."""

    def loaded(old: str, new: str) -> Loaded:
        assert old in garage_yaml
        write(garage_yaml.replace(old, new, 1))
        return load()

    return loaded


@pytest.fixture
def garage(loaded: Callable[..., Loaded]) -> Callable[..., GarageConfig]:
    """The same, where there is no mistake."""

    def garage(old: str, new: str) -> GarageConfig:
        found = loaded(old, new)
        assert found.mistakes == ()
        return found.garages[0]

    return garage


@pytest.fixture
def said(loaded: Callable[..., Loaded]) -> Callable[..., str]:
    """The same, where there are: all of them in one text."""
    return lambda old, new: "\n".join(map(str, loaded(old, new).mistakes))


def test_a_source_may_receive_alone_and_is_then_a_part(garage: Callable[..., GarageConfig]) -> None:
    (source,) = garage(WATCH, RECEIVE).sources
    assert source.receive is not None
    assert source.receive.door == ("127.0.0.1", 8787, "/push")
    assert source.receive.token_file is not None and source.receive.token_file.is_absolute()
    assert (source.watch, source.contains) == (None, "selection")


def test_it_may_watch_beside_and_its_exports_are_whole(garage: Callable[..., GarageConfig]) -> None:
    made = garage(WATCH, WATCH + RECEIVE)
    (source,) = made.sources
    assert source.watch is not None and source.contains == "all"
    assert made.received == made.watched == (source,)


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("listen: 0.0.0.0", "must be this computer itself"),
        ("listen: 192.168.1.10", "must be this computer itself"),
        ("listen: localhost", "must be an IP address"),
        ("port: 0", "must be at least 1"),
        ("port: 65536", "must be at most 65535"),
        ("path: carsys", "must begin with /"),
        ("path: /a b", "must begin with /"),
        ("path: /a?b", "must begin with /"),
        ("token_env: PUSH_TOKEN", "needs one of token_file and token_env"),
        ("token: secret-canary", "may not stand here itself"),
        ("hosts: x", "is not a known key"),
    ],
)
def test_a_mistake_is_told_at_its_place(said: Callable[..., str], written: str, mistake: str) -> None:
    told = said(WATCH, f"{RECEIVE}      {written}\n")
    assert mistake in told and "sources[0].receive" in told
    assert "secret-canary" not in told


def test_a_token_must_be_somewhere(said: Callable[..., str]) -> None:
    assert "needs one of token_file and token_env" in said(WATCH, "    receive:\n      port: 8788\n")


def test_a_source_that_does_none_of_the_three_is_told_so(said: Callable[..., str]) -> None:
    assert "sources[0].watch: is missing" in said(WATCH, "")


def test_no_two_sources_share_a_door(said: Callable[..., str]) -> None:
    second = "  - name: tweede\n    adapter: table\n" + RECEIVE + "    settings: {columns: {plate: K}}\n"
    second = second.replace("settings: {columns: {plate: K}}", "settings:\n      columns:\n        plate: K")
    told = said("sources:\n", "sources:\n" + second + second.replace("tweede", "derde"))
    assert "same port and path" in told


def test_a_token_that_is_not_there_yet_is_a_warning(loaded: Callable[..., Loaded]) -> None:
    found = loaded(WATCH, RECEIVE)
    assert found.mistakes == ()
    assert any("push.token" in str(each) and "receive.token_file" in str(each) for each in found.warnings)
