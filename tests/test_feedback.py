"""The feedback loop against the stand-in iGarage: every page once, whatever the feed does."""

from __future__ import annotations

import io
import random
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connector import config
from connector.backoff import PROBING
from connector.cli import workplace
from connector.feedback import Feedback
from connector.ledger import access
from connector.ledger import looking as look
from connector.log import make_log
from connector.plan import Policy

PATH = "/emails/changes*"


@pytest.fixture
def follow(garage, car):
    """Follows the feed of a garage with three concepts, once; the whole pass before it asked nothing of the feed."""
    garage.export(car(1), car(2), car(3))
    garage.run()
    stop = threading.Event()
    (settings,) = config.load(garage.folder, env={}).garages
    now = lambda: datetime.now(UTC)  # noqa: E731
    log = make_log("error", None, now, io.StringIO())
    with (
        access.to_work(garage.installation.state, now=now, entropy=random.Random(1).randbytes) as ledger,
        workplace.connect(settings, stop) as client,
    ):
        yield Feedback("jansen", ledger, client, Policy("never"), date.today, lambda: 0.5, PROBING, log, stop)


def verdicts(feedback: Any) -> list[str]:
    with feedback.ledger.looking() as connection:
        plates = ("ZZ001Z", "ZZ002Z", "ZZ003Z")
        return [look.traced(connection, "jansen", plate, datetime.now(UTC)).facts.verdict for plate in plates]


def address(number: int) -> str:
    return f"klant{number}@voorbeeld.example"


def test_what_igarage_learned_is_heard_once(follow, sandbox):
    sandbox.bounce(address(1).upper(), "hard_bounce")
    sandbox.opt_out(address(2))
    assert follow.follow().judged == 2
    assert verdicts(follow) == ["bounced", "opted_out", "ok"]
    assert follow.follow().judged == 0


def test_an_empty_feed_is_followed_to_its_end(follow):
    assert (follow.follow().judged, follow.follow().failed) == (0, None)


@pytest.mark.parametrize("page", ["twice", "again"])
def test_pages_that_come_twice_are_harmless(follow, sandbox, page):
    sandbox.order_fault(path=PATH, page=page)
    sandbox.bounce(address(1), "hard_bounce")
    sandbox.deliver_ok(address(1))
    sandbox.bounce(address(3), "complaint")
    follow.follow()
    assert verdicts(follow) == ["ok", "ok", "bounced"]


def test_items_that_come_again_at_the_end_are_harmless(follow, sandbox):
    sandbox.bounce(address(1), "hard_bounce")
    sandbox.deliver_ok(address(1))
    follow.follow()
    sandbox.repeat_changes()
    follow.follow()
    assert verdicts(follow)[0] == "ok"


def test_a_cursor_that_igarage_forgot_starts_the_feed_over(follow, sandbox):
    sandbox.bounce(address(1), "hard_bounce")
    follow.follow()
    sandbox.bounce(address(2), "hard_bounce")
    sandbox.order_fault(path=PATH, status=400, code="malformed", times=1)
    assert follow.follow().judged == 1
    assert verdicts(follow) == ["bounced", "bounced", "ok"]


def test_a_feed_that_cannot_be_read_at_all_is_left_for_another_time(follow, sandbox):
    sandbox.bounce(address(1), "hard_bounce")
    sandbox.order_fault(path=PATH, status=400, code="malformed")
    assert follow.follow().failed == "malformed"
    sandbox.clear_faults()
    assert follow.follow().judged == 1


def test_a_feed_that_is_asked_too_often_pauses_the_garage(follow, sandbox):
    sandbox.order_fault(path=PATH, status=429, code="slow_down", retry_after="60")
    assert follow.follow().failed == "slow_down"
    assert follow.ledger.standing("jansen").paused_code == "slow_down"


def test_a_feed_that_breaks_pauses_nobody(follow, sandbox):
    sandbox.order_fault(path=PATH, status=500)
    assert follow.follow().failed == "server_error"
    assert follow.ledger.standing("jansen").paused_code is None


@pytest.mark.parametrize("body", ['{"items":[]}', '{"items":[{}],"next":"a","more":false}', "[]"])
def test_what_is_no_page_is_no_news(follow, sandbox, body):
    sandbox.bounce(address(1), "hard_bounce")
    sandbox.order_fault(path=PATH, body=body, content_type="application/json", times=1)
    follow.follow()
    follow.follow()
    assert verdicts(follow)[0] == "bounced"
