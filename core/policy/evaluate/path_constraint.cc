#include "core/policy/evaluate/path_constraint.h"

#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

std::string_view JudgeNormal(const Capability& capability, std::string_view path) noexcept {
  for (const PathEntry& entry : *capability.path_allowlist) {
    if (entry.Matches(path)) return {};
  }
  return "path.every";
}

}  // namespace

std::string_view JudgeOnePath(const Capability& capability, std::string_view path) {
  const PathJudgement judgement = JudgePath(path);
  if (!judgement.rule.empty()) return judgement.rule;
  if (judgement.is_normal) return JudgeNormal(capability, path);
  std::string_view base;
  if (!IsAbsolutePath(path)) {
    if (!capability.base_directory) return "path.relative";
    base = capability.base_directory->text;
  }
  PathBuffer buffer;
  return JudgeNormal(capability, NormalizePath(path, base, buffer));
}

Fault JudgePaths(const Capability& capability, const Arguments& arguments) {
  const ArgumentSearch search{kPathKey, LooksLikePath, capability.path_arguments,
                              capability.free_arguments, true};
  bool found = false;
  const Fault fault = search.ForEach(arguments, [&](std::uint32_t i, std::string_view path) {
    found = true;
    return Fault{JudgeOnePath(capability, path), i};
  });
  if (fault) return fault;
  if (!found && !capability.allow_absent) return {"path.absent"};
  return {};
}

}  // namespace callgate::policy
