#include "core/policy/document/read_policy.h"

#include <charconv>

#include "callgate/json.h"
#include "core/policy/document/context_reader.h"

namespace callgate::policy {
namespace {

// "byte 17" to 17; 0 for anything else.
std::size_t OffsetOf(std::string_view where) noexcept {
  constexpr std::string_view kByte = "byte ";
  std::size_t offset = 0;
  if (where.starts_with(kByte)) {
    std::from_chars(where.data() + kByte.size(), where.data() + where.size(), offset);
  }
  return offset;
}

bool CouldBeJson(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos &&
         std::string_view("{[\"").find(text[first]) != std::string_view::npos;
}

}  // namespace

Result<void> ReadPolicy(std::string_view text, std::string_view filename, const Limits& limits,
                        std::vector<Context>& contexts) {
  const auto refuse = [filename](Position position, std::string message) {
    return Error{ErrorCode::kInvalidPolicy, std::move(message),
                 Where(filename, position.line, position.column)};
  };
  if (text.size() > limits.max_policy_bytes) {
    return refuse({}, "expected at most " + std::to_string(limits.max_policy_bytes) + " bytes");
  }
  if (!json::IsValidUtf8(text)) return refuse({}, "expected UTF-8");

  const bool must_be_json = filename.ends_with(".json");
  bool is_json = false;
  if (must_be_json || CouldBeJson(text)) {
    Limits of_policy = limits;
    of_policy.max_json_bytes = limits.max_policy_bytes;
    of_policy.max_json_nodes = limits.max_policy_nodes;
    const Result<json::Document> parsed = json::Parse(text, of_policy);
    is_json = parsed.ok();
    if (!is_json && must_be_json) {
      const Error& error = parsed.error();
      return refuse(PositionOf(text, std::min(OffsetOf(error.where), text.size())), error.message);
    }
  }

  Document document(limits.max_policy_nodes);
  DocumentFault fault;
  const bool read = is_json ? ReadJson(text, document, fault) : ReadYaml(text, document, fault);
  if (!read) return refuse(fault.position, std::move(fault.message));
  ContextReader reader(document, std::string(filename.empty() ? "policy" : filename),
                       limits.max_regex_memory);
  if (!reader.Read(contexts)) return refuse(reader.fault().position, reader.fault().message);
  return {};
}

}  // namespace callgate::policy
