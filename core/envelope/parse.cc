#include <algorithm>
#include <array>

#include "core/envelope/message.h"
#include "core/envelope/parsed_envelope.h"
#include "core/envelope/timestamp.h"

namespace callgate {
namespace {

using envelope::Invalid;

// In code-point order, which is the order in which members are iterated.
enum Field { kPayload, kProtocol, kSecurityToken, kSignature, kTimestamp, kFields };
constexpr std::array<std::string_view, kFields> kNames = {"payload", "protocol", "security_token",
                                                          "signature", "timestamp"};

bool EqualsIgnoringCase(std::string_view a, std::string_view lower) {
  const auto lower_case = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(a, lower, {}, lower_case);
}

// An unsigned member beside the five would be read by somebody, some day.
Error UnknownMember(std::string_view key) {
  for (const std::string_view name : kNames) {
    if (EqualsIgnoringCase(key, name)) {
      return Invalid("a member differs from " + std::string(name) + " only by case",
                     "/" + std::string(name));
    }
  }
  return Invalid(
      "an envelope has no members but payload, protocol, security_token, signature and "
      "timestamp");
}

using Members = std::array<std::optional<json::Value>, kFields>;

Result<Members> FindMembers(json::Value root) {
  Members members;
  for (const auto& [key, value] : root.members()) {
    const auto name = std::ranges::find(kNames, key);
    if (name == kNames.end()) return UnknownMember(key);
    members[static_cast<std::size_t>(name - kNames.begin())] = value;
  }
  for (std::size_t field = 0; field < kFields; ++field) {
    if (!members[field]) {
      return Invalid(std::string(kNames[field]) + " is required", "/" + std::string(kNames[field]));
    }
  }
  return members;
}

std::optional<Protocol> ReadProtocol(json::Value value) {
  if (!value.is_string()) return std::nullopt;
  for (const Protocol protocol : {Protocol::kSmcpV1, Protocol::kSealV1}) {
    if (value.string() == ProtocolName(protocol)) return protocol;
  }
  return std::nullopt;
}

// SEAL servers of today send and take whole seconds as a number.
std::optional<envelope::Timestamp> ReadTimestamp(json::Value value, Protocol protocol) {
  if (value.is_string()) return envelope::ReadTimestamp(value.string());
  if (protocol != Protocol::kSealV1) return std::nullopt;
  const std::optional<std::int64_t> seconds = value.integer();
  if (!seconds) return std::nullopt;
  return envelope::ReadTimestamp(*seconds);
}

}  // namespace

std::string_view ProtocolName(Protocol protocol) {
  switch (protocol) {
    case Protocol::kSmcpV1:
      return "smcp/v1";
    case Protocol::kSealV1:
      return "seal/v1";
  }
  return "";
}

Result<ParsedEnvelope> ParseEnvelope(std::string_view bytes, const Limits& limits) {
  Result<json::Document> document = json::Parse(bytes, limits);
  if (!document) {
    Error error = std::move(document).error();
    return Invalid(std::move(error.message), std::move(error.where));
  }
  if (!document->root().is_object()) return Invalid("an envelope must be a JSON object");

  const Result<Members> found = FindMembers(document->root());
  if (!found) return found.error();
  const Members& members = *found;

  const std::optional<Protocol> protocol = ReadProtocol(*members[kProtocol]);
  if (!protocol) return Invalid("protocol must be smcp/v1 or seal/v1", "/protocol");

  const json::Value token = *members[kSecurityToken];
  if (!token.is_string() || token.string().empty() ||
      token.string().size() > limits.max_token_bytes) {
    return Invalid("security_token must be a string that is neither empty nor too long",
                   "/security_token");
  }
  const json::Value signature_text = *members[kSignature];
  std::optional<Signature> signature;
  if (signature_text.is_string()) signature = DecodeSignature(signature_text.string());
  if (!signature) {
    return Invalid("signature must be 64 bytes in padded base64, 88 characters", "/signature");
  }
  const json::Value payload = *members[kPayload];
  if (!payload.is_object()) return Invalid("payload must be an object", "/payload");

  const auto timestamp = ReadTimestamp(*members[kTimestamp], *protocol);
  if (!timestamp) {
    return Invalid(
        "timestamp must be YYYY-MM-DDThh:mm:ssZ with up to nine decimals, in the years "
        "2001 to 2200",
        "/timestamp");
  }
  return ParsedEnvelope{
      std::move(*document), *protocol,       token.string(),           *signature,  payload,
      timestamp->seconds,   timestamp->time, timestamp->has_remainder, bytes.size()};
}

}  // namespace callgate
