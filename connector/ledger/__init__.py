"""The ledger: the one thing every loop reads and writes, in transactions."""

from connector.ledger.claims import Claim
from connector.ledger.files import Finding, StagedRow
from connector.ledger.garages import Pause
from connector.ledger.ledger import Ledger
from connector.ledger.memory import Remembered
from connector.ledger.outcomes import Answered, Failed, Looked, Outcome
from connector.ledger.polls import Poll, Start

__all__ = [
    "Answered",
    "Claim",
    "Failed",
    "Finding",
    "Ledger",
    "Looked",
    "Outcome",
    "Pause",
    "Poll",
    "Remembered",
    "StagedRow",
    "Start",
]
