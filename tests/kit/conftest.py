from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from connector.model import ExportFile

Export = Callable[[bytes], ExportFile]


@pytest.fixture(scope="session")
def export() -> Export:
    """Makes an export of bytes."""
    return lambda data: ExportFile("klanten.csv", lambda: io.BytesIO(data), len(data))
