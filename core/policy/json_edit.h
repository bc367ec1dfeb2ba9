// Canonical JSON of contexts, taken apart and written again with one place changed.
#ifndef CALLGATE_CORE_POLICY_JSON_EDIT_H_
#define CALLGATE_CORE_POLICY_JSON_EDIT_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "callgate/json.h"

namespace callgate::policy {

// A member of an object, or an element of a list.
using JsonStep = std::variant<std::string, std::size_t>;
using JsonPath = std::vector<JsonStep>;

// Of what policies say in canonical form: their own limits were held where they were read.
inline constexpr Limits kCanonicalLimits = [] {
  Limits limits;
  limits.max_json_bytes = std::size_t{1} << 30;
  limits.max_json_nodes = limits.max_json_bytes;
  return limits;
}();

// Compact.
std::string TextOf(json::Value value);
// Strings as they are, anything else compact; cut where it is long.
std::string ShownText(json::Value value);

// The value at the place; nullopt where there is none.
std::optional<json::Value> FindAt(json::Value value, std::span<const JsonStep> path);
// `value` with `replacement`, JSON, at the place, or without what stands there. An object that has
// no such member gets it. REQUIRES: all but the last step exists.
std::string WithReplaced(json::Value value, std::span<const JsonStep> path,
                         const std::optional<std::string>& replacement);

// The capability with each schema that a definition gives written in its place. `definitions` is
// that member of its context; nullopt without.
std::string WithDefinitions(json::Value capability, const std::optional<json::Value>& definitions);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_JSON_EDIT_H_
