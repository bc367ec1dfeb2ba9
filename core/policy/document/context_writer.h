// A context in canonical form.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_WRITER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_WRITER_H_

#include <string>

#include "core/policy/model/context.h"

namespace callgate::policy {

// Compact JSON, keys sorted, defaults left out, sugar spelled out: the same text for the same
// meaning, and PolicySet::Parse of it gives the same context.
std::string ContextJson(const Context& context);
// The same without what is acknowledged, which changes no verdict.
std::string DecisiveJson(const Context& context);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_WRITER_H_
