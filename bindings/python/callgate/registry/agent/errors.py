"""CredentialError: an agent has no credentials to present, or they are not acceptable."""

from __future__ import annotations

from callgate import CallgateError


class CredentialError(CallgateError):
    """Credentials cannot be obtained or used. The cause stands in ``message``, the file, variable
    or service in ``where``. It holds no key, no token and no text of a service's answer.

    What raises it never falls back to plaintext: no credentials, no connection.
    """

    def __init__(self, message: str, where: str | None = None) -> None:
        super().__init__(message, "INVALID_ARGUMENT", where)
