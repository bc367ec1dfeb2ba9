// Whether a kind of one schema accepts every string that a kind of another does, entry by entry.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_KIND_SUBSUMPTION_H_
#define CALLGATE_CORE_POLICY_INCLUSION_KIND_SUBSUMPTION_H_

#include <string_view>

#include "core/policy/inclusion/schema_constants.h"

namespace callgate::policy {

// Where a kind does not cover another: the keyword, and of a list the entry. Views into the two.
struct KindGap {
  std::string_view keyword;  // empty: there is none
  std::string_view entry;
};

// Where the kind of `outer` does not cover that of `inner`.
// REQUIRES: both have a kind, and that of `inner` is no command.
KindGap FindKindGap(const Schema& outer, const Schema& inner, const Scope& scope);

// The keyword by which the kind refuses the string; empty where it accepts it, and without a kind.
std::string_view FindKindRefusal(const Schema& schema, std::string_view text, const Scope& scope);

// What a path kind joins relative paths to, in calls whose arguments are as declared.
struct Base {
  enum class Kind : std::uint8_t { kNone, kDirectory, kArgument };
  Kind kind = Kind::kNone;
  std::string_view text;  // the directory, or the name of the argument
  friend bool operator==(const Base&, const Base&) = default;
};
Base BaseOf(const PathKind& kind, const DeclaredArguments& calls);
// Some relative path is allowed.
bool TakesRelative(const PathKind& kind, const Base& base);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_KIND_SUBSUMPTION_H_
