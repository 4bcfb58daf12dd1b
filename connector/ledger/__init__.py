"""The ledger: the one thing every loop reads and writes, in transactions."""

from connector.ledger.claims import Claim
from connector.ledger.files import Finding, StagedRow
from connector.ledger.garages import Pause
from connector.ledger.ledger import Ledger
from connector.ledger.memory import Remembered
from connector.ledger.outcomes import Answered, Failed, HandedOver, Looked, Outcome, Withdrawn

__all__ = [
    "Answered",
    "Claim",
    "Failed",
    "Finding",
    "HandedOver",
    "Ledger",
    "Looked",
    "Outcome",
    "Pause",
    "Remembered",
    "StagedRow",
    "Withdrawn",
]
