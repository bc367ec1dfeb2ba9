"""Prometheus' text format 0.0.4, for programs without prometheus-client."""

from __future__ import annotations

from collections.abc import Iterable

from callgate.attestation.telemetry.families import Family, Labels


def as_text(families: Iterable[Family]) -> str:
    """HELP and TYPE of each family once, then its samples."""
    lines: list[str] = []
    for family in families:
        # In this format a counter's name has the suffix, as its sample does.
        name = f"{family.name}_total" if family.kind == "counter" else family.name
        lines.append(f"# HELP {name} {_escaped(family.help)}")
        lines.append(f"# TYPE {name} {family.kind}")
        lines += [
            f"{family.name}{sample.suffix}{_written(sample.labels)} {sample.value}"
            for sample in family.samples
        ]
    return "\n".join([*lines, ""])


def _written(labels: Labels) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escaped(value, quote=True)}"' for name, value in labels.items())
    return "{" + ",".join(pairs) + "}"


def _escaped(text: str, *, quote: bool = False) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quote else text
