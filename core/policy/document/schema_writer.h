// Declared arguments in canonical form.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_WRITER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_WRITER_H_

#include <string>

#include "core/policy/model/context.h"

namespace callgate::policy {

// Rows of the table of constraints.
void WriteArguments(const Capability& capability, std::string& out);
void WriteOtherArguments(const Capability& capability, std::string& out);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_WRITER_H_
