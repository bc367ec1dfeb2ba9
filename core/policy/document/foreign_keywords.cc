#include "core/policy/document/foreign_keywords.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace callgate::policy {

const char* InsteadOf(std::string_view keyword) noexcept {
  constexpr const char* kCapabilities =
      "expected several capabilities on one tool, or anyOf, to say what holds in which case";
  constexpr const char* kDefinitions =
      "expected use: NAME, with a schema of that name in definitions of the context";
  constexpr const char* kNames =
      "expected additionalProperties with a schema, and a pattern for the keys in propertyNames";
  constexpr const char* kNothing =
      "expected nothing instead: of annotations there are title and description alone";
  static constexpr std::pair<std::string_view, const char*> kInstead[] = {
      {"required", "expected no required: members must be there unless they say optional: true"},
      {"oneOf", "expected anyOf, which accepts what one or more of its branches do"},
      {"allOf", kCapabilities},
      {"not", kCapabilities},
      {"if", kCapabilities},
      {"then", kCapabilities},
      {"else", kCapabilities},
      {"dependentRequired", kCapabilities},
      {"dependentSchemas", kCapabilities},
      {"dependencies", kCapabilities},
      {"$ref", kDefinitions},
      {"$dynamicRef", kDefinitions},
      {"$defs", kDefinitions},
      {"definitions", kDefinitions},
      {"format", "expected a pattern, or one of the kinds path, url, host and uri"},
      {"contentEncoding", "expected a pattern"},
      {"contains", "expected items, which says what each element must be"},
      {"minContains", "expected minItems, and items, which says what each element must be"},
      {"maxContains", "expected maxItems, and items, which says what each element must be"},
      {"prefixItems", "expected items, which says what each element must be"},
      {"additionalItems", "expected items, which says what each element must be"},
      {"unevaluatedItems", "expected items, which says what each element must be"},
      {"patternProperties", kNames},
      {"unevaluatedProperties", "expected no unevaluatedProperties: objects are closed"},
      {"minProperties",
       "expected no minProperties: members must be there unless they say "
       "optional: true"},
      {"default", kNothing},
      {"examples", kNothing},
      {"deprecated", kNothing},
      {"readOnly", kNothing},
      {"writeOnly", kNothing},
      {"$schema", kNothing},
      {"$id", kNothing},
      {"$comment", kNothing},
  };
  const auto* const row =
      std::ranges::find(kInstead, keyword, [](const auto& r) { return r.first; });
  return row == std::end(kInstead) ? nullptr : row->second;
}

}  // namespace callgate::policy
