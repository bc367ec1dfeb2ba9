"""The configuration of the gateway."""

from callgate.gateway.config.audit import Audit
from callgate.gateway.config.executions import (
    AnyTie,
    ContainerRule,
    Docker,
    ExecutionEntry,
    ExecutionList,
    Executions,
    Tie,
)
from callgate.gateway.config.issuer import Issuer
from callgate.gateway.config.limits import ConfigLimits
from callgate.gateway.config.listen import Admin, Listen, Tls, TrustedProxies
from callgate.gateway.config.load import ConfigError, load_config, load_model, parse_config
from callgate.gateway.config.operations import Clock, Logging, Reload
from callgate.gateway.config.root import GatewayConfig
from callgate.gateway.config.schema import config_schema
from callgate.gateway.config.upstreams import ToolAlias, Tools, Upstream

__all__ = [
    "Admin",
    "AnyTie",
    "Audit",
    "Clock",
    "ConfigError",
    "ConfigLimits",
    "ContainerRule",
    "Docker",
    "ExecutionEntry",
    "ExecutionList",
    "Executions",
    "GatewayConfig",
    "Issuer",
    "Listen",
    "Logging",
    "Reload",
    "Tie",
    "Tls",
    "ToolAlias",
    "Tools",
    "TrustedProxies",
    "Upstream",
    "config_schema",
    "load_config",
    "load_model",
    "parse_config",
]
