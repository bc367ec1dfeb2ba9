// The keywords of schemas: how documents write them.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_TABLE_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// What a schema is first of all; it is exactly one. A set of them says where a keyword may stand.
using Heads = std::uint8_t;
inline constexpr Heads kPlainHead = 1 << 0;  // type, enum, const
inline constexpr Heads kKindHead = 1 << 1;
inline constexpr Heads kAnyOfHead = 1 << 2;
inline constexpr Heads kUseHead = 1 << 3;
inline constexpr Heads kAnyHead = 1 << 4;
inline constexpr Heads kAllHeads = kPlainHead | kKindHead | kAnyOfHead | kUseHead | kAnyHead;

struct KeywordRow {
  std::string_view name;
  Heads head;       // that the keyword makes the schema; 0: none
  Heads beside;     // what the keyword stands beside, where it makes nothing
  JsonTypes types;  // of which the schema names one at least; 0: whatever it names
  // Reads the value into the schema. False with a fault where it is wrong. Null for `use` and
  // `optional`, which say nothing of the schema itself.
  bool (*read)(FormReader& forms, std::uint32_t node, Schema& schema);
  // Appends the value, as canonical JSON; nothing where the schema says no more than one without
  // the keyword. Null where it is never written.
  void (*write)(const Schema& schema, std::string& out);
};

inline constexpr std::size_t kKeywords = 31;
// In the order in which they are read: what others depend on comes first.
extern const std::array<KeywordRow, kKeywords> kKeywordTable;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_TABLE_H_
