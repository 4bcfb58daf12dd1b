"""By what somebody who was erased is recognised when an export names him again: keyed hashes, and nothing else.

A plate has few enough forms to try them all, so a hash alone would hide nobody: the key makes it worth nothing to
whoever has the ledger or its backup, and not the key's own file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from connector.emails import key as address_key
from connector.model import Draft

Kind = Literal["plate", "address", "reference"]
"""What of a person is remembered: of each value a hash."""
KEY_SIZE = 32
"""Bytes of the key, and of a hash."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Makes the hashes of one installation, each garage's apart."""

    key: bytes

    def mark(self, garage: str, kind: Kind, value: str) -> bytes:
        """The hash of a plate (compact), an address or a customer's reference of a garage."""
        return self._hash(garage, kind, value if kind == "plate" else address_key(value))

    def marks(self, garage: str, draft: Draft) -> Iterator[bytes]:
        """The hashes of all by which a row may be somebody's who was erased."""
        yield self.mark(garage, "plate", draft.plate)
        yield self.mark(garage, "address", str(draft.content["email"]))
        if reference := draft.content.get("customer_reference"):
            yield self.mark(garage, "reference", str(reference))

    def proof(self) -> bytes:
        """By which the key itself is recognised: of nothing that anybody could be."""
        return self._hash("", "key", "")

    def _hash(self, garage: str, kind: str, value: str) -> bytes:
        text = "\n".join((garage, kind, value)).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self.key, digest_size=KEY_SIZE).digest()
