"""Ties to a name that nothing here has, as a misspelt one is."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias

from callgate.gateway.config import AttestationSettings
from callgate.gateway.executions.all_tie import parts_of
from callgate.gateway.executions.attestation_tie import AttestationTie
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.scope_warnings import name_of
from callgate.gateway.executions.ties import Tie
from callgate.gateway.executions.trust_ties import EntityTie
from callgate.gateway.executions.verifiers.docker import ContainerRule

Entries: TypeAlias = "Iterable[Execution | ContainerRule]"


def tie_warnings(entries: Entries, entities: Collection[str]) -> list[str]:
    """One text for each entry whose entity no trust backend has. It may be registered later."""
    return _unknown(
        entries,
        lambda tie: tie.entity if isinstance(tie, EntityTie) else None,
        entities,
        "no trust backend has the entity",
        "register it, or correct the tie",
    )


def issuer_warnings(entries: Entries, settings: AttestationSettings | None) -> list[str]:
    """One text for each entry whose issuer ``attestation`` does not list."""
    return _unknown(
        entries,
        lambda tie: tie.issuer if isinstance(tie, AttestationTie) else None,
        [] if settings is None else [one.issuer for one in settings.issuers],
        "attestation.issuers does not list",
        "add it, or correct the tie",
    )


def _unknown(
    entries: Entries,
    name_in: Callable[[Tie], str | None],
    known: Collection[str],
    fault: str,
    advice: str,
) -> list[str]:
    texts = []
    for entry in entries:
        for name in filter(None, map(name_in, parts_of(entry.tie))):
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), n=1)
                what = f"did you mean {near[0]}?" if near else advice
                texts.append(f"{name_of(entry)}: {fault} {json.dumps(name)}: {what}")
    return texts
