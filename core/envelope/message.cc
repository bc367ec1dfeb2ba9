#include "core/envelope/message.h"

#include "core/envelope/timestamp.h"
#include "core/json/object_writer.h"

namespace callgate {
namespace envelope {

Error Invalid(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidEnvelope, std::move(message), std::move(where)};
}

CanonicalForm WriteMessage(json::Value payload, json::KeyOrder order,
                           std::string_view security_token, std::int64_t timestamp_seconds,
                           std::size_t expected_bytes) {
  CanonicalForm form;
  form.text.reserve(expected_bytes);
  json::ObjectWriter message(form.text);
  json::WriteLexical(payload, order, message.Raw("payload"));
  form.payload_bytes = form.text.size() - CanonicalForm::kPayloadAt;
  message.Text("security_token", security_token);
  message.Integer("timestamp", timestamp_seconds);
  message.End();
  return form;
}

Result<json::Document> ParsePayload(std::string_view payload_json, std::string_view security_token,
                                    const Limits& limits) {
  if (security_token.empty() || security_token.size() > limits.max_token_bytes ||
      !json::IsValidUtf8(security_token)) {
    return Invalid("security_token must be a string that is neither empty nor too long",
                   "/security_token");
  }
  Result<json::Document> payload = json::Parse(payload_json, limits);
  if (!payload) {
    Error error = std::move(payload).error();
    return Invalid("payload: " + error.message, std::move(error.where));
  }
  if (!payload->root().is_object()) return Invalid("payload must be an object", "/payload");
  return payload;
}

}  // namespace envelope

Result<std::string> CanonicalMessage(std::string_view payload_json, std::string_view security_token,
                                     std::int64_t timestamp_seconds, const Limits& limits) {
  const Result<json::Document> payload =
      envelope::ParsePayload(payload_json, security_token, limits);
  if (!payload) return payload.error();
  if (!envelope::ReadTimestamp(timestamp_seconds)) {
    return envelope::Invalid("timestamp must lie in the years 2001 to 2200", "/timestamp");
  }
  return envelope::WriteMessage(
             payload->root(), json::KeyOrder::kCodePoint, security_token, timestamp_seconds,
             payload_json.size() + security_token.size() + envelope::kMessageFrame)
      .text;
}

}  // namespace callgate
