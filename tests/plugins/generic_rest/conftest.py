"""A garage whose GMS is polled: a stand-in on loopback, and the garage's file that the example shows for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from gms_autoflex import Autoflex
from gms_csw import Csw
from gms_keyloop import Keyloop

EXAMPLES = Path(__file__).parents[3] / "config" / "garages"


@pytest.fixture
def csw() -> Iterator[Csw]:
    server = Csw()
    yield server
    server.stop()


@pytest.fixture
def autoflex() -> Iterator[Autoflex]:
    server = Autoflex()
    yield server
    server.stop()


@pytest.fixture
def keyloop() -> Iterator[Keyloop]:
    server = Keyloop()
    yield server
    server.stop()


def example(name: str) -> dict[str, Any]:
    """The source of an example garage, as written."""
    (source,) = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text("utf-8"))["sources"]
    return dict(source)


def to_stand_in(source: dict[str, Any], url: str, base: str, folder: Path, secret: str) -> dict[str, Any]:
    """An example's source, but for where its GMS is and its secret."""
    file = folder / "gms.secret"
    file.write_text(secret, "utf-8")
    auth = {
        name: each for name, each in source["http"]["auth"].items() if not name.endswith(("_file", "_env"))
    }
    word = "client_secret" if "client_id" in auth else "token"
    auth[f"{word}_file"] = str(file)
    if "token_url" in auth:
        auth["token_url"] = url + auth["token_url"].partition(".nl")[2]
    http = {
        **source["http"],
        "url": url + base,
        "allow_http": True,
        "auth": auth,
        "requests_per_minute": 60_000,
    }
    return (
        {**source, "since": str(source["since"]), "http": http}
        if "since" in source
        else {**source, "http": http}
    )


@pytest.fixture
def polled(installation: Any, tmp_path: Path) -> Callable[..., Any]:
    """A garage with an empty export folder, and a polled source beside it; `changes` go into that source."""

    def make(source: dict[str, Any], *, name: str = "jansen", settings: Any = None, **changes: Any) -> Any:
        made = {**source, **changes, "settings": {**source["settings"], **(settings or {})}}
        return installation.add(name, more_sources=[made])

    return make


@pytest.fixture
def from_csw(csw: Csw, polled: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """A garage that polls the CSW-like stand-in as the example does, two records a page."""

    def make(**changes: Any) -> Any:
        source = to_stand_in(example("garage-csw"), csw.url, "/api/v2", tmp_path, csw.key)
        source["settings"]["paging"]["size"] = 2
        changes["http"] = {**source["http"], **changes.get("http", {})}
        return polled(source, **changes)

    return make


@pytest.fixture
def from_autoflex(autoflex: Autoflex, polled: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    def make(**changes: Any) -> Any:
        source = to_stand_in(example("garage-autoflex"), autoflex.url, "", tmp_path, "autoflex-secret")
        return polled(source, **changes)

    return make


@pytest.fixture
def from_keyloop(keyloop: Keyloop, polled: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    def make(**changes: Any) -> Any:
        source = to_stand_in(example("garage-keyloop"), keyloop.url, "/v1", tmp_path, "keyloop-secret")
        source["settings"]["paging"]["size"] = 2
        return polled(source, **changes)

    return make
