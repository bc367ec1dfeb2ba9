"""ExecutionRegistry: which executions run, and which the operator has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from callgate import CallgateError
from callgate.gateway.executions.all_tie import enrolment_of
from callgate.gateway.executions.enrolments import Enrolments
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.tie_json import check_needs
from callgate.gateway.executions.verifiers import Verifier
from callgate.gateway.executions.verifiers.api import ApiVerifier
from callgate.gateway.executions.verifiers.docker import CONTAINER
from callgate.gateway.executions.verifiers.static import StaticVerifier
from callgate.gateway.wire.refusal import Refusal

# The `kind` of this registry's records in the journal.
KIND = "execution"


class ExecutionRegistry:
    """Asks the verifiers in turn: the file, the operator's entries, the containers.

    The first that has a workload decides about it. What was revoked runs nowhere, whatever a
    verifier says, until the operator registers it again. What changes the registry returns the
    journal record of the change; the caller makes it durable. Owned by the event loop.
    """

    def __init__(
        self,
        *,
        static: StaticVerifier | None = None,
        api: ApiVerifier | None = None,
        docker: Verifier | None = None,
        judges_certificates: bool = False,
        takes_attestations: bool = False,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """What some ties need: ``judges_certificates``, that there is ``listen.trust``, and
        ``takes_attestations``, that there is ``attestation``."""
        self._judges_certificates = judges_certificates
        self._takes_attestations = takes_attestations
        self.static = StaticVerifier() if static is None else static
        self.api = ApiVerifier(wall=wall) if api is None else api
        self.docker = docker
        self.enrolments = Enrolments(wall=wall)
        self._revoked: dict[str, str] = {}
        self.static.warn()

    @property
    def revoked(self) -> Mapping[str, str]:
        """Workloads that run no more until the operator registers them again, and why."""
        return MappingProxyType(self._revoked)

    async def find(self, workload_id: str) -> Execution | None:
        """The running execution, else None.

        Raises Refusal ``WORKLOAD_VERIFICATION_FAILED`` where a runtime cannot be asked.
        """
        execution = self._listed(workload_id)
        if execution is None and self.docker is not None:
            execution = await self.docker.find(workload_id)
        # Asked last: a revocation may have come while the runtime was asked.
        if execution is None or execution.workload_id in self._revoked:
            return None
        return execution

    def asks_runtime(self, workload_id: str) -> bool:
        """Whether ``find`` would have to ask a runtime."""
        return self.docker is not None and self._listed(workload_id) is None

    def is_current(self, execution: Execution) -> bool:
        """Whether what ``find`` returned still holds, as far as no runtime has to be asked."""
        if execution.workload_id in self._revoked:
            return False
        listed = self._listed(execution.workload_id)
        return listed == (None if execution.source == "docker" else execution)

    def whole_id(self, workload_id: str) -> str:
        """The one spelling under which an execution is revoked and reinstated.

        Raises CallgateError for a part of a container's id: whose it is could change.
        """
        match = CONTAINER.fullmatch(workload_id)
        if match is None or self.docker is None or self._listed(workload_id) is not None:
            return workload_id
        if len(match[1]) < 64:
            message = "expected the whole id of the container"
            raise CallgateError(message, "INVALID_ARGUMENT", "workload_id")
        return match[1]

    def listed(self) -> list[Execution]:
        """The entries of the file and of the operator that run. Containers are not listed."""
        entries = [*self.static, *(e for e in self.api if self.static.get(e.workload_id) is None)]
        return [entry for entry in entries if entry.workload_id not in self._revoked]

    def register(self, execution: Execution) -> tuple[Execution, dict[str, Any]]:
        """Registers an execution, or registers it again; that undoes a revocation.

        Raises CallgateError for an entry without a lifetime, for a tie that nothing here can judge,
        and for an entry that the file has, which is reinstated instead.
        """
        check_needs(
            execution.tie, trust=self._judges_certificates, attestation=self._takes_attestations
        )
        if self.static.get(execution.workload_id) is not None:
            message = "the configuration lists this workload_id: reinstate it instead"
            raise CallgateError(message, "INVALID_ARGUMENT", "workload_id")
        entry = self.api.put(execution)
        self._revoked.pop(entry.workload_id, None)
        if (enrolment := enrolment_of(entry.tie)) is not None:
            self.enrolments.hold(enrolment)
        return entry, {"kind": KIND, "change": "registered", "entry": entry.to_json()}

    def remove(self, workload_id: str) -> dict[str, Any]:
        """Ends what the operator registered. Raises Refusal ``UNKNOWN_WORKLOAD``."""
        entry = self.api.remove(workload_id)
        if entry is None:
            raise Refusal("UNKNOWN_WORKLOAD")
        self._release(entry)
        return {"kind": KIND, "change": "removed", "workload_id": workload_id}

    def revoke(self, workload_id: str, reason: str) -> dict[str, Any]:
        """Ends an execution until the operator registers it again, or reinstates it."""
        entry = self.api.remove(workload_id)
        if entry is not None:
            self._release(entry)
        self._revoked[workload_id] = reason
        return {
            "kind": KIND,
            "change": "revoked",
            "workload_id": workload_id,
            "reason": reason,
        }

    def reinstate(self, workload_id: str) -> dict[str, Any]:
        """Lets an execution of the file, or a container, run again after a revocation.

        Raises Refusal ``UNKNOWN_WORKLOAD`` for what was not revoked.
        """
        if self._revoked.pop(workload_id, None) is None:
            raise Refusal("UNKNOWN_WORKLOAD")
        return {"kind": KIND, "change": "reinstated", "workload_id": workload_id}

    def drop_expired(self) -> None:
        """Forgets entries whose lifetime is over. Nothing is journaled: time says it again."""
        for entry in self.api.drop_expired():
            self._release(entry)
        self.enrolments.drop_released()

    def snapshot(self) -> list[dict[str, Any]]:
        """Journal records that say all of this again to a new registry."""
        registered = [
            {"kind": KIND, "change": "registered", "entry": entry.to_json()} for entry in self.api
        ]
        revoked = [
            {"kind": KIND, "change": "revoked", "workload_id": workload_id, "reason": reason}
            for workload_id, reason in self._revoked.items()
        ]
        return [*registered, *revoked, *self.enrolments.snapshot()]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Applies records in order; those of other kinds are passed over. Idempotent."""
        records = list(records)
        for record in records:
            if record.get("kind") == KIND:
                self._apply(record)
        self.enrolments.restore(records)
        for entry in self.api:
            if (enrolment := enrolment_of(entry.tie)) is not None:
                self.enrolments.hold(enrolment)

    def _apply(self, record: Mapping[str, Any]) -> None:
        change = record["change"]
        if change == "registered":
            entry = Execution.of_json(record["entry"])
            self.api.restore(entry)
            self._revoked.pop(entry.workload_id, None)
        elif change == "removed":
            self.api.remove(record["workload_id"])
        elif change == "revoked":
            self.api.remove(record["workload_id"])
            self._revoked[record["workload_id"]] = record["reason"]
        elif change == "reinstated":
            self._revoked.pop(record["workload_id"], None)
        else:
            raise CallgateError("an unknown change of an execution", "INVALID_ARGUMENT", "change")

    def _listed(self, workload_id: str) -> Execution | None:
        return self.static.get(workload_id) or self.api.get(workload_id)

    def _release(self, entry: Execution) -> None:
        if (enrolment := enrolment_of(entry.tie)) is not None:
            self.enrolments.release(enrolment)
