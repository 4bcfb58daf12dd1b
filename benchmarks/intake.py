"""(a), (b): an export that is new, changed by one in a hundred, and the same again; a bare script beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import bare, exports
from benchmarks.taking import Figure, Taken, at_least, at_most, taken
from benchmarks.workbench import Workbench, workbench


@dataclass(frozen=True, slots=True)
class Nights:
    """What the bare script took for an export, and what three nights of the product took."""

    bare: Taken
    new: Taken
    changed: Taken
    same: Taken


def measure(rows: int, repeats: int) -> Iterator[Figure]:
    """The figures of (a) and of the time of (b)."""
    all_nights = [_nights(rows) for _ in range(repeats)]
    yield _against_bare(all_nights, rows)
    for what, share, bar in (
        (
            "(b) the same export, 1 % changed, of (a)'s time",
            [n.changed.wall / n.new.wall for n in all_nights],
            0.15,
        ),
        ("(b) an identical file, of (a)'s time", [n.same.wall / n.new.wall for n in all_nights], 0.02),
    ):
        yield at_most(what, share, bar, f"{rows:,} rows")


def _against_bare(all_nights: list[Nights], rows: int) -> Figure:
    ratios = [n.bare.wall / n.new.wall for n in all_nights]
    cpu = median(n.bare.cpu / n.new.cpu for n in all_nights)
    each, bare_each = (
        median(walls) / rows * 1e6
        for walls in ([n.new.wall for n in all_nights], [n.bare.wall for n in all_nights])
    )
    told = f"{each:.0f} against {bare_each:.1f} us a row; cpu {cpu:.3f}"
    return at_least(f"(a) {rows:,} new rows, of a bare script's rows/s", ratios, 0.20, told)


def _nights(rows: int) -> Nights:
    with TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        with workbench(folder / "garage") as bench:
            exports.write(bench.export, rows)
            beside = taken(lambda: bare.store(bench.export, folder / "bare.sqlite3"))
            new = taken(lambda: _expect(bench, new=rows))
            exports.write(bench.export, rows, changed_each=100)
            changed = taken(lambda: _expect(bench, changed=rows // 100))
            os.utime(bench.export, (0, 0))  # written again, word for word
            same = taken(bench.take_in)
    return Nights(beside, new, changed, same)


def _expect(bench: Workbench, **counts: int) -> None:
    file = bench.take_in()
    found = {name: getattr(file, name) for name in counts}
    if found != counts:
        raise RuntimeError(f"the export came to {found} and not to {counts}")
