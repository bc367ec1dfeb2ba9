#ifndef CALLGATE_CORE_ENVELOPE_MESSAGE_H_
#define CALLGATE_CORE_ENVELOPE_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/envelope/parsed_envelope.h"

namespace callgate::envelope {

Error Invalid(std::string message, std::string where = "");

// Bytes that a message has besides payload and token, and those that its writer wants to spare.
inline constexpr std::size_t kMessageFrame = 192;

// Writes {"payload":…,"security_token":…,"timestamp":…}. `expected_bytes` is reserved once.
// REQUIRES: `security_token` is valid UTF-8.
CanonicalForm WriteMessage(json::Value payload, json::KeyOrder order,
                           std::string_view security_token, std::int64_t timestamp_seconds,
                           std::size_t expected_bytes);

// Parses a payload that is to be signed and checks the token sent with it. INVALID_ENVELOPE.
Result<json::Document> ParsePayload(std::string_view payload_json, std::string_view security_token,
                                    const Limits& limits);

}  // namespace callgate::envelope

#endif  // CALLGATE_CORE_ENVELOPE_MESSAGE_H_
