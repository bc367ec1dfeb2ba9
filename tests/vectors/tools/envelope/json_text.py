"""The text of an envelope is strict JSON in UTF-8."""

from envelope.cases import Cases
from envelope.scene import members, text, wire

cases = Cases()
bad = cases.bad
for name, payload in (
    ("duplicate keys", '{"name":"fs.read","name":"fs.delete"}'),
    ("duplicate keys in depth", '{"a":[{"b":{"path":"/workspace/a","path":"/etc/passwd"}}]}'),
    ("keys that are equal after unescaping", '{"p\\u0061th":1,"path":2}'),
    ("NaN", '{"a":NaN}'),
    ("Infinity", '{"a":Infinity}'),
    ("-Infinity", '{"a":-Infinity}'),
    ("1e400", '{"a":1e400}'),
    ("a leading zero", '{"a":01}'),
    ("a plus", '{"a":+1}'),
    (".5", '{"a":.5}'),
    ("1.", '{"a":1.}'),
    ("hexadecimal", '{"a":0x10}'),
    ("a lone high surrogate", '{"a":"\\ud800"}'),
    ("a lone low surrogate", '{"a":"\\ude00"}'),
    ("a lone surrogate as key", '{"\\ud800":1}'),
    ("swapped surrogates", '{"a":"\\ude00\\ud83d"}'),
    ("a raw NUL", '{"a":"b\0c"}'),
    ("a raw line break", '{"a":"b\nc"}'),
    ("a raw tab", '{"a":"b\tc"}'),
    ("an escape that is none", '{"a":"\\x41"}'),
    ("single quotes", "{'a':1}"),
    ("64 levels in itself", '{"a":' + "[" * 63 + "]" * 63 + "}"),
    ("3000 brackets", '{"a":' + "[" * 3000),
    ("a number of 1025 digits", '{"a":' + "1" * 1025 + "}"),
):
    bad(f"payload: {name}", text({**members(), "payload": payload}), None, "RFC 8259, bounds")
for name, data in (
    ("byte order mark", b"\xef\xbb\xbf" + wire().encode()),
    ("UTF-16", wire().encode("utf-16")),
    ("overlong C0 AF", wire().encode().replace(b"/a", b"\xc0\xafa")),
    ("surrogate ED A0 80", wire().encode().replace(b"/a", b"\xed\xa0\x80")),
    ("F5", wire().encode().replace(b"/a", b"\xf5\x80\x80\x80")),
    ("cut UTF-8", wire().encode().replace(b"/a", b"\xe2\x82")),
    ("a lone continuation byte", wire().encode().replace(b"/a", b"\x80")),
):
    bad(f"bytes: {name}", data, None, "RFC 3629")
