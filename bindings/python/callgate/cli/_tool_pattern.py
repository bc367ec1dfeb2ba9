"""Which tools the pattern of a capability or deny entry is for."""

from __future__ import annotations


def matches(pattern: str, tool: str) -> bool:
    """As section Tool names and patterns of the policy reference has it."""
    prefix = pattern.removesuffix("*")
    if prefix == pattern:
        return tool == pattern
    return tool.startswith(prefix) and tool != prefix
