"""The configuration of the registry."""

from callgate.registry.config.entities import EntitySettings
from callgate.registry.config.load import load_config
from callgate.registry.config.root import RegistryConfig
from callgate.registry.config.schema import config_schema
from callgate.registry.config.tls import TlsSettings
from callgate.settings.load import ConfigError
from callgate.settings.trust import TrustSettings

__all__ = [
    "ConfigError",
    "EntitySettings",
    "RegistryConfig",
    "TlsSettings",
    "TrustSettings",
    "config_schema",
    "load_config",
]
