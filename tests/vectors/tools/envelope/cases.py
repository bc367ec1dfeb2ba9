"""The cases of envelope.json, each with what must come of it."""

from envelope.scene import AGENT, CALL, TIME, TOKEN, milliseconds, wire
from vectors import b64, lexical, read_lexical

DOCUMENT = "the SMCP document, SmcpEnvelope"
KNOWN = "callgate, against a known attack"


class Cases(list):
    """Of one subject, in order. make_envelope.py says in which order subjects follow each other."""

    def add(self, name, data, code=None, source=DOCUMENT, where=None, public=AGENT, **ok):
        case = {"name": name, "public_key": b64(public.public)}
        if isinstance(data, bytes):
            case["wire_base64"] = b64(data)
        else:
            case["wire"] = data
        if code:
            case["code"] = code
            if where is not None:
                case["where"] = where
        else:
            case.update(
                {
                    "payload": lexical(read_lexical(CALL)),
                    "timestamp_ms": milliseconds(TIME),
                    "protocol": "smcp/v1",
                    "security_token": TOKEN,
                    **ok,
                }
            )
        case["source"] = source
        self.append(case)

    def good(self, name, data=None, source=DOCUMENT, **rest):
        self.add(name, wire() if data is None else data, None, source, **rest)

    def bad(self, name, data, where=None, source=DOCUMENT, **rest):
        self.add(name, data, "INVALID_ENVELOPE", source, where, **rest)

    def forged(self, name, data, source=KNOWN, **rest):
        self.add(name, data, "INVALID_SIGNATURE", source, "/signature", **rest)

    def good_payload(self, name, payload, source=DOCUMENT, utf16=False):
        self.good(
            f"payload: {name}",
            wire(payload=payload, utf16=utf16),
            source,
            payload=lexical(read_lexical(payload), utf16),
        )
