"""The configuration: one folder, one file for the connector, one for each garage.

`load` reads it, strictly, and tells all mistakes at once; `GarageConfig` is what the house works with.
"""

from connector.config.connector_file import ConnectorConfig, LoggingConfig, ProbeConfig, StateConfig
from connector.config.garage_file import (
    AddressesConfig,
    BrakeConfig,
    ChangedConfig,
    DeliveryConfig,
    GarageConfig,
    IGarageConfig,
    RetentionConfig,
    RetryConfig,
    SelectConfig,
    SourceConfig,
    SuspectConfig,
)
from connector.config.loader import FindAdapter, HasSettings, Loaded, default_directory, load

__all__ = [
    "AddressesConfig",
    "BrakeConfig",
    "ChangedConfig",
    "ConnectorConfig",
    "DeliveryConfig",
    "FindAdapter",
    "GarageConfig",
    "HasSettings",
    "IGarageConfig",
    "Loaded",
    "LoggingConfig",
    "ProbeConfig",
    "RetentionConfig",
    "RetryConfig",
    "SelectConfig",
    "SourceConfig",
    "StateConfig",
    "SuspectConfig",
    "default_directory",
    "load",
]
