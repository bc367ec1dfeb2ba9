#include "core/policy/explain/explain.h"

#include <algorithm>
#include <variant>

#include "core/base/nearest.h"
#include "core/base/shown.h"
#include "core/policy/evaluate/capability_check.h"
#include "core/policy/explain/declared_cause.h"
#include "core/policy/explain/offence.h"
#include "core/policy/explain/rule_causes.h"
#include "core/policy/explain/short_form_cause.h"

namespace callgate::policy {
namespace {

// The tool that was probably meant.
std::string ExplainTool(const Context& context, std::string_view tool) {
  base::Nearest nearest(tool);
  for (const Capability& capability : context.capabilities) {
    for (const ToolPattern& pattern : capability.tool_pattern.list) {
      // What a tool of a prefix pattern would be called, had only its beginning been misspelt.
      const std::string_view rest = tool.substr(std::min(tool.size(), pattern.stem().size()));
      const bool is_prefix = pattern.kind == ToolPattern::Kind::kPrefix;
      nearest.Offer(std::string(pattern.stem()).append(is_prefix ? rest : std::string_view()));
    }
  }
  return "no capability is on the tool " + base::Shown(tool) + nearest.Question();
}

// ` "/etc/passwd"`: a string or number, as it stands.
std::string Quoted(json::Value value) {
  if (value.is_string()) return " \"" + base::Shown(value.string()) + '"';
  if (value.is_number()) return " " + base::Shown(value.number());
  return {};
}

// "/path: the path has a .. segment at character 12 (..)".
std::string Sentence(const Arguments& arguments, std::uint32_t item, std::string_view rule,
                     const Cause& cause) {
  std::string what = cause.what.empty() ? std::string(CauseOf(rule)) : cause.what;
  if (item == kNoItem) return what + cause.instead;
  const json::Value value = arguments[item].value;
  if (cause.what.empty() && value.is_string()) what += PlaceOfOffence(rule, value.string());
  return base::Shown(arguments.PointerTo(item)) + Quoted(value) + ": " + what + cause.instead;
}

std::string ExplainCapability(const Capability& capability, const Arguments& arguments) {
  const CheckResult result = Check(capability, arguments);
  const auto [rule, item] = result.fault;
  return Sentence(arguments, item, rule,
                  capability.arguments
                      ? CauseInDeclared(*capability.arguments, arguments, item, rule)
                      : CauseInShortForm(capability, arguments, item, rule));
}

std::string ExplainDeny(const DenyEntry& entry, const Arguments& arguments,
                        const Verdict& verdict) {
  std::uint32_t item = 0;
  while (item < arguments.size() && arguments.PointerTo(item) != verdict.where) ++item;
  if (item == arguments.size()) item = kNoItem;
  Cause cause;
  if (item != kNoItem && verdict.rule == "deny.malformed") {
    cause.instead = Malformation(entry, arguments[item].value);
  }
  std::string sentence = Sentence(arguments, item, verdict.rule, cause);
  sentence.append(": deny entry ").append(std::to_string(entry.nth));
  sentence.append(" (").append(entry.tool_pattern.text);
  std::visit(
      [&](const auto& argument) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(argument)>, std::monostate>) {
          sentence.append(": ").append(base::Shown(argument.text));
        }
        if constexpr (std::is_same_v<std::decay_t<decltype(argument)>, CommandEntry>) {
          if (!argument.option.empty()) {
            sentence.append(" with the option ").append(base::Shown(argument.option));
          }
        }
      },
      entry.argument);
  return sentence + ")";
}

}  // namespace

DenialCauses ExplainDenial(const Context& context, std::string_view tool, json::Value arguments,
                           const Verdict& verdict) {
  if (verdict.rule == "order.default-deny") return {ExplainTool(context, tool), {}};
  const Arguments walked(arguments);
  if (verdict.deny_entry != kNoDenyEntry) {
    const DenyEntry& entry = context.deny_list[static_cast<std::size_t>(verdict.deny_entry)];
    return {ExplainDeny(entry, walked, verdict), {}};
  }
  DenialCauses causes;
  for (const TriedCapability& tried : verdict.tried) {
    causes.tried.push_back(ExplainCapability(context.capabilities[tried.capability], walked));
    if (static_cast<std::int32_t>(tried.capability) == verdict.capability) {
      causes.cause = causes.tried.back();
    }
  }
  if (causes.cause.empty()) causes.cause = CauseOf(verdict.rule);
  return causes;
}

}  // namespace callgate::policy
