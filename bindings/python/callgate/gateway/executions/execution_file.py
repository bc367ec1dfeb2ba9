"""Executions and container rules, as the registry has them, from what the configuration says."""

from __future__ import annotations

from collections.abc import Mapping

from callgate import CallgateError
from callgate.gateway.config import (
    AnyTieSettings,
    ConfigError,
    ExecutionEntry,
    ExecutionList,
    GatewayConfig,
    SingleTieSettings,
    TieSettings,
    load_model,
)
from callgate.gateway.executions.execution import Execution, by_workload_id
from callgate.gateway.executions.tie_json import check_needs, tie_of_json
from callgate.gateway.executions.ties import EnrolmentTie, NoTie, Tie
from callgate.gateway.executions.verifiers.docker import ContainerRule
from callgate.settings.places import Fault


def load_executions(config: GatewayConfig, environ: Mapping[str, str]) -> list[Execution]:
    """The entries of ``executions.file``. Raises ConfigError, OSError."""
    path = config.executions.file
    if path is None:
        return []
    entries = load_model(ExecutionList, path, environ).root
    executions, faults = [], []
    for index, entry in enumerate(entries):
        try:
            executions.append(_execution(entry, config))
        except CallgateError as error:
            name = f"{path}, entry {index + 1}"
            faults.append(Fault(name, f"{error.where}: {error.message}"))
    if faults:
        raise ConfigError(faults)
    try:
        by_workload_id(executions)
    except CallgateError as error:
        raise ConfigError([Fault(str(path), f"{error.where}: {error.message}")]) from error
    return executions


def container_rules(config: GatewayConfig) -> list[ContainerRule]:
    """The rules of ``executions.docker``. Raises CallgateError."""
    if config.executions.docker is None:
        return []
    return [
        ContainerRule(
            label=rule.label,
            scopes=frozenset(rule.scopes),
            tie=_tie(rule.tie, config),
            max_sessions=rule.max_sessions or config.executions.max_sessions,
            require_proof=rule.require_proof,
        )
        for rule in config.executions.docker.rules
    ]


def _execution(entry: ExecutionEntry, config: GatewayConfig) -> Execution:
    return Execution(
        workload_id=entry.workload_id,
        scopes=frozenset(entry.scopes),
        tie=_tie(entry.tie, config),
        max_sessions=entry.max_sessions or config.executions.max_sessions,
        require_proof=entry.require_proof,
    )


def _tie(tie: AnyTieSettings | None, config: GatewayConfig) -> Tie:
    if tie is None and not config.development:
        message = "expected a tie; `tie: none` lets whoever knows the workload_id attest"
        raise CallgateError(message, "INVALID_ARGUMENT", "tie")
    made = NoTie() if tie is None else tie_of_json(_plain(tie))
    check_needs(
        made,
        trust=config.listen.trust is not None,
        attestation=config.attestation is not None,
    )
    untied = isinstance(made, NoTie) and not config.executions.accept_untied
    if untied and not config.listen.is_loopback:
        message = (
            f"`none` on {config.listen.address}, which is not loopback, needs "
            "executions.accept_untied"
        )
        raise CallgateError(message, "INVALID_ARGUMENT", "tie")
    return made


def _plain(tie: AnyTieSettings | SingleTieSettings) -> object:
    """As ``tie_of_json`` reads it: of an enrolment secret the digest."""
    if isinstance(tie, str):
        return tie
    if isinstance(tie, TieSettings) and tie.all is not None:
        return {"all": [_plain(part) for part in tie.all]}
    if tie.enrolment_secret is not None:
        return EnrolmentTie.of_secret(tie.enrolment_secret.reveal()).to_json()
    return tie.model_dump(exclude_none=True)
