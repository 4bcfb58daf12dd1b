"""`receive:` of a source: where a garage system pushes its records to, on this computer itself."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any, ClassVar

from pydantic import Field, field_validator

from connector.config.forms import FilePath
from connector.config.http_file import Held

_PATH = re.compile(r"/[A-Za-z0-9._~/-]{0,199}")


class ReceiveConfig(Held):
    """Where records are pushed to. Exactly one of `token_file` and `token_env` says where the token is."""

    word: ClassVar[str] = "token"
    listen: str = "127.0.0.1"
    """The address that is listened on: 127.0.0.1 or ::1, this computer itself."""
    port: int = Field(default=8787, ge=1, le=65_535)
    """The port."""
    path: str = Field(default="/push", examples=["/carsys"])
    """The path, which tells several sources of one port apart."""
    token_file: FilePath | None = Field(default=None, examples=["garage-jansen-push.token"])
    """File that holds the token alone, which whoever pushes must send as Authorization: Bearer; or token_env."""
    token_env: str | None = None
    """In place of token_file: name of the variable that holds the token."""

    @property
    def door(self) -> tuple[str, int, str]:
        """What no two sources may share."""
        return self.listen, self.port, self.path

    @field_validator("listen")
    @classmethod
    def _this_computer(cls, listen: str) -> str:
        try:
            address = ip_address(listen)
        except ValueError:
            raise ValueError("must be an IP address, as 127.0.0.1") from None
        if not address.is_loopback:
            raise ValueError(
                "must be this computer itself, 127.0.0.1 or ::1: what is pushed is not encrypted"
            )
        return str(address)

    @field_validator("path")
    @classmethod
    def _a_path(cls, path: Any) -> Any:
        if not _PATH.fullmatch(path):
            raise ValueError("must begin with / and hold only letters, digits and ._~-/")
        return path
