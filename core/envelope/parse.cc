#include <algorithm>
#include <iterator>

#include "core/base/ascii.h"
#include "core/envelope/message.h"
#include "core/envelope/parsed_envelope.h"
#include "core/envelope/timestamp.h"

namespace callgate {
namespace {

using envelope::Invalid;

constexpr std::string_view kMembers[] = {"payload", "protocol", "security_token", "signature",
                                         "timestamp"};

// Some program would come to read an unsigned member next to the five.
Error UnknownMember(std::string_view key) {
  for (const std::string_view name : kMembers) {
    if (base::EqualsIgnoringCase(key, name)) {
      return Invalid("a member differs from " + std::string(name) + " only by case",
                     "/" + std::string(name));
    }
  }
  return Invalid(
      "an envelope has no members but payload, protocol, security_token, signature and "
      "timestamp");
}

// The only members are the five; one that is missing shows when it is read.
Result<void> CheckMembers(json::Value root) {
  for (const auto& [key, value] : root.members()) {
    if (std::ranges::find(kMembers, key) == std::end(kMembers)) return UnknownMember(key);
  }
  return {};
}

Error Missing(std::string_view name) {
  return Invalid(std::string(name) + " is required", "/" + std::string(name));
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

  if (Result<void> ok = CheckMembers(document->root()); !ok) return ok.error();

  const auto protocol_name = document->root().Find("protocol");
  if (!protocol_name) return Missing("protocol");
  const std::optional<Protocol> protocol = ReadProtocol(*protocol_name);
  if (!protocol) return Invalid("protocol must be smcp/v1 or seal/v1", "/protocol");

  const auto token = document->root().Find("security_token");
  if (!token) return Missing("security_token");
  if (!token->is_string() || token->string().empty() ||
      token->string().size() > limits.max_token_bytes) {
    return Invalid("security_token must be a string that is neither empty nor too long",
                   "/security_token");
  }
  const auto signature_text = document->root().Find("signature");
  if (!signature_text) return Missing("signature");
  std::optional<Signature> signature;
  if (signature_text->is_string()) signature = DecodeSignature(signature_text->string());
  if (!signature) {
    return Invalid("signature must be 64 bytes in padded base64, 88 characters", "/signature");
  }
  const auto payload = document->root().Find("payload");
  if (!payload) return Missing("payload");
  if (!payload->is_object()) return Invalid("payload must be an object", "/payload");

  const auto time = document->root().Find("timestamp");
  if (!time) return Missing("timestamp");
  const std::optional<envelope::Timestamp> timestamp = ReadTimestamp(*time, *protocol);
  if (!timestamp) {
    return Invalid(
        "timestamp must be YYYY-MM-DDThh:mm:ssZ with up to nine decimals, in the years "
        "2001 to 2200",
        "/timestamp");
  }
  return ParsedEnvelope{std::move(*document),
                        *protocol,
                        token->string(),
                        *signature,
                        *payload,
                        timestamp->seconds,
                        time->is_string() ? time->string() : time->number(),
                        timestamp->time,
                        timestamp->has_remainder,
                        bytes.size()};
}

}  // namespace callgate
