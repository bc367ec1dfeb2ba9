"""The cases of keys.json: a text that is taken for a key, and one that is refused."""

import base64

from vectors import key


def accepted(name, form, text, private=False, source="RFC 8037"):
    return {
        "name": name,
        "form": form,
        "private": private,
        "text": text,
        "public_hex": key("TEST 1").public.hex(),
        "source": source,
    }


def refused(name, form, text, reason, private=False, source="RFC 8032 section 5.1.3"):
    assert isinstance(text, str)
    return {
        "name": f"{'private ' if private else ''}{form}: {name}",
        "form": form,
        "private": private,
        "text": text,
        "reason": reason,
        "source": source,
    }


def pem_block(label, der, width=64):
    text = base64.b64encode(der).decode()
    lines = [text[i : i + width] for i in range(0, len(text), width)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])
