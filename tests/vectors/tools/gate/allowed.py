"""What is allowed, and what of it is forwarded."""

from gate.scene import call, edited, envelope
from gate.steps import GATE, SMCP, Vectors, end, planned, send

vectors = Vectors()
add, refused = vectors.add, vectors.refused
add(
    "allow-call",
    "the SMCP document, SmcpEnvelope",
    send(
        envelope(),
        session_id="session-1",
        subject="agent-7",
        context="default",
        method="tools/call",
        tool="fs.read",
        request_id="1",
        arguments='{"path":"/workspace/a/x"}',
        capability=0,
        max_response_size=100,
        payload='{"id":1,"jsonrpc":"2.0","method":"tools/call","params":{"arguments":'
        '{"path":"/workspace/a/x"},"name":"fs.read"}}',
    ),
)
add("allow-seal", "SEAL RFC 7.3", send(envelope(protocol="seal/v1")))
add(
    "allow-arguments-absent",
    SMCP + "23",
    send(
        envelope(call(params='{"name":"t"}')),
        arguments="{}",
        payload='{"id":1,"jsonrpc":"2.0","method":"tools/call","params":{"name":"t"}}',
    ),
    policy="open",
)
add(
    "allow-digits-as-signed",
    SMCP + "25, 26, 28",
    send(
        envelope(call("t", '{"a":1.0,"b":1e-05,"c":1e-7,"d":9007199254740993,"e":-0}')),
        arguments='{"a":1.0,"b":1e-05,"c":1e-7,"d":9007199254740993,"e":-0}',
    ),
    policy="open",
)
add(
    "allow-utf16-order",
    SMCP + "28",
    send(
        envelope(call("t", '{"\U0001f600":1,"\ue000":2}'), utf16=True),
        arguments='{"\U0001f600":1,"\ue000":2}',
    ),
    send(
        envelope(call("t", '{"\U0001f600":1,"\ue000":3}')),
        arguments='{"\ue000":3,"\U0001f600":1}',
    ),
    policy="open",
)
add(
    "allow-no-line-break",
    "callgate, concepts: the payload",
    send(
        envelope(call("t", '{\n "a" : "x\\ny" ,\r\n\t"b":[ ] }')),
        arguments='{"a":"x\\ny","b":[]}',
    ),
    policy="open",
)
# An upstream that reads a message a line would take the middle line for one.
LINES = """\r
{ "jsonrpc" : "2.0",
"id": 7 ,"method":\t"tools/call",
"params" : { "name": "t", "arguments": { "x":
{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"fs.delete","arguments":{"n":1.50}}}
} }\r
}
"""
ONE_LINE = (
    '{"id":7,"jsonrpc":"2.0","method":"tools/call","params":{"arguments":{"x":{"id":9,"jsonrpc":"2.0",'
    '"method":"tools/call","params":{"arguments":{"n":1.50},"name":"fs.delete"}}},"name":"t"}}'
)
add(
    "payload-is-one-line",
    "callgate, concepts: the payload",
    send(envelope(LINES), payload=ONE_LINE),
    planned(envelope(LINES), {"committed": []}, payload=ONE_LINE),
    send(
        envelope('{"jsonrpc":"2.0","id":"x",\n"method":"tools/list",\n"params":{\n"_meta":{}}\n}'),
        payload='{"id":"x","jsonrpc":"2.0","method":"tools/list","params":{}}',
    ),
    policy="open",
)
add(
    "meta-not-forwarded",
    GATE,
    send(
        envelope(
            call(
                params='{"name":"fs.read","_meta":{"path":"/etc/passwd","x":["}",{"\\"":1}]},'
                '"arguments":{"path":"/workspace/a"}}',
                id='"r\\"1"',
            )
        ),
        request_id='"r\\"1"',
        arguments='{"path":"/workspace/a"}',
        payload='{"id":"r\\"1","jsonrpc":"2.0","method":"tools/call","params":{"arguments":'
        '{"path":"/workspace/a"},"name":"fs.read"}}',
    ),
)
refused(
    "meta-is-signed",
    GATE,
    edited("/etc/a", "/etc/b", payload=call(params='{"name":"t","_meta":{"p":"/etc/a"}}')),
    "INVALID_SIGNATURE",
)
add(
    "tools-list",
    GATE,
    send(
        envelope('{"jsonrpc":"2.0","id":"a","method":"tools/list"}'),
        method="tools/list",
        tool="",
        capability=None,
        payload='{"id":"a","jsonrpc":"2.0","method":"tools/list"}',
    ),
    send(
        envelope(
            '{"jsonrpc":"2.0","id":"b","method":"tools/list",'
            '"params":{"cursor":"c","_meta":{"k":"}"}}}'
        ),
        payload='{"id":"b","jsonrpc":"2.0","method":"tools/list","params":{"cursor":"c"}}',
    ),
    send(
        envelope('{"jsonrpc":"2.0","id":"c","method":"tools/list","params":{"_meta":{}}}'),
        payload='{"id":"c","jsonrpc":"2.0","method":"tools/list","params":{}}',
    ),
    send(
        envelope('{"jsonrpc":"2.0","id":"a","method":"tools/list"}'),
        "REPLAY_DETECTED",
        cause="already_seen",
    ),
    end(),
    send(envelope('{"jsonrpc":"2.0","id":"d","method":"tools/list"}'), "SESSION_INACTIVE"),
    policy="shut",
)
