#include "callgate/envelope.h"

#include <string>

#include "border.h"
#include "errors.h"
#include "secret_key.h"
#include "topics.h"

namespace callgate::python {
namespace {

Protocol ProtocolFrom(py::handle protocol) {
  const Input name(protocol, "protocol", Accept::kText);
  for (const Protocol known : {Protocol::kSmcpV1, Protocol::kSealV1}) {
    if (name.view() == ProtocolName(known)) return known;
  }
  Raise(Raises::kEnvelope,
        {ErrorCode::kInvalidArgument, "protocol must be smcp/v1 or seal/v1", "protocol"});
}

py::bytes Create(py::handle payload, py::handle token, const SecretKeyHandle& handle, long long now,
                 py::handle protocol) {
  const JsonInput json(payload, "payload");
  const Input security_token(token, "token");
  const Protocol of = ProtocolFrom(protocol);
  const auto key = handle.Get();
  return Bytes(Take(Raises::kEnvelope, WithoutGil([&] {
                      return CreateEnvelope(json.view(), security_token.view(), *key, TimeFrom(now),
                                            of);
                    })));
}

Envelope Verify(py::handle data, const PublicKey& key) {
  const Input bytes(data, "data");
  return Take(Raises::kEnvelope, WithoutGil([&] { return VerifyEnvelope(bytes.view(), key); }));
}

std::string Repr(const Envelope& envelope) {
  return "<Envelope " + std::string(ProtocolName(envelope.protocol)) + ", payload of " +
         std::to_string(envelope.payload.size()) + " bytes>";
}

}  // namespace

void RegisterEnvelope(py::module_& module) {
  py::class_<Envelope>(module, "Envelope", py::is_final(),
                       "An envelope whose form and signature were verified.")
      .def_property_readonly("payload",
                             [](const Envelope& envelope) { return Bytes(envelope.payload); })
      .def_property_readonly("timestamp",
                             [](const Envelope& envelope) { return Datetime(envelope.timestamp); })
      .def_readonly("security_token", &Envelope::security_token)
      .def_property_readonly(
          "protocol",
          [](const Envelope& envelope) { return Text(ProtocolName(envelope.protocol)); })
      .def("__repr__", &Repr);
  module.def("create_envelope", &Create, py::arg("payload"), py::arg("token"), py::arg("key"),
             py::arg("now"), py::arg("protocol"));
  module.def("verify_envelope", &Verify, py::arg("data"), py::arg("public_key"));
}

}  // namespace callgate::python
