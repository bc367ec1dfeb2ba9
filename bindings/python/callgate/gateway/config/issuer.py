"""Who signs security tokens, and with which keys."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from callgate.settings.section import ConfigPath, Section

KeyId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]


class IssuerSettings(Section):
    """The tokens that attestation gives, and the keys that vouch for them."""

    key: ConfigPath = Field(
        description="The secret key that signs, PEM or JWK, 0600, as `callgate keygen --out` makes "
        "it. Rename another over it to rotate: the one before stays trusted for a day."
    )
    kid: KeyId | None = Field(
        default=None,
        description="The key's id in tokens and in the JWKS. `null`: its RFC 7638 thumbprint.",
    )
    retired: dict[KeyId, ConfigPath] = Field(
        default_factory=dict,
        description="Further public keys that are trusted and sign no more, by id: files with PEM "
        "or a JWK. Keys that this gateway itself replaced need not be named.",
    )
    compromised: tuple[KeyId, ...] = Field(
        default=(), description="Ids of keys that are trusted no more, at once."
    )
    name: str = Field(
        default="callgate",
        min_length=1,
        max_length=256,
        description="`iss` of every token. Tokens of another issuer are refused.",
    )
    audience: str = Field(
        default="callgate",
        min_length=1,
        max_length=256,
        description="`aud` of every token. Tokens for another audience are refused.",
    )
    token_seconds: int = Field(
        default=3600, ge=10, le=86_400, description="How long a token is valid; a day at most."
    )

    @model_validator(mode="after")
    def _check(self) -> IssuerSettings:
        if self.kid is not None and self.kid in {*self.compromised, *self.retired}:
            raise ValueError("the key that signs is marked as retired or compromised")
        return self
