"""Who signs security tokens, and with which keys."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from callgate.gateway.config._section import ConfigPath, Section


class IssuerKey(Section):
    """One key file."""

    file: ConfigPath = Field(
        description="The secret key, PEM or JWK, 0600, as `callgate keygen --out` makes it."
    )
    kid: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.-]{1,128}$",
        description="The key's id in tokens and in the JWKS. `null`: its RFC 7638 thumbprint.",
    )
    status: Literal["active", "retired", "compromised"] = Field(
        default="active",
        description="`active` signs (exactly one); `retired` is still trusted for tokens that it "
        "signed; `compromised` is trusted no more, at once.",
    )


class Issuer(Section):
    """The tokens that attestation gives."""

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
    keys: tuple[IssuerKey, ...] = Field(
        min_length=1,
        description="The keys: one `active`, and those it replaced, which stay `retired` for at "
        "least as long as a token is valid.",
    )

    @model_validator(mode="after")
    def _check(self) -> Issuer:
        active = [key for key in self.keys if key.status == "active"]
        if len(active) != 1:
            raise ValueError(f"expected exactly one active key, not {len(active)}")
        return self
