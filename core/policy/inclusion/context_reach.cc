#include "core/policy/inclusion/context_reach.h"

#include <algorithm>

namespace callgate::policy {

ContextReach::ContextReach(const Context& context)
    : context_(context),
      path_keys_(WithoutBuiltIn(context.compiled->path_arguments(), kPathKey)),
      domain_keys_(WithoutBuiltIn(context.compiled->domain_arguments(), kDomainKey)),
      command_keys_(WithoutBuiltIn(context.compiled->command_arguments(), kCommandKey)) {
  reaches_.reserve(context.capabilities.size());
  for (const Capability& capability : context.capabilities) reaches_.emplace_back(capability);
}

Positions ContextReach::On(std::string_view tool) const {
  Positions positions;
  context_.compiled->capabilities().Find(tool, positions);
  return positions;
}

std::vector<std::uint32_t> ContextReach::AsWideAs(const ToolPatterns& patterns) const {
  // Any one tool that is matched: what is as wide matches it too.
  const ToolPattern& pattern = patterns.list.front();
  std::string tool(pattern.stem());
  if (pattern.kind != ToolPattern::Kind::kExact) tool += 'x';
  std::vector<std::uint32_t> wide;
  for (const std::uint32_t i : On(tool)) {
    if (IsAsWide(context_.capabilities[i].tool_pattern, patterns)) wide.push_back(i);
  }
  return wide;
}

bool IsAsWide(const ToolPattern& outer, const ToolPattern& inner) noexcept {
  switch (outer.kind) {
    case ToolPattern::Kind::kExact:
      return inner.text == outer.text;
    case ToolPattern::Kind::kPrefix:
      return inner.stem().starts_with(outer.stem()) && (inner.kind == ToolPattern::Kind::kPrefix ||
                                                        inner.stem().size() > outer.stem().size());
    case ToolPattern::Kind::kAny:
      return true;
  }
  return false;
}

bool IsAsWide(const ToolPatterns& outer, const ToolPatterns& inner) noexcept {
  return std::ranges::all_of(inner.list, [&](const ToolPattern& pattern) {
    return std::ranges::any_of(outer.list,
                               [&](const ToolPattern& wide) { return IsAsWide(wide, pattern); });
  });
}

}  // namespace callgate::policy
