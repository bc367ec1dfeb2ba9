// Explanation: a decision on one call, and its cause in words.
#ifndef CALLGATE_EXPLANATION_H_
#define CALLGATE_EXPLANATION_H_

#include <string>
#include <vector>

#include "callgate/decision.h"

namespace callgate {

// For people who write a policy. It quotes short pieces of the call and of the policy, control
// characters escaped: show it to whom may see both.
struct Explanation {
  Decision decision;               // what PolicySet::Evaluate answers
  std::string cause;               // why, in one sentence
  std::vector<std::string> tried;  // of each of decision.details(), in order, why it did not allow
};

}  // namespace callgate

#endif  // CALLGATE_EXPLANATION_H_
