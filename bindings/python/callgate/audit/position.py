"""Position: where a chain stands, and what is still open there."""

from __future__ import annotations

from dataclasses import dataclass, field

from callgate.audit.chain import ORIGIN, Line


@dataclass(slots=True)
class Position:
    """After line ``sequence``. ``open`` are forwarded events that have no outcome yet."""

    log: str
    key: str  # thumbprint of the key that signs
    sequence: int = 0
    hash: str = ORIGIN
    unsealed: int = 0  # lines after the last checkpoint
    open: dict[int, None] = field(default_factory=dict)

    def pass_line(self, line: Line) -> None:
        """What this line changes."""
        self.sequence, self.hash = line.seq, line.hash
        self.unsealed += 1
        fields = line.fields
        match line.kind:
            case "opened" | "acknowledged":
                self.log, self.key = str(fields.get("log")), str(fields.get("key"))
                self.open = {seq: None for seq in fields.get("open", ()) if type(seq) is int}
            case "key":
                self.key = str(fields.get("new_key"))
            case "checkpoint":
                self.unsealed = 0
            case "event":
                tool_call = fields.get("method") == "tools/call"
                if fields.get("event") == "ToolCallAuthorized" and tool_call:
                    self.open[line.seq] = None
            case "outcome":
                self.open.pop(fields.get("event", 0), None)
