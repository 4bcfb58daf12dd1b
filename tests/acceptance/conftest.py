"""What the acceptance tests share: the service, as people start it."""

from __future__ import annotations

import pytest


@pytest.fixture
def start(installation):
    """Starts the service, and gives it once it runs; none outlives the test."""
    running = []

    def start(*arguments, **more):
        program = installation.start("run", *arguments, **more)
        running.append(program)
        said = program.stdout.readline()
        assert said.startswith("igarage-connector draait voor "), said + program.stderr.read()
        return program

    yield start
    for program in running:
        if program.poll() is None:
            program.kill()
        program.communicate()
