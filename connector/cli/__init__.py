"""The command line: one command a thing that a person wants (the table in `docs/commands.md`)."""

from connector.cli.main import main

__all__ = ["main"]
