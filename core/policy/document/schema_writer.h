// Declared arguments in canonical form.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_WRITER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_WRITER_H_

#include <string>
#include <vector>

#include "core/policy/model/context.h"

namespace callgate::policy {

// Rows of the table of constraints.
void WriteArguments(const Capability& capability, std::string& out);
void WriteOtherArguments(const Capability& capability, std::string& out);

// REQUIRES: there are some.
void WriteDefinitions(const Context& context, std::string& out);

// A schema that a definition gave is written as the use of it.
void WriteSchema(const Schema& schema, std::string& out);
void WriteMembers(const std::vector<DeclaredMember>& members, std::string& out);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_WRITER_H_
