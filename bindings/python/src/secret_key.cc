#include "secret_key.h"

#include <memory>
#include <string>

#include "border.h"
#include "errors.h"
#include "topics.h"

namespace callgate::python {

bool SecretKeyHandle::closed() const {
  const std::lock_guard lock(mutex_);
  return key_ == nullptr;
}

void SecretKeyHandle::Close() {
  const std::lock_guard lock(mutex_);
  key_.reset();
}

std::shared_ptr<const SecretKey> SecretKeyHandle::Get() const {
  const std::lock_guard lock(mutex_);
  if (key_ == nullptr) {
    Raise(Raises::kCallgate, {ErrorCode::kInvalidArgument, "the secret key was closed", ""});
  }
  return key_;
}

namespace {

using Handle = std::unique_ptr<SecretKeyHandle>;

Handle Own(SecretKey key) { return std::make_unique<SecretKeyHandle>(std::move(key)); }

Handle Generate() { return Own(SecretKey::Generate()); }

Handle FromBytes(py::handle seed) {
  return Own(
      Take(Raises::kKeyFormat, SecretKey::FromBytes(Input(seed, "data", Accept::kBytes).view())));
}

Handle FromJwk(py::handle jwk) {
  return Own(Take(Raises::kKeyFormat, SecretKey::FromJwk(JsonInput(jwk, "jwk").view())));
}

Handle FromPem(py::handle pem) {
  return Own(Take(Raises::kKeyFormat, SecretKey::FromPem(Input(pem, "pem").view())));
}

py::bytes Sign(const SecretKeyHandle& handle, py::handle message) {
  const Input text(message, "message");
  const std::shared_ptr<const SecretKey> key = handle.Get();
  // Half a verification: to win the GIL back from a busy thread takes as long.
  return Bytes(
      AsBytes(WithoutGilWhenLarge(text.view().size(), [&] { return key->Sign(text.view()); })));
}

}  // namespace

void RegisterSecretKey(py::module_& module) {
  py::class_<SecretKeyHandle>(module, "SecretKey", py::is_final())
      .def_static("generate", &Generate)
      .def_static("from_bytes", &FromBytes, py::arg("data"))
      .def_static("from_jwk", &FromJwk, py::arg("jwk"))
      .def_static("from_pem", &FromPem, py::arg("pem"))
      .def("to_bytes",
           [](const SecretKeyHandle& handle) { return Bytes(handle.Get()->ToBytes().view()); })
      .def("to_jwk",
           [](const SecretKeyHandle& handle) { return Bytes(handle.Get()->ToJwk().view()); })
      .def("to_pem",
           [](const SecretKeyHandle& handle) { return Text(handle.Get()->ToPem().view()); })
      .def("sign", &Sign, py::arg("message"))
      .def("close", &SecretKeyHandle::Close)
      .def_property_readonly("closed", &SecretKeyHandle::closed)
      .def_property_readonly("public_key", &SecretKeyHandle::public_key);
}

}  // namespace callgate::python
