// Calls that hold no more than a capability needs, in every way that it may be given.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_CANDIDATE_CALLS_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_CANDIDATE_CALLS_H_

#include <functional>
#include <vector>

#include "core/policy/counterexample/candidate_values.h"

namespace callgate::policy {

// Further ways to give a path, domain or command, tried as well.
struct FurtherPieces {
  std::vector<Fragment> paths;
  std::vector<Fragment> domains;
  std::vector<Fragment> commands;
};

// Calls `take` with such calls for one sort of the capability's commands, the likeliest first,
// until it returns false or the ways that are tried run out. `patterned` are the arguments that
// stand under its argument patterns.
void ForEachCandidateCall(const Capability& capability, const CommandClass& command,
                          const Fragment& patterned, const FurtherPieces& further,
                          const std::function<bool(const CallBuilder&)>& take);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_CANDIDATE_CALLS_H_
