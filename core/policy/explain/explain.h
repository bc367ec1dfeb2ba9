// Why a call is denied, in words. It is judged again for that, so that decisions cost nothing more.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_EXPLAIN_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_EXPLAIN_H_

#include <string>
#include <string_view>
#include <vector>

#include "callgate/json.h"
#include "core/policy/evaluate/evaluate.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// One sentence each: the argument as a JSON pointer, what is wrong with it, the character that
// offends, and what would be allowed there.
struct DenialCauses {
  std::string cause;               // why the call is denied
  std::vector<std::string> tried;  // of each capability of verdict.tried, why it does not allow it
};

// REQUIRES: `verdict` is what Evaluate answers to the call, and denies it; `context` came from
// Compile; `arguments` is an object.
DenialCauses ExplainDenial(const Context& context, std::string_view tool, json::Value arguments,
                           const Verdict& verdict);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_EXPLAIN_H_
