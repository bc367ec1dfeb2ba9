#include "core/policy/inclusion/kind_subsumption.h"

#include <algorithm>

#include "core/policy/evaluate/kind_check.h"
#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/inclusion/entry_relations.h"
#include "core/policy/values/normal_form.h"
#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

// The first that `outer` excepts and of which something is left of what `inner` allows.
auto FindExceptBeyond(const PathKind& outer, const PathKind& inner) {
  return std::find_if_not(outer.except.begin(), outer.except.end(), [&](const PathEntry& except) {
    const PathSet excepted = PathSet::OfDenied(except);
    return std::all_of(inner.allow.begin(), inner.allow.end(), [&](const PathEntry& entry) {
      const PathSet allowed = PathSet::OfAllowed(entry);
      if (!allowed.Meets(excepted)) return true;
      return std::any_of(inner.except.begin(), inner.except.end(), [&](const PathEntry& own) {
        const PathSet left_out = PathSet::OfDenied(own);
        return excepted.IsWithin(left_out) || allowed.IsWithin(left_out);
      });
    });
  });
}

KindGap FindPathGap(const PathKind& outer, const PathKind& inner, const Scope& scope) {
  for (const PathEntry& entry : inner.allow) {
    const PathSet paths = PathSet::OfAllowed(entry);
    if (std::any_of(inner.except.begin(), inner.except.end(), [&](const PathEntry& except) {
          return paths.IsWithin(PathSet::OfDenied(except));
        })) {
      continue;
    }
    if (std::none_of(outer.allow.begin(), outer.allow.end(), [&](const PathEntry& around) {
          return paths.IsWithin(PathSet::OfAllowed(around));
        })) {
      return {"allow", entry.text};
    }
  }
  if (const auto except = FindExceptBeyond(outer, inner); except != outer.except.end()) {
    return {"except", except->text};
  }
  const Base base = BaseOf(inner, scope.inner);
  if (TakesRelative(inner, base) && BaseOf(outer, scope.inner) != base) return {"base", {}};
  return {};
}

auto FindExceptBeyond(const HostKind& outer, const HostKind& inner) {
  return std::find_if_not(outer.except.begin(), outer.except.end(), [&](const DomainEntry& except) {
    return std::all_of(inner.allow.begin(), inner.allow.end(), [&](const DomainEntry& allowed) {
      if (!DeniesSome(allowed, except)) return true;
      return std::any_of(inner.except.begin(), inner.except.end(), [&](const DomainEntry& own) {
        return DeniesWithin(except, own) || DeniesAllowed(allowed, own);
      });
    });
  });
}

// The first scheme of `inner` that `outer` has not; empty where it has all.
std::string_view FindSchemeBeyond(const std::vector<std::string>& outer,
                                  const std::vector<std::string>& inner) {
  const auto beyond = std::find_if_not(inner.begin(), inner.end(), [&](const std::string& scheme) {
    return std::binary_search(outer.begin(), outer.end(), scheme);
  });
  return beyond == inner.end() ? std::string_view() : *beyond;
}

KindGap FindHostGap(const HostKind& outer, const HostKind& inner) {
  if (const auto scheme = FindSchemeBeyond(outer.schemes, inner.schemes); !scheme.empty()) {
    return {"schemes", scheme};
  }
  for (const DomainEntry& entry : inner.allow) {
    if (std::any_of(inner.except.begin(), inner.except.end(),
                    [&](const DomainEntry& except) { return DeniesAllowed(entry, except); })) {
      continue;
    }
    if (std::none_of(outer.allow.begin(), outer.allow.end(),
                     [&](const DomainEntry& around) { return AllowsWithin(entry, around); })) {
      return {"allow", entry.text};
    }
  }
  if (const auto except = FindExceptBeyond(outer, inner); except != outer.except.end()) {
    return {"except", except->text};
  }
  return {};
}

bool IsUriWithin(std::string_view inner, std::string_view outer) {
  if (!outer.ends_with('*')) return inner == outer;
  outer.remove_suffix(1);
  if (inner.ends_with('*')) inner.remove_suffix(1);
  return inner.starts_with(outer);
}

KindGap FindUriGap(const UriKind& outer, const UriKind& inner) {
  if (const auto scheme = FindSchemeBeyond(outer.schemes, inner.schemes); !scheme.empty()) {
    return {"schemes", scheme};
  }
  for (const std::string& entry : inner.allow) {
    if (std::none_of(outer.allow.begin(), outer.allow.end(),
                     [&](const std::string& around) { return IsUriWithin(entry, around); })) {
      return {"allow", entry};
    }
  }
  return {};
}

std::string_view FindPathRefusal(const PathKind& kind, std::string_view path, const Scope& scope) {
  const PathJudgement judgement = JudgePath(path);
  if (!judgement.rule.empty()) return "path";
  NormalPath directory;
  if (!IsAbsolutePath(path)) {
    const Base base = BaseOf(kind, scope.inner);
    if (base.kind != Base::Kind::kDirectory) return "base";
    directory = AsNormal(base.text);
  }
  PathBuffer buffer;
  const auto rule = JudgeNormalPath(kind, Normalize(path, judgement, directory, buffer));
  if (rule.empty()) return {};
  return rule == "kind.except" ? "except" : "allow";
}

// The one string that the argument holds in every call; nullptr where there is no such.
const std::string* ConstantOf(const DeclaredArguments& calls, std::string_view name) {
  const DeclaredMember* const member = FindMember(calls.members, name);
  if (member == nullptr || member->optional || member->schema->nullable) return nullptr;
  const auto& constants = member->schema->constants;
  return constants && constants->size() == 1 ? std::get_if<std::string>(&constants->front())
                                             : nullptr;
}

}  // namespace

Base BaseOf(const PathKind& kind, const DeclaredArguments& calls) {
  if (kind.base) return {Base::Kind::kDirectory, kind.base->text};
  if (kind.base_argument.empty()) return {};
  if (FindMember(calls.members, kind.base_argument) == nullptr && calls.other == nullptr) return {};
  const std::string* const constant = ConstantOf(calls, kind.base_argument);
  if (constant != nullptr && PathEntry::ParseDirectory(*constant)) {
    return {Base::Kind::kDirectory, *constant};
  }
  return {Base::Kind::kArgument, kind.base_argument};
}

bool TakesRelative(const PathKind& kind, const Base& base) {
  if (base.kind != Base::Kind::kDirectory) return base.kind == Base::Kind::kArgument;
  const auto directory = PathEntry::ParseDirectory(base.text);
  if (!directory) return true;
  return std::any_of(kind.allow.begin(), kind.allow.end(), [&](const PathEntry& entry) {
    return !PathSet::OfAllowed(entry).From(*directory).empty();
  });
}

KindGap FindKindGap(const Schema& outer, const Schema& inner, const Scope& scope) {
  const auto* const path = std::get_if<PathKind>(&inner.kind);
  const auto* const host = std::get_if<HostKind>(&inner.kind);
  const auto* const uri = std::get_if<UriKind>(&inner.kind);
  if (const auto* around = std::get_if<PathKind>(&outer.kind); around && path) {
    return FindPathGap(*around, *path, scope);
  }
  if (const auto* around = std::get_if<HostKind>(&outer.kind); around && host) {
    if (around->url == host->url) return FindHostGap(*around, *host);
  }
  if (const auto* around = std::get_if<UriKind>(&outer.kind); around && uri) {
    return FindUriGap(*around, *uri);
  }
  return {NameOfKind(outer), {}};
}

std::string_view FindKindRefusal(const Schema& schema, std::string_view text, const Scope& scope) {
  if (std::holds_alternative<std::monostate>(schema.kind)) return {};
  if (const auto* path = std::get_if<PathKind>(&schema.kind)) {
    return FindPathRefusal(*path, text, scope);
  }
  bool allowed = false;
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) {
    allowed = JudgeHostKind(*host, text).empty();
  } else if (const auto* uri = std::get_if<UriKind>(&schema.kind)) {
    allowed = JudgeUriKind(*uri, text).empty();
  }
  return allowed ? "" : NameOfKind(schema);
}

}  // namespace callgate::policy
