"""`http:` of a source: how the garage system's API is reached, and how it is told who asks.

A secret stands in a file or a variable, never in the garage's file, and in no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from connector.config import secret, service_url
from connector.config.document import Document, Steps
from connector.config.forms import (
    VARIABLE,
    AllowHttp,
    FilePath,
    OneLine,
    SafeUrl,
    Seconds,
    ServiceUrl,
    Strict,
)
from connector.config.secret import Written

_HEADER = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"
_FIELD = Annotated[str, Field(max_length=1000)]

SECRET = "{token}"  # noqa: S105  # where a token goes in a header, not one itself
"""Stands in a header's value for the token."""


class Held(Strict):
    """What all ways to be let in share: a secret that is read from a file or from a variable."""

    word: ClassVar[str] = "token"
    """What the secret is called: its keys are `<word>_file` and `<word>_env`."""
    _written: Written = PrivateAttr(default_factory=Written)

    @model_validator(mode="before")
    @classmethod
    def _never_inline(cls, written: Any) -> Any:
        if isinstance(written, Mapping) and cls.word in written:
            raise ValueError(
                f"{cls.word} may not stand here itself: put it in a file and write {cls.word}_file: FILE, or"
                f" {cls.word}_env: VARIABLE"
            )
        return written

    @model_validator(mode="after")
    def _one_place(self) -> Held:
        file, variable = self._places()
        if (file is None) == (variable is None):
            raise ValueError(f"needs one of {self.word}_file and {self.word}_env")
        if variable is not None and not VARIABLE.fullmatch(variable):
            raise ValueError(f"{self.word}_env must be a variable's name in capitals, as GMS_SECRET")
        return self

    def place(self, document: Document, steps: Steps) -> None:
        """Remember where this stands, for what `read` may have to say later."""
        name = f"{self.word}_file" if self._places()[0] else f"{self.word}_env"
        self._written = Written(document.file, document.place_of_key((*steps, name)), steps)

    def read(self, env: Mapping[str, str]) -> str:
        """The secret of this moment. Raises ConfigError, at its key's place, when there is none."""
        file, variable = self._places()
        return secret.read(file, variable, env, self._written, self.word)

    def _places(self) -> tuple[Any, Any]:
        return getattr(self, f"{self.word}_file"), getattr(self, f"{self.word}_env")


class BearerAuth(Held):
    """`Authorization: Bearer …` with a token that does not change by itself."""

    type: Literal["bearer"]
    """bearer."""
    token_file: FilePath | None = None
    """File that holds the token alone, relative to this file; or token_env."""
    token_env: str | None = None
    """In place of token_file: name of the variable that holds the token."""


class HeaderAuth(Held):
    """A header of any name; `{token}` in its value stands for the token."""

    type: Literal["header"]
    """header."""
    name: Annotated[str, Field(pattern=_HEADER)]
    """The header's name, as Authorization or X-Api-Key."""
    value: OneLine = SECRET
    """What stands in it; {token} stands for the token."""
    token_file: FilePath | None = None
    """File that holds the token alone, relative to this file; or token_env."""
    token_env: str | None = None
    """In place of token_file: name of the variable that holds the token."""

    @field_validator("value")
    @classmethod
    def _holds_the_token(cls, value: str) -> str:
        if SECRET not in value or not value.isascii():
            raise ValueError("must hold {token}, where the token goes, and ASCII alone")
        return value


class BasicAuth(Held):
    """`Authorization: Basic …` with a user and a password."""

    word: ClassVar[str] = "password"
    type: Literal["basic"]
    """basic."""
    username: OneLine
    """The user's name."""
    password_file: FilePath | None = None
    """File that holds the password alone, relative to this file; or password_env."""
    password_env: str | None = None
    """In place of password_file: name of the variable that holds the password."""


class ClientCredentialsAuth(Held):
    """OAuth 2 client credentials: a token that is fetched, and fetched again before it ends.

    `extra` are more fields of the request for it, as the garage's `userid`. `client_auth` says whether id and secret go
    as Basic or in the body.
    """

    word: ClassVar[str] = "client_secret"
    type: Literal["oauth2_client_credentials"]
    """oauth2_client_credentials."""
    token_url: SafeUrl
    """Where the token is fetched: https://… in full."""
    client_id: OneLine
    """Who asks for it."""
    client_secret_file: FilePath | None = None
    """File that holds the secret alone, relative to this file; or client_secret_env."""
    client_secret_env: str | None = None
    """In place of client_secret_file: name of the variable that holds the secret."""
    extra: dict[str, _FIELD] = Field(default_factory=dict)
    """More fields of the request for a token, as userid or scope; no secret among them."""
    client_auth: Literal["basic", "body"] = "basic"
    """How id and secret go: basic, as a header, or body, as fields."""


Auth = Annotated[
    BearerAuth | BasicAuth | HeaderAuth | ClientCredentialsAuth,
    Field(discriminator="type", examples=[{"type": "bearer", "token_file": "gms.token"}]),
]


class HttpConfig(Strict):
    """How the garage system's API is reached. `timeout` in seconds for a whole call, answer included."""

    url: ServiceUrl = Field(examples=["https://gms.example.nl/api/v2"])
    """The API's base address: https://…, without user, password, query or fragment; paths are appended to it."""
    allow_http: AllowHttp = False
    """true lets url and token_url be http://, and only for this computer itself."""
    auth: Auth | None = None
    """How the API is told who asks; by type: bearer, basic, header or oauth2_client_credentials."""
    timeout: Annotated[Seconds, Field(le=3600)] = 30.0
    """Seconds for a whole call, answer included."""
    largest_answer: float = Field(default=32.0, gt=0, le=512, allow_inf_nan=False)
    """MB of the largest answer that is taken."""
    requests_per_minute: float = Field(default=600.0, gt=0, le=60_000, allow_inf_nan=False)
    """Requests in a minute, all of this source together; an answer 429 slows it down by itself."""

    @model_validator(mode="after")
    def _token_url_as_safe(self) -> HttpConfig:
        if (
            isinstance(self.auth, ClientCredentialsAuth)
            and service_url.is_http(self.auth.token_url)
            and not self.allow_http
        ):
            raise ValueError("allow_http must be true for a token_url with http://")
        return self
