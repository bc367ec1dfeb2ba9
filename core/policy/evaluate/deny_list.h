// The deny list: whether any entry fires on a call.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_DENY_LIST_H_
#define CALLGATE_CORE_POLICY_EVALUATE_DENY_LIST_H_

#include "core/policy/evaluate/argument_search.h"
#include "core/policy/evaluate/call_paths.h"
#include "core/policy/evaluate/compiled_context.h"

namespace callgate::policy {

// Why an entry fires, and which; no rule: none does.
struct Denial : Fault {
  const DenyEntry* entry = nullptr;  // of the context; the first of its kind that fires
};

// `entries` are those of the context whose pattern matches the tool, `capabilities` those of its
// capabilities. REQUIRES: `paths` are those of the arguments.
[[nodiscard]] Denial JudgeDenyList(const Context& context, const Positions& entries,
                                   const Positions& capabilities, const Arguments& arguments,
                                   CallPaths& paths);
// The same of a call of which little else is asked.
[[nodiscard]] inline Denial JudgeDenyList(const Context& context, const Positions& entries,
                                          const Positions& capabilities,
                                          const Arguments& arguments) {
  CallPaths paths(arguments);
  return JudgeDenyList(context, entries, capabilities, arguments, paths);
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_DENY_LIST_H_
