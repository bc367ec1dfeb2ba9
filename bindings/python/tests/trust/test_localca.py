"""localca: its files, the shapes of its certificates, and the entities that it anchors."""

from __future__ import annotations

import datetime
import stat
import subprocess
from pathlib import Path

import pytest
from authorities import authority
from callgate import CallgateError
from callgate.registry.process.tls_auto import prepare_local_mesh
from callgate.trust.backends.certificate_shapes import new_leaf
from callgate.trust.backends.filestore import filestore
from callgate.trust.backends.local_authority import LocalAuthority
from callgate.trust.backends.localca import localca
from callgate.trust.store import TrustStore
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from heard import Heard

YEAR = datetime.timedelta(days=365)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def uses(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def constraints(certificate: x509.Certificate) -> x509.BasicConstraints:
    return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value


def usage(certificate: x509.Certificate) -> x509.KeyUsage:
    return certificate.extensions.get_extension_for_class(x509.KeyUsage).value


def lifetime(certificate: x509.Certificate) -> datetime.timedelta:
    return certificate.not_valid_after_utc - certificate.not_valid_before_utc


def test_a_new_root_has_the_public_shape(tmp_path: Path) -> None:
    directory = tmp_path / "tls"
    root = LocalAuthority(directory).root.certificate
    assert root.subject.rfc4514_string() == "CN=MCP Mesh Dev Root CA"
    assert constraints(root) == x509.BasicConstraints(ca=True, path_length=None)
    assert uses(root) == {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}
    assert (usage(root).digital_signature, usage(root).key_cert_sign) == (True, True)
    assert lifetime(root) == 10 * YEAR + datetime.timedelta(minutes=5)
    assert {path.name for path in directory.iterdir()} == {".lock", "ca.pem", "ca-key.pem"}
    assert (mode(directory), mode(directory / "ca.pem")) == (0o700, 0o600)
    assert mode(directory / "ca-key.pem") == 0o600
    assert (directory / "ca-key.pem").read_bytes().startswith(b"-----BEGIN EC PRIVATE KEY-----")


def test_an_entity_has_the_public_shape(tmp_path: Path) -> None:
    authority = LocalAuthority(tmp_path)
    entity = authority.entity("local-dev").certificate
    assert entity.subject.rfc4514_string() == "CN=local-dev,O=local-dev"
    assert constraints(entity) == x509.BasicConstraints(ca=True, path_length=0)
    assert lifetime(entity) == YEAR + datetime.timedelta(minutes=5)
    entity.verify_directly_issued_by(authority.root.certificate)
    assert mode(tmp_path / "local-dev") == 0o700
    assert mode(tmp_path / "local-dev" / "entity-key.pem") == 0o600


def test_an_agent_has_the_public_shape(tmp_path: Path) -> None:
    certificate, key = LocalAuthority(tmp_path).issue_agent("local-dev", "hello")
    leaf, entity = x509.load_pem_x509_certificates(certificate.read_bytes())
    assert leaf.subject.rfc4514_string() == "CN=hello,O=local-dev"
    assert constraints(leaf) == x509.BasicConstraints(ca=False, path_length=None)
    assert (usage(leaf).digital_signature, usage(leaf).key_cert_sign) == (True, False)
    assert uses(leaf) == {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["hello", "localhost"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    leaf.verify_directly_issued_by(entity)
    assert certificate == tmp_path / "agents" / "hello-cert.pem"
    assert mode(key) == 0o600


def test_what_is_there_is_loaded(tmp_path: Path) -> None:
    first, again = LocalAuthority(tmp_path), LocalAuthority(tmp_path)
    assert first.root.pem == again.root.pem
    assert first.entity("a").pem == again.entity("a").pem


@pytest.mark.parametrize(
    ("lost", "survivor"),
    [
        ("ca.pem", "ca-key.pem"),
        ("ca-key.pem", "ca.pem"),
        ("a/entity-cert.pem", "a/entity-key.pem"),
        ("a/entity-key.pem", "a/entity-cert.pem"),
    ],
)
def test_a_survivor_is_never_overwritten(tmp_path: Path, lost: str, survivor: str) -> None:
    LocalAuthority(tmp_path).entity("a")
    (tmp_path / lost).unlink()
    before = (tmp_path / survivor).read_bytes()
    with pytest.raises(CallgateError) as raised:
        LocalAuthority(tmp_path).entity("a")
    assert (tmp_path / survivor).read_bytes() == before
    assert not (tmp_path / lost).exists()
    assert raised.value.where == str(tmp_path / survivor)
    assert f"restore {Path(lost).name} from a backup" in raised.value.message


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    LocalAuthority(tmp_path / "one")
    LocalAuthority(tmp_path / "two")
    (tmp_path / "one" / "ca-key.pem").replace(tmp_path / "two" / "ca-key.pem")
    with pytest.raises(CallgateError, match=r"it is not the key of ca\.pem"):
        LocalAuthority(tmp_path / "two")


@pytest.mark.parametrize("text", [b"", b"-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n"])
def test_a_damaged_key_is_refused_and_not_shown(tmp_path: Path, text: bytes) -> None:
    LocalAuthority(tmp_path)
    (tmp_path / "ca-key.pem").write_bytes(text)
    with pytest.raises(CallgateError, match="it is no private key in PEM") as raised:
        LocalAuthority(tmp_path)
    assert "c2VjcmV0" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    LocalAuthority(tmp_path)
    (tmp_path / "ca-key.pem").chmod(0o640)
    with pytest.raises(CallgateError, match="chmod 600"):
        LocalAuthority(tmp_path)


def test_an_entity_of_another_root_is_refused(tmp_path: Path) -> None:
    LocalAuthority(tmp_path / "one").entity("a")
    two = LocalAuthority(tmp_path / "two")
    (tmp_path / "one" / "a").rename(tmp_path / "two" / "a")
    with pytest.raises(CallgateError, match=r"it was not issued by ca\.pem"):
        two.entity("a")


@pytest.mark.parametrize("name", ["", "../x", "a b", "entities", "revoked", "agents", "audit"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CallgateError):
        LocalAuthority(tmp_path).entity(name)


def test_a_pair_shows_no_key(tmp_path: Path) -> None:
    root = LocalAuthority(tmp_path).root
    assert repr(root) == "<Pair CN=MCP Mesh Dev Root CA>"


@pytest.mark.anyio
async def test_the_entity_is_that_of_the_path(tmp_path: Path) -> None:
    """And not the organization that a leaf claims."""
    local = LocalAuthority(tmp_path)
    ours, theirs = local.entity("ours"), local.entity("theirs")
    store = TrustStore([localca(tmp_path), filestore(tmp_path)])
    await store.start()
    leaf = new_leaf("agent", "theirs", ours).certificate.public_bytes(Encoding.DER)
    chain = (leaf, ours.certificate.public_bytes(Encoding.DER))
    verdict = store.judge(chain)
    assert (verdict.entity, verdict.backend) == ("ours", "localca")
    assert {anchor.entity for anchor in store.snapshot.anchors} == {"ours", "theirs"}
    assert not store.judge((theirs.certificate.public_bytes(Encoding.DER),))
    assert not any(state.problems for state in store.states)
    await store.stop()


@pytest.mark.anyio
async def test_an_authority_that_the_root_issued_elsewhere_is_no_entity(tmp_path: Path) -> None:
    local = LocalAuthority(tmp_path)
    async with Heard(localca(tmp_path)) as heard:
        assert not heard.now.entities
        entity = local.entity("later")
        await heard.until(lambda state: state.entities == {"later": (entity.pem,)})
        (tmp_path / "later" / "entity-cert.pem").unlink()
        await heard.until(lambda state: not state.entities)


@pytest.mark.anyio
async def test_a_lost_pair_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(authority().pem)
    with pytest.raises(CallgateError, match=r"ca-key\.pem is lost"):
        await localca(tmp_path).start(lambda: None)
    assert not (tmp_path / "ca-key.pem").exists()


def test_a_mesh_is_made_in_one_call(tmp_path: Path) -> None:
    mesh = prepare_local_mesh(tmp_path / "tls", hosts=["mesh.test", "10.0.0.7"], agents=["a", "b"])
    assert mesh.registry["MCP_MESH_TRUST_BACKEND"] == "localca,filestore"
    assert mesh.registry["MCP_MESH_TRUST_DIR"] == str(tmp_path / "tls")
    assert set(mesh.agents) == {"a", "b"}
    for variables in (mesh.registry, *mesh.agents.values()):
        assert variables["MCP_MESH_TLS_MODE"] == "auto"
        certificate = variables["MCP_MESH_TLS_CERT"]
        assert variables["MCP_MESH_TLS_CA"] == str(mesh.root)
        verify = ["openssl", "verify", "-purpose", "sslserver", "-CAfile", str(mesh.root)]
        verify += ["-untrusted", certificate, certificate]
        assert subprocess.run(verify, capture_output=True).returncode == 0
    leaf = x509.load_pem_x509_certificate((tmp_path / "tls/registry-cert.pem").read_bytes())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "mesh.test" in names.get_values_for_type(x509.DNSName)
    assert "10.0.0.7" in map(str, names.get_values_for_type(x509.IPAddress))


def test_a_mesh_that_is_made_again_keeps_its_authorities(tmp_path: Path) -> None:
    prepare_local_mesh(tmp_path)
    kept = [tmp_path / "ca.pem", tmp_path / "local-dev" / "entity-cert.pem"]
    before = [path.read_bytes() for path in kept]
    registry = (tmp_path / "registry-cert.pem").read_bytes()
    prepare_local_mesh(tmp_path)
    assert [path.read_bytes() for path in kept] == before
    assert (tmp_path / "registry-cert.pem").read_bytes() != registry
