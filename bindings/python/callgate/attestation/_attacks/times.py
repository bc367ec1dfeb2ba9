"""Times that are over, not yet, too long, or no times."""

from __future__ import annotations

from typing import Any, Final

from callgate.attestation._attacks.case import Case, Tokens, accepted, refused
from callgate.attestation._attacks.world import NOW, World, written

_GROUP: Final = "time"
_YEAR: Final = 365 * 24 * 3600


def _claiming(*several: dict[str, Any]) -> Tokens:
    return lambda world: [world.signed(claims=world.claims(**changes)) for changes in several]


def _times(iat: int, exp: int, nbf: Any = ...) -> dict[str, Any]:
    """Relative to the server's clock."""
    at = nbf if nbf is ... else NOW + nbf
    return {"iat": NOW + iat, "exp": NOW + exp, "nbf": at}


def _literal(name: str, *texts: str) -> Tokens:
    """Numbers as JSON has them and Python would write them otherwise."""

    def make(world: World) -> list[str]:
        rest = written(world.claims(**{name: ...}))[:-1]
        return [world.signed(claims=rest + f',"{name}":{text}}}'.encode()) for text in texts]

    return make


TIMES: Final[tuple[Case, ...]] = (
    accepted(
        _GROUP,
        "expired for 5 s or 25 s, within the skew",
        _claiming(_times(-100, -5), _times(-100, -25)),
    ),
    refused(_GROUP, "expired for 40 s", "expired", _claiming(_times(-100, -40))),
    accepted(_GROUP, "issued 10 s ahead, within the skew", _claiming(_times(10, 200))),
    refused(
        _GROUP,
        "issued 40 s or a year ahead",
        "not_yet_valid",
        _claiming(_times(40, 200), _times(_YEAR, _YEAR + 200)),
    ),
    refused(
        _GROUP,
        "issued 400 s or a year ago, for longer than the issuer may",
        "lifetime",
        _claiming(_times(-400, 100), _times(-_YEAR, 100)),
    ),
    refused(_GROUP, "good for ten years", "lifetime", _claiming(_times(0, 10 * _YEAR))),
    refused(
        _GROUP,
        "expired before it was issued, or before it begins",
        "claims lifetime expired",
        _claiming(_times(20, 10), _times(0, 10, nbf=20)),
    ),
    accepted(_GROUP, "begins in 20 s, within the skew", _claiming(_times(0, 200, nbf=20))),
    accepted(_GROUP, "nbf of 1970, or none", _claiming({"nbf": 0}, {"nbf": ...})),
    refused(_GROUP, "begins in 60 s", "not_yet_valid", _claiming(_times(0, 200, nbf=60))),
    refused(
        _GROUP,
        "exp missing, a string, a boolean, null or negative",
        "claims",
        _claiming(*({"exp": value} for value in (..., str(NOW + 100), True, None, -1))),
    ),
    refused(
        _GROUP,
        "exp a fraction, an exponent, infinite, or beyond any calendar",
        "claims malformed lifetime",
        _literal(
            "exp",
            f"{NOW + 100}.5",
            f"{NOW + 100}.0",
            "1e999",
            "1.7350850e9",
            "Infinity",
            "1e400",
            "9007199254740993",
        ),
    ),
    refused(
        _GROUP,
        "iat missing or no whole number",
        "claims",
        _claiming(*({"iat": value} for value in (..., None, "now", True, 1.5))),
    ),
    refused(_GROUP, "nbf null or a string", "claims", _claiming({"nbf": None}, {"nbf": str(NOW)})),
)
