"""Whose attestation tokens are believed, and of which agents."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from callgate.settings.section import ConfigPath, PlacedError, Section

Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Url: TypeAlias = Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2048)]
TrustLevelName: TypeAlias = Literal["provider", "enterprise"]
SafetyLevelName: TypeAlias = Literal["minimal", "standard", "enhanced"]


class AttestationIssuerSettings(Section):
    """One issuer of attestation tokens: its keys, and what it may attest."""

    issuer: Text = Field(description="Its name, compared with `iss` byte for byte.")
    jwks_url: Url | None = Field(
        default=None,
        description="Where its public keys are fetched; https, but for loopback. They are kept for "
        "an hour; an unknown `kid` is asked for once in a while.",
    )
    jwks_ca: ConfigPath | None = Field(
        default=None,
        description="Authorities for `jwks_url` instead of the system's, PEM.",
    )
    jwks_file: ConfigPath | None = Field(
        default=None,
        description="A file with its JWKS, read again when it changes. Exactly one of both.",
    )
    trust_level: TrustLevelName = Field(
        default="provider",
        description="The level that its tokens give; one whose `attestation_type` differs is "
        "refused.",
    )
    trust_domains: tuple[Text, ...] = Field(
        default=(),
        description="SPIFFE trust domains that `sub` may lie in. Empty: any subject.",
    )
    subject_paths: tuple[Text, ...] = Field(
        default=(), description="Patterns for the path of `sub`. Empty: any."
    )
    providers: tuple[Text, ...] = Field(
        default=(), description="Values that `agent_identity.provider` may have. Empty: any."
    )
    model_families: tuple[Text, ...] = Field(
        default=(), description="Values that `agent_identity.model_family` may have. Empty: any."
    )
    longest_lifetime: int = Field(
        default=300,
        ge=1,
        le=86_400,
        description="Seconds between `iat` and `exp` that a token may have at most.",
    )
    lowest_safety_level: SafetyLevelName | None = Field(
        default=None, description="The least `safety_level`. `null`: any."
    )
    denied_key_ids: tuple[Text, ...] = Field(
        default=(), description="Ids of keys that are trusted no more, at once."
    )
    denied_token_ids: tuple[Text, ...] = Field(
        default=(), description="`jti` of tokens that are trusted no more, at once."
    )

    @model_validator(mode="after")
    def _check(self) -> AttestationIssuerSettings:
        if (self.jwks_url is None) == (self.jwks_file is None):
            raise PlacedError(("jwks_url",), "expected exactly one of jwks_url and jwks_file")
        if self.jwks_ca is not None and self.jwks_url is None:
            raise PlacedError(("jwks_ca",), "jwks_ca goes with jwks_url")
        return self


class AttestationSettings(Section):
    """Attestation tokens, for the tie `attestation`."""

    audience: Text = Field(
        description="The `aud` that tokens must have, where a tie does not say: a name of this "
        "gateway that no other server has, such as its URL."
    )
    issuers: tuple[AttestationIssuerSettings, ...] = Field(
        min_length=1, description="Whose tokens are believed."
    )
    skew_seconds: int = Field(
        default=30, ge=0, le=60, description="How far the clocks of issuers may differ."
    )

    @model_validator(mode="after")
    def _check(self) -> AttestationSettings:
        names = [one.issuer for one in self.issuers]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise PlacedError(("issuers", index, "issuer"), "the issuer stands there twice")
        return self
