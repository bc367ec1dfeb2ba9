#include "core/policy/inclusion/denied_values.h"

#include <algorithm>

#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/inclusion/entry_relations.h"
#include "core/policy/model/path_glob.h"
#include "core/policy/values/domain.h"
#include "core/policy/values/normal_form.h"
#include "core/policy/values/path.h"

namespace callgate::policy {

bool NeverCovers(const PathEntry& entry, std::string_view text, const Base& base) {
  const PathJudgement judgement = JudgePath(text);
  if (!judgement.rule.empty()) return false;
  if (!IsAbsolutePath(text) && base.kind != Base::Kind::kDirectory) return false;
  PathBuffer buffer;
  return JudgeForms(Normalize(text, judgement, {base.text}, buffer),
                    [&](NormalPath form) {
                      return std::string_view(CouldBeDenied(entry, form) ? "deny.path" : "");
                    })
      .empty();
}

bool NeverMeets(const PathEntry& entry, const Base& base, const PathKind& kind, const Base& own) {
  if (TakesRelative(kind, own) && own != base) return false;
  const PathSet denied = PathSet::OfDenied(entry);
  return std::ranges::all_of(kind.allow, [&](const PathEntry& one) {
    const PathSet allowed = PathSet::OfAllowed(one);
    return !allowed.Meets(denied) || std::ranges::any_of(kind.except, [&](const PathEntry& except) {
      const PathSet excepted = PathSet::OfDenied(except);
      return denied.IsWithin(excepted) || allowed.IsWithin(excepted);
    });
  });
}

bool IsRelativeDenied(const PathEntry& entry, const Base& base,
                      const std::vector<const DenyEntry*>& others, const Base& own) {
  if (base.kind == Base::Kind::kNone) return true;  // no entry sees a relative path
  if (base.kind == Base::Kind::kArgument || own.kind == Base::Kind::kArgument) return false;
  const auto directory = PathEntry::ParseDirectory(base.text);
  const auto own_directory = PathEntry::ParseDirectory(own.text);
  if (!directory) return false;
  const std::vector<PathSet> relative = PathSet::OfDenied(entry).From(*directory);
  return std::ranges::all_of(relative, [&](const PathSet& denied) {
    if (!own_directory) return false;
    const PathSet paths = denied.JoinedTo(*own_directory);
    return std::ranges::any_of(others, [&](const DenyEntry* other) {
      return paths.IsWithin(PathSet::OfDenied(std::get<PathEntry>(other->argument)));
    });
  });
}

bool Spares(const DomainEntry& entry, std::string_view text) {
  Domain parsed;
  return ParseDomain(text, parsed).empty() && !entry.MatchesDenied(parsed);
}

bool NeverMeets(const DomainEntry& entry, const HostKind& kind) {
  return std::ranges::all_of(kind.allow, [&](const DomainEntry& allowed) {
    return !DeniesSome(allowed, entry) ||
           std::ranges::any_of(kind.except, [&](const DomainEntry& except) {
             return DeniesWithin(entry, except) || DeniesAllowed(allowed, except);
           });
  });
}

}  // namespace callgate::policy
