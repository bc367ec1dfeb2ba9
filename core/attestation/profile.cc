#include "core/attestation/profile.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "core/attestation/hash_form.h"
#include "core/base/ascii.h"
#include "core/base/spiffe_id.h"
#include "core/token/claims.h"
#include "core/token/uuid.h"

namespace callgate::attestation {
namespace {

using Keys = std::span<const std::string_view>;

constexpr std::string_view kIdentity[] = {"model_family", "model_version", "provider",
                                          "deployment_id"};
constexpr std::string_view kMetadata[] = {"attestation_version", "attestation_type", "safety_level",
                                          "capabilities_declared"};
constexpr std::string_view kIntegrity[] = {"config_hash", "system_prompt_hash"};
constexpr std::string_view kConfirmation[] = {"jwk"};
constexpr std::string_view kJwk[] = {"kty", "crv", "x", "kid"};

Error Outside(std::string message, std::string where) {
  return token::Invalid(std::move(message), std::move(where));
}

bool IsScheme(std::string_view text) {
  return !text.empty() && base::IsAsciiLower(text.front()) && std::ranges::all_of(text, [](char c) {
    return base::IsAsciiLower(c) || base::IsAsciiDigit(c) || c == '+' || c == '-' || c == '.';
  });
}

// Visible ASCII that a URL holds as it is (RFC 3986 section 2).
constexpr bool IsUrlCharacter(char c) {
  return c > ' ' && c <= '~' && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' &&
         c != '`' && c != '{' && c != '|' && c != '}';
}

// A scheme, "://" and at least a host.
bool IsUrl(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (text.size() > kMaxIssuerBytes || colon == text.npos || !IsScheme(text.substr(0, colon))) {
    return false;
  }
  const std::string_view rest = text.substr(colon + 3);
  return !rest.empty() && rest.front() != '/' && std::ranges::all_of(rest, IsUrlCharacter);
}

std::optional<Error> CheckMembers(std::optional<json::Value> object, std::string_view place,
                                  Keys members) {
  if (!object) return std::nullopt;
  if (object->size() == 0) {
    return Outside("leave an empty object out", "/" + std::string(place));
  }
  for (const auto& [key, value] : object->members()) {
    if (std::ranges::find(members, key) == members.end()) {
      return Outside("it has a member that is not defined: put claims of your own at the top",
                     "/" + std::string(place));
    }
  }
  return std::nullopt;
}

std::optional<Error> CheckNested(json::Value claims) {
  const auto cnf = claims.Find("cnf");
  const auto metadata = claims.Find("attestation_metadata");
  if (auto error = CheckMembers(claims.Find("agent_identity"), "agent_identity", kIdentity)) {
    return error;
  }
  if (metadata->size() != 0) {
    if (auto error = CheckMembers(metadata, "attestation_metadata", kMetadata)) return error;
  }
  if (auto error = CheckMembers(claims.Find("agent_integrity"), "agent_integrity", kIntegrity)) {
    return error;
  }
  if (auto error = CheckMembers(cnf, "cnf", kConfirmation)) return error;
  return cnf ? CheckMembers(cnf->Find("jwk"), "cnf/jwk", kJwk) : std::nullopt;
}

std::optional<Error> CheckHashes(json::Value claims) {
  const auto integrity = claims.Find("agent_integrity");
  if (!integrity) return std::nullopt;
  for (const auto& [key, value] : integrity->members()) {
    if (!IsSha256Text(value.string())) {
      return Outside("a hash is sha256: and 64 lower-case hexadecimal digits",
                     "/agent_integrity/" + std::string(key));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> CheckProfile(json::Value claims, const Claims& read) {
  if (auto error = CheckNested(claims)) return error;
  if (auto error = CheckHashes(claims)) return error;
  if (!IsUrl(claims.Find("iss")->string())) return Outside("iss must be a URL", "/iss");
  if (base::HasSpiffeScheme(read.subject) && !base::ParseSpiffeId(read.subject)) {
    return Outside("sub begins as a SPIFFE ID and is none: spiffe://, a trust domain, a path",
                   "/sub");
  }
  if (!token::IsUuid(read.token_id)) {
    return Outside("jti must be a UUIDv4 in lower case", "/jti");
  }
  // No reader takes an iat of 0 here, since that would be over; one takes no nbf of 0.
  if (read.times.not_before == 0) return Outside("a time must not be 0", "/nbf");
  return std::nullopt;
}

}  // namespace callgate::attestation
