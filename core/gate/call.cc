#include "core/gate/call.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/base/ascii.h"
#include "core/policy/model/tool_pattern.h"

namespace callgate::gate {
namespace {

Error Invalid(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidEnvelope, std::move(message), std::move(where)};
}

// Finds the members `names` of an object and refuses all others. Servers exist that match member
// names without case, so one that differs only by case gets a message of its own.
template <std::size_t N>
Result<std::array<std::optional<json::Value>, N>> FindMembers(
    json::Value object, const std::array<std::string_view, N>& names, const std::string& where) {
  std::array<std::optional<json::Value>, N> found;
  for (const auto& [key, value] : object.members()) {
    const auto name = std::ranges::find(names, key);
    if (name != names.end()) {
      found[static_cast<std::size_t>(name - names.begin())] = value;
      continue;
    }
    for (const std::string_view known : names) {
      if (base::EqualsIgnoringCase(key, known)) {
        return Invalid("a member differs from " + std::string(known) + " only by case", where);
      }
    }
    return Invalid("unknown member", where);
  }
  return found;
}

bool IsRequestId(json::Value id) {
  return id.is_string() ||
         (id.is_number() && id.number().find_first_of(".eE") == std::string_view::npos);
}

Result<Call> ReadToolsCall(json::Value params) {
  static constexpr std::array<std::string_view, 3> kNames = {"_meta", "arguments", "name"};
  const auto found = FindMembers(params, kNames, "/payload/params");
  if (!found) return found.error();
  const auto& [meta, arguments, name] = *found;
  if (!name || !name->is_string() || !policy::IsToolName(name->string())) {
    return Invalid("name must be a tool name: 1 to 128 of A-Z a-z 0-9 _ . : / -",
                   "/payload/params/name");
  }
  if (arguments && !arguments->is_object()) {
    return Invalid("arguments must be an object", "/payload/params/arguments");
  }
  if (meta && !meta->is_object()) {
    return Invalid("_meta must be an object", "/payload/params/_meta");
  }
  return Call{Method::kToolsCall, name->string(), arguments, meta.has_value()};
}

Result<Call> ReadToolsList(std::optional<json::Value> params) {
  Call call{Method::kToolsList, {}, std::nullopt, false};
  if (!params) return call;
  static constexpr std::array<std::string_view, 2> kNames = {"_meta", "cursor"};
  const auto found = FindMembers(*params, kNames, "/payload/params");
  if (!found) return found.error();
  const auto& [meta, cursor] = *found;
  if (cursor && !cursor->is_string()) {
    return Invalid("cursor must be a string", "/payload/params/cursor");
  }
  if (meta && !meta->is_object()) {
    return Invalid("_meta must be an object", "/payload/params/_meta");
  }
  call.has_meta = meta.has_value();
  return call;
}

TextSlice WithoutQuotes(TextSlice text) { return {text.offset + 1, text.size - 2}; }

}  // namespace

Result<Call> ReadCall(json::Value payload) {
  static constexpr std::array<std::string_view, 4> kNames = {"id", "jsonrpc", "method", "params"};
  const auto found = FindMembers(payload, kNames, "/payload");
  if (!found) return found.error();
  const auto& [id, jsonrpc, method, params] = *found;
  if (!id || !IsRequestId(*id)) {
    return Invalid("id must be a string or an integer", "/payload/id");
  }
  if (!jsonrpc || !jsonrpc->is_string() || jsonrpc->string() != "2.0") {
    return Invalid("jsonrpc must be \"2.0\"", "/payload/jsonrpc");
  }
  if (params && !params->is_object()) {
    return Invalid("params must be an object", "/payload/params");
  }
  if (method && method->is_string()) {
    if (method->string() == "tools/list") return ReadToolsList(params);
    if (method->string() == "tools/call") {
      if (params) return ReadToolsCall(*params);
      return Invalid("params is required", "/payload/params");
    }
  }
  return Invalid("method must be tools/call or tools/list", "/payload/method");
}

void RecordMessage(const ParsedEnvelope& envelope, const Call& call, CanonicalForm form,
                   CallRecord& record) {
  record.message = std::move(form.text);
  record.timestamp_size = static_cast<std::uint8_t>(envelope.timestamp_text.size());
  std::ranges::copy(envelope.timestamp_text, record.timestamp.begin());
  const MessageParts& parts = form.parts;
  record.payload = parts.payload;
  record.security_token = WithoutQuotes(parts.security_token);
  record.request_id = parts.id;
  record.method = WithoutQuotes(parts.method);
  if (call.has_meta) {
    const std::string_view text = record.message;
    // "_meta" comes before all other members of params.
    const std::size_t first = parts.params.offset + 1;
    const std::size_t rest = parts.meta.end() + (text[parts.meta.end()] == ',' ? 1 : 0);
    record.forwarded.append(text.substr(parts.payload.offset, first - parts.payload.offset));
    record.forwarded.append(text.substr(rest, parts.payload.end() - rest));
  }
  if (call.method != Method::kToolsCall) return;
  record.tool = WithoutQuotes(parts.name);
  record.arguments = parts.arguments;
  record.arguments_are_absent = !call.arguments.has_value();
}

}  // namespace callgate::gate
