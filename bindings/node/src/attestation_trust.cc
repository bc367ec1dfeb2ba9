// The reasons, the trusted issuers, and JWK Sets.
#include "callgate/attestation_trust.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "addon.h"
#include "argument.h"
#include "callgate/attestation_reason.h"
#include "elements.h"
#include "handle.h"
#include "keys.h"
#include "options.h"

namespace callgate::node {
namespace {

constexpr AttestationReason kReasons[] = {
#define CALLGATE_ATTESTATION_REASON(constant, name, modern, status, legacy, meaning, advice) \
  AttestationReason::k##constant,
#include "callgate/attestation_reasons.inc"
#undef CALLGATE_ATTESTATION_REASON
};

// attestationReasons(): [name, code, HTTP status, legacy code, meaning, advice], in the table's
// order.
Napi::Value Reasons(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Array table = Napi::Array::New(env, std::size(kReasons));
  for (std::uint32_t i = 0; i < std::size(kReasons); ++i) {
    const AttestationReason reason = kReasons[i];
    Napi::Array row = Napi::Array::New(env, 6);
    row.Set(0u, Text(env, AttestationReasonName(reason)));
    row.Set(1u, AttestationReasonCode(reason));
    row.Set(2u, AttestationReasonHttpStatus(reason));
    row.Set(3u, AttestationReasonLegacyCode(reason));
    row.Set(4u, Text(env, AttestationReasonMeaning(reason)));
    row.Set(5u, Text(env, AttestationReasonAdvice(reason)));
    table.Set(i, row);
  }
  return table;
}

// The places of an issuer's members, as lib/attestation/native.ts declares them. Objects are not
// read by name here: in a worker that is being terminated that gives an empty value.
enum Member : std::size_t {
  kIssuer,
  kLevel,
  kKeyIds,
  kKeys,
  kTrustDomains,
  kSubjectPaths,
  kProviders,
  kModelFamilies,
  kLongestLifetime,
  kLowestSafetyLevel,
  kDeniedKeyIds,
  kDeniedTokenIds,
  kFetchesKeys,
  kMembers,
};

// As many ids as keys. False where they cannot be read.
bool ReadKeys(const Napi::Value& ids, const Napi::Value& keys, IssuerTrust& trust) {
  std::vector<std::string> names = Texts(ids);
  std::size_t at = 0;
  const bool read = ForEach(keys, [&](const Napi::Value& key) {
    if (at < names.size()) {
      trust.keys.emplace_back(std::move(names[at++]), Handle<PublicKey>::Get(key));
    }
  });
  return read && at == names.size();
}

// nullopt where it cannot be read.
std::optional<IssuerTrust> Issuer(const Napi::Value& value) {
  std::vector<Napi::Value> members;
  const bool read = ForEach(value, [&](const Napi::Value& member) { members.push_back(member); });
  if (!read || members.size() != kMembers) return std::nullopt;
  IssuerTrust trust;
  trust.issuer = OptionalText(members[kIssuer]).value_or("");
  trust.level =
      TrustLevelFromName(OptionalText(members[kLevel]).value_or("")).value_or(TrustLevel::kNone);
  trust.trust_domains = Texts(members[kTrustDomains]);
  trust.subject_paths = Texts(members[kSubjectPaths]);
  trust.providers = Texts(members[kProviders]);
  trust.model_families = Texts(members[kModelFamilies]);
  trust.longest_lifetime = DurationArgument<std::chrono::seconds>(members[kLongestLifetime]);
  if (const auto level = OptionalText(members[kLowestSafetyLevel])) {
    trust.lowest_safety_level = SafetyLevelFromName(*level);
  }
  trust.denied_key_ids = Texts(members[kDeniedKeyIds]);
  trust.denied_token_ids = Texts(members[kDeniedTokenIds]);
  trust.fetches_keys = Flag(members[kFetchesKeys]);
  if (!ReadKeys(members[kKeyIds], members[kKeys], trust)) return std::nullopt;
  return trust;
}

// createAttestationTrust(issuers, accept alg Ed25519, types)
Napi::Value Create(const Napi::CallbackInfo& info) {
  std::vector<IssuerTrust> issuers;
  bool complete = true;
  const bool read = ForEach(info[0], [&](const Napi::Value& value) {
    std::optional<IssuerTrust> issuer = Issuer(value);
    complete = complete && issuer.has_value();
    if (issuer) issuers.push_back(std::move(*issuer));
  });
  // What was read in part would deny less than it should.
  if (!read || !complete) return {};
  const AttestationTrustOptions options{.accept_ed25519_alg = Flag(info[1]),
                                        .types = Texts(info[2])};
  auto trust = AttestationTrust::Create(issuers, options);
  if (!trust.ok()) return Throw(info.Env(), ErrorClass::kCallgateError, trust.error());
  const auto bytes = static_cast<std::int64_t>(1024 * (issuers.size() + 1));
  return Handle<AttestationTrust>::New(info.Env(), std::move(*trust), bytes);
}

// readAttestationJwks(json)
Napi::Value ReadJwks(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const auto jwks = ReadAttestationJwks(BytesArgument(info[0]));
  if (!jwks.ok()) return Throw(env, ErrorClass::kJsonError, jwks.error());
  std::uint32_t at = 0;
  Napi::Array keys = Napi::Array::New(env);
  for (const auto& [id, key] : jwks->keys) {
    Napi::Array pair = Napi::Array::New(env, 2);
    pair.Set(0u, Text(env, id));
    pair.Set(1u, NewPublicKey(env, key));
    keys.Set(at++, pair);
  }
  at = 0;
  Napi::Array skipped = Napi::Array::New(env);
  for (const SkippedKey& key : jwks->skipped) {
    Napi::Array pair = Napi::Array::New(env, 2);
    pair.Set(0u, static_cast<double>(key.index));
    pair.Set(1u, Text(env, key.why));
    skipped.Set(at++, pair);
  }
  Napi::Object read = Napi::Object::New(env);
  read.Set("keys", keys);
  read.Set("skipped", skipped);
  return read;
}

}  // namespace

void RegisterAttestationTrust(Napi::Object exports) {
  Export<Reasons>(exports, "attestationReasons");
  Export<Create>(exports, "createAttestationTrust");
  Export<ReadJwks>(exports, "readAttestationJwks");
}

}  // namespace callgate::node
