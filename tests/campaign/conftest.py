"""The campaign: its options, the case that every test of it works with, and the table at its end.

`pytest` runs each case at sample size; `pytest tests/campaign -m slow`, or `--campaign=full`, at its own.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.sandbox import Sandbox

from ..conftest import Installation
from .cases import Case, ServerClock
from .children import Children
from .processes import Nursery, Processes
from .report import Line, before, case_id, page, table

LINES = pytest.StashKey[list[Line]]()
MINE = pytest.StashKey[Line]()
CASE = "campaign"
"""Under which name a report carries its case's line."""
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("campaign")
    group.addoption("--campaign", choices=("sample", "full"), default="sample", help="The size of its cases.")
    group.addoption("--campaign-seed", type=int, default=1, help="The seed of all its dice.")
    group.addoption("--write-report", action="store_true", help="Write docs/reliability.md.")


def is_full(config: pytest.Config) -> bool:
    """Whether the full size is asked for."""
    return config.getoption("--campaign") == "full" or config.getoption("markexpr") == "slow"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LINES] = []
    config.pluginmanager.register(Gathering(config.stash[LINES]))


class Gathering:
    """Gathers the lines of all cases, also of those that ran in another process (`-n 2`)."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = dict(report.user_properties).get(CASE)
        if isinstance(told, dict):
            self._lines.append(Line.heard(told))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A sample runs of every case one or two of its variants, chosen by the seed."""
    if is_full(config) or any("[" in each for each in config.args):
        return
    families: dict[str, list[pytest.Item]] = {}
    for item in items:
        if Path(__file__).parent in item.path.parents and case_id(getattr(item, "originalname", "")):
            families.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left_out = {id(item) for name, family in families.items() for item in _left_out(config, name, family)}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]


def _left_out(config: pytest.Config, name: str, family: list[pytest.Item]) -> list[pytest.Item]:
    dice = random.Random(f"{config.getoption('--campaign-seed')} {name}")  # as below
    return dice.sample(family, len(family) - min(2, -(-len(family) // 6)))


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> str:
    """What the server does with keys; `three_modes` runs a case in each."""
    return getattr(request, "param", "honours")


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes are forked."""
    made = Nursery()
    yield made
    made.end()


@pytest.fixture
def forks(request: pytest.FixtureRequest) -> bool:
    """At sample size processes are forked; at full size each is started as people start it, but for thousands."""
    return not is_full(request.config) or request.node.get_closest_marker("thousands") is not None


@pytest.fixture
def case(
    request: pytest.FixtureRequest, tmp_path: Path, mode: str, nursery: Nursery, forks: bool
) -> Iterator[Case]:
    """One case: an empty installation, an iGarage that remembers in a file, and dice of its own."""
    line = request.node.stash[MINE]
    line.seed = int.from_bytes(
        hashlib.sha256(
            f"{request.config.getoption('--campaign-seed')} {request.node.name}".encode()
        ).digest()[:4]
    )
    clock = ServerClock()
    with Sandbox({}, state=tmp_path / "igarage.sqlite3", clock=clock, mode=mode, threads=16) as sandbox:
        installation = Installation(tmp_path / "connector", sandbox)
        installation.settle_down(probe={"first": 0.1, "max": 0.5})
        processes = Processes(installation.folder, tmp_path, tmp_path / "clock", nursery if forks else None)
        full = is_full(request.config)
        dice = random.Random(line.seed)  # dice of a test, to be thrown again alike
        made = Case(tmp_path, installation, sandbox, clock, processes, line, line.seed, full, dice)
        try:
            yield made
        finally:
            processes.end()
    if not line.counted and not line.failed:
        pytest.fail("this case was not counted: end it with case.count()")


@pytest.fixture
def children(case: Case) -> Children:
    """The processes of a case that kills many of them."""
    return Children(case)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    found = case_id(getattr(item, "originalname", None) or item.name)
    if found and Path(__file__).parent in item.path.parents:
        line = Line(found, _sentence(item))
        item.stash[MINE] = line
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if MINE in item.stash:
        item.stash[MINE].failed |= report.failed or (report.skipped and call.when != "teardown")
        if call.when == "teardown":
            report.user_properties.append((CASE, item.stash[MINE].told()))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash[LINES]
    if not lines:
        return
    narrowed = _is_narrowed(config)
    terminalreporter.section(f"campaign, seed {config.getoption('--campaign-seed')}")
    for each in table(lines, complete=not narrowed):
        terminalreporter.write_line(each)
    is_worker = hasattr(config, "workerinput")  # of `-n`: the process that gathers from all of them writes
    if config.getoption("--write-report") and not is_worker:
        _write_page(config, lines)


def _is_narrowed(config: pytest.Config) -> bool:
    """Whether only some of the cases were asked for."""
    by_name = any("::" in each or each.endswith(".py") for each in config.args)
    return by_name or any(config.getoption(name) for name in ("markexpr", "keyword"))


def _write_page(config: pytest.Config, lines: list[Line]) -> None:
    seed, command = config.getoption("--campaign-seed"), " ".join(("pytest", *config.invocation_params.args))
    full = is_full(config)
    kept = before(PAGE.read_text("utf-8"), full=full) if _is_narrowed(config) else ()
    written = page(lines, at=datetime.now(UTC), seed=seed, command=command, full=full, kept=kept)
    PAGE.write_text(written, "utf-8")


def _sentence(item: pytest.Item) -> str:
    """The test's name as a sentence, with its parameters."""
    name, _, parameters = item.name.partition("[")
    words = name.removeprefix("test_").partition("_")[2].replace("_", " ")
    return f"{words} ({parameters.removesuffix(']')})" if parameters else words
