// callgate._native's attestation: messages, key sets, and what is issued.
#include <chrono>
#include <string>

#include "attestation.h"
#include "border.h"
#include "callgate/attestation.h"
#include "errors.h"
#include "secret_key.h"
#include "token.h"
#include "topics.h"

namespace callgate::python {
namespace {

const char* KindName(const AttestedMessage& message) {
  switch (message.kind) {
    case AttestedMessage::Kind::kRequest:
      return "request";
    case AttestedMessage::Kind::kNotification:
      return "notification";
    case AttestedMessage::Kind::kResponse:
      return "response";
  }
  return "";
}

AttestedMessage ReadMessage(py::handle json) {
  const Input text(json, "json");
  return Take(Raises::kCallgate, WithoutGilWhenLarge(text.view().size(), [&] {
                return ReadAttestedMessage(text.view());
              }));
}

py::bytes RequestHash(py::handle params_json, std::string_view era) {
  const Input text(params_json, "params_json");
  const AttestationEra of = EraFrom(era);
  const Sha256Digest digest = Take(Raises::kJson, WithoutGilWhenLarge(text.view().size(), [&] {
                                     return AttestationRequestHash(text.view(), of);
                                   }));
  return Bytes(AsBytes(digest));
}

py::tuple ReadJwks(py::handle json) {
  const AttestationJwks jwks =
      Take(Raises::kKeyFormat, ReadAttestationJwks(Input(json, "json").view()));
  py::list keys, skipped;
  for (const auto& [key_id, key] : jwks.keys) keys.append(py::make_tuple(Text(key_id), key));
  for (const SkippedKey& entry : jwks.skipped) {
    skipped.append(py::make_tuple(entry.index, Text(entry.why)));
  }
  return py::make_tuple(keys, skipped);
}

AttestationIssueOptions OptionsFrom(py::handle key_id, long long lifetime) {
  return {std::string(Input(key_id, "key_id", Accept::kText).view()),
          std::chrono::seconds(lifetime)};
}

std::string Issue(py::handle claims, const SecretKeyHandle& handle, long long now_ms,
                  py::handle key_id, long long lifetime) {
  const JsonInput json(claims, "claims");
  const AttestationIssueOptions options = OptionsFrom(key_id, lifetime);
  const auto key = handle.Get();
  return Take(Raises::kToken, WithoutGil([&] {
                return IssueAttestation(json.view(), *key, TimeFrom(now_ms), options);
              }));
}

py::bytes SigningInput(py::handle claims, long long now_ms, py::handle key_id, long long lifetime) {
  const JsonInput json(claims, "claims");
  return Bytes(Take(Raises::kToken, AttestationSigningInput(json.view(), TimeFrom(now_ms),
                                                            OptionsFrom(key_id, lifetime))));
}

std::string IssueProof(py::handle token, py::handle audience, py::handle method,
                       py::handle request_hash, const SecretKeyHandle& handle, long long now_ms) {
  const Input of(token, "token");
  const Input to(audience, "audience", Accept::kText);
  const Input named(method, "method", Accept::kText);
  const Sha256Digest hash = DigestFrom(request_hash, "request_hash");
  const auto key = handle.Get();
  return Take(Raises::kToken, WithoutGil([&] {
                return IssueRequestProof(of.view(), to.view(), named.view(), hash, *key,
                                         TimeFrom(now_ms));
              }));
}

py::bytes ProofSigningInput(py::handle token, py::handle audience, py::handle method,
                            py::handle request_hash, long long now_ms) {
  const Input of(token, "token");
  const Input to(audience, "audience", Accept::kText);
  const Input named(method, "method", Accept::kText);
  return Bytes(
      Take(Raises::kToken,
           RequestProofSigningInput(of.view(), to.view(), named.view(),
                                    DigestFrom(request_hash, "request_hash"), TimeFrom(now_ms))));
}

std::string Assemble(py::handle signing_input, py::handle signature) {
  const Input input(signing_input, "signing_input");
  return Take(Raises::kToken, AssembleAttestation(input.view(), SignatureFrom(signature)));
}

void RegisterMessage(py::module_& module) {
  py::class_<AttestedMessage>(module, "AttestedMessage", py::is_final())
      .def_property_readonly("kind", &KindName)
      .def_property_readonly("id_json",
                             [](const AttestedMessage& of) { return BytesOrNone(of.id_json); })
      .def_property_readonly("method",
                             [](const AttestedMessage& of) { return TextOrNone(of.method); })
      .def_property_readonly("era",
                             [](const AttestedMessage& of) {
                               return of.era == AttestationEra::kModern ? "modern" : "legacy";
                             })
      .def_readonly("token", &AttestedMessage::token)
      .def_readonly("proof", &AttestedMessage::proof)
      .def_property_readonly("carrier_fault",
                             [](const AttestedMessage& of) { return TextOrNone(of.carrier_fault); })
      .def_property_readonly("request_hash",
                             [](const AttestedMessage& of) -> py::object {
                               if (!of.request_hash) return py::none();
                               return Bytes(AsBytes(*of.request_hash));
                             })
      .def_property_readonly("unhashable", [](const AttestedMessage& of) -> py::object {
        if (!of.unhashable) return py::none();
        return Text(of.unhashable->where);
      });
}

}  // namespace

void RegisterAttestedMessage(py::module_& module) {
  RegisterMessage(module);
  module.def("read_attested_message", &ReadMessage, py::arg("json"));
  module.def("attestation_request_hash", &RequestHash, py::arg("params_json"), py::arg("era"));
  module.def("read_attestation_jwks", &ReadJwks, py::arg("json"));
  module.def("issue_attestation", &Issue, py::arg("claims"), py::arg("key"), py::arg("now_ms"),
             py::kw_only(), py::arg("key_id"), py::arg("lifetime"));
  module.def("attestation_signing_input", &SigningInput, py::arg("claims"), py::arg("now_ms"),
             py::kw_only(), py::arg("key_id"), py::arg("lifetime"));
  module.def("issue_request_proof", &IssueProof, py::arg("token"), py::arg("audience"),
             py::arg("method"), py::arg("request_hash"), py::arg("key"), py::arg("now_ms"));
  module.def("request_proof_signing_input", &ProofSigningInput, py::arg("token"),
             py::arg("audience"), py::arg("method"), py::arg("request_hash"), py::arg("now_ms"));
  module.def("assemble_attestation", &Assemble, py::arg("signing_input"), py::arg("signature"));
}

}  // namespace callgate::python
