// How documents write declared arguments.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_READER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// Rows of the table of constraints.
bool ReadArguments(FormReader& forms, std::uint32_t node, Capability& capability);
bool ReadOtherArguments(FormReader& forms, std::uint32_t node, Capability& capability);

// The definitions of a context, which the schemas that are read after them may use.
bool ReadDefinitions(FormReader& forms, std::uint32_t node, Context& context);

// A schema that is no member of an object: of elements, keys, branches, operands, values of
// options. False with a fault. Recurses on the depth of the document, which is bounded.
bool ReadSchema(FormReader& forms, std::uint32_t node, SchemaPtr& schema);
// A map of names to schemas, sorted by name.
bool ReadMembers(FormReader& forms, std::uint32_t node, std::vector<DeclaredMember>& members);
// A map within a schema, where null is no value.
bool ReadSchemaMap(FormReader& forms, std::uint32_t node, Member* members, std::size_t count,
                   const char* expected, const char* (*instead)(std::string_view key) = nullptr);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_READER_H_
