// Why something in a call is refused, and how far its judging came until then.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_STAGED_FAULT_H_
#define CALLGATE_CORE_POLICY_EVALUATE_STAGED_FAULT_H_

#include <cstdint>
#include <string_view>

#include "callgate/error.h"

namespace callgate::policy {

// What a capability looks at, one after the other.
enum class Stage : std::uint8_t { kMembers, kPaths, kDomains, kCommands, kValues };

// The code that a fault of a declared argument denies with.
[[nodiscard]] constexpr ErrorCode CodeOf(Stage stage) noexcept {
  switch (stage) {
    case Stage::kPaths:
      return ErrorCode::kPathNotAllowed;
    case Stage::kDomains:
      return ErrorCode::kDomainNotAllowed;
    case Stage::kCommands:
      return ErrorCode::kCommandNotAllowed;
    case Stage::kMembers:
    case Stage::kValues:
      return ErrorCode::kArgumentNotAllowed;
  }
  return ErrorCode::kArgumentNotAllowed;
}

// Why one value is refused; no rule: it is not.
struct StagedFault {
  std::string_view rule;  // id of the rule in docs/policy.md; static
  Stage stage = Stage::kMembers;

  explicit operator bool() const noexcept { return !rule.empty(); }
};

// Of branches that all refuse, the fault of the one that got furthest, the first of those; none
// where a branch accepts.
template <typename Branches, typename Judge>  // a fault with a stage, from `*branch`
auto FurthestOf(const Branches& branches, Judge&& judge) {
  decltype(judge(**branches.begin())) furthest;
  for (const auto& branch : branches) {
    const auto fault = judge(*branch);
    if (!fault) return fault;
    if (!furthest || fault.stage > furthest.stage) furthest = fault;
  }
  return furthest;
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_STAGED_FAULT_H_
