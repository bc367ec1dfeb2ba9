// What a PolicySet holds.
#ifndef CALLGATE_CORE_POLICY_POLICY_SET_STATE_H_
#define CALLGATE_CORE_POLICY_POLICY_SET_STATE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "callgate/policy.h"
#include "core/policy/model/context.h"

namespace callgate {

struct PolicySet::State {
  std::map<std::string, std::shared_ptr<const policy::Context>, std::less<>> contexts;
  std::string digest;  // SHA-256, hexadecimal
  Limits limits;

  // That there is no context of that name, and which one was probably meant.
  std::string WhyUnknown(std::string_view name) const;
};

}  // namespace callgate

#endif  // CALLGATE_CORE_POLICY_POLICY_SET_STATE_H_
