#include "core/policy/counterexample/could_allow.h"

#include <algorithm>

#include "core/policy/counterexample/candidate_calls.h"
#include "core/policy/counterexample/declared_calls.h"
#include "core/policy/counterexample/fresh_names.h"
#include "core/policy/counterexample/unpatterned.h"
#include "core/policy/evaluate/capability_check.h"
#include "core/policy/evaluate/deny_list.h"
#include "core/policy/inclusion/deny_relations.h"
#include "core/policy/inclusion/domain_relations.h"

namespace callgate::policy {
namespace {

// Strings that are tried under the keys of argument patterns: those come first that lists ask for.
constexpr std::size_t kVariants = 8;
// Entries of an allowlist that values are made from with another name.
constexpr std::size_t kMaxUnnamed = 16;

template <typename Entry>
std::vector<const Entry*> EntriesOf(const std::vector<const DenyEntry*>& denied) {
  std::vector<const Entry*> entries;
  for (const DenyEntry* deny : denied) entries.push_back(&std::get<Entry>(deny->argument));
  return entries;
}

// A search for a call of one tool that passes.
class CallSearch {
 public:
  CallSearch(const Context& context, std::string_view tool)
      : context_(context), denied_(context, tool) {
    context.compiled->capabilities().Find(tool, capabilities_);
    context.compiled->deny_list().Find(tool, entries_);
  }

  std::optional<std::string> Run() const {
    if (denied_.stops_tool) return std::nullopt;
    for (const std::uint32_t i : capabilities_) {
      if (auto call = Find(WithoutDenied(context_.capabilities[i]))) return call;
    }
    return std::nullopt;
  }

 private:
  // The entries of its lists of which the deny list leaves something.
  Capability WithoutDenied(Capability capability) const {
    if (capability.path_allowlist) {
      std::erase_if(*capability.path_allowlist, [this](const PathEntry& entry) {
        return std::any_of(denied_.paths.begin(), denied_.paths.end(), [&](const DenyEntry* deny) {
          return PathSet::OfAllowed(entry).IsWithin(
              PathSet::OfDenied(std::get<PathEntry>(deny->argument)));
        });
      });
    }
    if (capability.path_allowlist) AddUnnamed(*capability.path_allowlist);
    if (capability.domain_allowlist) {
      std::vector<DomainEntry> left;
      for (DomainEntry& entry : *capability.domain_allowlist) {
        if (LeavesSome(entry)) left.push_back(std::move(entry));
      }
      AddUnnamed(left);
      capability.domain_allowlist = std::move(left);
    }
    return capability;
  }

  // The deny list leaves some domain that the entry allows. A block of addresses is then cut down
  // to such as are left.
  bool LeavesSome(DomainEntry& entry) const {
    AddressSet left = HostSet::OfAllowed(entry).addresses;
    for (const DenyEntry* deny : denied_.domains) {
      const auto& denied = std::get<DomainEntry>(deny->argument);
      if (DeniesAllowed(entry, denied)) return false;
      if (denied.port == 0 || denied.port == entry.port) {
        left.Remove(HostSet::OfDenied(denied).addresses);
      }
    }
    if (entry.kind != DomainEntry::Kind::kBlock) return true;
    if (!left.empty()) entry.block = left.blocks().front();
    return !left.empty();
  }

  // Where a deny entry covers the name that values are made from, they are made from another one.
  void AddUnnamed(std::vector<PathEntry>& entries) const {
    const std::string fresh = FreshSegment(EntriesOf<PathEntry>(denied_.paths), kUnlisted);
    if (fresh == kUnlisted) return;
    std::vector<PathEntry> all;
    for (const PathEntry& entry : entries) {
      const std::string sample = PathSet::OfAllowed(entry).Sample(fresh, true);
      if (auto literal = PathEntry::ParseAllowed(sample)) all.push_back(std::move(*literal));
      if (all.size() == kMaxUnnamed) break;
    }
    all.insert(all.end(), entries.begin(), entries.end());
    entries = std::move(all);
  }

  void AddUnnamed(std::vector<DomainEntry>& entries) const {
    const std::string fresh = FreshLabel(EntriesOf<DomainEntry>(denied_.domains), kUnlisted);
    if (fresh == kUnlisted) return;
    std::vector<DomainEntry> all;
    for (const DomainEntry& entry : entries) {
      if (!entry.wildcard && entry.kind != DomainEntry::Kind::kAny) continue;
      const std::string port = entry.port == 0 ? "" : ":" + std::to_string(entry.port);
      for (const std::string& host : HostSet::OfAllowed(entry).Samples(fresh)) {
        if (auto literal = DomainEntry::ParseAllowed(host + port)) {
          all.push_back(std::move(*literal));
        }
      }
      if (all.size() >= kMaxUnnamed) break;
    }
    all.insert(all.end(), entries.begin(), entries.end());
    entries = std::move(all);
  }

  std::optional<std::string> Find(const Capability& capability) const {
    const CapabilityReach reach(capability);
    if (reach.allows_nothing) return std::nullopt;
    if (capability.arguments) return FindDeclared(capability);
    Capability unpatterned = capability;
    unpatterned.argument_patterns.clear();
    const std::size_t variants = capability.argument_patterns.empty() ? 1 : kVariants;
    for (const CommandClass& command_class : reach.commands) {
      if (StopsEvery(denied_, command_class)) continue;
      for (std::size_t variant = 0; variant < variants; ++variant) {
        std::optional<std::string> found;
        ForEachCandidateCall(capability, command_class,
                             SatisfyingArguments(capability, command_class, variant), {},
                             [&](const CallBuilder& builder) {
                               std::string call = builder.Json();
                               if (Passes(unpatterned, call)) found = std::move(call);
                               return !found;
                             });
        if (found) return found;
      }
    }
    return std::nullopt;
  }

  bool Passes(const Capability& capability, const std::string& json) const {
    const auto parsed = json::Parse(json);
    if (!parsed) return false;
    const Arguments arguments(parsed->root());
    return Check(capability, arguments).passed() &&
           !JudgeDenyList(context_, entries_, capabilities_, arguments);
  }

  bool IsSpared(const Fragment& members) const {
    const auto parsed = json::Parse(JsonObject(members));
    return parsed && !JudgeDenyList(context_, entries_, capabilities_, Arguments(parsed->root()));
  }

  // The entries of which the deny list, or what it excepts itself, leaves nothing.
  void RemoveDenied(decltype(Schema::kind)& kind) const {
    if (auto* path = std::get_if<PathKind>(&kind)) {
      auto except = EntriesOf<PathEntry>(denied_.paths);
      for (const PathEntry& own : path->except) except.push_back(&own);
      std::erase_if(path->allow, [&](const PathEntry& entry) {
        return std::ranges::any_of(except, [&](const PathEntry* denied) {
          return PathSet::OfAllowed(entry).IsWithin(PathSet::OfDenied(*denied));
        });
      });
    } else if (auto* host = std::get_if<HostKind>(&kind)) {
      auto except = EntriesOf<DomainEntry>(denied_.domains);
      for (const DomainEntry& own : host->except) except.push_back(&own);
      std::erase_if(host->allow, [&](const DomainEntry& entry) {
        return std::ranges::any_of(
            except, [&](const DomainEntry* denied) { return DeniesAllowed(entry, *denied); });
      });
    }
  }

  // The values that the deny list spares come first, so that a call needs few changes.
  std::optional<std::string> FindDeclared(const Capability& capability) const {
    Capability unpatterned = capability;
    unpatterned.arguments = WithoutPatterns(*capability.arguments);
    // Values are taken where the deny list leaves some.
    Schema denied_hosts;
    HostKind hosts;
    for (const DenyEntry* deny : denied_.domains) {
      hosts.except.push_back(std::get<DomainEntry>(deny->argument));
    }
    denied_hosts.kind = std::move(hosts);
    Schema denied_paths;
    PathKind paths;
    for (const DenyEntry* deny : denied_.paths) {
      paths.except.push_back(std::get<PathEntry>(deny->argument));
    }
    denied_paths.kind = std::move(paths);
    const DeclaredArguments left = WithEachSchema(
        *unpatterned.arguments, [this](Schema& schema) { RemoveDenied(schema.kind); });
    const DeclaredCalls calls(ChoicesOf(left, {}, {&denied_hosts, &denied_paths}),
                              [this](const Fragment& members) { return IsSpared(members); });
    std::optional<std::string> found;
    const auto take = [&](const DeclaredCalls::Picks& picks) {
      std::string call = calls.Json(picks);
      if (Passes(unpatterned, call)) found = std::move(call);
      return !found;
    };
    for (const DeclaredCalls::Picks& base : calls.Bases()) {
      if (take(base)) calls.ForEachChange(base, {}, take);
      if (found) return found;
    }
    return std::nullopt;
  }

  const Context& context_;
  const DenialsByKind denied_;
  Positions capabilities_;
  Positions entries_;
};

}  // namespace

std::optional<std::string> FindCall(const Context& context, std::string_view tool) {
  if (!IsToolName(tool)) return std::nullopt;
  return CallSearch(context, tool).Run();
}

bool CouldAllow(const Context& context, std::string_view tool) {
  return FindCall(context, tool).has_value();
}

}  // namespace callgate::policy
