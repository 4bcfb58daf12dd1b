"""The rules of what goes wrong: input that is spoilt breaks no plugin, and what it then says names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO

from connector.errors import AdapterFailed, SourceError, SourceFormatError
from connector.model import Draft, ExportFile, PushRequest, SourceRecord, Table
from connector.testing.findings import NotApplicable
from connector.testing.repeating import FEW, readable
from connector.testing.specimens import Specimen, Subject, Trial
from connector.testing.stand_in import Answered, Api, StandIn, cars, served

PERSONAL = (
    "plate",
    "vin",
    "customer_reference",
    "first_name",
    "last_name",
    "email",
    "mobile",
    "phone",
    "street",
    "postal_code",
)
"""Fields of a passport that no message may hold."""
SHORTEST = 4
"""Characters of a text that is looked for in messages: a shorter one stands there by chance."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a plugin said of spoilt input: its error, and the faults of its records. `how` names the spoiling."""

    how: str
    error: SourceError | None
    texts: tuple[str, ...]


def foreign_exceptions(subject: Subject) -> Iterator[str]:
    """A plugin that is given spoilt input says so by an error of the house; none of a library gets out."""
    seen: set[str] = set()
    for trial in _trials(subject):
        for said in (*spoilt_input(trial), *spoilt_records(trial)):
            if isinstance(said.error, AdapterFailed) and str(said.error) not in seen:
                seen.add(str(said.error))
                yield f"{said.how}: {said.error}; maak er een SourceFormatError van"


def personal_data(subject: Subject) -> Iterator[str]:
    """No message and no fault of its own holds what stands in a customer's row."""
    for trial in _trials(subject):
        secrets = _secrets(subject, trial)
        if not secrets:
            continue
        for said in (*spoilt_input(trial), *spoilt_records(trial)):
            texts = " ".join((*said.texts, str(said.error or ""))).casefold()
            if leaked := sorted(field for field, text in secrets if text in texts):
                yield f"{said.how}: een melding van de plugin bevat {leaked[0]} van een klant; laat de inhoud weg"
                break


def _trials(subject: Subject) -> tuple[Trial, ...]:
    if all(trial.specimen.is_empty for trial in subject.trials):
        raise NotApplicable("er is geen voorbeeld om te bederven")
    return subject.trials


def _secrets(subject: Subject, trial: Trial) -> list[tuple[str, str]]:
    """Field and text of what stands in the samples of a trial."""
    found: set[tuple[str, str]] = set()
    for of, _, table, records in readable(subject):
        if of is not trial:
            continue
        try:
            verdicts = [verdict for _, verdict in trial.verdicts(Table(table.layout, records))]
        except SourceError:
            continue
        for draft in verdicts:
            if isinstance(draft, Draft):
                values = {"plate": draft.plate, **draft.content}
                found |= {(name, str(values[name]).casefold()) for name in PERSONAL if name in values}
    return sorted(each for each in found if len(each[1]) >= SHORTEST)


def spoilt_input(trial: Trial) -> Iterator[Said]:
    """What the plugin says of every sample, spoilt in one way after another."""
    for file in trial.specimen.files:
        with file.open() as stream:
            whole = stream.read()
        for how, body in spoilings(whole):
            spoilt = replace(trial.specimen, files=(_export(file, body),), pushes=())
            yield _told(f"{file.name}, {how}", trial, spoilt)
    for push in trial.specimen.pushes:
        for how, body in spoilings(push.body):
            spoilt = replace(trial.specimen, files=(), pushes=(PushRequest(push.media_type, body),))
            yield _told(f"push, {how}", trial, spoilt)
    if trial.specimen.stand_in is not None:
        yield from _spoilt_answers(trial, trial.specimen.stand_in)


def _spoilt_answers(trial: Trial, stand_in: StandIn) -> Iterator[Said]:
    """What the plugin says of answers of an API that are no longer what they were."""
    with served(stand_in, cars(range(1, 6))) as api:
        whole = Heard()
        api.spoil = whole
        with suppress(SourceError):
            trial.adapter.fetch_page(api.session, trial.settings, None, None)
        for how, body in spoilings(whole.content):
            api.spoil = Instead(Answered(body))
            yield _asked(f"antwoord {how}", trial, api)


@dataclass(slots=True)
class Heard:
    """Lets an answer through, and keeps what was in it."""

    content: bytes = b""

    def __call__(self, answered: Answered) -> Answered:
        self.content = self.content or answered.content
        return answered


@dataclass(frozen=True, slots=True)
class Instead:
    """Gives the same answer in the place of any; None: it is cut off."""

    answered: Answered | None

    def __call__(self, _: Answered) -> Answered | None:
        return self.answered


def _asked(how: str, trial: Trial, api: Api) -> Said:
    texts: list[str] = []
    try:
        page = trial.adapter.fetch_page(api.session, trial.settings, None, None)
        for record in page.records:
            texts += _of_fault(record)
            if trial.adapter.maps_records and not record.fault:
                trial.adapter.map_record(record, trial.settings)
    except SourceError as error:
        return Said(how, error, tuple(texts))
    return Said(how, None, tuple(texts))


def _export(file: ExportFile, body: bytes) -> ExportFile:
    return ExportFile(file.name, lambda: BytesIO(body), len(body))


def _told(how: str, trial: Trial, specimen: Specimen) -> Said:
    texts: list[str] = []
    try:
        for _, table in replace(trial, specimen=specimen).tables():
            for record in table:
                texts += _of_fault(record)
                if trial.adapter.maps_records and not record.fault:
                    trial.adapter.map_record(record, trial.settings)
    except SourceError as error:
        return Said(how, error, tuple(texts))
    return Said(how, None, tuple(texts))


def _of_fault(record: SourceRecord) -> list[str]:
    fault = record.fault
    return [text for text in (fault.message, fault.value, fault.column) if text] if fault else []


def spoilings(whole: bytes) -> Iterator[tuple[str, bytes]]:
    """Ways in which a file or body comes amiss, each with what is left of it."""
    yield "leeg", b""
    for eighth in range(1, 8):
        yield f"afgebroken na {eighth}/8", whole[: len(whole) * eighth // 8]
    middle = len(whole) // 2
    for name, bad in (
        ("met losse bytes", b"\x81\xff\x00\xfe"),
        ("met een losse quote", b'"'),
        ("met losse haken", b"<&]}"),
        ("met een leeg record", b"\n\n{}\n[]\n"),
    ):
        yield name, whole[:middle] + bad + whole[middle:]
    lines = whole.splitlines(keepends=True)
    for number in range(min(len(lines), 4)):
        yield f"zonder regel {number + 1}", b"".join(lines[:number] + lines[number + 1 :])
    for text in (b"null", b"[]", b"[1]", b'"tekst"', b"{}", b"<a/>", b"<a>", b"[" * 20_000, b"\0" * 64):
        yield f"iets heel anders ({text[:6]!r})", text


def spoilt_records(trial: Trial) -> Iterator[Said]:
    """What the plugin says of sample records with cells that are empty, gone or nonsense."""
    if not trial.adapter.maps_records:
        return
    try:
        records = [
            record for _, table in trial.tables() for record, _ in zip(table, range(FEW), strict=False)
        ]
    except SourceError:
        return
    for record in (each for each in records[:3] if each.fault is None):
        for how, values in _amiss(record.values):
            yield _mapped(how, trial, record._replace(values=values))


def _amiss(values: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "een record zonder cellen", {}
    yield "een record met alleen lege cellen", dict.fromkeys(values, "")
    for name in values:
        yield f"een record met niets in {name}", {**values, name: ""}
        yield f"een record zonder {name}", {other: text for other, text in values.items() if other != name}
        yield f"een record met onzin in {name}", {**values, name: "\0\ud800 31-02 ;"}


def _mapped(how: str, trial: Trial, record: SourceRecord) -> Said:
    try:
        trial.adapter.map_record(record, trial.settings)
    except SourceFormatError as error:
        return Said(how, error, ())
    except SourceError as error:
        return Said(how, error, ())
    return Said(how, None, ())
