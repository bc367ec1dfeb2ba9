#include "core/policy/evaluate/kind_check.h"

#include <algorithm>

#include "core/policy/model/path_glob.h"
#include "core/policy/values/normal_form.h"
#include "core/policy/values/path.h"
#include "core/policy/values/uri.h"

namespace callgate::policy {

std::string_view JudgeNormalPath(const PathKind& kind, NormalPath path) {
  return JudgeForms(path, [&kind](NormalPath form) -> std::string_view {
    const auto allows = [form](const PathEntry& entry) { return entry.Matches(form.text); };
    if (std::none_of(kind.allow.begin(), kind.allow.end(), allows)) return "kind.path";
    const auto excepts = [form](const PathEntry& entry) { return CouldBeDenied(entry, form); };
    return std::any_of(kind.except.begin(), kind.except.end(), excepts) ? "kind.except" : "";
  });
}

std::string_view JudgePathKind(const PathKind& kind, std::string_view value,
                               const PathJudgement& judgement, CallPaths& paths) {
  if (!judgement.rule.empty()) return judgement.rule;
  NormalPath base;
  if (!IsAbsolutePath(value)) {
    base = paths.BaseOf(kind);
    if (base.text.empty()) return "kind.path-base";
  }
  PathBuffer buffer;
  return JudgeNormalPath(kind, Normalize(value, judgement, base, buffer));
}

std::string_view ReadHostKind(const HostKind& kind, std::string_view value, Domain& out) noexcept {
  return kind.url ? ParseUrl(value, kind.schemes, out) : ParseBareHost(value, out);
}

std::string_view JudgeHostKind(const HostKind& kind, std::string_view value) noexcept {
  Domain domain;
  if (const std::string_view rule = ReadHostKind(kind, value, domain); !rule.empty()) return rule;
  const auto allows = [&domain](const DomainEntry& entry) { return entry.Matches(domain); };
  if (std::none_of(kind.allow.begin(), kind.allow.end(), allows)) {
    return kind.url ? "kind.url" : "kind.host";
  }
  const auto excepts = [&domain](const DomainEntry& entry) { return entry.MatchesDenied(domain); };
  return std::any_of(kind.except.begin(), kind.except.end(), excepts) ? "kind.except" : "";
}

std::string_view JudgeUriKind(const UriKind& kind, std::string_view value) {
  Uri uri;
  if (const std::string_view rule = JudgeUri(value, uri); !rule.empty()) return rule;
  if (std::ranges::find(kind.schemes, uri.scheme) == kind.schemes.end()) return "kind.uri-scheme";
  const bool allowed = std::ranges::any_of(kind.allow, [value](std::string_view entry) {
    return entry.ends_with('*') ? value.starts_with(entry.substr(0, entry.size() - 1))
                                : value == entry;
  });
  return allowed ? "" : "kind.uri";
}

bool TakesOnlyPaths(const Schema& any_of) noexcept {
  return std::all_of(any_of.any_of.begin(), any_of.any_of.end(), [](const SchemaPtr& branch) {
    if (branch->any) return false;
    if (!branch->any_of.empty()) return TakesOnlyPaths(*branch);
    if (!std::holds_alternative<std::monostate>(branch->kind)) {
      return std::holds_alternative<PathKind>(branch->kind);
    }
    if (!branch->constants) return branch->types != 0 && (branch->types & kStringType) == 0;
    return std::none_of(
        branch->constants->begin(), branch->constants->end(),
        [](const Constant& constant) { return std::holds_alternative<std::string>(constant); });
  });
}

}  // namespace callgate::policy
