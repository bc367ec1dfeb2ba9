// What the ceiling says of two contexts holds for calls. The first line is a call, "tool {...}";
// the rest a policy. Every pair of its first contexts is compared.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "callgate/policy.h"

namespace {

using callgate::PolicySet;
using callgate::Witness;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool Allows(const PolicySet& policy, const std::string& context, std::string_view tool,
            std::string_view arguments) {
  return policy.Evaluate(context, tool, arguments).allowed();
}

void CheckPair(const PolicySet& policy, const std::string& parent, const std::string& child,
               std::string_view tool, std::string_view arguments) {
  const auto containment = policy.Contains(parent, child);
  Require(containment.ok());
  Require(containment->contained || parent != child);
  Require(containment->contained == containment->reason.empty());
  if (containment->contained) {
    Require(!Allows(policy, child, tool, arguments) || Allows(policy, parent, tool, arguments));
  } else if (const auto& witness = containment->witness) {
    Require(Allows(policy, child, witness->tool, witness->arguments));
    Require(!Allows(policy, parent, witness->tool, witness->arguments));
  }
  const callgate::PolicyDiff diff = policy.Diff(parent, policy, child).value();
  for (const callgate::PolicyChange& change : diff.changes) {
    if (!change.witness) continue;
    const Witness& shown = *change.witness;
    Require(Allows(policy, child, shown.tool, shown.arguments) == change.became_allowed);
    Require(Allows(policy, parent, shown.tool, shown.arguments) != change.became_allowed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos || size > 16'384) return 0;
  const std::string_view call = input.substr(0, line);
  const std::string_view tool = call.substr(0, call.find(' '));
  const std::string_view arguments = call.substr(tool.size());
  const auto policy = PolicySet::Parse(input.substr(line + 1));
  if (!policy) return 0;
  const auto names = policy->context_names();
  for (std::size_t i = 0; i < names.size() && i < 3; ++i) {
    for (std::size_t j = 0; j < names.size() && j < 3; ++j) {
      CheckPair(*policy, names[i], names[j], tool, arguments);
    }
    if (Allows(*policy, names[i], tool, arguments)) {
      Require(!policy->CouldAllow(names[i], {std::string(tool)})->empty());
    }
  }
  for (const callgate::LintWarning& warning : policy->Lint()) {
    Require(warning.rule.starts_with("lint.") && !warning.message.empty());
  }
  return 0;
}
