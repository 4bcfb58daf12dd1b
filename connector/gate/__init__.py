"""The door on this computer by which a garage system pushes its records in: who may, how much, and in what form.

It listens on loopback alone, for the hosts of its own name alone, and knows nothing of what is done with a body.
"""

from connector.gate.app import LARGEST, Answer, Application, Route, refusal
from connector.gate.server import Server

__all__ = ["LARGEST", "Answer", "Application", "Route", "Server", "refusal"]
