"""The least anybody could write in the connector's place: what it is measured against. It judges nothing."""

from __future__ import annotations

import csv
import json
import sqlite3
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import requests

BY = 1000


def store(export: Path, database: Path) -> int:
    """csv.reader → dict → JSON → SQLite, by the thousand; how many rows."""
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE rows (plate TEXT PRIMARY KEY, content TEXT)")
    stored = 0
    with export.open(encoding="cp1252", newline="") as file:
        values = _values(file)
        while chunk := list(islice(values, BY)):
            with connection:
                connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", chunk)
            stored += len(chunk)
    connection.close()
    return stored


def _values(file: Iterator[str]) -> Iterator[tuple[str, str]]:
    reader = csv.reader(file, delimiter=";")
    header = next(reader)
    for row in reader:
        record = dict(zip(header, row, strict=False))
        yield record["Kenteken"], json.dumps(record)


def put(url: str, threads: int, count: int) -> None:
    """So many PUTs of a small body, by so many threads with a session each."""
    numbers = iter(range(count))
    lock = threading.Lock()

    def work() -> None:
        with requests.Session() as session:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                session.put(f"{url}/passports/ZZ{number:04}Z", json={"number": number}, timeout=30)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
