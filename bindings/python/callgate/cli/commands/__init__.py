"""One module for each verb, in the order of the help text."""

from callgate.cli.commands import (
    audit,
    canonicalize,
    connect,
    contains,
    diff,
    eval,
    explain,
    keygen,
    lint,
    serve,
    sign,
    test,
    token,
    verify,
)

COMMANDS = (
    eval,
    explain,
    lint,
    contains,
    diff,
    test,
    canonicalize,
    keygen,
    sign,
    verify,
    token,
    serve,
    audit,
    connect,
)
