"""Which workloads may attest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, RootModel, StringConstraints, Tag, model_validator

from callgate.gateway.config.attestation import Text, TrustLevelName
from callgate.settings.secrets import Secret
from callgate.settings.section import ConfigPath, Seconds, Section

WorkloadId: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=256)]
ContextName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,127}$")]


class AttestationTieSettings(Section):
    """What the caller's attestation token has to say."""

    issuer: Text = Field(description="One of `attestation.issuers`.")
    subject: str = Field(
        min_length=1, max_length=2048, description="`sub` of the token, byte for byte."
    )
    audience: Text | None = Field(
        default=None, description="`aud` of the token. `null`: `attestation.audience`."
    )
    trust_level: TrustLevelName | None = Field(
        default=None, description="The least level of its issuer. `null`: any."
    )


class SingleTieSettings(Section):
    """What the caller has to show. Exactly one of them."""

    key: str | None = Field(
        default=None, description="The RFC 7638 thumbprint of the key that it attests."
    )
    enrolment_secret: Secret | None = Field(
        default=None,
        description="Reference to a secret, at least 16 characters, that the first key to present "
        "it spends. Only its SHA-256 is kept.",
    )
    enrolment_secret_sha256: str | None = Field(
        default=None, description="The same by its SHA-256, 64 hexadecimal digits."
    )
    certificate: str | None = Field(
        default=None,
        description="The SHA-256 of its client certificate, as `openssl x509 -fingerprint "
        "-sha256` prints it, or base64url. With `listen.trust` it must be trusted as well.",
    )
    uid: int | None = Field(
        default=None, ge=0, description="Its user at the other end of the unix socket."
    )

    entity: str | None = Field(
        default=None,
        description="The entity, or the trust domain, whose authority issued its client "
        "certificate. Needs `listen.trust`.",
    )
    spiffe: str | None = Field(
        default=None,
        description="The SPIFFE ID of its client certificate; `/*` at the end is any path below. "
        "Needs `listen.trust`.",
    )
    attestation: AttestationTieSettings | None = Field(
        default=None,
        description="What its attestation token says, which verified. Needs `attestation`.",
    )

    @model_validator(mode="after")
    def _check_one(self) -> SingleTieSettings:
        if sum(value is not None for value in self.__dict__.values()) != 1:
            raise ValueError(f"expected one of {', '.join(type(self).model_fields)}")
        return self


AnySingleTieSettings: TypeAlias = Annotated[
    Annotated[SingleTieSettings, Tag("a mapping")]
    | Annotated[Literal["container_address"], Tag("a name")],
    Discriminator(lambda value: "a name" if isinstance(value, str) else "a mapping"),
]


class TieSettings(SingleTieSettings):
    """What the caller has to show. Exactly one of them."""

    all: tuple[AnySingleTieSettings, ...] | None = Field(
        default=None, description="Two or more of the others, of different kinds; all must hold."
    )


AnyTieSettings: TypeAlias = Annotated[
    Annotated[TieSettings, Tag("a mapping")]
    | Annotated[Literal["container_address", "none"], Tag("a name")],
    Discriminator(lambda value: "a name" if isinstance(value, str) else "a mapping"),
]


class ContainerRuleSettings(Section):
    """Which containers may attest, by a label, and for what."""

    label: str = Field(
        min_length=1,
        description="`key` or `key=value`. The user who starts a container sets its labels.",
    )
    scopes: tuple[ContextName, ...] = Field(
        min_length=1, description="The contexts that they may ask for."
    )
    tie: AnyTieSettings = Field(
        default="container_address",
        description="What the caller has to show; `container_address`: that its address is the "
        "container's own.",
    )
    max_sessions: int | None = Field(
        default=None, ge=1, le=10_000, description="`null`: as `executions.max_sessions`."
    )
    require_proof: bool = Field(
        default=False, description="Refuse attestations without proof of possession."
    )


class DockerSettings(Section):
    """Containers of a Docker Engine as executions."""

    socket: ConfigPath = Field(
        default=Path("/var/run/docker.sock"),
        description="The unix socket of the Docker Engine API.",
    )
    timeout_seconds: Seconds = Field(default=5, description="Seconds for one question to it.")
    rules: tuple[ContainerRuleSettings, ...] = Field(
        min_length=1, description="The first rule that matches a container is its entry."
    )


class ExecutionsSettings(Section):
    """Who may attest. Without `file` and `docker`, only what the operator registers."""

    file: ConfigPath | None = Field(
        default=None,
        description="A YAML file with a list of executions, read again when it changes: an entry "
        "that is gone ends its sessions.",
    )
    docker: DockerSettings | None = Field(
        default=None, description="Ask a Docker Engine which containers run."
    )
    max_sessions: int = Field(
        default=4,
        ge=1,
        le=10_000,
        description="Live sessions of one execution, where its entry does not say. More, "
        "where none gives way: `LIMIT_EXCEEDED`, 429.",
    )
    idle_seconds: Seconds = Field(
        default=60,
        description="At `max_sessions`, the session idle longest is ended for a new one, if it was "
        "idle for longer than this and the execution has a tie.",
    )
    check_seconds: Seconds = Field(
        default=10, description="How often running executions are looked at, in seconds."
    )
    accept_untied: bool = Field(
        default=False,
        description="Acknowledges that on an address that is not loopback an entry with `tie: "
        "none` lets any caller that knows its workload_id attest.",
    )


class ExecutionEntry(Section):
    """One entry of `executions.file`."""

    workload_id: WorkloadId = Field(description="What the caller names itself.")
    scopes: tuple[ContextName, ...] = Field(
        min_length=1, description="The contexts that it may ask for."
    )
    tie: AnyTieSettings | None = Field(
        default=None,
        description="What the caller has to show. Required outside development settings; `none` "
        "lets any caller that knows the workload_id attest.",
    )
    max_sessions: int | None = Field(
        default=None, ge=1, le=10_000, description="`null`: as `executions.max_sessions`."
    )
    require_proof: bool = Field(
        default=False, description="Refuse attestations without proof of possession."
    )


class ExecutionList(RootModel[tuple[ExecutionEntry, ...]]):
    """The content of `executions.file`."""
