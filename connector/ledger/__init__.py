"""The ledger: the one thing every loop reads and writes, in transactions."""

from connector.ledger.claims import Answered, Claim, Failed, Looked, Outcome
from connector.ledger.files import Finding, Remembered, StagedRow
from connector.ledger.ledger import Ledger

__all__ = [
    "Answered",
    "Claim",
    "Failed",
    "Finding",
    "Ledger",
    "Looked",
    "Outcome",
    "Remembered",
    "StagedRow",
]
