"""`garages/<id>.yaml`: all that is set for one garage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
)
from pydantic.json_schema import SkipJsonSchema

from connector import emails
from connector.backoff import Retry
from connector.brake import LIMITS, Limits
from connector.config import secret
from connector.config.document import Document
from connector.config.forms import (
    VARIABLE,
    AllowHttp,
    Days,
    FilePath,
    NotBeforeFirst,
    OneLine,
    SafeId,
    Seconds,
    ServiceUrl,
    Strict,
    at_least_one,
    document_of,
)
from connector.config.list_file import ListFileConfig
from connector.config.secret import Written
from connector.config.source_file import SourceConfig, listed
from connector.config.zones import zone
from connector.facts import Suspects
from connector.fleets import key
from connector.rounds import Route, Way
from connector.selection import Select
from connector.suspicion import SHARED_LIMIT

CONFIG_VERSION = 1


class IGarageConfig(Strict):
    """The garage's door at iGarage. `timeout` in seconds for a whole call, answer included.

    Exactly one of `token_file` and `token_env` says where the token is; the token itself stands in no model.
    """

    url: ServiceUrl = Field(examples=["https://api.example.nl/connector/v1"])
    """Where iGarage is asked: https://…, without user, password, query or fragment."""
    allow_http: AllowHttp = False
    """true lets url be http://, and only for this computer itself."""
    inline_token: SkipJsonSchema[Any] = Field(default=None, alias="token", exclude=True, repr=False)
    token_file: FilePath | None = Field(default=None, examples=["garage-jansen.token"])
    """File that holds the token alone, relative to this file; or token_env. A token never stands here itself."""
    token_env: Annotated[str | None, Field(validate_default=True)] = Field(
        default=None, examples=["JANSEN_TOKEN"]
    )
    """In place of token_file: name of the variable that holds the token."""
    timeout: Annotated[Seconds, Field(le=3600)] = 30.0
    """Seconds for a whole call, answer included."""
    feedback_every: Seconds = 300.0
    """Seconds between two looks at what iGarage learned of addresses."""

    _written: Written = PrivateAttr(default_factory=Written)

    def model_post_init(self, context: Any) -> None:
        """Remembers where the token's key stands, for what `read_token` may have to say later."""
        if isinstance(context, Document):
            steps = ("igarage", "token_file" if self.token_file else "token_env")
            self._written = Written(context.file, context.place_of_key(steps))

    def read_token(self, env: Mapping[str, str]) -> str:
        """The garage's token, read anew at each call, so that a replaced one counts without a restart.

        Raises ConfigError, at the key's place in the garage's file, when there is none or it cannot be one.
        """
        return secret.read(self.token_file, self.token_env, env, self._written)

    @field_validator("inline_token", mode="before")
    @classmethod
    def _never_inline(cls, _token: Any) -> None:
        raise ValueError(
            "may not stand here: put the token in a file and write token_file: FILE, or token_env: VARIABLE"
        )

    @field_validator("token_env")
    @classmethod
    def _one_place(cls, name: str | None, info: ValidationInfo) -> str | None:
        if name is not None and not VARIABLE.fullmatch(name):
            raise ValueError("must be a variable's name in capitals, as JANSEN_TOKEN, never the token itself")
        if not {"token_file", "inline_token"} <= info.data.keys():
            return name  # what is wrong there is told already
        if name is None and info.data["token_file"] is None:
            raise ValueError("is missing, and so is token_file: one of them says where the token is")
        if name is not None and info.data["token_file"] is not None:
            raise ValueError("stands beside token_file: keep one of the two")
        return name


class RetryConfig(Strict):
    """Waiting after a failure: `first` and `max` in seconds; after `attempts` a person must look."""

    first: Seconds = 30.0
    """Seconds: the longest first wait after a failure."""
    max: Annotated[
        float, Field(gt=0, le=604_800, allow_inf_nan=False, validate_default=True), NotBeforeFirst
    ] = 21_600.0
    """Seconds: the longest wait at all."""
    attempts: int = Field(default=20, ge=1, le=1000)
    """After so many failures a person must look."""

    @property
    def policy(self) -> Retry:
        """The same, as `backoff` takes it."""
        return Retry(first=self.first, max=self.max, attempts=self.attempts)


class ChangedConfig(Strict):
    """How many known passports a file may give another address or owner: it is held beyond both."""

    percent: float = Field(default=LIMITS.changed_percent, ge=0, le=100, allow_inf_nan=False)
    """Percent of the known passports in the file."""
    passports: int = Field(default=LIMITS.changed_passports, ge=0)
    """And so many of them."""


class BrakeConfig(Strict):
    """When a file as a whole is held for a person, and when invitations are."""

    mails: int = Field(default=200, ge=0)
    """Invitations that may become due on one local day without asking; with more none goes until a person says so."""
    rows: float = Field(default=LIMITS.rows_percent, ge=0, le=100, allow_inf_nan=False)
    """Percent of the last taken file's rows that a file must have (contains: all)."""
    changed: ChangedConfig = ChangedConfig()
    """How many known passports a file may give another address or owner: held beyond both."""

    @property
    def limits(self) -> Limits:
        """The same, as `brake` takes it."""
        return Limits(self.changed.percent, self.changed.passports, self.rows)


class SelectConfig(Strict):
    """Who becomes an AutoPaspoort when: whose APK or service is due within so many calendar months, the earlier."""

    apk_within_months: int | None = Field(default=None, ge=0, le=60, examples=[2])
    """Calendar months before the APK; without it the APK does not count."""
    service_within_months: int | None = Field(default=None, ge=0, le=60, examples=[2])
    """Calendar months before the service; without it the service does not count."""
    without_date: Literal["now", "never"] = "now"
    """What becomes of a car that has none of the dates that count: now, or never."""

    @property
    def window(self) -> Select:
        """The same, as `selection` takes it."""
        return Select(self.apk_within_months, self.service_within_months, self.without_date)


class SuspectConfig(Strict):
    """Whether an address under suspicion is invited: send or withhold."""

    typo: Literal["send", "withhold"] = "send"
    """It looks like a typing mistake, as in gmail.con."""
    dummy: Literal["send", "withhold"] = "withhold"
    """It stands where there is no address, as geen@geen.nl."""
    shared: Literal["send", "withhold"] = "withhold"
    """More than shared_limit customers have it."""

    @property
    def suspects(self) -> Suspects:
        """The same, as `plan` takes it."""
        return Suspects(typo=self.typo, dummy=self.dummy, shared=self.shared)


def _mailbox(address: str) -> str:
    if emails.fault(address):
        raise ValueError("must be an e-mail address, as info@garagejansen.nl")
    return address.strip()


class AddressesConfig(Strict):
    """What is made of addresses that could be mailed, and are suspect all the same."""

    suspect: SuspectConfig = SuspectConfig()
    """Whether an address under suspicion is invited, by the kind of suspicion: send or withhold."""
    shared_limit: int = Field(default=SHARED_LIMIT, ge=1, le=100_000)
    """Customers that may have one address; one with more is suspect."""
    own: Annotated[tuple[Annotated[str, AfterValidator(_mailbox)], ...], BeforeValidator(listed)] = Field(
        default=(), examples=[["info@garagejansen.nl"]]
    )
    """The garage's own addresses, which reception fills in where a customer has none: each is a dummy."""


def _each_once(fleets: dict[str, str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for name in fleets:
        if (first := known.setdefault(key(name), name)) != name:
            raise ValueError(f"names one fleet twice: {first!r} and {name!r} differ in case or spaces alone")
    return fleets


class DeliveryConfig(Strict):
    """How passports go to iGarage, and who is invited. `workers`: the most calls at once for this garage."""

    route: Way = "auto"
    """The way they go: direct, each at once; batch, for iGarage's nightly run; auto, a batch when there are many; or
    list_file, in customer lists that a person uploads, for a garage without an API."""
    list_file: Annotated[ListFileConfig | None, Field(validate_default=True)] = None
    """With list_file: where and how the customer lists are written."""
    batch_over: int = Field(default=200, ge=0, le=1_000_000)
    """With auto: with more AutoPaspoorten due at once than so many, they go in a batch."""
    batch_lead: float = Field(default=30.0, ge=0, le=1200, allow_inf_nan=False)
    """Minutes before iGarage's nightly run at which the batches go up."""
    send: Literal["never", "always", "consented"] = "never"
    """Wil je de AutoPaspoorten naar de klant versturen? never, always, or consented."""
    owner_change: Literal["hold", "transfer"] = "hold"
    """When a car seems to have another owner: hold asks a person, transfer hands the AutoPaspoort over at once."""
    select: SelectConfig | None = None
    """The window of dates in which an AutoPaspoort is made; without it each is made at once."""
    fleet_accounts: Annotated[dict[OneLine, OneLine], AfterValidator(_each_once)] = Field(
        default={}, examples=[{"LeasePlan BV": "WP-1001"}]
    )
    """Name of a fleet or lease company in the garage system, to the id of its Wagenparkaccount at iGarage."""
    workers: int = Field(default=4, ge=1, le=64)
    """Calls at once for this garage."""
    retry: RetryConfig = RetryConfig()
    """Waiting after a failure."""

    @field_validator("list_file")
    @classmethod
    def _where_it_belongs(cls, lists: ListFileConfig | None, info: ValidationInfo) -> ListFileConfig | None:
        by_list = info.data.get("route") == "list_file"
        if by_list and lists is None:
            raise ValueError("is missing: route: list_file needs list_file: {folder: FOLDER}")
        if lists is not None and "route" in info.data and not by_list:
            raise ValueError("stands beside another route: write route: list_file, or take this away")
        return lists

    @property
    def way(self) -> Route:
        """The route, as delivery takes it."""
        return Route(self.route, self.batch_over, timedelta(minutes=self.batch_lead))


class RetentionConfig(Strict):
    """How long what is written: a number of days, as 400d. What a decision still needs is kept longer."""

    events: Days = "400d"
    """What happened to an AutoPaspoort, as trace shows it."""
    rejected: Days = "90d"
    """Rows that were rejected, but for those of each source's last export."""
    files: Days = "400d"
    """Which exports and batches there were, but for the last, and those held, open or in their folder still."""


class StatementConfig(Strict):
    """The nightly statement: iGarage is asked what it has of last night's passports, and of some others."""

    sample: int = Field(default=25, ge=0, le=200)
    """AutoPaspoorten asked about at random, beside last night's (at most 200); 0: no statement is made."""


class GarageConfig(Strict):
    """One garage. `garage` is its id, and the name of its file."""

    config_version: int
    """The version of this file's form: 1."""
    garage: SafeId = Field(examples=["garage-jansen"])
    """The garage's id, and the name of this file: a-z, 0-9 and -."""
    name: OneLine = Field(examples=["Garage Jansen"])
    """The garage's name, for people."""
    timezone: str = "Europe/Amsterdam"
    """An IANA name."""
    igarage: IGarageConfig | None = None
    """The garage's door at iGarage; none with delivery.route: list_file."""
    sources: Annotated[tuple[SourceConfig, ...], AfterValidator(at_least_one)]
    """Where the garage's records come from; at least one."""
    delivery: DeliveryConfig = DeliveryConfig()
    """How AutoPaspoorten go to iGarage, and who is invited."""
    addresses: AddressesConfig = AddressesConfig()
    """What is made of addresses that are suspect."""
    brake: BrakeConfig = BrakeConfig()
    """When an export as a whole, or a day's invitations, are held for a person."""
    retention: RetentionConfig = RetentionConfig()
    """How long the ledger keeps what was."""
    statement: StatementConfig = StatementConfig()
    """What is compared with iGarage every night."""

    def model_post_init(self, context: Any) -> None:
        """Remembers where the secrets of its sources stand."""
        for number, source in enumerate(self.sources):
            if source.http and source.http.auth and isinstance(context, Document):
                source.http.auth.place(context, ("sources", number, "http", "auth"))
            if source.receive and isinstance(context, Document):
                source.receive.place(context, ("sources", number, "receive"))

    @property
    def door(self) -> IGarageConfig:
        """The garage's door at iGarage. Raises `LookupError` where a person carries lists there."""
        if self.igarage is None:
            raise LookupError(self.garage)
        return self.igarage

    @property
    def lists(self) -> ListFileConfig | None:
        """How customer lists are written, where they are the way to iGarage."""
        return self.delivery.list_file

    @property
    def zone(self) -> ZoneInfo:
        """The garage's time zone."""
        return zone(self.timezone)

    @property
    def watched(self) -> tuple[SourceConfig, ...]:
        """The sources that watch a folder."""
        return tuple(source for source in self.sources if source.watch is not None)

    @property
    def polled(self) -> tuple[SourceConfig, ...]:
        """The sources that poll an API."""
        return tuple(source for source in self.sources if source.poll is not None)

    @property
    def received(self) -> tuple[SourceConfig, ...]:
        """The sources that are pushed to."""
        return tuple(source for source in self.sources if source.receive is not None)

    @field_validator("sources")
    @classmethod
    def _doors_apart(cls, sources: tuple[SourceConfig, ...]) -> tuple[SourceConfig, ...]:
        doors = [source.receive.door for source in sources if source.receive]
        if len(set(doors)) < len(doors):
            raise ValueError("hold two that receive at the same port and path: give each a path of its own")
        return sources

    @field_validator("delivery")
    @classmethod
    def _lists_apart(cls, delivery: DeliveryConfig, info: ValidationInfo) -> DeliveryConfig:
        watched = {source.watch for source in info.data.get("sources", ())}
        if delivery.list_file and delivery.list_file.folder in watched:
            raise ValueError(
                "list_file.folder is one that a source watches: a list would be read as an export"
            )
        return delivery

    @field_validator("config_version")
    @classmethod
    def _known_version(cls, version: int) -> int:
        if version != CONFIG_VERSION:
            raise ValueError(f"must be {CONFIG_VERSION}: this program knows no other")
        return version

    @field_validator("garage")
    @classmethod
    def _named_as_its_file(cls, garage: str, info: ValidationInfo) -> str:
        document = document_of(info)
        if document and garage != document.file.stem:
            raise ValueError("must be the name of this file without .yaml")
        return garage

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        zone(name)
        return name
