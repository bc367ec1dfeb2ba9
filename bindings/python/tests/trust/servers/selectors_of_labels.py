"""Label selectors of Kubernetes: ``a=b``, ``a!=b``, ``a``, ``!a``, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether the labels meet each term, which commas part."""
    return all(_meets(term.strip(), labels) for term in selector.split(",") if term.strip())


def _meets(term: str, labels: Mapping[str, str]) -> bool:
    if "!=" in term:
        key, _, value = term.partition("!=")
        return labels.get(key.strip()) != value.strip()
    if "=" in term:
        key, _, value = term.replace("==", "=").partition("=")
        return labels.get(key.strip()) == value.strip()
    if term.startswith("!"):
        return term[1:].strip() not in labels
    return term in labels
