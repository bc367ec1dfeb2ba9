// Why a capability that declares its arguments refuses a call.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_DECLARED_CAUSE_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_DECLARED_CAUSE_H_

#include <cstdint>
#include <string_view>

#include "core/policy/evaluate/arguments.h"
#include "core/policy/explain/listed.h"

namespace callgate::policy {

// REQUIRES: `rule` refuses `item`; kNoItem: the arguments as a whole.
Cause CauseInDeclared(const DeclaredArguments& declared, const Arguments& arguments,
                      std::uint32_t item, std::string_view rule);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_DECLARED_CAUSE_H_
