"""A guard and what it was asked, for the tests of guarded tools."""

from typing import Any

from callgate import Guard, ToolCall

POLICY = """
name: default
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/workspace]
    max_response_size: 20
  - tool_pattern: web.get
    rate_limit: {calls: 2, per_seconds: 60}
  - tool_pattern: any.*
  - tool_pattern: sealed
    only_arguments: [path, mode, extra, rest]
deny_list: [any.denied]
"""
READ = "/workspace/a"


class Seen:
    """What the guard was asked, in JSON values."""

    def __init__(self, guard: Guard, tool: str = "any.tool", **options: Any) -> None:
        self.calls: list[dict[str, Any]] = []
        self.tool = guard.tool(tool, subject=self.subject, context="default", **options)

    def subject(self, call: ToolCall) -> str:
        self.calls.append(call.arguments)
        return "alice"
