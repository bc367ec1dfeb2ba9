#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "border.h"
#include "callgate/crypto.h"
#include "errors.h"
#include "topics.h"

namespace callgate::python {
namespace {

PublicKey FromBytes(py::handle bytes) {
  return Take(Raises::kKeyFormat,
              PublicKey::FromBytes(Input(bytes, "data", Accept::kBytes).view()));
}

PublicKey FromBase64(py::handle text) {
  return Take(Raises::kKeyFormat, PublicKey::FromBase64(Input(text, "text").view()));
}

PublicKey FromJwk(py::handle jwk) {
  return Take(Raises::kKeyFormat, PublicKey::FromJwk(JsonInput(jwk, "jwk").view()));
}

PublicKey FromPem(py::handle pem) {
  return Take(Raises::kKeyFormat, PublicKey::FromPem(Input(pem, "pem").view()));
}

bool Verify(const PublicKey& key, py::handle signature, py::handle message) {
  const Input signed_by(signature, "signature", Accept::kBytes);
  const Input text(message, "message");
  return WithoutGil([&] { return key.Verify(signed_by.view(), text.view()); });
}

bool VerifyEd25519(py::handle public_key, py::handle signature, py::handle message) {
  if (py::isinstance<PublicKey>(public_key)) {
    return Verify(public_key.cast<const PublicKey&>(), signature, message);
  }
  const Input key(public_key, "public_key", Accept::kBytes);
  const Input signed_by(signature, "signature", Accept::kBytes);
  const Input text(message, "message");
  return WithoutGil([&] { return Ed25519Verify(key.view(), signed_by.view(), text.view()); });
}

std::size_t Hash(const PublicKey& key) {
  return std::hash<std::string_view>()(AsBytes(key.bytes()));
}

std::string Repr(const PublicKey& key) {
  return "<PublicKey " + key.Thumbprint().substr(0, 12) + "\u2026>";
}

}  // namespace

void RegisterPublicKey(py::module_& module) {
  module.def("verify_ed25519", &VerifyEd25519, py::arg("public_key"), py::arg("signature"),
             py::arg("message"),
             "Whether the signature is valid, strictly (RFC 8032, canonical S and A).");

  py::class_<PublicKey>(module, "PublicKey", py::is_final(),
                        "An Ed25519 public key: canonical and not of small order.")
      .def_static("from_bytes", &FromBytes, py::arg("data"), "32 bytes. Raises KeyFormatError.")
      .def_static("from_base64", &FromBase64, py::arg("text"),
                  "44 characters, RFC 4648 section 4. Raises KeyFormatError.")
      .def_static("from_jwk", &FromJwk, py::arg("jwk"),
                  "RFC 8037 JWK, as a mapping or JSON text. Raises KeyFormatError.")
      .def_static("from_pem", &FromPem, py::arg("pem"),
                  "SubjectPublicKeyInfo, RFC 8410. Raises KeyFormatError.")
      .def("to_bytes", [](const PublicKey& key) { return Bytes(AsBytes(key.bytes())); })
      .def("to_base64", &PublicKey::ToBase64)
      .def("to_jwk",
           [](const PublicKey& key) {
             return py::module_::import("json").attr("loads")(Text(key.ToJwk()));
           })
      .def("to_pem", &PublicKey::ToPem)
      .def_property_readonly("thumbprint", &PublicKey::Thumbprint, "RFC 7638, SHA-256, base64url.")
      .def("verify", &Verify, py::arg("signature"), py::arg("message"),
           "Whether the signature is valid, strictly (RFC 8032, canonical S and A).")
      .def("__eq__",
           [](const PublicKey& key, py::handle other) -> py::object {
             if (!py::isinstance<PublicKey>(other)) {
               return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             }
             return py::bool_(key == other.cast<const PublicKey&>());
           })
      .def("__hash__", &Hash)
      .def("__repr__", &Repr)
      .def(py::pickle([](const PublicKey& key) { return Bytes(AsBytes(key.bytes())); },
                      [](const py::bytes& state) { return FromBytes(state); }));
}

}  // namespace callgate::python
