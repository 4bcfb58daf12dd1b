"""The running service: one full pass over every garage, or always on."""

from connector.service.always import AlwaysOn
from connector.service.garage import Connect, World, fleets_of, policy_of, source_of
from connector.service.once import Pass, Trouble, run_once
from connector.service.upkeep import Upkeep

__all__ = [
    "AlwaysOn",
    "Connect",
    "Pass",
    "Trouble",
    "Upkeep",
    "World",
    "fleets_of",
    "policy_of",
    "run_once",
    "source_of",
]
