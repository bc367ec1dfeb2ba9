// What one edit alone makes of a capability.
#ifndef CALLGATE_CORE_POLICY_EDIT_VARIANTS_H_
#define CALLGATE_CORE_POLICY_EDIT_VARIANTS_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/policy/document_edits.h"
#include "core/policy/variant.h"

namespace callgate::policy {

// Where an edit stands in a capability of one side.
struct EditPlace {
  std::size_t capability;
  json::Value document;
  const JsonPath& path;
};

// Lists of which each entry allows something by itself.
bool AllowsByItself(std::string_view keyword) noexcept;

// `outer` with this edit as `own` has it, and with no other: of a list that allows by its entries,
// with this one alone. `gained`: `own` has it. Nullopt where that is no capability.
std::optional<Variant> OfEditAlone(const Edit& edit, bool gained, const EditPlace& outer,
                                   const EditPlace& own);
// `own` with this edit undone, and no other.
std::optional<Variant> OfEditUndone(const Edit& edit, bool gained, const EditPlace& outer,
                                    const EditPlace& own);
// The capability, as JSON, with the entry in the list at the place, which it may lack.
std::string WithEntryAt(json::Value capability, const JsonPath& path, const std::string& entry);
// `own` with the entry alone in its list.
std::optional<Variant> OfEntryAlone(const Edit& edit, const EditPlace& own);
// `to` with the whole argument that the edit stands in as `from` has it: for a keyword that cannot
// change alone. Nullopt where it stands in none.
std::optional<Variant> OfWholeArgument(const EditPlace& from, const EditPlace& to);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EDIT_VARIANTS_H_
