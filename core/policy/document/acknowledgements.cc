#include "core/policy/document/acknowledgements.h"

#include <algorithm>

#include "core/json/object_writer.h"

namespace callgate::policy {
namespace {

std::string UnknownRule(std::string_view text) {
  std::string message = "expected a rule of lint, as in lint.interpreter";
  if (text == kAcknowledgedInVain) {
    return message + "; " + std::string(text) + " cannot be acknowledged: delete what is in vain";
  }
  if (const std::string closest = ClosestLintRule(text); !closest.empty()) {
    message.append("; did you mean ").append(closest).append("?");
  }
  return message;
}

}  // namespace

bool ReadAcknowledgements(FormReader& forms, std::uint32_t node, const std::string& file,
                          Acknowledgements& out) {
  if (forms[node].kind != Document::Kind::kMap) {
    return forms.Fail(node, "doc.wrong-type", "expected a map from rules of lint to reasons");
  }
  constexpr std::string_view kRule = "doc.acknowledge";
  bool ok = forms.CheckKeys(node);
  for (std::uint32_t key = node + 1; key < forms[node].end; key = forms.NextMember(key)) {
    const std::string_view rule = forms[key].text;
    if (FindLintRule(rule) == nullptr || rule == kAcknowledgedInVain) {
      ok = forms.Fail(key, kRule, UnknownRule(rule));
    }
    const std::uint32_t value = forms.ValueOf(key);
    if (forms[value].kind == Document::Kind::kNull) continue;
    constexpr const char* kReason = "expected a reason: a text that is not empty";
    std::string_view reason;
    if (!forms.ReadString(value, reason, kReason)) {
      ok = false;
    } else if (reason.empty()) {
      ok = forms.Fail(value, kRule, kReason);
    }
    const Position at = forms[key].position;
    out.push_back({std::string(rule), std::string(reason), {file, at.line, at.column}});
  }
  std::ranges::sort(out, {}, &Acknowledgement::rule);
  return ok;
}

void WriteAcknowledgements(const Acknowledgements& all, std::string& out) {
  json::ObjectWriter object(out);
  for (const Acknowledgement& one : all) object.Text(one.rule, one.reason);
  object.End();
}

}  // namespace callgate::policy
