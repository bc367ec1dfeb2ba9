// Why one value is refused, and what would be accepted in its place.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_VALUE_CAUSE_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_VALUE_CAUSE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/evaluate/schema_value.h"
#include "core/policy/explain/listed.h"

namespace callgate::policy {

// The schema is no anyOf. REQUIRES: `rule` is that by which the schema refuses the value.
Cause CauseOfValue(const Schema& schema, const Scalar& value, std::string_view rule,
                   CallPaths& paths);
// The same of a word of a command, by any schema that refuses it.
Cause CauseOfWord(const Schema& schema, std::string_view word, CallPaths& paths);

// What a host misses that no entry of an allowlist allows: its port, or its name.
Cause CauseOfHost(const std::vector<DomainEntry>& allow, const Domain& domain);

// "; expected at least 1 and at most 9".
std::string OfCount(const std::optional<std::uint64_t>& least,
                    const std::optional<std::uint64_t>& most);

// The branches of an anyOf, those of branches that are one themselves too.
std::vector<const Schema*> BranchesOf(const Schema& schema);

// Of branches that all refuse a value, the closest: it got furthest, and refuses the value rather
// than its type. Null where `judge` gives a fault of none.
template <typename Judge>  // StagedFault(const Schema& branch); no rule: not to be considered
const Schema* Closest(const std::vector<const Schema*>& branches, Judge&& judge, std::size_t& place,
                      StagedFault& fault) {
  const Schema* closest = nullptr;
  const auto is_of_type = [](std::string_view rule) { return rule.ends_with(".type"); };
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const StagedFault judged = judge(*branches[i]);
    if (!judged) continue;
    const bool is_closer =
        closest == nullptr || is_of_type(fault.rule) > is_of_type(judged.rule) ||
        (is_of_type(fault.rule) == is_of_type(judged.rule) && judged.stage > fault.stage);
    if (!is_closer) continue;
    closest = branches[i];
    place = i;
    fault = judged;
  }
  return closest;
}

// The cause of that branch, as one of all of them. REQUIRES: it says what is wrong.
Cause OfBranch(Cause cause, std::size_t place);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_VALUE_CAUSE_H_
