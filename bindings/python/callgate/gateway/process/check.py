"""Reading every file that a start would read, without starting anything."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from callgate import CallgateError, PolicyError, PolicySet
from callgate._key_file import load_secret_key
from callgate.gateway.attestation.tokens import AttestationTokens
from callgate.gateway.config import ConfigError, GatewayConfig
from callgate.gateway.executions.execution_file import container_rules, load_executions
from callgate.gateway.executions.scope_warnings import scope_warnings
from callgate.gateway.executions.tie_warnings import issuer_warnings, tie_warnings
from callgate.gateway.http.tls import ServerTls
from callgate.gateway.issuer.keys import open_signer
from callgate.gateway.process.trust import asked_once
from callgate.gateway.upstreams.transport_settings import transport_settings
from callgate.gateway.upstreams.transports.http_client import client_tls
from callgate.gateway.upstreams.upstreams import HttpSettings, StdioSettings, Upstreams
from callgate.settings.places import Fault


def check_files(config: GatewayConfig, environ: Mapping[str, str]) -> dict[str, Any]:
    """What was found, by name. Raises ConfigError with every fault of every file."""
    faults: list[Fault] = []
    found: dict[str, Any] = {}

    def attempt(name: str, read: Callable[[], Any]) -> Any:
        try:
            found[name] = value = read()
            return value
        except ConfigError as error:
            faults.extend(error.faults)
        except PolicyError as error:
            faults.extend(Fault(one.where, one.sentence) for one in error.errors)
        except CallgateError as error:
            faults.append(Fault(error.where or name, error.message))
        except OSError as error:
            where = str(error.filename or name)
            faults.append(Fault(where, error.strerror or "cannot be read"))

        return None

    policy = attempt("policy", lambda: PolicySet.load(config.policy))
    attempt("key", lambda: _key(config))
    for name, path in _audit_keys(config).items():
        attempt(name, partial(_thumbprint, path))
    executions = attempt("executions", lambda: load_executions(config, environ))
    rules = attempt("container rules", lambda: container_rules(config))
    upstreams = attempt("upstreams", lambda: _upstreams(config, environ))
    if (attestation := config.attestation) is not None:
        attempt("attestation", lambda: AttestationTokens(attestation))
    trust = None
    if config.listen.trust is not None:
        trust = attempt("trust", lambda: asyncio.run(asked_once(config, environ)))
    elif config.listen.tls is not None:
        tls = config.listen.tls
        attempt("certificate", lambda: ServerTls(tls).files[0])
    if faults:
        raise ConfigError(faults)
    found["policy"] = policy.digest
    found["executions"], found["container rules"] = len(executions), len(rules)
    found["upstreams"] = [one.name for one in upstreams]
    found["warnings"] = [
        *scope_warnings([*executions, *rules], policy.context_names),
        *issuer_warnings([*executions, *rules], config.attestation),
        *_missing_programs(upstreams),
    ]
    if trust is not None:
        found["entities"] = found.pop("trust")["entities"]
        found["warnings"] += tie_warnings([*executions, *rules], found["entities"])
        found["warnings"] += trust["warnings"]
    return found


def _key(config: GatewayConfig) -> str:
    signer = open_signer(config.issuer)
    signer.close()
    return signer.key_id


def _audit_keys(config: GatewayConfig) -> dict[str, Path]:
    """Those that a start would read; it makes one where none is configured."""
    keys = {}
    if config.audit.key is not None or config.audit_key.exists():
        keys["audit key"] = config.audit_key
    if config.audit.previous_key is not None:
        keys["previous audit key"] = config.audit.previous_key
    return keys


def _thumbprint(path: Path) -> str:
    with load_secret_key(path) as key:
        return key.public_key.thumbprint


def _upstreams(
    config: GatewayConfig, environ: Mapping[str, str]
) -> list[StdioSettings | HttpSettings]:
    settings = transport_settings(config, environ)
    Upstreams(settings)
    for one in settings:
        if isinstance(one, HttpSettings):
            client_tls(one)
    return settings


def _missing_programs(upstreams: list[StdioSettings | HttpSettings]) -> list[str]:
    """One text for each program that a start would not find now. It may come later: no error."""
    texts = []
    for one in upstreams:
        if not isinstance(one, StdioSettings):
            continue
        # A command with a slash is looked up from the folder that the program starts in.
        command = one.command
        if "/" in command and one.directory is not None:
            command = str(one.directory / command)
        if shutil.which(command, path=one.environment.get("PATH")) is None:
            texts.append(f"upstream {one.name}: there is no program {json.dumps(one.command)}")
    return texts
