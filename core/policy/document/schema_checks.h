// What the keywords of one schema must be together.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_CHECKS_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_CHECKS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/policy/document/form_reader.h"
#include "core/policy/document/schema_table.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// Where each keyword of the table stands in one schema.
struct KeywordPlaces {
  std::uint32_t node;  // of the schema
  std::array<Member, kKeywords> members;

  // REQUIRES: `keyword` is in the table.
  const Member& operator[](std::string_view keyword) const noexcept;
  bool Has(std::string_view keyword) const noexcept { return (*this)[keyword].key != kAbsent; }
};

// False with a fault where a keyword lacks another that it needs, or where no value meets
// them all.
bool CheckKeywords(FormReader& forms, const KeywordPlaces& places, const Schema& schema);

// Leaves of the constants of a schema those that its other keywords accept, and of these keywords
// what says more than the constants do. REQUIRES: CheckKeywords is true of it.
void KeepAcceptedConstants(Schema& schema);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_SCHEMA_CHECKS_H_
