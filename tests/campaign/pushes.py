"""A garage system that pushes, as the cases play it: its source, its records, and what it is answered."""

from __future__ import annotations

import contextlib
import socket

import requests

from .processes import until


def receives(case, door):
    """A source that CarSys pushes to."""
    secret = case.folder / "push.token"
    secret.write_text("push-token", "utf-8")
    receive = {"port": int(door.rpartition(":")[2]), "path": "/carsys", "token_file": str(secret)}
    columns = {"vehicle.mileage": "Km"}
    settings = {"recipient": ["owner"], "addresses": ["private"], "columns": columns}
    return {"adapter": "carsys", "watch": None, "settle": None, "receive": receive, "settings": settings}


def pushed(number, km):
    """A car as CarSys pushes it."""
    owner = {
        "Achternaam": f"Klant {number}",
        "Bedrijfsnaam": None,
        "EmailPrive": f"klant{number}@voorbeeld.example",
    }
    return {"Kenteken": f"ZZ-{number:03}-Z", "ApkDatum": "15-05-2027", "Km": km, "Eigenaar": owner}


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def is_open(door):
    """Whether somebody listens."""
    host, _, port = door.rpartition(":")
    with contextlib.suppress(OSError):
        socket.create_connection((host, int(port)), 1).close()
        return True
    return False


def push(door, body, service):
    """The status of a push, or None where the service died of it."""
    until(lambda: is_open(door) or not service.runs, "the door")
    with contextlib.suppress(requests.ConnectionError):
        headers = {"Authorization": "Bearer push-token"}
        return requests.post(f"http://{door}/carsys", json=body, headers=headers, timeout=60).status_code
    return None
