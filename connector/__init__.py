"""igarage-connector: carries what a garage's management system knows to iGarage, as AutoPaspoorten.

A plugin imports `hookimpl` from here, and its words from `connector.errors`, `connector.model` and `connector.kit`.
"""

from pluggy import HookimplMarker

hookimpl = HookimplMarker("connector")
"""Marks a function of a plugin as one of the hooks of `connector.hookspecs`."""

__all__ = ["hookimpl"]
