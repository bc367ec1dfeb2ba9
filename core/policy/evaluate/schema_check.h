// Whether the arguments of a call are as a capability declares them.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_SCHEMA_CHECK_H_
#define CALLGATE_CORE_POLICY_EVALUATE_SCHEMA_CHECK_H_

#include "core/policy/evaluate/capability_check.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

[[nodiscard]] CheckResult CheckDeclared(const DeclaredArguments& declared,
                                        const Arguments& arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_SCHEMA_CHECK_H_
