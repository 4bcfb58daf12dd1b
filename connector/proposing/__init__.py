"""What the columns of an unknown export mean, by their names and by what stands in them.

A proposal is for a person to look at: it is right where it can be, and says where it is unsure.
"""

from connector.proposing.doubting import Doubt
from connector.proposing.proposal import Choice, Proposal, masked_rows, propose

__all__ = ["Choice", "Doubt", "Proposal", "masked_rows", "propose"]
