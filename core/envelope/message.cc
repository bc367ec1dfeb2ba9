#include "core/envelope/message.h"

#include "core/envelope/timestamp.h"
#include "core/json/object_writer.h"
#include "core/json/write.h"

namespace callgate {
namespace envelope {

Error Invalid(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidEnvelope, std::move(message), std::move(where)};
}

namespace {

// Puts an object as WriteLexical does, where its keys have one order; `put(member)` puts a value.
template <typename PutValue>
void PutMembers(json::Value object, json::Output& out, PutValue put) {
  out.Put('{');
  bool is_first = true;
  for (const json::Member member : object.members()) {
    if (!is_first) out.Put(',');
    is_first = false;
    out.PutPaddedString(member.key);
    out.Put(':');
    put(member);
  }
  out.Put('}');
}

TextSlice Since(std::size_t begin, const json::Output& out) {
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(out.size() - begin)};
}

void PutPayload(json::Value payload, json::KeyOrder order, json::Output& out, MessageParts& parts) {
  const auto has_one_order = [order](json::Value value) {
    return order == json::KeyOrder::kCodePoint || json::IsInUtf16Order(value);
  };
  const auto put_param = [&](const json::Member& member) {
    const std::size_t begin = out.size();
    json::PutLexical(member.value, order, out);
    if (member.key == "_meta") parts.meta = Since(begin, out);
    if (member.key == "arguments") parts.arguments = Since(begin, out);
    if (member.key == "name") parts.name = Since(begin, out);
  };
  const auto put_member = [&](const json::Member& member) {
    const std::size_t begin = out.size();
    const bool is_params = member.key == "params";
    if (is_params && member.value.is_object() && has_one_order(member.value)) {
      PutMembers(member.value, out, put_param);
    } else {
      json::PutLexical(member.value, order, out);
    }
    if (is_params) parts.params = Since(begin, out);
    if (member.key == "id") parts.id = Since(begin, out);
    if (member.key == "method") parts.method = Since(begin, out);
  };
  const std::size_t begin = out.size();
  if (payload.is_object() && has_one_order(payload)) {
    PutMembers(payload, out, put_member);
  } else {
    json::PutLexical(payload, order, out);
  }
  parts.payload = Since(begin, out);
}

}  // namespace

CanonicalForm WriteMessage(json::Value payload, json::KeyOrder order,
                           std::string_view security_token, std::int64_t timestamp_seconds,
                           std::size_t expected_bytes) {
  CanonicalForm form;
  form.text.reserve(expected_bytes);
  json::ObjectWriter message(form.text);
  {
    json::Output out(message.Raw("payload"), 0);
    PutPayload(payload, order, out, form.parts);
  }
  std::string& text = message.Raw("security_token");
  const std::size_t token = text.size();
  json::AppendString(security_token, text);
  form.parts.security_token = {static_cast<std::uint32_t>(token),
                               static_cast<std::uint32_t>(text.size() - token)};
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
