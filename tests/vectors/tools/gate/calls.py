"""The form of the call in an envelope."""

from gate.scene import call, edited, envelope
from gate.steps import GATE, SMCP, Vectors, send

vectors = Vectors()
add, refused = vectors.add, vectors.refused
for name, payload in {
    "string": '"x"',
    "array": "[]",
    "batch": f"[{call()}]",
    "null": "null",
    "empty": "{}",
}.items():
    refused("payload-" + name, SMCP + "19", envelope(payload))
refused(
    "method-as-tool",
    SMCP + "20",
    envelope('{"jsonrpc":"2.0","id":1,"method":"fs.read","params":{"path":"/workspace/x"}}'),
)
for name, method in {
    "space": "tools/call ",
    "case": "Tools/Call",
    "full-width": "tools\uff0fcall",
    "resources": "resources/read",
    "empty": "",
}.items():
    refused("method-" + name, SMCP + "21", edited("tools/call", method, payload=call()))
    refused(
        "method-signed-" + name,
        SMCP + "21",
        envelope(call().replace("tools/call", method)),
    )
add("method-escaped", SMCP + "21", send(envelope(call().replace("tools/call", "tools\\/call"))))
for name, tool in {
    "number": "7",
    "empty": '""',
    "nul": '"fs.read\\u0000"',
    "newline": '"fs.read\\n"',
    "zero-width": '"fs.read\\u200b"',
    "cyrillic": '"fs.re\\u0430d"',
    "long": '"' + "a" * 129 + '"',
}.items():
    refused(
        "tool-" + name, SMCP + "22", envelope(call(params=f'{{"name":{tool},"arguments":{{}}}}'))
    )
for name, arguments in {"null": "null", "array": "[]", "string": '"{}"'}.items():
    refused("arguments-" + name, SMCP + "23", envelope(call(arguments=arguments)))
for name, find, replacement in (
    ("name", '"name":"fs.read"', '"name":"fs.read","name":"fs.delete"'),
    ("path", '"path":"/workspace/a/x"', '"path":"/workspace/a/x","path":"/etc/passwd"'),
    ("path-escaped", '"path":"/workspace/a/x"', '"path":"/workspace/a/x","p\\u0061th":"/etc"'),
    ("envelope", '"protocol":"smcp/v1"', '"protocol":"smcp/v1","protocol":"smcp/v1"'),
    ("params", '"params":{', '"params":{},"params":{'),
):
    refused("duplicate-" + name, SMCP + "24", edited(find, replacement))
for name, find, replacement in (
    ("params", '"params":{', '"Params":{},"params":{'),
    ("name", '"name":"fs.read"', '"name":"fs.read","Name":"fs.delete"'),
    ("arguments", '"arguments":', '"Arguments":{"path":"/etc"},"arguments":'),
    ("method", '"method":', '"METHOD":"tools/list","method":'),
):
    refused("case-variant-" + name, GATE, edited(find, replacement))
for name, payload in {
    "result": call().replace('"method"', '"result":{},"method"'),
    "params-task": call(params='{"name":"fs.read","task":{}}'),
    "no-id": call().replace('"id":1,', ""),
    "id-null": call(id="null"),
    "id-float": call(id="1.0"),
    "id-exponent": call(id="1e2"),
    "id-object": call(id="{}"),
    "jsonrpc-1.0": call().replace('"2.0"', '"1.0"'),
    "jsonrpc-number": call().replace('"2.0"', "2.0"),
    "no-params": '{"jsonrpc":"2.0","id":1,"method":"tools/call"}',
    "params-list": '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}',
    "meta-string": call(params='{"name":"fs.read","_meta":"x"}'),
    "list-with-name": '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"name":"t"}}',
    "list-cursor-number": '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":1}}',
}.items():
    refused("form-" + name, GATE, envelope(payload))
