"""What is no mistake in a garage's file and should be told all the same: it stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from connector.adapters import Adapter
from connector.config.document import Document, Steps
from connector.config.garage_file import GarageConfig
from connector.config.source_file import SourceConfig
from connector.errors import AdapterFailed, ConfigError, Mistake
from connector.model import Column

NEEDED = ("plate", "email")
"""Fields without whose column no row of a file is an AutoPaspoort."""

IN_VAIN = (
    "has no effect here: an export without this column is held all the same, for no row of it could count"
)


def secrets(garage: GarageConfig, env: Mapping[str, str]) -> Iterator[Mistake]:
    """A secret may come later, and is read at each use: at loading its want is no mistake."""
    reads: list[Callable[[Mapping[str, str]], str]] = []
    reads += [garage.igarage.read_token] if garage.igarage else []
    reads += [source.http.auth.read for source in garage.sources if source.http and source.http.auth]
    reads += [source.receive.read for source in garage.received if source.receive]
    for read in reads:
        try:
            read(env)
        except ConfigError as error:
            yield from error.mistakes


def optional_in_vain(
    garage: GarageConfig, document: Document, find_adapter: Callable[[str], object]
) -> Iterator[Mistake]:
    """An only column of plate or address that is called optional, where a header tells that it is gone."""
    for number, source in enumerate(garage.sources):
        columns = _columns(source, find_adapter) if source.watch and not source.unusable else {}
        for field in NEEDED:
            column = columns.get(field)
            if column and column.optional and len(column.names) == 1:
                steps: Steps = ("sources", number, "settings", "columns", field, "optional")
                yield document.mistake(steps, IN_VAIN, document.place_of_key(steps))


def _columns(source: SourceConfig, find_adapter: Callable[[str], object]) -> Mapping[str, Column]:
    """The columns of a source whose adapter leaves it to the core what may be gone; of another none."""
    adapter = find_adapter(source.adapter)
    if not isinstance(adapter, Adapter) or adapter.maps_records:
        return {}
    try:
        return adapter.columns(source.settings)
    except AdapterFailed:
        return {}  # it is told when a file is read
