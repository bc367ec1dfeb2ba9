// The keywords `type`, `enum` and `const`, and numbers in schemas.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_CONSTANT_KEYWORDS_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_CONSTANT_KEYWORDS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// As the rows of schema_table.h have it.
bool ReadType(FormReader& forms, std::uint32_t node, Schema& schema);
void WriteType(const Schema& schema, std::string& out);
bool ReadEnum(FormReader& forms, std::uint32_t node, Schema& schema);
void WriteEnum(const Schema& schema, std::string& out);
bool ReadConst(FormReader& forms, std::uint32_t node, Schema& schema);
void WriteConst(const Schema& schema, std::string& out);

// Nullopt with a fault for what is no number, or none that a double holds.
std::optional<JsonNumber> ReadNumber(FormReader& forms, std::uint32_t node, const char* expected);

// The names of a set of types, joined by "or".
std::string NamesOf(JsonTypes types);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_CONSTANT_KEYWORDS_H_
