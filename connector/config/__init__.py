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
    StatementConfig,
    SuspectConfig,
)
from connector.config.http_file import (
    Auth,
    BasicAuth,
    BearerAuth,
    ClientCredentialsAuth,
    HeaderAuth,
    HttpConfig,
)
from connector.config.list_file import ListFileConfig
from connector.config.loader import FindAdapter, HasSettings, Loaded, default_directory, load
from connector.config.receive_file import ReceiveConfig
from connector.config.source_file import SourceConfig

__all__ = [
    "AddressesConfig",
    "Auth",
    "BasicAuth",
    "BearerAuth",
    "BrakeConfig",
    "ChangedConfig",
    "ClientCredentialsAuth",
    "ConnectorConfig",
    "DeliveryConfig",
    "FindAdapter",
    "GarageConfig",
    "HasSettings",
    "HeaderAuth",
    "HttpConfig",
    "IGarageConfig",
    "ListFileConfig",
    "Loaded",
    "LoggingConfig",
    "ProbeConfig",
    "ReceiveConfig",
    "RetentionConfig",
    "RetryConfig",
    "SelectConfig",
    "SourceConfig",
    "StateConfig",
    "StatementConfig",
    "SuspectConfig",
    "default_directory",
    "load",
]
