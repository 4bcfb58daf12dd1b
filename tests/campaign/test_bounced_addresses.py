"""F01: a bounce on an address of three cars, corrected in each of three ways, killed at every crash point in between.

The garage's system keeps the wrong address for five nights, but where it is itself the one to correct it. However
often and wherever the process dies, each of the three is mailed once where it was and once where it should have been.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from .cases import MODES, MOST_UNWRITTEN, Case, three_modes
from .children import KILLED, Children
from .exports import compact, customer, plate, written
from .points import crash_points

ELSEWHERE = {
    *(
        f"ledger.{name}.{side}"
        for name in (
            *("migrate", "rescue", "note_read"),  # a ledger begins, or is lost
            *(
                "note_lacking",
                "hold_file",
                "release_file",
                "discard",
                "supersede",
                "forget_file",
            ),  # bad files
            *("pause", "give_back", "probe_now", "retry"),  # a server that does not work
            *("release", "release_mails", "start_feed_over", "ignore", "resend"),  # other questions
            *("statement_begun", "statement"),  # at the first meeting, and in the night
            *("begin_poll", "stage_page", "end_poll", "hold_poll"),  # other doors
            *("reset_source", "note_told"),
            *("compose_batch", "batch_taken", "batch_put_off", "batch_split"),  # another route
            *("compose_list", "list_written", "list_done", "list_taken_back"),
            *("batch_results", "batch_start_over", "batch_given_up", "batch_cancelled", "batch_too_late"),
            *(
                "erase",
                "erase_again",
                "undo_erasure",
                "renew_erasure_key",
                "note_clean",
                "retire",
            ),  # forgetting
        )
        for side in ("before_commit", "after_commit")
    ),
    *("list.before_name", "list.after_name"),
    *("backup.before_replace", "backup.after_replace", "sweep.scrubbed", "archive.before", "archive.after"),
    *(
        f"igarage.{verb}.{side}"
        for verb in (
            *("transfer", "delete"),  # sold, gone
            *("batch", "batches", "batch_look", "batch_items", "batch_cancel"),
        )
        for side in ("before", "after")
    ),
}
"""Crash points that nothing passes between a bounce and its correction; they have their own cases elsewhere."""
NIGHTS = 5
CARS = range(3)


def in_between() -> list[str]:
    """Every crash point of the code but those: one that is new is killed at here, or must be said not to be."""
    return sorted(crash_points() - ELSEWHERE)


def test_every_crash_point_that_is_left_out_here_is_one():
    assert ELSEWHERE - crash_points() == set()


@dataclass
class Story:
    """One garage, from its first night to the fifth after a correction. `points`: where every process dies first."""

    case: Case
    children: Children
    number: int
    points: list[str]
    passed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.garage = self.case.garage(
            f"garage-{self.number}", source={"archive": str(self.case.folder / f"archief-{self.number}")}
        )
        self.old, self.good = f"oud{self.number}@voorbeeld.example", f"goed{self.number}@voorbeeld.example"
        self.plates = [compact(plate(each)) for each in CARS]

    def export(self, address: str, night: int) -> None:
        """One night's export: the three cars at one address, a car of another customer, and other mileages."""
        rows = [customer(each, email=address, km=str(60_000 + night)) for each in CARS]
        self.garage.drop(written([*rows, customer(9, km=str(70_000 + night))]))

    def do(self, *words: str) -> None:
        """A command (else a pass) that is killed at every one of the points, and then goes on to its end."""
        arguments = (*(words or ("run", "--once")), "--garage", self.garage.id)
        for point in self.points:
            if self.children.start(*arguments, crash=point).wait().status == KILLED:
                self.passed.add(point.partition("@")[0])
                self.case.kept_answers += MOST_UNWRITTEN
                if self.case.sandbox.mode == "forgets":
                    self.case.sandbox.forget_keys()
        self.children.start(*arguments).wait()

    def begin(self) -> None:
        """The three are invited, and their mails come back."""
        self.export(self.old, 0)
        self.children.start("run", "--once", "--garage", self.garage.id).wait()
        refused = self.case.dice.random() < 0.5
        self.case.sandbox.bounce(self.old, "hard_bounce", garage=self.garage.id, refused=refused)
        self.garage.configure(delivery={"send": self.case.dice.choice(["always", "never"])})

    def end(self, says: str) -> None:
        """Five nights, and what must have come of them."""
        for night in range(1, NIGHTS + 1):
            self.export(says, night)
            self.do()
        mails = Counter((each.plate, each.address) for each in self.case.sandbox.mails(self.garage.id))
        mine = {(each, address): 1 for each in self.plates for address in (self.old, self.good)}
        assert mails == {**mine, (compact(plate(9)), "klant9@voorbeeld.example"): 1}, self.points
        on_file = {each.plate: each.body for each in self.case.sandbox.passports(self.garage.id)}
        for each in self.plates:
            assert on_file[each]["customer"]["email"] == self.good, self.points
            assert on_file[each]["vehicle"]["mileage"] == 60_000 + NIGHTS, self.points


def corrected_by_the_garage(story: Story) -> None:
    """GMS's next export has another address."""
    story.do()
    story.end(story.good)


def corrected_by_a_person(story: Story) -> None:
    """`emails correct`, while the garage's system keeps the old address."""
    story.do()
    story.do("emails", "correct", story.old, story.good)
    story.end(story.old)


def corrected_by_a_list(story: Story) -> None:
    """Reception's list, filled in."""
    story.do()
    listed = story.case.folder / f"lijst-{story.number}.csv"
    lines = [f"{each};{story.old};{story.good}" for each in story.plates]
    listed.write_text("\r\n".join(["kenteken;onjuist adres;nieuw adres", *lines]), "utf-8")
    story.do("emails", "import", str(listed))
    story.end(story.old)


def corrected_in_igarage(story: Story) -> None:
    """The feed's `corrected`, of one car or of all, invited there already or not; or heard with the bounce."""
    dice = story.case.dice
    if dice.random() < 0.5:
        story.do()
    named = dice.choice([story.plates[1], None])
    sent = dice.random() < 0.5
    story.case.sandbox.correct(named, story.old, story.good, sent, garage=story.garage.id)
    if dice.random() < 0.5:
        story.do()
    if dice.random() < 0.5:
        story.case.sandbox.repeat_changes(garage=story.garage.id)
    story.end(story.old)


Way = Callable[[Story], None]


def stories(case: Case, children: Children) -> Iterator[Story]:
    """Of one way: at full size one for every point, and for every turn of what comes more often; else a few at once.

    A point beside a request is killed at in all three modes of the server, one beside a transaction in one of them.
    A process that never comes to its point does all the work, so the few are of those that every night passes.
    """
    if case.full:
        chosen = [[f"{point}@{turn}"] for point in points_of(case.sandbox.mode) for turn in _turns(point)]
    else:
        chosen = [case.dice.sample(sorted(NIGHTLY), 3)]
    for number, some in enumerate(chosen):
        yield Story(case, children, number, some)


def points_of(mode: str) -> list[str]:
    """The points that are killed at in a mode of the server."""
    every, turn = in_between(), MODES.index(mode)
    return [
        each
        for number, each in enumerate(every)
        if each.startswith("igarage.") or number % len(MODES) == turn
    ]


def test_every_point_in_between_is_killed_at_in_some_mode():
    assert set(in_between()) == {each for mode in MODES for each in points_of(mode)}


def _turns(point: str) -> range:
    often = point.startswith(("igarage.put", "igarage.send", "igarage.look", "ledger.claim", "ledger.close"))
    return range(1, 4 if often else 2)


def both(*names: str) -> set[str]:
    """The two points of each transaction, and of each request."""
    return {
        f"{name}.{side}"
        for name in names
        for side in (("before_commit", "after_commit") if name.startswith("ledger.") else ("before", "after"))
    }


NIGHTLY = both(
    *("ledger.begin_file", "ledger.stage", "ledger.judge_file", "ledger.accept_slice", "ledger.hear_feed"),
    *("ledger.claim", "ledger.close", "igarage.put", "igarage.changes"),
)
"""Points that every pass comes to which has an export to read and a change to tell."""


def prove(case: Case, children: Children, way: Way, *, by: str | None = None) -> None:
    """Every story of a way ends with the right mails. `by`: the transaction of the command that corrects."""
    passed: set[str] = set()
    for story in stories(case, children):
        story.begin()
        way(story)
        passed |= story.passed
        case.line.rows += 4 * (NIGHTS + 1)
    assert passed & NIGHTLY
    if case.full:
        reached = (NIGHTLY | (both(by) if by else set())) & set(points_of(case.sandbox.mode))
        assert reached - passed == set()
    case.line.counted = True  # here, mail by mail: the books know no corrections


@pytest.mark.slow
@pytest.mark.thousands
@three_modes
def test_f01_a_bounce_that_the_garages_own_system_corrects_is_killed_at_every_point(case, children):
    prove(case, children, corrected_by_the_garage)


@pytest.mark.slow
@pytest.mark.thousands
@three_modes
def test_f01_a_bounce_that_a_person_corrects_is_killed_at_every_point(case, children):
    prove(case, children, corrected_by_a_person, by="ledger.correct")


@pytest.mark.slow
@pytest.mark.thousands
@three_modes
def test_f01_a_bounce_that_receptions_list_corrects_is_killed_at_every_point(case, children):
    prove(case, children, corrected_by_a_list, by="ledger.correct_all")


@pytest.mark.slow
@pytest.mark.thousands
@three_modes
def test_f01_a_bounce_that_igarage_corrects_is_killed_at_every_point(case, children):
    prove(case, children, corrected_in_igarage)


ADOPTION = [
    *("igarage.changes.before", "igarage.changes.after"),
    *("ledger.hear_feed.before_commit", "ledger.hear_feed.after_commit"),
    *("ledger.claim.before_commit", "ledger.claim.after_commit"),
    *("igarage.put.before", "igarage.put.after"),
    *("ledger.close.before_commit", "ledger.close.after_commit"),
]
"""In the order in which they are passed, so that what one has done leaves the next one something to do."""


@pytest.mark.parametrize("sent", [True, False])
def test_f01_a_car_that_igarage_corrected_is_adopted_without_a_put_wherever_the_process_dies(
    case, children, sent
):
    garage = Story(case, children, 0, ADOPTION)
    garage.begin()
    garage.do()
    named, before = garage.plates[1], len(garage.garage.asked())
    case.sandbox.correct(named, garage.old, garage.good, sent, garage=garage.garage.id)
    garage.do()
    garage.do()
    asked = garage.garage.asked()[before:]
    assert ("PUT", f"/passports/{named}") not in asked
    assert {path for method, path in asked if method == "PUT"} == {
        f"/passports/{each}" for each in garage.plates if each != named
    }
    mails = Counter((each.plate, each.address) for each in case.sandbox.mails(garage.garage.id))
    assert mails == {
        **{(each, address): 1 for each in garage.plates for address in (garage.old, garage.good)},
        (compact(plate(9)), "klant9@voorbeeld.example"): 1,
    }
    assert garage.passed == set(ADOPTION)
    case.line.counted = True
