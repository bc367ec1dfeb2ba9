"""What commands read: standard input, files, policies, keys, points in time."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from callgate import (
    CallgateError,
    JsonError,
    KeyFormatError,
    LoadFault,
    PolicyError,
    PolicySet,
    PublicKey,
    SecretKey,
)
from callgate.cli._yaml import could_be_suite

STDIN = "-"
BASE64_KEY_CHARACTERS = 44
MAX_NAMES = 10
"""Of contexts that a message lists."""


def input_error(message: str, where: str | None = None) -> CallgateError:
    """Something on the command line, or in a file that it names, is not acceptable."""
    return CallgateError(message, "INVALID_ARGUMENT", where)


def read_file(name: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``."""
    return sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()


def read_value(text: str) -> bytes:
    """The text itself; ``@FILE`` is the content of the file, ``-`` standard input."""
    if text == STDIN:
        return read_file(STDIN)
    return Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()


def read_json_file(text: str) -> bytes:
    """A file, standard input, or the text itself where it begins as a JSON object does."""
    return text.encode() if text.lstrip().startswith("{") else read_file(text)


def read_policy(name: str) -> PolicySet:
    """A file, a directory, or standard input. Of a suite that is read as a policy, one fault."""
    if name == STDIN:
        return PolicySet.parse(read_file(name), "<stdin>")
    try:
        return PolicySet.load(name)
    except PolicyError as error:
        error.errors = _suites_as_one_fault(error.errors)
        raise


def unknown_context(policy: PolicySet, context: str) -> str | None:
    """What to say of a context that the policy does not have: a misspelt one denies everything."""
    if context in policy.context_names:
        return None
    # Whatever is asked of an unknown context, the engine says which one was probably meant.
    fault = policy.explain(context, "any", {}).cause
    names = policy.context_names[:MAX_NAMES]
    more = ", …" if len(policy.context_names) > MAX_NAMES else ""
    return f"{fault} (the policy has {', '.join(names)}{more})"


def check_context(policy: PolicySet, context: str) -> None:
    """That the policy has the context that --context names."""
    if fault := unknown_context(policy, context):
        raise input_error(fault, "--context")


def read_secret_key(name: str) -> SecretKey:
    """A file that holds PEM or a JWK."""
    data = read_file(name)
    try:
        return SecretKey.from_jwk(data) if _is_json(data) else SecretKey.from_pem(data)
    except KeyFormatError as error:
        raise input_error(error.message, name) from error


def read_public_key(text: str) -> PublicKey:
    """A key in base64, or a file that holds PEM, a JWK or base64."""
    if len(text) == BASE64_KEY_CHARACTERS and text.endswith("="):
        return PublicKey.from_base64(text)
    return public_key_of(read_file(text), text)


def public_key_of(data: bytes, where: str) -> PublicKey:
    """The key in the bytes of a file: PEM, a JWK or base64."""
    try:
        if _is_json(data):
            return PublicKey.from_jwk(data)
        if data.lstrip().startswith(b"-----BEGIN"):
            return PublicKey.from_pem(data)
        return PublicKey.from_base64(data.strip())
    except KeyFormatError as error:
        raise input_error(error.message, where) from error


def read_now(text: str | None, option: str = "--now") -> float | datetime | None:
    """The value of ``option``: seconds since 1970, or ISO 8601 with a time zone."""
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    try:
        now = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        now = None
    if now is None or now.tzinfo is None:
        message = "expected seconds since 1970, or a time like 2026-02-17T14:32:01Z"
        raise input_error(f"{message}, not {text[:64]!r}", option)
    return now


def place(error: JsonError, text: bytes, name: str) -> CallgateError:
    """The error with its byte offset as file:line:column."""
    where = error.where or ""
    if not where.startswith("byte "):
        return input_error(error.message, name)
    before = text[: int(where.removeprefix("byte "))]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    name = "<stdin>" if name == STDIN else name
    return CallgateError(error.message, error.code_name, f"{name}:{line}:{column}")


def _suites_as_one_fault(faults: tuple[LoadFault, ...]) -> tuple[LoadFault, ...]:
    message = (
        "this is a suite (policy, cases): keep suites out of a policy's directory, as in tests/"
    )
    files = [fault.where.removesuffix(f":{fault.line}:{fault.column}") for fault in faults]
    suites = {file for file in set(files) if _is_suite(Path(file))}
    shown = (
        LoadFault(file, 0, 0, "", "", message) if file in suites else fault
        for file, fault in zip(files, faults, strict=True)
    )
    return tuple(dict.fromkeys(shown))


def _is_suite(file: Path) -> bool:
    return file.is_file() and could_be_suite(file.read_bytes(), if_unreadable=False)


def _is_json(data: bytes) -> bool:
    return data.lstrip().startswith(b"{")
