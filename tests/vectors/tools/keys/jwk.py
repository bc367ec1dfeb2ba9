"""Keys as JSON Web Keys."""

from keys.cases import accepted, refused
from vectors import b64url, compact, key


def accepted_cases():
    k = key("TEST 1")
    x, d = b64url(k.public), b64url(k.seed)
    public = {"kty": "OKP", "crv": "Ed25519", "x": x}
    private = {**public, "d": d}
    yield accepted(
        "jwk: members in any order, white space, kid and unknown members",
        "jwk",
        f' {{ "x" : "{x}",\n"kid":"a","ext":true,"crv":"Ed25519","kty":"OKP","z":[{{"d":1}}] }} ',
    )
    yield accepted(
        "jwk: use sig, alg EdDSA, key_ops with verify",
        "jwk",
        compact({**public, "use": "sig", "alg": "EdDSA", "key_ops": ["verify"]}),
    )
    yield accepted(
        "jwk: alg by its name of RFC 9864",
        "jwk",
        compact({**public, "alg": "Ed25519"}),
        source="RFC 9864",
    )
    yield accepted(
        "private jwk: key_ops with sign",
        "jwk",
        compact({**private, "key_ops": ["sign"], "ext": True}),
        private=True,
    )
    yield accepted(
        "private jwk: other members named d, deeper or as values, are not the secret",
        "jwk",
        f'{{"a":{{"d":"{x}"}},"b":["d","{x}"],"c":"d","d" :\n "{d}","crv":"Ed25519",'
        f'"kty":"OKP","x":"{x}","y":{{"d":null}}}}',
        private=True,
    )


def refused_cases():
    k, other = key("TEST 1"), key("TEST 2")
    x, d = b64url(k.public), b64url(k.seed)
    source = "RFC 8037 section 2"
    public = {"kty": "OKP", "crv": "Ed25519", "x": x}
    private = {**public, "d": d}
    for private_form, base in ((False, public), (True, private)):

        def jwk(name, members, reason="form", source=source, base=base, private_form=private_form):
            text = (
                members
                if isinstance(members, str)
                else compact({m: v for m, v in {**base, **members}.items() if v is not None})
            )
            return refused(name, "jwk", text, reason, private_form, source)

        yield jwk("no kty", {"kty": None})
        yield jwk("kty EC", {"kty": "EC"}, "another kind of key")
        yield jwk("kty in lower case", {"kty": "okp"})
        yield jwk("crv Ed448", {"crv": "Ed448"}, "another kind of key")
        yield jwk("crv X25519", {"crv": "X25519"}, "another kind of key")
        yield jwk("no crv", {"crv": None})
        yield jwk("crv is no string", {"crv": ["Ed25519"]})
        yield jwk("no x", {"x": None})
        yield jwk("x is a number", {"x": 1})
        yield jwk("x is padded", {"x": x + "="}, "one spelling only")
        yield (
            jwk(
                "x in the standard alphabet",
                {"x": x.replace("_", "/").replace("-", "+")},
                "alphabet",
            )
            if set("-_") & set(x)
            else jwk("x with +", {"x": "+" + x[1:]}, "alphabet")
        )
        yield jwk("x of 31 bytes", {"x": b64url(k.public[:31])}, "length")
        yield jwk("use enc", {"use": "enc"}, "RFC 7517 section 4.2", "RFC 7517")
        yield jwk("alg ES256", {"alg": "ES256"}, "RFC 7517 section 4.4", "RFC 7517")
        yield jwk(
            "key_ops without the operation",
            {"key_ops": ["deriveBits"]},
            "RFC 7517 section 4.3",
            "RFC 7517",
        )
        yield jwk(
            "key_ops is no list", {"key_ops": "sign verify"}, "RFC 7517 section 4.3", "RFC 7517"
        )
        yield jwk("a list", "[]")
        yield jwk("null", "null")
        yield jwk("nothing", "")
        yield jwk("not JSON", compact(base)[:-1], "JSON", "RFC 8259")
        yield jwk("x twice", compact(base)[:-1] + f',"x":"{x}"}}', "duplicate member", "RFC 8259")
        yield jwk("over 8 KiB", {"pad": "a" * 8192}, "bound", "callgate's bound")
    yield refused(
        "a private key", "jwk", compact(private), "a private key where a public one belongs"
    )
    yield refused("no d", "jwk", compact(public), "no private key", True, source)
    yield refused(
        "d of another key",
        "jwk",
        compact({**private, "d": b64url(other.seed)}),
        "x must belong to d",
        True,
        source,
    )
    yield refused(
        "x of another key",
        "jwk",
        compact({**private, "x": b64url(other.public)}),
        "x must belong to d",
        True,
        source,
    )
    yield refused(
        "d padded", "jwk", compact({**private, "d": d + "="}), "one spelling", True, source
    )
    yield refused(
        "d of 31 bytes",
        "jwk",
        compact({**private, "d": b64url(k.seed[:31])}),
        "length",
        True,
        source,
    )
    yield refused("d is a number", "jwk", compact({**private, "d": 5}), "form", True, source)
    yield refused(
        "d twice", "jwk", compact(private)[:-1] + f',"d":"{d}"}}', "duplicate", True, source
    )
    yield refused(
        "d twice, once escaped",
        "jwk",
        compact(private)[:-1] + f',"\\u0064":"{d}"}}',
        "duplicate",
        True,
        source,
    )
    yield refused(
        "key d written with an escape",
        "jwk",
        compact(private).replace('"d"', '"\\u0064"'),
        "secrets are read where they stand",
        True,
        "callgate",
    )
    yield refused(
        "value of d written with an escape",
        "jwk",
        compact(private).replace(d, f"\\u{ord(d[0]):04x}{d[1:]}"),
        "secrets are read where they stand",
        True,
        "callgate",
    )
    yield refused(
        "value of d written with an escape, as many characters as a plain one",
        "jwk",
        compact(private).replace(d, "\\u0041" + "A" * 37),
        "escape",
        True,
        "callgate",
    )
