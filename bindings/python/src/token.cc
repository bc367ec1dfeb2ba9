#include "callgate/token.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "border.h"
#include "errors.h"
#include "secret_key.h"
#include "token.h"
#include "topics.h"

namespace callgate::python {

std::optional<std::string> TextOption(py::handle value, const char* name) {
  if (value.is_none()) return std::nullopt;
  return std::string(Input(value, name, Accept::kText).view());
}

TokenExpectations ExpectationsFrom(py::handle issuer, py::handle audience, long long leeway,
                                   bool accept_any_audience) {
  return {.issuer = TextOption(issuer, "issuer"),
          .audience = TextOption(audience, "audience"),
          .leeway = std::chrono::seconds(leeway),
          .accept_any_audience = accept_any_audience};
}

Signature SignatureFrom(py::handle bytes) {
  const Input input(bytes, "signature", Accept::kBytes);
  Signature signature;
  if (input.view().size() != signature.size()) {
    Raise(Raises::kToken, {ErrorCode::kInvalidArgument, "a signature has 64 bytes", "signature"});
  }
  std::copy(input.view().begin(), input.view().end(), signature.begin());
  return signature;
}

namespace {

const PublicKey& KeyFrom(py::handle key) {
  if (!py::isinstance<PublicKey>(key)) throw py::type_error("issuer keys must be PublicKey");
  return key.cast<const PublicKey&>();
}

IssuerKeys FromIds(const py::dict& keys) {
  std::vector<std::pair<std::string, PublicKey>> pairs;
  for (const auto& [id, key] : keys) {
    pairs.emplace_back(Input(id, "a key id", Accept::kText).view(), KeyFrom(key));
  }
  return Take(Raises::kKeyFormat, IssuerKeys::Create(std::move(pairs)));
}

IssuerKeys FromList(const py::list& keys) {
  std::vector<PublicKey> values;
  for (const py::handle key : keys) values.push_back(KeyFrom(key));
  return Take(Raises::kKeyFormat, IssuerKeys::FromList(values));
}

IssuerKeys FromJwks(py::handle jwks) {
  return Take(Raises::kKeyFormat, IssuerKeys::FromJwks(JsonInput(jwks, "issuer_keys").view()));
}

TokenClaims Verify(py::handle token, const IssuerKeys& keys, long long now, py::handle issuer,
                   py::handle audience, long long leeway, bool accept_any_audience) {
  const Input text(token, "token");
  const TokenExpectations expectations =
      ExpectationsFrom(issuer, audience, leeway, accept_any_audience);
  return Take(Raises::kToken, WithoutGil([&] {
                return VerifyToken(text.view(), keys, TimeFrom(now), expectations);
              }));
}

TokenOptions OptionsFrom(py::handle key_id, long long lifetime) {
  return {TextOption(key_id, "kid"), std::chrono::seconds(lifetime)};
}

std::string Issue(py::handle claims, const SecretKeyHandle& handle, py::handle key_id,
                  long long lifetime, long long now) {
  const JsonInput json(claims, "claims");
  const TokenOptions options = OptionsFrom(key_id, lifetime);
  const auto key = handle.Get();
  return Take(Raises::kToken,
              WithoutGil([&] { return IssueToken(json.view(), *key, TimeFrom(now), options); }));
}

py::bytes SigningInput(py::handle claims, py::handle key_id, long long lifetime, long long now) {
  const JsonInput json(claims, "claims");
  return Bytes(Take(Raises::kToken,
                    TokenSigningInput(json.view(), TimeFrom(now), OptionsFrom(key_id, lifetime))));
}

std::string Assemble(py::handle signing_input, py::handle signature) {
  const Input input(signing_input, "signing_input");
  return Take(Raises::kToken, AssembleToken(input.view(), SignatureFrom(signature)));
}

void RegisterIssuerKeys(py::module_& module) {
  py::class_<IssuerKeys>(module, "IssuerKeys", py::is_final())
      .def_static("from_ids", &FromIds, py::arg("keys"))
      .def_static("from_list", &FromList, py::arg("keys"))
      .def_static("from_jwks", &FromJwks, py::arg("jwks"))
      .def_property_readonly("key_ids", &IssuerKeys::key_ids);
}

void RegisterClaims(py::module_& module) {
  py::class_<TokenClaims>(module, "TokenClaims", py::is_final())
      .def_readonly("subject", &TokenClaims::subject)
      .def_readonly("scope", &TokenClaims::scope)
      .def_property_readonly("id", [](const TokenClaims& claims) { return TextOrNone(claims.id); })
      .def_readonly("key_id", &TokenClaims::key_id)
      .def_readonly("key_thumbprint", &TokenClaims::key_thumbprint)
      .def_property_readonly("issued_at",
                             [](const TokenClaims& claims) { return Datetime(claims.issued_at); })
      .def_property_readonly("not_before",
                             [](const TokenClaims& claims) -> py::object {
                               if (!claims.not_before) return py::none();
                               return Datetime(*claims.not_before);
                             })
      .def_property_readonly("expires_at",
                             [](const TokenClaims& claims) { return Datetime(claims.expires_at); })
      .def_property_readonly("json", [](const TokenClaims& claims) { return Bytes(claims.json); });
}

}  // namespace

void RegisterToken(py::module_& module) {
  RegisterIssuerKeys(module);
  RegisterClaims(module);
  module.def("verify_token", &Verify, py::arg("token"), py::arg("issuer_keys"), py::arg("now"),
             py::arg("issuer"), py::arg("audience"), py::arg("leeway"),
             py::arg("accept_any_audience").noconvert());
  module.def("issue_token", &Issue, py::arg("claims"), py::arg("key"), py::arg("kid"),
             py::arg("lifetime"), py::arg("now"));
  module.def("token_signing_input", &SigningInput, py::arg("claims"), py::arg("kid"),
             py::arg("lifetime"), py::arg("now"));
  module.def("assemble_token", &Assemble, py::arg("signing_input"), py::arg("signature"));
}

}  // namespace callgate::python
