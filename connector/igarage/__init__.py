"""The door to iGarage: nothing outside this folder knows its contract (`openapi.yaml`)."""

from connector.igarage.client import Client

__all__ = ["Client"]
