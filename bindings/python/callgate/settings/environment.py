"""Environment variables over a configuration: ``CALLGATE_CONFIG__LISTEN__PORT=8443``.

After the prefix stand the keys on the way, joined by two underscores, in any case. The value is
read as YAML. Every variable with the prefix must name a key, so that a typing error is found.
"""

from __future__ import annotations

from collections.abc import Mapping

from callgate.settings.places import Fault, PlacedDocument, read_document


def apply_environment(document: PlacedDocument, environ: Mapping[str, str], prefix: str) -> None:
    """Puts the values of the variables with the prefix over the document's, by name."""
    for name in sorted(environ):
        if not name.startswith(prefix):
            continue
        keys = tuple(name[len(prefix) :].lower().split("__"))
        if not all(keys):
            document.faults.append(Fault(name, "expected keys joined by two underscores"))
            continue
        value = read_document(environ[name].encode(errors="surrogateescape"), name)
        if value.faults:
            document.faults.append(Fault(name, value.faults[0].message))
            continue
        try:
            document.put(keys, value.data, name)
        except ValueError as error:
            document.faults.append(Fault(name, str(error)))
