// callgate._native's attestation, which callgate.attestation wraps: verdicts and what makes them.
#include "callgate/attestation.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attestation.h"
#include "border.h"
#include "callgate/seen_table.h"
#include "errors.h"
#include "token.h"
#include "topics.h"

namespace callgate::python {

AttestationEra EraFrom(std::string_view name) {
  if (name == "legacy") return AttestationEra::kLegacy;
  if (name == "modern") return AttestationEra::kModern;
  throw py::value_error("era must be legacy or modern");
}

Sha256Digest DigestFrom(py::handle bytes, const char* name) {
  const Input input(bytes, name, Accept::kBytes);
  Sha256Digest digest;
  if (input.view().size() != digest.size()) {
    throw py::value_error(std::string(name) + " must be 32 bytes");
  }
  std::copy(input.view().begin(), input.view().end(), digest.begin());
  return digest;
}

namespace {

std::vector<std::string> Texts(py::handle elements, const char* name) {
  if (py::isinstance<py::str>(elements)) {
    throw py::type_error(std::string(name) + " must be a sequence of str, not one");
  }
  std::vector<std::string> texts;
  for (const py::handle element : elements.cast<py::iterable>()) {
    texts.emplace_back(Input(element, name, Accept::kText).view());
  }
  return texts;
}

std::optional<SafetyLevel> SafetyFrom(py::handle value) {
  const auto name = TextOption(value, "lowest_safety_level");
  if (!name) return std::nullopt;
  const auto level = SafetyLevelFromName(*name);
  if (!level) throw py::value_error("lowest_safety_level must be minimal, standard or enhanced");
  return level;
}

std::vector<std::pair<std::string, PublicKey>> KeysFrom(py::handle rows) {
  std::vector<std::pair<std::string, PublicKey>> keys;
  for (const py::handle row : rows.cast<py::iterable>()) {
    const auto pair = row.cast<py::tuple>();
    if (pair.size() != 2 || !py::isinstance<PublicKey>(pair[1])) {
      throw py::type_error("keys must be pairs of a kid and a PublicKey");
    }
    keys.emplace_back(Input(pair[0], "a kid", Accept::kText).view(),
                      pair[1].cast<const PublicKey&>());
  }
  return keys;
}

IssuerTrust IssuerFrom(const py::dict& fields) {
  IssuerTrust issuer;
  for (const auto& [key, value] : fields) {
    const auto name = key.cast<std::string>();
    if (name == "issuer") {
      issuer.issuer = Input(value, "issuer", Accept::kText).view();
    } else if (name == "level") {
      const auto level = TrustLevelFromName(Input(value, "level", Accept::kText).view());
      if (!level) throw py::value_error("level must be provider or enterprise");
      issuer.level = *level;
    } else if (name == "keys") {
      issuer.keys = KeysFrom(value);
    } else if (name == "trust_domains") {
      issuer.trust_domains = Texts(value, "trust_domains");
    } else if (name == "subject_paths") {
      issuer.subject_paths = Texts(value, "subject_paths");
    } else if (name == "providers") {
      issuer.providers = Texts(value, "providers");
    } else if (name == "model_families") {
      issuer.model_families = Texts(value, "model_families");
    } else if (name == "longest_lifetime") {
      issuer.longest_lifetime = std::chrono::seconds(value.cast<long long>());
    } else if (name == "lowest_safety_level") {
      issuer.lowest_safety_level = SafetyFrom(value);
    } else if (name == "denied_key_ids") {
      issuer.denied_key_ids = Texts(value, "denied_key_ids");
    } else if (name == "denied_token_ids") {
      issuer.denied_token_ids = Texts(value, "denied_token_ids");
    } else if (name == "fetches_keys") {
      issuer.fetches_keys = value.cast<bool>();
    } else {
      throw py::type_error("an issuer has no field of that name");
    }
  }
  return issuer;
}

AttestationTrust CreateTrust(const py::iterable& rows, bool accept_ed25519_alg, py::handle types) {
  std::vector<IssuerTrust> issuers;
  for (const py::handle row : rows) issuers.push_back(IssuerFrom(row.cast<py::dict>()));
  const AttestationTrustOptions options{accept_ed25519_alg, Texts(types, "types")};
  return Take(Raises::kCallgate, AttestationTrust::Create(issuers, options));
}

AttestationPolicy PolicyFrom(std::string_view name) {
  if (name == "required") return AttestationPolicy::kRequired;
  if (name == "preferred") return AttestationPolicy::kPreferred;
  if (name == "optional") return AttestationPolicy::kOptional;
  throw py::value_error("policy must be required, preferred or optional");
}

AttestationVerifier CreateVerifier(const AttestationTrust& trust, py::handle audience,
                                   bool any_audience, std::string_view policy, bool reject_invalid,
                                   py::handle required_claims, py::handle config_hash,
                                   py::handle system_prompt_hash, py::handle required_capabilities,
                                   py::handle lowest_safety_level, long long skew,
                                   bool require_proof) {
  AttestationExpectations expected;
  expected.audience = TextOption(audience, "audience");
  expected.any_audience = any_audience;
  expected.policy = PolicyFrom(policy);
  expected.reject_invalid = reject_invalid;
  expected.required_claims = Texts(required_claims, "required_claims");
  expected.config_hash = TextOption(config_hash, "config_hash");
  expected.system_prompt_hash = TextOption(system_prompt_hash, "system_prompt_hash");
  expected.required_capabilities = Texts(required_capabilities, "required_capabilities");
  expected.lowest_safety_level = SafetyFrom(lowest_safety_level);
  expected.skew = std::chrono::seconds(skew);
  expected.require_proof = require_proof;
  return Take(Raises::kCallgate, AttestationVerifier::Create(trust, std::move(expected)));
}

// The text of a token or proof. A str that is not valid Unicode is malformed, not an exception: the
// sender must not choose what is raised.
class SentText {
 public:
  SentText(py::handle value, const char* name) {
    if (value.is_none()) return;
    if (PyUnicode_Check(value.ptr()) && PyUnicode_AsUTF8(value.ptr()) == nullptr) {
      PyErr_Clear();
      text_.emplace();
      return;
    }
    input_.emplace(value, name);
    text_ = input_->view();
  }
  const std::optional<std::string_view>& text() const noexcept { return text_; }

 private:
  std::optional<Input> input_;
  std::optional<std::string_view> text_;
};

// The verdict, once its claim was inserted: what is left to insert is nothing.
AttestationVerdict Inserted(AttestationVerdict verdict, SeenTable* seen, Time now) {
  if (seen == nullptr || !verdict.replay) return verdict;
  switch (seen->Insert(*verdict.replay, now)) {
    case SeenStatus::kInserted:
      verdict.replay.reset();
      return verdict;
    case SeenStatus::kSeen:
      return verdict.Refused(AttestationReason::kReplay);
    case SeenStatus::kFull:
      return verdict.Refused(AttestationReason::kUnavailable);
  }
  return verdict.Refused(AttestationReason::kUnavailable);
}

AttestationVerdict Verify(const AttestationVerifier& verifier, py::handle token, long long now_ms,
                          py::handle proof, py::handle method, py::handle request_hash,
                          const PublicKey* proven_key, SeenTable* seen, std::string_view era) {
  const SentText sent(token, "token");
  const SentText proven(proof, "proof");
  std::optional<Input> named;
  Possession possession;
  if (proven.text()) {
    if (proven_key != nullptr) throw py::type_error("give proof or proven_key, not both");
    named.emplace(method, "method", Accept::kText);
    possession =
        RequestProof{*proven.text(), named->view(), DigestFrom(request_hash, "request_hash")};
  } else if (proven_key != nullptr) {
    possession = *proven_key;
  }
  const AttestationEra of = EraFrom(era);
  const Time now = TimeFrom(now_ms);
  return WithoutGil(
      [&] { return Inserted(verifier.Verify(sent.text(), possession, now, of), seen, now); });
}

AttestationVerdict VerifyMessage(const AttestationVerifier& verifier,
                                 const AttestedMessage& message, long long now_ms,
                                 SeenTable* seen) {
  const Time now = TimeFrom(now_ms);
  return WithoutGil([&] { return Inserted(verifier.Verify(message, now), seen, now); });
}

AttestationVerdict JudgeAgain(const AttestationVerifier& verifier,
                              const AttestationVerdict& verdict, std::optional<long long> now_ms) {
  return verifier.JudgeAgain(verdict, now_ms ? std::optional(TimeFrom(*now_ms)) : std::nullopt);
}

// (name, JSON-RPC code, HTTP status, JSON-RPC code before 2026-07-28, meaning, advice)
py::list Reasons() {
  py::list table;
#define CALLGATE_ATTESTATION_REASON(constant, name, modern, status, legacy, meaning, advice) \
  table.append(py::make_tuple(name, modern, status, legacy, meaning, advice));
#include "callgate/attestation_reasons.inc"
#undef CALLGATE_ATTESTATION_REASON
  return table;
}

}  // namespace

void RegisterAttestation(py::module_& module) {
  module.attr("ATTESTATION_EXTENSION") = Text(kAttestationExtension);
  module.attr("LEGACY_ATTESTATION_KEY") = Text(kLegacyAttestationKey);
  module.def("attestation_reasons", &Reasons);
  py::class_<AttestationTrust>(module, "AttestationTrust", py::is_final())
      .def(py::init(&CreateTrust), py::arg("issuers"), py::kw_only(),
           py::arg("accept_ed25519_alg") = false, py::arg("types") = py::tuple())
      .def_property_readonly("generation", &AttestationTrust::generation);
  py::class_<AttestationVerifier>(module, "AttestationVerifier", py::is_final())
      .def(py::init(&CreateVerifier), py::arg("trust"), py::kw_only(),
           py::arg("audience") = py::none(), py::arg("any_audience") = false,
           py::arg("policy") = "required", py::arg("reject_invalid") = true,
           py::arg("required_claims") = py::tuple(), py::arg("config_hash") = py::none(),
           py::arg("system_prompt_hash") = py::none(),
           py::arg("required_capabilities") = py::tuple(),
           py::arg("lowest_safety_level") = py::none(), py::arg("skew") = 30,
           py::arg("require_proof") = false)
      .def("set_trust", &AttestationVerifier::SetTrust, py::arg("trust"))
      .def("verify", &Verify, py::arg("token").none(true), py::arg("now_ms"), py::kw_only(),
           py::arg("proof") = py::none(), py::arg("method") = py::none(),
           py::arg("request_hash") = py::none(), py::arg("proven_key") = py::none(),
           py::arg("seen") = py::none(), py::arg("era") = "legacy")
      .def("verify_message", &VerifyMessage, py::arg("message"), py::arg("now_ms"), py::kw_only(),
           py::arg("seen") = py::none())
      .def("judge_again", &JudgeAgain, py::arg("verdict"), py::arg("now_ms") = py::none());
}

}  // namespace callgate::python
