"""Reading every file that a start would read, without starting anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from callgate import CallgateError, PolicySet
from callgate.gateway.config import ConfigError, GatewayConfig
from callgate.gateway.config.places import Fault
from callgate.gateway.execution_file import container_rules, load_executions
from callgate.gateway.keys import open_signer
from callgate.gateway.tls import ServerTls
from callgate.gateway.upstream_settings import upstream_settings
from callgate.gateway.upstreams import Upstreams


def check_files(config: GatewayConfig, environ: Mapping[str, str]) -> dict[str, Any]:
    """What was found, by name. Raises ConfigError with every fault of every file."""
    faults: list[Fault] = []
    found: dict[str, Any] = {}

    def attempt(name: str, read: Callable[[], Any]) -> Any:
        try:
            found[name] = read()
        except ConfigError as error:
            faults.extend(error.faults)
        except CallgateError as error:
            faults.append(Fault(error.where or name, error.message))
        except OSError as error:
            where = str(error.filename or name)
            faults.append(Fault(where, error.strerror or "cannot be read"))

    attempt("policy", lambda: _policy(config))
    attempt("key", lambda: _key(config))
    attempt("executions", lambda: len(load_executions(config, environ)))
    attempt("container rules", lambda: len(container_rules(config)))
    attempt("upstreams", lambda: _upstreams(config, environ))
    if config.listen.tls is not None:
        tls = config.listen.tls
        attempt("certificate", lambda: ServerTls(tls).files[0])
    if faults:
        raise ConfigError(faults)
    return found


def _policy(config: GatewayConfig) -> str:
    return PolicySet.load(config.policy).digest


def _key(config: GatewayConfig) -> str:
    signer = open_signer(config.issuer)
    signer.close()
    return signer.key_id


def _upstreams(config: GatewayConfig, environ: Mapping[str, str]) -> list[str]:
    Upstreams(upstream_settings(config, environ))
    return list(config.upstreams)
