"""The reasons: JSON-RPC code, HTTP status, and the code before MCP 2026-07-28."""


def add(book):
    codes = {
        -32010: "malformed alg kid signature claims version",
        -32011: "expired not_yet_valid lifetime",
        -32012: "replay",
        -32013: "untrusted_issuer",
        -32014: "audience binding",
        -32015: "policy",
        -32016: "proof",
        -32017: "unavailable",
        -32021: "not_provided",
    }
    statuses = {"policy": 403, "unavailable": 503, "not_provided": 400}
    legacy = {
        "not_provided": -32001,
        "expired": -32003,
        "replay": -32004,
        "untrusted_issuer": -32005,
        "claims": -32006,
        "policy": -32006,
    }
    for code, names in codes.items():
        for name in names.split():
            book.reasons.append(
                {
                    "name": name,
                    "code": code,
                    "http_status": statuses.get(name, 401),
                    "legacy_code": legacy.get(name, -32002),
                }
            )
