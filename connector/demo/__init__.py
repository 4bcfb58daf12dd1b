"""The demonstration: a garage's two nights, the real program with all that goes wrong, and a stand-in that counts."""

from connector.demo.play import Counted, run

__all__ = ["Counted", "run"]
