#include "core/attestation/jws.h"

#include <cstring>
#include <utility>

#include "callgate/attestation_verifier.h"
#include "callgate/limits.h"
#include "core/crypto/base64.h"
#include "core/token/compact_jws.h"

namespace callgate::attestation {
namespace {

using crypto::Base64Alphabet;

constexpr Limits kPartLimits = [] {
  Limits limits;
  limits.max_json_bytes = kMaxAttestationPartBytes;
  limits.max_json_depth = kMaxAttestationDepth;
  return limits;
}();

Refusal Malformed(std::string where, std::string_view message) {
  return {AttestationReason::kMalformed, std::move(where), message};
}

// An object, or nullopt.
std::optional<json::Document> ReadPart(std::string_view base64url) {
  Result<json::Document> part = token::ParsePart(base64url, "part", kPartLimits);
  if (!part || !part->root().is_object()) return std::nullopt;
  return std::move(part).value();
}

bool IsAcceptedAlg(std::optional<json::Value> alg, bool accepts_ed25519_alg) {
  if (!alg || !alg->is_string()) return false;
  return alg->string() == "EdDSA" || (accepts_ed25519_alg && alg->string() == "Ed25519");
}

bool HasKnownMembersOnly(json::Value header) {
  for (const auto& [key, value] : header.members()) {
    if (key != "alg" && key != "kid" && key != "typ") return false;
  }
  return true;
}

bool ReadSignature(std::string_view text, Signature& signature) {
  constexpr std::size_t kCharacters = 86;  // base64url of 64 bytes
  char bytes[crypto::DecodedCapacity(kCharacters)];
  if (text.size() != kCharacters ||
      crypto::DecodeBase64(text, Base64Alphabet::kUrlUnpadded, bytes) != kSignatureBytes) {
    return false;
  }
  std::memcpy(signature.data(), bytes, kSignatureBytes);
  return true;
}

}  // namespace

std::optional<Jws> ReadJws(std::string_view text, std::size_t max_bytes, bool accepts_ed25519_alg,
                           Refusal& refusal) {
  const auto refuse = [&refusal](Refusal why) {
    refusal = std::move(why);
    return std::nullopt;
  };
  if (text.size() > max_bytes) return refuse(Malformed("", "it is longer than it may be"));
  const std::size_t first = text.find('.');
  const std::size_t second = first == text.npos ? first : text.find('.', first + 1);
  if (second == text.npos || text.find('.', second + 1) != text.npos) {
    return refuse(Malformed("", "it must have three parts with dots between them"));
  }
  std::optional<json::Document> header = ReadPart(text.substr(0, first));
  if (!header) {
    return refuse(Malformed("header", "it must be a JSON object in base64url without padding"));
  }
  if (!IsAcceptedAlg(header->root().Find("alg"), accepts_ed25519_alg)) {
    return refuse({AttestationReason::kAlg, "header/alg", "alg must be EdDSA"});
  }
  if (!HasKnownMembersOnly(header->root())) {
    return refuse(Malformed("header", "it must hold nothing but alg, typ and kid"));
  }
  Signature signature;
  if (!ReadSignature(text.substr(second + 1), signature)) {
    return refuse(Malformed("signature", "it must be 64 bytes in base64url without padding"));
  }
  std::optional<json::Document> claims = ReadPart(text.substr(first + 1, second - first - 1));
  if (!claims) {
    return refuse(Malformed("claims", "they must be a JSON object in base64url without padding"));
  }
  return Jws{text.substr(0, second), signature, *std::move(header), *std::move(claims)};
}

std::string SigningInput(std::string_view header, std::string_view claims) {
  std::string text;
  // Room for a signature, which will follow.
  text.reserve((header.size() + claims.size() + kSignatureBytes) / 3 * 4 + 16);
  crypto::AppendBase64(header, Base64Alphabet::kUrlUnpadded, text);
  text += '.';
  crypto::AppendBase64(claims, Base64Alphabet::kUrlUnpadded, text);
  return text;
}

void AppendSignature(const SecretKey& key, std::string& signing_input) {
  const Signature signature = key.Sign(signing_input);
  signing_input += '.';
  crypto::AppendBase64(AsBytes(signature), Base64Alphabet::kUrlUnpadded, signing_input);
}

}  // namespace callgate::attestation
