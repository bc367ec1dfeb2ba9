#include "core/policy/inclusion/denied_always.h"

#include <algorithm>

#include "core/policy/inclusion/context_reach.h"
#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/inclusion/entry_relations.h"

namespace callgate::policy {
namespace {

bool Covers(const PathEntry& inner, const PathEntry& outer) {
  return PathSet::OfDenied(inner).IsWithin(PathSet::OfDenied(outer));
}
bool Covers(const DomainEntry& inner, const DomainEntry& outer) {
  return DeniesWithin(inner, outer);
}

template <typename Entry>
bool IsDenied(const Context& context, const ToolPatterns& tools, const Entry& except) {
  return std::ranges::any_of(context.deny_list, [&](const DenyEntry& entry) {
    const bool is_as_wide = std::ranges::all_of(tools.list, [&](const ToolPattern& pattern) {
      return IsAsWide(entry.tool_pattern, pattern);
    });
    if (!is_as_wide) return false;
    if (std::holds_alternative<std::monostate>(entry.argument)) return true;
    const auto* const denied = std::get_if<Entry>(&entry.argument);
    return denied != nullptr && Covers(except, *denied);
  });
}

}  // namespace

bool IsDeniedAlways(const Context& context, const ToolPatterns& tools, const PathEntry& except) {
  return IsDenied(context, tools, except);
}

bool IsDeniedAlways(const Context& context, const ToolPatterns& tools, const DomainEntry& except) {
  return IsDenied(context, tools, except);
}

}  // namespace callgate::policy
