#include "core/policy/evaluate/compiled_context.h"

#include <algorithm>

namespace callgate::policy {
namespace {

std::vector<PositionedPattern> PatternsOf(const std::vector<Capability>& capabilities) {
  std::vector<PositionedPattern> patterns;
  patterns.reserve(capabilities.size());
  for (std::uint32_t i = 0; i < capabilities.size(); ++i) {
    for (const ToolPattern& pattern : capabilities[i].tool_pattern.list) {
      patterns.push_back({&pattern, i});
    }
  }
  return patterns;
}

std::vector<PositionedPattern> PatternsOf(const std::vector<DenyEntry>& entries) {
  std::vector<PositionedPattern> patterns;
  patterns.reserve(entries.size());
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    patterns.push_back({&entries[i].tool_pattern, i});
  }
  return patterns;
}

KeyList Union(const std::vector<Capability>& capabilities, KeyList Capability::*keys) {
  KeyList all;
  for (const Capability& capability : capabilities) {
    all.insert(all.end(), (capability.*keys).begin(), (capability.*keys).end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

CompiledContext::CompiledContext(const Context& context)
    : capabilities_(PatternsOf(context.capabilities)),
      deny_list_(PatternsOf(context.deny_list)),
      deny_paths_(context),
      path_arguments_(Union(context.capabilities, &Capability::path_arguments)),
      domain_arguments_(Union(context.capabilities, &Capability::domain_arguments)),
      command_arguments_(Union(context.capabilities, &Capability::command_arguments)) {}

std::shared_ptr<const Context> Compile(Context context) {
  auto compiled = std::make_shared<Context>(std::move(context));
  compiled->compiled = std::make_shared<const CompiledContext>(*compiled);
  return compiled;
}

}  // namespace callgate::policy
