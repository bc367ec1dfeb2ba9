"""Writes fuzz/corpus/ of attestation, token, envelope, policy_document, evaluate, gate, trust.

What a fuzzer found since stays: only files named `vector-…` are written.
"""

import base64
import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
VECTORS = ROOT / "tests" / "vectors"
# The order of kTools in evaluate_fuzzer.cc; another name is spelt out.
TOOLS = ["fs.read", "fs.write", "fs.delete", "web.get", "web.post", "cmd.run", "cmd.x"]
TOOLS += ["search", "run"]


def vectors(name: str) -> dict:
    return json.loads((VECTORS / f"{name}.json").read_text())


def write(fuzzer: str, inputs: list[bytes]) -> None:
    folder = ROOT / "fuzz" / "corpus" / fuzzer
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("vector-*"):
        old.unlink()
    for i, data in enumerate(dict.fromkeys(inputs)):
        (folder / f"vector-{i:03}").write_bytes(data)


def tokens() -> list[bytes]:
    inputs = [b"\0" + t["token"].encode() for t in vectors("token")["tokens"][::4]]
    inputs += [bytes([1, base]) + b"\0" for base in range(8)]
    inputs += [bytes([1, base, 1, 4, 0, at, 3]) for base, at in [(0, 30), (1, 90), (2, 150)]]
    claims = [
        b'{"sub":"a","scp":"b","jti":"c","iat":1771338700,"exp":1771341600}',
        b'{"sub":"a","scp":"b","iat":1771338700.5,"nbf":1771338700,"exp":1771338722,"aud":["x"]}',
        b'{"sub":"a","scp":"b","iat":1771338751,"exp":1771425151,"iss":"i","x":{"y":[1.50]}}',
    ]
    inputs += [bytes([2, header, 0]) + text for header in range(4) for text in claims]
    return inputs


def attestations() -> list[bytes]:
    file = vectors("attestation")
    small = [
        v for v in file["verdicts"] if isinstance(v.get("token"), str) and len(v["token"]) < 2000
    ]

    def payload(token: str) -> bytes:
        part = token.split(".")[1]
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    def is_signed(vector: dict) -> bool:
        return vector["verdict"].get("reason") in {None, "claims", "policy", "expired", "proof"}

    inputs = [b"\0" + v["token"].encode() for v in small[::16]]
    inputs += [bytes([kind]) + b"\0" for kind in (1, 2, 3)]
    inputs += [bytes([kind, 1, 4, 0, at, 3]) for kind in (1, 2, 3) for at in (30, 90, 250)]
    signed = [v for v in small if is_signed(v)]
    inputs += [bytes([4, i % 4, 0]) + payload(v["token"]) for i, v in enumerate(signed[::12])]
    proofs = [v["proof"] for v in small if v.get("proof", "").count(".") == 2]
    inputs += [bytes([5, 0]) + payload(proof) for proof in proofs[::6]]
    inputs += [b"\6" + m["json"].encode() for m in file["messages"][::2]]
    inputs += [b"\7" + k["json"].encode() for k in file["jwks"][::3] if len(k["json"]) < 2000]
    inputs += [
        b"\x08" + c["claims"].encode() for c in file["issued"][::3] if len(c["claims"]) < 2000
    ]
    return inputs


def envelopes() -> list[bytes]:
    file = vectors("envelope")
    inputs = [b"\0" + e["wire"].encode() for e in file["envelopes"][::3] if "wire" in e]
    inputs += [bytes([1, base]) + b"\0" for base in range(9)]
    inputs += [bytes([1, base, 1, 0, at >> 8, at & 255, 0, 65]) for base in range(9)
               for at in (20, 260)]  # fmt: skip
    inputs += [bytes([2, i % 2]) + m["payload"].encode() for i, m in enumerate(file["messages"])]
    return inputs


def documents() -> list[bytes]:
    texts = [v["text"].encode() for v in vectors("policy_documents")["vectors"]]
    policies = [text.encode() for text in vectors("policy")["policies"].values()]
    return texts[::4] + policies[::6]


def calls() -> list[bytes]:
    inputs = []
    for i, vector in enumerate(vectors("policy")["vectors"]):
        if "arguments_json" in vector:
            arguments = vector["arguments_json"].encode()
        else:
            arguments = json.dumps(vector["arguments"], ensure_ascii=False).encode()
        if len(arguments) < 400 and i % 11 == 0:
            inputs.append(bytes([i % 7, i % 7, i % len(TOOLS)]) + arguments)
    arguments = b'{"path":"/workspace/a"}'
    inputs.append(bytes([4, 0, len(TOOLS), 7]) + b"fs.open" + arguments)
    inputs.append(bytes([0, 0, 0]) + arguments)
    for i, (tool, text) in enumerate(DECLARED_CALLS):
        inputs.append(bytes([DECLARED, i % 7, TOOLS.index(tool)]) + text.encode())
    return inputs


DECLARED = 6  # the context of evaluate_fuzzer.cc whose capabilities declare their arguments
DECLARED_CALLS = [
    ("fs.read", '{"path":"a/b","n":4,"x":49.99999999999999999999,"mode":1.50}'),
    ("fs.read", '{"path":"/workspace/secret","n":-0,"x":null,"mode":true}'),
    ("fs.read", '{"path":"/tmp/x","x":1e-300,"n":2.0}'),
    ("fs.write", '{"paths":["a",".//b","/w"],"root":"/workspace","v":{"path":"/workspace/a/b"}}'),
    ("fs.write", '{"paths":["a","a"],"root":"w","note":"//evil.example","__proto__":1}'),
    ("web.get", '{"url":"http://en.wikipedia.org:80/a","host":"127.0.0.1"}'),
    ("web.get", '{"url":"wss://x.wikipedia.org","host":2130706433}'),
    ("cmd.run", '{"command":"git log --oneline -n 5 -- a /workspace/b"}'),
    ("cmd.run", '{"command":"npm","rest":["test"]}'),
    ("cmd.run", '{"command":["git","push"],"rest":"x"}'),
    ("search", '{"query":"ab","either":{"lang":"en","a_b":true}}'),
    ("search", '{"query":"ab","either":["a",1]}'),
    ("search", '{"query":"abcdefg","either":"/workspace/x"}'),
]


def runs() -> list[bytes]:
    def authorize(call: int) -> bytes:
        return bytes([0, call, 0])

    later = bytes([10, 0x40 + 0x20, 0])  # 8,192 ms
    steps = [
        b"".join(authorize(call) for call in range(21)),
        authorize(0) + authorize(0) + later + authorize(0),
        authorize(0) + bytes([13]) + authorize(0) + authorize(1),
        authorize(4) + authorize(5) + authorize(6) + bytes([13]) + authorize(6),
        authorize(7) + bytes([11, 0, 1]) + authorize(1) + bytes([12, 0]) + bytes([12, 1]),
        authorize(7) + bytes([11, 1, 0]) + authorize(1) + authorize(8),
        bytes([9, 0, 0]) + authorize(0) + bytes([14, 1, 4, 0, 40, 3]),
        later * 5 + authorize(0) + bytes([10, 0, 0]) * 5 + authorize(1),
        bytes([0, 0, 1, 0, 2, 60, 0, 57]) + authorize(0),
        bytes([15, 0, 20]) + b'{"protocol":"smcp/v1' + authorize(3),
    ]
    return [bytes([i % 2]) + run for i, run in enumerate(steps)]


def chains() -> list[bytes]:
    file = vectors("trust")
    documents = {n: base64.b64decode(c) for n, c in file["certificates"].items()}
    documents |= {name: text.encode() for name, text in file["texts"].items()}

    def elements(names: list[str]) -> bytes:
        sized = [(len(d).to_bytes(2, "big"), d) for n in names if len(d := documents[n]) < 6000]
        return bytes([len(sized)]) + b"".join(part for pair in sized for part in pair)

    inputs = []
    edit = bytes([1, 4, 0, 60, 3])
    for i, case in enumerate(file["chains"]):
        names = {True: "bundles", False: "entities"}
        for is_bundle, kind in names.items():
            for anchors in case["sources"][0].get(kind, {}).values() if case["sources"] else ():
                parts = bytes([is_bundle]) + elements(anchors[:3]) + elements(case["chain"][:9])
                if len(parts) < 6000 and (i % 3 == 0 or ("trusted" in case and i % 2 == 0)):
                    inputs.append(parts + edit)
    for case in file["loads"][::5]:
        for anchors in case["sources"][0].get("entities", {}).values() if case["sources"] else ():
            inputs.append(b"\0" + elements(anchors[:3]) + b"\0")
    return inputs


write("attestation", attestations())
write("token", tokens())
write("envelope", envelopes())
write("policy_document", documents())
write("evaluate", calls())
write("gate", runs())
write("trust", chains())
