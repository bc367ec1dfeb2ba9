#include "core/policy/document/acknowledgements.h"

#include <algorithm>

#include "core/json/object_writer.h"

namespace callgate::policy {
namespace {

std::string UnknownRule(std::string_view text) {
  constexpr std::size_t kShown = 64;
  std::string message = "expected a rule of lint, as in lint.interpreter";
  if (text == kAcknowledgedInVain) {
    return message + "; " + std::string(text) + " cannot be acknowledged: delete what is in vain";
  }
  message.append(", found ").append(text.substr(0, kShown));
  if (const std::string_view closest = ClosestLintRule(text); !closest.empty()) {
    message.append("; did you mean ").append(closest).append("?");
  }
  return message;
}

}  // namespace

bool ReadAcknowledgements(FormReader& forms, std::uint32_t node, const std::string& file,
                          Acknowledgements& out) {
  if (forms[node].kind != Document::Kind::kMap) {
    return forms.Fail(node, "expected a map from rules of lint to reasons");
  }
  if (!forms.CheckKeys(node)) return false;
  for (std::uint32_t key = node + 1; key < forms[node].end; key = forms.NextMember(key)) {
    const std::string_view rule = forms[key].text;
    if (FindLintRule(rule) == nullptr || rule == kAcknowledgedInVain) {
      return forms.Fail(key, UnknownRule(rule));
    }
    if (forms[key + 1].kind == Document::Kind::kNull) continue;
    constexpr const char* kReason = "expected a reason: a text that is not empty";
    std::string_view reason;
    if (!forms.ReadString(key + 1, reason, kReason)) return false;
    if (reason.empty()) return forms.Fail(key + 1, kReason);
    const Position at = forms[key].position;
    out.push_back({std::string(rule), std::string(reason), {file, at.line, at.column}});
  }
  std::ranges::sort(out, {}, &Acknowledgement::rule);
  return true;
}

void WriteAcknowledgements(const Acknowledgements& all, std::string& out) {
  json::ObjectWriter object(out);
  for (const Acknowledgement& one : all) object.Text(one.rule, one.reason);
  object.End();
}

}  // namespace callgate::policy
