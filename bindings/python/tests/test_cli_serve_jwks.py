"""callgate attestation serve-jwks: public keys over HTTP."""

import asyncio
import datetime
import ipaddress
import json
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from callgate.attestation import KeyPair
from cli_command import assert_error, run
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of a private key and of the public one."""
    file = tmp_path_factory.mktemp("keys") / "issuer.json"
    assert run("attestation", "keygen", "--kid", "2026-11", "-o", file).returncode == 0
    return file, file.with_name("issuer.jwks.json")


@pytest.fixture(scope="module")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1, which signed itself, and its key."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "jwks")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@contextmanager
def served(*arguments: object) -> Iterator[str]:
    command = [str(Path(sys.executable).parent / "callgate"), "attestation", "serve-jwks"]
    with subprocess.Popen(
        [*command, "--port", "0", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(30)
        assert process.returncode == 0
        assert process.stderr.read() == ""


def get(
    url: str, *, method: str = "GET", context: ssl.SSLContext | None = None
) -> tuple[dict[str, str], bytes]:
    request = urllib.request.Request(url, method=method)
    with urllib.request.urlopen(request, timeout=10, context=context) as reply:
        return {name.lower(): value for name, value in reply.headers.items()}, reply.read()


def test_serve_jwks_serves_the_public_keys(keys: tuple[Path, Path]) -> None:
    with served(keys[1]) as url:
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/.well-known/jwks.json")
        headers, body = get(url)
        assert body == keys[1].read_bytes()
        assert headers["content-type"] == "application/json"
        assert headers["cache-control"] == "public, max-age=300"
        assert get(url, method="HEAD")[1] == b""
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(url.replace("jwks", "other"))
        with pytest.raises(urllib.error.HTTPError, match="405"):
            get(url, method="POST")


def test_serve_jwks_serves_a_file_that_changes(keys: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    first = keys[1].read_bytes()
    file.write_bytes(first)
    second = json.dumps({"keys": [KeyPair.generate("next").to_jwk()]}).encode()
    with served(file) as url:
        assert get(url)[1] == first
        file.with_suffix(".new").write_bytes(second)
        file.with_suffix(".new").rename(file)
        for _ in range(100):
            if get(url)[1] == second:
                break
            asyncio.run(asyncio.sleep(0.1))
        assert get(url)[1] == second


def test_serve_jwks_publishes_no_private_key(keys: tuple[Path, Path], tmp_path: Path) -> None:
    serve = ["attestation", "serve-jwks", "--port", "0"]
    file = tmp_path / "jwks.json"
    private = json.loads(keys[0].read_text())
    documents: list[object] = [{"keys": [private]}, private, {"keys": []}, []]
    for document in [*documents, {"keys": [{"kty": "RSA"}]}]:
        file.write_text(json.dumps(document))
        done = run(*serve, file)
        assert_error(done, f"{file}: ")
        assert private["d"] not in done.stderr
    assert_error(run(*serve, keys[0]), f"{keys[0]}: ")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_beyond_loopback_serve_jwks_needs_tls(keys: tuple[Path, Path], host: str) -> None:
    assert_error(run("attestation", "serve-jwks", "--host", host, keys[1]), "--host: ")


def test_serve_jwks_serves_over_tls(keys: tuple[Path, Path], tls_files: tuple[Path, Path]) -> None:
    certificate, key = tls_files
    context = ssl.create_default_context(cafile=str(certificate))
    options = ["--host", "127.0.0.1", "--tls-cert", certificate, "--tls-key", key]
    with served(*options, keys[1]) as url:
        assert url.startswith("https://127.0.0.1:")
        assert get(url, context=context)[1] == keys[1].read_bytes()
    alone = run("attestation", "serve-jwks", "--tls-cert", certificate, keys[1])
    assert alone.returncode == 2
    swapped = ["--tls-cert", key, "--tls-key", certificate]
    assert_error(run("attestation", "serve-jwks", *swapped, keys[1]), str(key))
