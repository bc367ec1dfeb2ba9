#include "core/policy/inclusion/declared_subsumption.h"

#include "core/policy/inclusion/short_coverage.h"
#include "core/policy/model/constraint.h"

namespace callgate::policy {

std::optional<SchemaGap> FindArgumentsGap(const Reached& outer, const Reached& inner) {
  if (inner.reach.allows_nothing) return std::nullopt;
  // In the short form a null is no argument, whatever its key: one is always accepted that is not
  // declared.
  if (!inner.capability.arguments)
    return SchemaGap{{}, std::string(NameOf(Constraint::kArguments)), {}};
  const DeclaredArguments& declared = *inner.capability.arguments;
  return outer.capability.arguments ? FindGap(*outer.capability.arguments, declared)
                                    : FindShortGap(outer.capability, declared);
}

}  // namespace callgate::policy
