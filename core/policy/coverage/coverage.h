// What of a context calls exercise: the parts that there are, and those that one call takes.
#ifndef CALLGATE_CORE_POLICY_COVERAGE_COVERAGE_H_
#define CALLGATE_CORE_POLICY_COVERAGE_COVERAGE_H_

#include <string_view>
#include <vector>

#include "callgate/coverage.h"
#include "callgate/json.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// In the order of the document: capabilities, each before what it declares, then deny entries.
std::vector<PolicyPart> PartsOf(const Context& context);

// Those of PartsOf that decide a call: the deny entry that fires; or the capabilities that allow it
// with the declared arguments that it holds, of branches the first that accepts, and the options of
// commands; or the except entries that deny it (except_entries.h). Any other call exercises none.
// REQUIRES: `context` came from Compile; `arguments` is an object.
std::vector<PolicyPart> PartsExercised(const Context& context, std::string_view tool,
                                       json::Value arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COVERAGE_COVERAGE_H_
