"""One module for each verb, in the order of the help text."""

from callgate.cli.commands import (
    canonicalize,
    contains,
    eval,
    explain,
    keygen,
    sign,
    test,
    token,
    verify,
)

COMMANDS = (eval, explain, contains, test, canonicalize, keygen, sign, verify, token)
