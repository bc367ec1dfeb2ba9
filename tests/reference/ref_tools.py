"""Tool names and patterns (section "Tool names and patterns")."""

import re


def is_tool_name(tool):
    return re.fullmatch(r"[A-Za-z0-9_.:/-]{1,128}", tool) is not None  # [tool.name]


def is_on(capability, tool):
    return any(matches_tool(pattern, tool) for pattern in capability["tool_pattern"])  # [tool.list]


def matches_tool(pattern, tool):
    if pattern == "*":  # [tool.star]
        return True
    if pattern.endswith("*"):  # [tool.prefix]
        return tool.startswith(pattern[:-1]) and len(tool) > len(pattern) - 1
    return pattern == tool  # [tool.exact] [tool.bytes]
