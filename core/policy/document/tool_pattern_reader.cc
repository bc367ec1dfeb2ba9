#include "core/policy/document/tool_pattern_reader.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/policy/document/entry_faults.h"

namespace callgate::policy {
namespace {

constexpr const char* kToolPatternExpected =
    "expected a tool pattern: a tool name, the beginning of tool names followed by *, or *";

}  // namespace

bool ReadToolPattern(FormReader& forms, std::uint32_t node, std::optional<ToolPattern>& pattern) {
  std::string_view text;
  if (!forms.ReadString(node, text, kToolPatternExpected)) return false;
  pattern = ToolPattern::Parse(text);
  return pattern || FailToolPattern(forms, node);
}

bool FailToolPattern(FormReader& forms, std::uint32_t node) {
  const std::string_view text = forms[node].text;
  return forms.Fail(node, text.empty() ? "doc.empty-pattern" : "tool.bad-pattern",
                    std::string(kToolPatternExpected) + WhyNoToolPattern(text));
}

void ReadToolPatterns(FormReader& forms, std::uint32_t node, ToolPatterns& patterns) {
  std::optional<ToolPattern> pattern;
  std::vector<ToolPattern> list;
  if (forms[node].kind != Document::Kind::kList) {
    if (ReadToolPattern(forms, node, pattern)) list.push_back(std::move(*pattern));
  } else {
    std::unordered_set<std::string_view> texts;
    for (std::uint32_t i = node + 1; i < forms[node].end; i = forms[i].end) {
      if (forms[i].kind == Document::Kind::kString && forms[i].text.empty()) {
        forms.Fail(i, "doc.no-empty-string-in-list", kToolPatternExpected);
        continue;
      }
      if (!ReadToolPattern(forms, i, pattern)) continue;
      if (!texts.insert(forms[i].text).second) {
        forms.Fail(i, "tool.list-distinct",
                   "expected each tool pattern once, found a second " + pattern->text);
      }
      list.push_back(std::move(*pattern));
    }
    if (forms[node].end == node + 1) {
      forms.Fail(node, "tool.list-distinct", "expected at least one tool pattern");
    }
  }
  patterns = ToolPatterns::Of(std::move(list));
}

}  // namespace callgate::policy
