"""The configuration of the gateway."""

from callgate.gateway.config.attestation import AttestationIssuerSettings, AttestationSettings
from callgate.gateway.config.audit import AuditSettings
from callgate.gateway.config.executions import (
    AnyTieSettings,
    ContainerRuleSettings,
    DockerSettings,
    ExecutionEntry,
    ExecutionList,
    ExecutionsSettings,
    SingleTieSettings,
    TieSettings,
)
from callgate.gateway.config.issuer import IssuerSettings
from callgate.gateway.config.limits import LimitsSettings
from callgate.gateway.config.listen import (
    AdminSettings,
    ListenSettings,
    ListenTrustSettings,
    TlsSettings,
    TrustedProxiesSettings,
)
from callgate.gateway.config.load import load_config, parse_config
from callgate.gateway.config.operations import ClockSettings, LoggingSettings, ReloadSettings
from callgate.gateway.config.root import GatewayConfig
from callgate.gateway.config.schema import config_schema, executions_schema
from callgate.gateway.config.upstreams import ToolAliasSettings, ToolsSettings, UpstreamSettings
from callgate.settings.load import ConfigError, load_model

__all__ = [
    "AdminSettings",
    "AnyTieSettings",
    "AttestationIssuerSettings",
    "AttestationSettings",
    "AuditSettings",
    "ClockSettings",
    "ConfigError",
    "ContainerRuleSettings",
    "DockerSettings",
    "ExecutionEntry",
    "ExecutionList",
    "ExecutionsSettings",
    "GatewayConfig",
    "IssuerSettings",
    "LimitsSettings",
    "ListenSettings",
    "ListenTrustSettings",
    "LoggingSettings",
    "ReloadSettings",
    "SingleTieSettings",
    "TieSettings",
    "TlsSettings",
    "ToolAliasSettings",
    "ToolsSettings",
    "TrustedProxiesSettings",
    "UpstreamSettings",
    "config_schema",
    "executions_schema",
    "load_config",
    "load_model",
    "parse_config",
]
