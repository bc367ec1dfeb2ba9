#include "core/policy/evaluate/kind_check.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/policy/values/path.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

bool IsListed(const std::vector<std::string>& schemes, std::string_view scheme) noexcept {
  return std::any_of(schemes.begin(), schemes.end(), [scheme](const std::string& listed) {
    return listed.size() == scheme.size() && base::StartsWithIgnoringCase(scheme, listed);
  });
}

std::string_view JudgeNormal(const PathKind& kind, std::string_view path) noexcept {
  const auto allows = [path](const PathEntry& entry) { return entry.Matches(path); };
  if (std::none_of(kind.allow.begin(), kind.allow.end(), allows)) return "kind.path";
  const auto excepts = [path](const PathEntry& entry) { return entry.MatchesDenied(path); };
  return std::any_of(kind.except.begin(), kind.except.end(), excepts) ? "kind.except" : "";
}

}  // namespace

std::string_view JudgePathKind(const PathKind& kind, std::string_view value, Bases& bases) {
  const PathJudgement judgement = JudgePath(value);
  if (!judgement.rule.empty()) return judgement.rule;
  if (judgement.is_normal) return JudgeNormal(kind, value);
  std::string_view base;
  if (!IsAbsolutePath(value)) {
    base = bases.Of(kind);
    if (base.empty()) return "kind.path-base";
  }
  PathBuffer buffer;
  return JudgeNormal(kind, NormalizePath(value, base, buffer));
}

std::string_view ReadHostKind(const HostKind& kind, std::string_view value, Domain& out) noexcept {
  if (const std::string_view rule = ParseDomain(value, out); !rule.empty()) return rule;
  const bool has_scheme = out.default_port != 0;
  if (!kind.url) return has_scheme ? "kind.host" : "";
  return has_scheme && IsListed(kind.schemes, value.substr(0, SchemeLength(value))) ? ""
                                                                                    : "kind.url";
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

std::string_view JudgeUriKind(const UriKind&, std::string_view) { return "kind.uri"; }

}  // namespace callgate::policy
