#include "core/policy/document/read_policy.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

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

// Keeps the faults of one text in the order of their places.
void KeepFaults(std::vector<DocumentFault> faults, std::string_view filename,
                std::vector<LoadFault>& kept) {
  std::ranges::stable_sort(faults, {}, [](const DocumentFault& fault) {
    return std::pair(fault.position.line, fault.position.column);
  });
  for (DocumentFault& fault : faults) {
    if (kept.size() == kMostFaults) return;
    const auto [line, column] = fault.position;
    kept.push_back({Where(filename, line, column), line, column, std::string(fault.rule),
                    std::move(fault.found), std::move(fault.message)});
  }
}

// A tree of the text, or why there is none.
std::optional<DocumentFault> ReadTree(std::string_view text, std::string_view filename,
                                      const Limits& limits, Document& document) {
  if (text.size() > limits.max_policy_bytes) {
    return DocumentFault{
        {}, "expected at most " + std::to_string(limits.max_policy_bytes) + " bytes", {}, {}};
  }
  if (!json::IsValidUtf8(text)) return DocumentFault{{}, "expected UTF-8", {}, {}};

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
      return DocumentFault{
          PositionOf(text, std::min(OffsetOf(error.where), text.size())), error.message, {}, {}};
    }
  }
  DocumentFault fault;
  const bool read = is_json ? ReadJson(text, document, fault) : ReadYaml(text, document, fault);
  return read ? std::nullopt : std::optional(std::move(fault));
}

}  // namespace

void ReadPolicy(std::string_view text, std::string_view filename, const Limits& limits,
                PolicyReading& reading) {
  Document document(limits.max_policy_nodes);
  if (auto fault = ReadTree(text, filename, limits, document)) {
    return KeepFaults({std::move(*fault)}, filename, reading.faults);
  }
  ContextReader reader(document, std::string(filename.empty() ? "policy" : filename),
                       limits.max_regex_memory, reading.names);
  const bool is_read = reader.Read(reading.contexts);
  KeepFaults(reader.faults(), filename, reading.faults);
  // Whoever refuses says why. Should it not, the document is refused all the same.
  if (!is_read && reading.faults.empty()) {
    KeepFaults({{{}, "expected a policy", {}, {}}}, filename, reading.faults);
  }
}

}  // namespace callgate::policy
