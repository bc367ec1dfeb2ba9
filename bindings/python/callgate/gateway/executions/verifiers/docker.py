"""DockerVerifier: containers of a Docker Engine, which run or do not."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import docker
from docker.constants import DEFAULT_DOCKER_API_VERSION
from docker.errors import NotFound

from callgate import CallgateError
from callgate.gateway.executions.all_tie import enrolment_of
from callgate.gateway.executions.execution import Execution, warn_without_tie
from callgate.gateway.executions.ties import ContainerAddressTie, Tie
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.peer import canonical_address

# An id, or its first 12 digits or more; never a name, which anyone who starts containers chooses.
CONTAINER = re.compile(r"(?:docker://)?([0-9a-f]{12,64})")
# Questions to the engine at a time; attestations beyond that wait.
_MAX_QUESTIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerRule:
    """Which containers may attest, by a label, and for what.

    ``label`` is ``"key"`` or ``"key=value"``. Labels are set by the user who starts the container.
    """

    label: str
    scopes: frozenset[str]
    tie: Tie = ContainerAddressTie()  # noqa: RUF009 (immutable)
    max_sessions: int = 4
    require_proof: bool = False

    def __post_init__(self) -> None:
        if not self.label.partition("=")[0]:
            raise CallgateError('expected "key" or "key=value"', "INVALID_ARGUMENT", "label")
        if enrolment_of(self.tie) is not None:
            message = "many containers cannot share an enrolment secret, which one key spends"
            raise CallgateError(message, "INVALID_ARGUMENT", "tie")

    def matches(self, labels: Mapping[str, Any]) -> bool:
        """Whether a container with these labels is meant."""
        name, equals, value = self.label.partition("=")
        return name in labels and (not equals or labels[name] == value)


class DockerVerifier:
    """Asks the Docker Engine API on its socket, through the ``docker`` library, in threads.

    ``base_url`` is ``unix:///var/run/docker.sock`` or another address that the library takes,
    ``timeout`` is seconds for one question. The first rule that matches a container is its entry;
    its ``workload_id`` is the whole container id, whatever spelling asked.
    """

    def __init__(
        self,
        rules: Iterable[ContainerRule],
        *,
        base_url: str = "unix:///var/run/docker.sock",
        timeout: float = 5,
    ) -> None:
        self.rules = tuple(rules)
        for rule in self.rules:
            warn_without_tie(f"containers with the label {rule.label}", rule.tie)
        self._base_url = base_url
        self._timeout = timeout
        self._client: docker.APIClient | None = None
        self._questions = asyncio.Semaphore(_MAX_QUESTIONS)

    async def find(self, workload_id: str) -> Execution | None:
        match = CONTAINER.fullmatch(workload_id)
        if match is None:
            return None
        async with self._questions:
            try:
                # The thread has its own time-out; this one bounds what a trickling answer takes.
                container = await asyncio.wait_for(
                    asyncio.to_thread(self._inspect, match[1]), 2 * self._timeout
                )
            except Exception as error:
                # Whatever the library makes of an engine in trouble (KeyErrors among it): nobody
                # can say that the container runs.
                raise Refusal("WORKLOAD_VERIFICATION_FAILED") from error
        return None if container is None else self._execution(container, match[1])

    def close(self) -> None:
        """Closes connections. May be called more than once."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _inspect(self, container_id: str) -> Any:
        # Connected at the first question, so that a gateway starts before its engine does.
        client = self._client = self._client or self._connect()
        try:
            return client.inspect_container(container_id)
        except NotFound:
            return None

    def _connect(self) -> docker.APIClient:
        # What `version="auto"` does, but that leaves connections open when it fails.
        with contextlib.closing(self._new_client(DEFAULT_DOCKER_API_VERSION)) as asking:
            version = asking.version(api_version=False)["ApiVersion"]
        return self._new_client(version)

    def _new_client(self, version: str) -> docker.APIClient:
        # The stubs want an int; requests, which is given it, takes fractions of a second.
        seconds: Any = self._timeout
        return docker.APIClient(base_url=self._base_url, version=version, timeout=seconds)

    def _execution(self, container: Any, asked: str) -> Execution | None:
        try:
            full_id, state = container["Id"], container["State"]
            # The engine also finds names, and a name may look like the start of an id.
            if not re.fullmatch("[0-9a-f]{64}", full_id) or not full_id.startswith(asked):
                return None
            if state["Running"] is not True:
                return None
            rule = self._rule(container["Config"].get("Labels") or {})
            if rule is None:
                return None
            return Execution(
                workload_id=full_id,
                scopes=rule.scopes,
                tie=rule.tie,
                max_sessions=rule.max_sessions,
                require_proof=rule.require_proof,
                source="docker",
                wid=f"docker://{full_id}",
                addresses=_addresses(container["NetworkSettings"]),
                # A container that was started again is another process.
                instance=str(state["StartedAt"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise Refusal("WORKLOAD_VERIFICATION_FAILED") from error

    def _rule(self, labels: Mapping[str, Any]) -> ContainerRule | None:
        return next((rule for rule in self.rules if rule.matches(labels)), None)


def _addresses(settings: Mapping[str, Any]) -> frozenset[str]:
    found = []
    for network in (settings.get("Networks") or {}).values():
        found += [network.get("IPAddress"), network.get("GlobalIPv6Address")]
    addresses = (canonical_address(address) for address in found if address)
    return frozenset(address for address in addresses if address is not None)
