// How documents write the kind `command` of declared arguments.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_COMMAND_KIND_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_COMMAND_KIND_READER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// Reads the schema at a node; false with the fault in the forms where it is none.
using ReadSchemaAt = std::function<bool(std::uint32_t node, SchemaPtr& schema)>;

// Reads the map under the key `command` of a schema. That `kind.args` is declared nowhere is the
// caller's to see.
bool ReadCommandKind(FormReader& forms, std::uint32_t node, const ReadSchemaAt& read_schema,
                     CommandKind& kind);

// Appends it in canonical form.
void WriteCommandKind(const CommandKind& kind,
                      const std::function<void(const SchemaPtr& schema)>& write_schema,
                      std::string& out);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_COMMAND_KIND_READER_H_
