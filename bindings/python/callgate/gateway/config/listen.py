"""Where the gateway listens: agents on one listener, operators on another."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from callgate.settings.addresses import (
    check_address,
    check_networks,
    is_loopback,
)
from callgate.settings.secrets import Secret
from callgate.settings.section import Bytes, ConfigPath, Count, PlacedError, Port, Seconds, Section
from callgate.settings.trust import Backend, K8sSettings, SpireSettings, TrustSettings

Address = Annotated[str, AfterValidator(check_address)]
Networks = Annotated[tuple[str, ...], AfterValidator(check_networks)]


class TlsSettings(Section):
    """Certificate and key of a listener. Both are read again when they change."""

    certificate: ConfigPath = Field(
        description="File with the certificate chain, PEM, the server's own certificate first."
    )
    key: ConfigPath = Field(
        description="File with the private key of the certificate, PEM, unencrypted, not readable "
        "by others."
    )
    minimum_version: Literal["1.2", "1.3"] = Field(
        default="1.3",
        description="The oldest TLS version spoken. `1.2` is for clients that cannot do better.",
    )
    client_ca: ConfigPath | None = Field(
        default=None,
        description="File with the certificates, PEM, of the authorities that may issue client "
        "certificates.",
    )
    client_certificate: Literal["none", "optional", "required"] = Field(
        default="none",
        description="Whether clients present a certificate. An execution that is tied to one needs "
        "`optional` or `required`, and `client_ca`.",
    )

    @model_validator(mode="after")
    def _check(self) -> TlsSettings:
        if (self.client_certificate != "none") != (self.client_ca is not None):
            raise ValueError("client_certificate and client_ca go together")
        return self


class ListenTrustSettings(TrustSettings):
    """Who judges client certificates: the trust backends that a registry has, too."""

    no_folder: ClassVar[str] = "needs a folder: set dir"

    backend: tuple[Backend, ...] = Field(
        min_length=1,
        description="`localca`, `filestore`, `k8s-secrets`, `spire`: the first in the order that "
        "trusts a chain names its entity.",
    )
    k8s: K8sSettings = Field(default_factory=K8sSettings, description="For `k8s-secrets`.")
    spire: SpireSettings = Field(default_factory=SpireSettings, description="For `spire`.")
    required: bool = Field(
        default=False,
        description="Every request over TCP needs a client certificate that is trusted.",
    )


class TrustedProxiesSettings(Section):
    """Which connections are a proxy's, and what it is believed."""

    networks: Networks = Field(
        default=(),
        description="Addresses and networks of proxies. The last address in their "
        "`X-Forwarded-For` that is none of these is the caller's.",
    )
    uids: tuple[int, ...] = Field(
        default=(), description="Users of proxies that come over the unix socket."
    )
    client_certificate: bool = Field(
        default=False,
        description="Believe their `Client-Cert` header (RFC 9440). A proxy that passes on such a "
        "header of a caller lets everybody forge it. With `listen.trust` the certificate and "
        "`Client-Cert-Chain` are judged as if the caller had presented them here.",
    )
    end_tls: bool = Field(
        default=False,
        description="TLS ends at the proxy, so that plain HTTP on an address that is not loopback "
        "is meant.",
    )

    @model_validator(mode="after")
    def _check(self) -> TrustedProxiesSettings:
        if (self.end_tls or self.client_certificate) and not (self.networks or self.uids):
            raise ValueError("end_tls and client_certificate need networks or uids")
        return self


class ListenSettings(Section):
    """The listener for agents: attestation, calls, tools, the public keys, health."""

    address: Address | None = Field(
        default="127.0.0.1",
        description="The IP address to listen on; `null` listens on no TCP port. Anything but a "
        "loopback address needs `tls`, or a trusted proxy that ends TLS.",
    )
    port: Port = Field(default=8700, description="The TCP port; `0` takes a free one.")
    unix: ConfigPath | None = Field(
        default=None,
        description="A unix socket to listen on as well. Peers are known there by their uid.",
    )
    unix_mode: str = Field(
        default="0660",
        pattern=r"^0[0-7]{3}$",
        description="The permissions of the unix socket, octal, as a string.",
    )
    tls: TlsSettings | None = Field(
        default=None, description="Certificate and key. `null`: plain HTTP."
    )
    trust: ListenTrustSettings | None = Field(
        default=None,
        description="Judge client certificates by trust backends, at every request. `null`: "
        "`tls.client_ca`, if any, verifies them in the handshake.",
    )
    trusted_proxies: TrustedProxiesSettings = Field(
        default_factory=lambda: TrustedProxiesSettings(),
        description="Reverse proxies that are believed. Without one, the peer is the transport's, "
        "whatever headers say.",
    )
    max_connections: Count = Field(
        default=1024, description="Connections open at a time. More: `LIMIT_EXCEEDED`, 429."
    )
    max_connections_per_address: Count = Field(
        default=64,
        description="The same for one peer address. Trusted proxies and the unix socket are only "
        "counted in all. More: `LIMIT_EXCEEDED`, 429.",
    )
    header_bytes: Bytes = Field(
        default=32 * 1024,
        description="Bytes of a request's first line and headers together, and at most 100 "
        "headers. More: `INVALID_ARGUMENT`, 400.",
    )
    header_seconds: Seconds = Field(
        default=10,
        description="Seconds from a connection's first moment, or from the first byte of a later "
        "request, to the end of the headers. More: `LIMIT_EXCEEDED`, 408.",
    )
    keep_alive_seconds: Seconds = Field(
        default=75, description="Seconds a connection may stay idle between two requests."
    )
    drain_seconds: Seconds = Field(
        default=20,
        description="Seconds that calls in flight get to finish when the gateway is told to stop.",
    )
    backlog: Count = Field(
        default=1024, description="Connections the kernel holds for the gateway."
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        return self.address is None or is_loopback(self.address)

    @model_validator(mode="after")
    def _check(self) -> ListenSettings:
        if self.address is None and self.unix is None:
            raise ValueError("expected an address or a unix socket to listen on")
        if not self.is_loopback and self.tls is None and not self.trusted_proxies.end_tls:
            raise ValueError(
                f"{self.address} is not a loopback address: expected tls, or trusted_proxies that "
                "end it"
            )
        if self.trust is not None:
            self._check_trust()
        return self

    def _check_trust(self) -> None:
        has_tls = self.tls is not None and self.address is not None
        if not has_tls and not self.trusted_proxies.client_certificate:
            raise PlacedError(
                ("trust",),
                "needs tls on a TCP port, or proxies that pass certificates on "
                "(trusted_proxies.client_certificate): else there are no client certificates",
            )
        if not has_tls and self.trust is not None and self.trust.required:
            raise PlacedError(
                ("trust", "required"),
                "needs tls on a TCP port: without it no connection has a certificate",
            )
        if self.tls is not None and self.tls.client_ca is not None:
            raise PlacedError(
                ("tls", "client_ca"),
                "with listen.trust its backends say which authorities issue client certificates: "
                "remove client_ca and client_certificate, and register the authority as an entity",
            )


class AdminSettings(Section):
    """The listener for operators. Loopback or a unix socket only."""

    address: Address | None = Field(
        default="127.0.0.1", description="A loopback address; `null` listens on no TCP port."
    )
    port: Port = Field(default=8701, description="The TCP port; `0` takes a free one.")
    unix: ConfigPath | None = Field(default=None, description="A unix socket to listen on as well.")
    unix_mode: str = Field(
        default="0600",
        pattern=r"^0[0-7]{3}$",
        description="The permissions of the unix socket, octal, as a string.",
    )
    credential: Secret = Field(
        description="Reference to the operators' credential, at least 16 characters, sent as "
        "`Authorization: Bearer`."
    )
    metrics_credential: Secret | None = Field(
        default=None,
        description="Reference to a credential that reads `/metrics` and nothing else. The "
        "operators' credential reads them too.",
    )

    @model_validator(mode="after")
    def _check(self) -> AdminSettings:
        if self.address is None and self.unix is None:
            raise ValueError("expected an address or a unix socket to listen on")
        if self.address is not None and not is_loopback(self.address):
            raise ValueError(f"{self.address} is not a loopback address: operators connect locally")
        for secret in (self.credential, self.metrics_credential):
            if secret is not None and len(secret.reveal()) < 16:
                raise ValueError(f"{secret.reference} has fewer than 16 characters")
        return self
