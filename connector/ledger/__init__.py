"""The ledger: the one thing every loop reads and writes, in transactions."""

from connector.ledger.claims import Claim
from connector.ledger.files import Finding, StagedRow
from connector.ledger.garages import Pause
from connector.ledger.ledger import Ledger
from connector.ledger.marks import Marks
from connector.ledger.memory import Remembered
from connector.ledger.outcomes import Answered, Failed, HandedOver, Looked, Outcome, Withdrawn
from connector.ledger.polls import Poll, Start

__all__ = [
    "Answered",
    "Claim",
    "Failed",
    "Finding",
    "HandedOver",
    "Ledger",
    "Looked",
    "Marks",
    "Outcome",
    "Pause",
    "Poll",
    "Remembered",
    "StagedRow",
    "Start",
    "Withdrawn",
]
