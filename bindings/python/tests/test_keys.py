"""Keys and signatures: the shared vectors, forged cases, and `cryptography` as a peer."""

import copy
import gc
import json
import pickle
from typing import Any

import callgate
import pytest
from callgate import CallgateError, KeyFormatError, PublicKey, SecretKey
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED = bytes(range(32))


@pytest.mark.vectors("keys.json", "keys")
def test_a_key_in_every_format_is_the_vectors(vector: dict[str, Any]) -> None:
    secret = SecretKey.from_bytes(bytes.fromhex(vector["seed_hex"]))
    public = secret.public_key
    assert public.to_bytes() == bytes.fromhex(vector["public_hex"])
    assert public.to_base64() == vector["public_base64"]
    assert public.to_jwk() == json.loads(vector["public_jwk"])
    assert public.to_pem() == vector["public_pem"]
    assert public.thumbprint == vector["thumbprint"]
    assert secret.to_bytes() == bytes.fromhex(vector["seed_hex"])
    assert secret.to_jwk() == json.loads(vector["private_jwk"])
    assert secret.to_pem() == vector["private_pem"]
    for imported in (
        PublicKey.from_bytes(bytes.fromhex(vector["public_hex"])),
        PublicKey.from_base64(vector["public_base64"]),
        PublicKey.from_jwk(vector["public_jwk"]),
        PublicKey.from_jwk(json.loads(vector["public_jwk"])),
        PublicKey.from_pem(vector["public_pem"]),
        SecretKey.from_jwk(vector["private_jwk"]).public_key,
        SecretKey.from_jwk(json.loads(vector["private_jwk"])).public_key,
        SecretKey.from_pem(vector["private_pem"]).public_key,
    ):
        assert imported == public
        assert hash(imported) == hash(public)


def import_key(vector: dict[str, Any]) -> PublicKey:
    text: str | bytes = vector["text"]
    if vector["form"] == "bytes":
        text = bytes.fromhex(vector["text"])
    kind = SecretKey if vector["private"] else PublicKey
    key = getattr(kind, f"from_{vector['form']}")(text)
    return key.public_key if isinstance(key, SecretKey) else key


@pytest.mark.vectors("keys.json", "accepted")
def test_other_spellings_of_a_key_are_accepted(vector: dict[str, Any]) -> None:
    assert import_key(vector).to_bytes().hex() == vector["public_hex"]


@pytest.mark.vectors("keys.json", "refused")
def test_a_malformed_or_weak_key_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(KeyFormatError) as refused:
        import_key(vector)
    assert refused.value.code_name == "KEY_REFUSED"
    assert not vector["text"] or vector["text"] not in str(refused.value)


@pytest.mark.vectors("keys.json", "signatures")
def test_a_signature_is_what_the_vectors_say(vector: dict[str, Any]) -> None:
    public, message, signature = (
        bytes.fromhex(vector[name]) for name in ("public_hex", "message_hex", "signature_hex")
    )
    assert callgate.verify_ed25519(public, signature, message) is vector["valid"]


def test_signatures_verify_both_ways_with_cryptography() -> None:
    theirs = Ed25519PrivateKey.from_private_bytes(SEED)
    ours = SecretKey.from_bytes(SEED)
    for message in (b"", b"a", SEED * 100):
        signature = ours.sign(message)
        assert signature == theirs.sign(message)
        theirs.public_key().verify(signature, message)
        assert ours.public_key.verify(theirs.sign(message), message)
        with pytest.raises(InvalidSignature):
            theirs.public_key().verify(signature, message + b"x")
        assert not ours.public_key.verify(signature, message + b"x")


def test_keys_are_exchanged_both_ways_with_cryptography() -> None:
    theirs = Ed25519PrivateKey.generate()
    private_pem = theirs.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public_pem = theirs.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    ours = SecretKey.from_pem(private_pem)
    assert ours.to_pem().encode() == private_pem
    assert ours.public_key.to_pem().encode() == public_pem
    assert PublicKey.from_pem(public_pem) == ours.public_key

    back = serialization.load_pem_private_key(ours.to_pem().encode(), password=None)
    assert isinstance(back, Ed25519PrivateKey)
    assert back.private_bytes_raw() == ours.to_bytes()
    public_back = serialization.load_pem_public_key(ours.public_key.to_pem().encode())
    assert isinstance(public_back, Ed25519PublicKey)
    assert public_back.public_bytes_raw() == ours.public_key.to_bytes()


def test_generated_keys_differ() -> None:
    assert len({SecretKey.generate().public_key for _ in range(100)}) == 100


def test_public_keys_are_values(key: SecretKey) -> None:
    public = key.public_key
    assert public == PublicKey.from_bytes(public.to_bytes())
    assert public != SecretKey.generate().public_key
    assert public != public.to_bytes()
    assert pickle.loads(pickle.dumps(public)) == public
    assert copy.copy(public) == public
    assert public.thumbprint[:12] in repr(public)


def test_a_public_key_outlives_the_secret_key() -> None:
    public = SecretKey.from_bytes(SEED).public_key
    gc.collect()
    assert public == SecretKey.from_bytes(SEED).public_key


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_secret_key_cannot_be_copied_or_pickled(key: SecretKey, duplicate: Any) -> None:
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        duplicate(key)


def test_a_secret_key_is_never_shown(key: SecretKey) -> None:
    seed = key.to_bytes()
    d = key.to_jwk()["d"]
    for shown in (repr(key), str(key), f"{key}", repr(vars(type(key))), repr([key])):
        assert d not in shown
        assert seed.hex() not in shown
        assert repr(seed) not in shown


def test_wrong_calls_do_not_show_the_key() -> None:
    calls: list[Any] = [
        lambda: SecretKey.from_bytes(SEED, SEED),  # type: ignore[call-arg]
        lambda: SecretKey.from_bytes(seed=SEED),  # type: ignore[call-arg]
        lambda: SecretKey.from_bytes([SEED]),  # type: ignore[arg-type]
        lambda: SecretKey.from_pem(SEED + SEED),
        lambda: SecretKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "d": SEED.hex()}),
        lambda: SecretKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "d": SEED}),
    ]
    for call in calls:
        with pytest.raises((TypeError, KeyFormatError)) as refused:
            call()
        assert repr(SEED)[2:20] not in str(refused.value)
        assert SEED.hex() not in str(refused.value)


def test_a_secret_key_has_no_constructor() -> None:
    with pytest.raises(TypeError):
        SecretKey()


def test_a_closed_key_refuses_everything_but_its_public_half() -> None:
    with SecretKey.from_bytes(SEED) as key:
        public = key.public_key
        assert "closed" not in repr(key)
    assert key.closed
    assert key.public_key == public
    assert "closed" in repr(key)
    for use in (lambda: key.sign(b""), key.to_bytes, key.to_jwk, key.to_pem):
        with pytest.raises(CallgateError, match="closed") as refused:
            use()
        assert refused.value.code_name == "INVALID_ARGUMENT"
    key.close()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_buffer_is_read(kind: Any) -> None:
    key = SecretKey.from_bytes(kind(SEED))
    signature = key.sign(kind(b"message"))
    assert key.public_key.verify(kind(signature), kind(b"message"))
    assert callgate.verify_ed25519(kind(key.public_key.to_bytes()), kind(signature), b"message")
    assert callgate.verify_ed25519(key.public_key, signature, "message")


@pytest.mark.parametrize("value", [None, 1, "text", ["x"]])
def test_wrong_types_are_a_type_error(key: SecretKey, value: Any) -> None:
    signature = key.sign(b"")
    for call in (
        lambda: SecretKey.from_bytes(value),
        lambda: PublicKey.from_bytes(value),
        lambda: key.public_key.verify(value, b""),
        lambda: callgate.verify_ed25519(value, signature, b""),
        lambda: callgate.verify_ed25519(key.public_key, value, b""),
    ):
        with pytest.raises(TypeError):
            call()


def test_a_signature_of_wrong_length_is_false(key: SecretKey) -> None:
    signature = key.sign(b"")
    assert not key.public_key.verify(signature[:-1], b"")
    assert not key.public_key.verify(signature + b"\0", b"")
    assert not key.public_key.verify(b"", b"")
