"""The real program, in processes of its own, on a configuration made for the demonstration."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LIMIT = 60
"""Seconds that one command, or the end of the service, may take."""


@dataclass(frozen=True, slots=True)
class Program:
    """The program as people run it, on the configuration in `folder`."""

    folder: Path

    def ask(self, *arguments: str) -> Any:
        """What a command answers in JSON. Raises RuntimeError when it breaks."""
        done = subprocess.run(  # noqa: S603  # our own program, with our own arguments
            self._command(*arguments, "--json"),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=LIMIT,
            check=False,
            env=_environment(),
        )
        if done.returncode not in (0, 3):
            raise RuntimeError(f"{arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def serve(self) -> subprocess.Popen[bytes]:
        """Start the service."""
        return subprocess.Popen(  # noqa: S603  # our own program, with our own arguments
            self._command("run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment()
        )

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "connector", "--config", str(self.folder), *arguments]


def kill(service: subprocess.Popen[bytes]) -> None:
    """End a service as a power cut does."""
    service.kill()
    service.wait(LIMIT)


def stop(service: subprocess.Popen[bytes]) -> int:
    """Tell a service to stop; how it ended."""
    service.send_signal(signal.SIGTERM)
    return service.wait(LIMIT)


def configure(folder: Path, garage: str, url: str, token: str) -> None:
    """Write the configuration of one garage, with short waits: nobody wants to watch long ones."""
    garages = folder / "garages"
    for each in (garages, folder / "export"):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    (garages / f"{garage}.token").write_text(token)
    (garages / f"{garage}.token").chmod(0o600)
    _write(folder / "connector.yaml", {"probe": {"first": 0.2, "max": 1}})
    _write(garages / f"{garage}.yaml", _garage(garage, url))


def _write(file: Path, value: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), "utf-8")


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}


def _garage(garage: str, url: str) -> dict[str, Any]:
    columns = {
        "plate": "Kenteken",
        "make": "Merk",
        "model": "Model",
        "last_name": "Achternaam",
        "infix": "Tussenvoegsel",
        "initials": "Voorletters",
        "email": ["E-mail privé", "E-mail zakelijk"],
        "company": "Bedrijfsnaam",
        "mobile": "Mobiel",
        "apk_due": {"column": "APK datum", "format": "%d-%m-%Y"},
        "mileage": "Km stand",
        "country": "Land",
    }
    return {
        "config_version": 1,
        "garage": garage,
        "name": "Garage Demo",
        "igarage": {
            "url": url,
            "token_file": f"{garage}.token",
            "allow_http": True,
            "feedback_every": 0.2,
        },
        "sources": [
            {
                "name": "klanten",
                "adapter": "generic_csv",
                "watch": "../export",
                "settle": 0.2,
                "settings": {"columns": columns},
            }
        ],
        "delivery": {"send": "always", "retry": {"first": 0.2, "max": 1}},
    }
