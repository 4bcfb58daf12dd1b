"""A stand-in for iGarage: a remote system of somebody else, played on loopback.

It is **not** part of the connector and shares no code with it: what the connector believes of iGarage is
checked against this second, independent reading of the contract (`connector/igarage/openapi.yaml`). Nothing
that it "sends" leaves this machine. In a test or a demonstration::

    with Sandbox(tokens={"geheim": "garage-jansen"}) as sandbox:
        ...  # speak to sandbox.url with the token "geheim"
        assert len(sandbox.mails()) == 1

From the command line `serve_forever` blocks. `docs/sandbox.md` tells its routes, its modes and its faults.
"""

from connector.sandbox.faults import Fault
from connector.sandbox.records import (
    AddressState,
    AddressVerdict,
    BatchOnFile,
    Effect,
    EmailChange,
    FleetAccount,
    Garage,
    Mail,
    Mode,
    PassportOnFile,
    RequestSeen,
)
from connector.sandbox.stand_in import Sandbox, serve_forever

__all__ = [
    "AddressState",
    "AddressVerdict",
    "BatchOnFile",
    "Effect",
    "EmailChange",
    "Fault",
    "FleetAccount",
    "Garage",
    "Mail",
    "Mode",
    "PassportOnFile",
    "RequestSeen",
    "Sandbox",
    "serve_forever",
]
