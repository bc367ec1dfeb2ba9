// What the schemas of a context refer to.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_SCOPE_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_SCOPE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/model/schema.h"

namespace callgate::policy {

// Schemas that stand in each other, one in place or in a definition. All that walks them recurses
// on it. A context whose schemas are as deep fits a document of kMaxDocumentDepth.
inline constexpr std::size_t kMaxSchemaDepth = 10;

// An argument that a path is relative to, and the node that names it or takes the definition that
// does.
struct BaseName {
  std::string_view name;
  std::uint32_t node;
};

struct Definition {
  SchemaPtr schema;
  std::vector<BaseName> bases;
};

struct SchemaScope {
  std::map<std::string, Definition, std::less<>> definitions;
  std::size_t depth = 0;        // of the schema that is being read
  bool is_definition = false;   // what is read is one of them, which uses none
  std::vector<BaseName> bases;  // of the schemas that were read since this was cleared
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_SCOPE_H_
