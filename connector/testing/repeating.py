"""The rules of what must be the same again: records, what they become, their keys; and mapping without I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector import mapping
from connector.errors import SourceError
from connector.model import Draft, Skipped, SourceRecord, Table
from connector.testing.ear import listening
from connector.testing.findings import NotApplicable
from connector.testing.specimens import Subject, Trial

OTHER_ADDRESS = "anders@voorbeeld.example"
"""What an address is changed into."""
FEW = 200
"""Records of a sample that are tried."""

Read = tuple[Trial, str, Table, list[SourceRecord]]


def readable(subject: Subject) -> Iterator[Read]:
    """Every sample that can be read, with its first records; of one that cannot another rule tells."""
    if not subject.trials:
        raise NotApplicable("er is geen voorbeeld om op te proberen")
    for trial in subject.trials:
        try:
            for name, table in trial.tables():
                yield trial, name, table, [record for record, _ in zip(table, range(FEW), strict=False)]
        except SourceError:
            continue


def same_output(subject: Subject) -> Iterator[str]:
    """The same input gives the same output: read again, mapped again, and mapped in another order."""
    first = {(id(trial), name): (table, records) for trial, name, table, records in readable(subject)}
    for trial, name, _, again in readable(subject):
        table, records = first[id(trial), name]
        if again != records:
            yield f"{name}: een tweede keer gelezen geeft andere records"
            continue
        forward = _verdicts(trial, table, records)
        backward = _verdicts(trial, table, records[::-1])[::-1]
        if forward != backward:
            yield f"{name}: wat een record wordt, hangt af van wat ervoor kwam of van hoe vaak het gevraagd is"


def _verdicts(trial: Trial, table: Table, records: Sequence[SourceRecord]) -> list[object]:
    mapper = _mapper(trial, table)
    try:
        return [trial.verdict(mapper, record) for record in records]
    except SourceError as error:
        return [str(error)]


def _mapper(trial: Trial, table: Table) -> mapping.Mapper:
    return mapping.compile_mapper(trial.adapter.columns(trial.settings), table.layout.columns or None)


def record_keys(subject: Subject) -> Iterator[str]:
    """A record keeps its key when only the customer's address changes."""
    tried = False
    for trial, name, table, records in readable(subject):
        mapper = _mapper(trial, table)
        for record in records:
            before, after = _before_and_after(trial, mapper, record)
            tried = tried or after is not None
            if before and after and before.record_key != after.record_key:
                yield (
                    f"{name}: met een ander e-mailadres heeft hetzelfde record een andere sleutel;"
                    " neem voor record_key iets dat bij de auto hoort"
                )
                break
    if not tried:
        raise NotApplicable("geen record van het voorbeeld heeft een adres dat te veranderen is")


def _before_and_after(
    trial: Trial, mapper: mapping.Mapper, record: SourceRecord
) -> tuple[Draft | None, Draft | None]:
    """What a record becomes, and what it becomes with another address in every cell that has this one."""
    try:
        before = trial.verdict(mapper, record)
        if not isinstance(before, Draft):
            return None, None
        address = str(before.content["email"]).casefold()
        changed = {
            column: OTHER_ADDRESS if address in text.casefold() else text
            for column, text in record.values.items()
        }
        after = trial.verdict(mapper, record._replace(values=changed))
    except SourceError:
        return None, None
    return before, after if isinstance(after, Draft) else None


def no_io(subject: Subject) -> Iterator[str]:
    """Mapping a record opens nothing: no file, no socket, no process."""
    for trial, name, _, records in readable(subject):
        with listening() as heard:
            trial.adapter.columns(trial.settings)
            for record in records:
                _map(trial, record)
        if heard:
            yield f"{name}: het vertalen van een record opent iets ({', '.join(sorted(set(heard)))})"


def _map(trial: Trial, record: SourceRecord) -> Skipped | object:
    if not trial.adapter.maps_records or record.fault:
        return None
    try:
        return trial.adapter.map_record(record, trial.settings)
    except SourceError:
        return None
