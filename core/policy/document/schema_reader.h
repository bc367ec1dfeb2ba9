// How documents write declared arguments.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_READER_H_

#include <cstdint>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// Rows of the table of constraints.
bool ReadArguments(FormReader& forms, std::uint32_t node, Capability& capability);
bool ReadOtherArguments(FormReader& forms, std::uint32_t node, Capability& capability);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_READER_H_
