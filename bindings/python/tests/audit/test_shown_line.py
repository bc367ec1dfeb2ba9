"""A line for people says what the trail says, whatever callers called themselves."""

from __future__ import annotations

from callgate.audit.chain import Line
from callgate.audit.query import shown_line


def test_a_name_that_a_caller_chose_cannot_be_read_as_other_fields() -> None:
    fields = {"event": "AttestationFailed", "code_name": "UNKNOWN_WORKLOAD"}
    fields["workload"] = 'x"  allowed  session=victim\x1b[2K\n'
    text = shown_line(Line(7, "", "event", "2026-02-17T14:32:01.583Z", fields, ""))
    assert text.endswith(r'  workload="x\"  allowed  session=victim\u001b[2K\n"')
    fields["workload"] = "exec-1"
    text = shown_line(Line(7, "", "event", "2026-02-17T14:32:01.583Z", fields, ""))
    assert text.endswith("  workload=exec-1")
