// What two versions of a context say differently: their documents compared, entry by entry.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_EDITS_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_EDITS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/json_edit.h"

namespace callgate::policy {

// One difference of two capabilities. A list is compared by its entries, without their order where
// that means nothing.
struct Edit {
  std::string keyword;   // as documents write it
  std::string argument;  // the names down to the declared argument, or the key; empty without
  std::optional<std::string> before;  // as text; nullopt where the old one does not say it
  std::optional<std::string> after;

  // Where it stands in each. For an entry, the list; for a keyword, the keyword, which one of the
  // two may lack.
  JsonPath before_path;
  JsonPath after_path;
  bool is_entry = false;
  std::string entry;  // the JSON of an entry
};

// REQUIRES: both are capabilities in canonical form, with definitions written in place.
std::vector<Edit> CompareCapabilities(json::Value before, json::Value after);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_EDITS_H_
