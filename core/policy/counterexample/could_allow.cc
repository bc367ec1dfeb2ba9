#include "core/policy/counterexample/could_allow.h"

#include <algorithm>

#include "core/policy/counterexample/candidate_calls.h"
#include "core/policy/counterexample/declared_calls.h"
#include "core/policy/counterexample/unpatterned.h"
#include "core/policy/evaluate/capability_check.h"
#include "core/policy/evaluate/deny_list.h"
#include "core/policy/inclusion/deny_relations.h"
#include "core/policy/inclusion/domain_relations.h"

namespace callgate::policy {
namespace {

// Strings that are tried under the keys of argument patterns: those come first that lists ask for.
constexpr std::size_t kVariants = 8;
// Entries of a path allowlist that values are made from with another name.
constexpr std::size_t kMaxUnnamed = 16;

// A search for a call of one tool that passes.
class CallSearch {
 public:
  CallSearch(const Context& context, std::string_view tool)
      : context_(context), denied_(context, tool) {
    context.compiled->capabilities().Find(tool, capabilities_);
    context.compiled->deny_list().Find(tool, entries_);
  }

  bool Run() const {
    if (denied_.stops_tool) return false;
    return std::any_of(capabilities_.begin(), capabilities_.end(), [this](std::uint32_t i) {
      return CouldPass(WithoutDenied(context_.capabilities[i]));
    });
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

  // Where deny entries name files at any depth, values are made from a name that none of them fits.
  void AddUnnamed(std::vector<PathEntry>& entries) const {
    const auto fits = [this](const std::string& segment) {
      const NameSegment folded(segment);
      return std::any_of(denied_.paths.begin(), denied_.paths.end(), [&](const DenyEntry* deny) {
        const auto& names = std::get<PathEntry>(deny->argument).names;
        return std::any_of(names.begin(), names.end(),
                           [&](const SegmentName& name) { return name.Matches(folded); });
      });
    };
    std::string unnamed(kUnlisted);
    // Any one character fits few names.
    for (char last = '\x80'; fits(unnamed) && last <= '\xBF'; ++last) {
      unnamed = std::string("\xE4\xB8") + last;
    }
    if (unnamed == kUnlisted) return;
    std::vector<PathEntry> all;
    for (const PathEntry& entry : entries) {
      const std::string sample = PathSet::OfAllowed(entry).Sample(unnamed, true);
      if (auto literal = PathEntry::ParseAllowed(sample)) all.push_back(std::move(*literal));
      if (all.size() == kMaxUnnamed) break;
    }
    all.insert(all.end(), entries.begin(), entries.end());
    entries = std::move(all);
  }

  bool CouldPass(const Capability& capability) const {
    const CapabilityReach reach(capability);
    if (reach.allows_nothing) return false;
    if (capability.arguments) return CouldPassDeclared(capability);
    Capability unpatterned = capability;
    unpatterned.argument_patterns.clear();
    const std::size_t variants = capability.argument_patterns.empty() ? 1 : kVariants;
    for (const CommandClass& command_class : reach.commands) {
      if (StopsEvery(denied_, command_class)) continue;
      for (std::size_t variant = 0; variant < variants; ++variant) {
        bool passes = false;
        ForEachCandidateCall(capability, command_class, SatisfyingArguments(capability, variant),
                             {}, [&](const CallBuilder& builder) {
                               passes = Passes(unpatterned, builder);
                               return !passes;
                             });
        if (passes) return true;
      }
    }
    return false;
  }

  bool Passes(const Capability& capability, const CallBuilder& builder) const {
    return Passes(capability, builder.Json());
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

  // The values that the deny list spares come first, so that a call needs few changes.
  bool CouldPassDeclared(const Capability& capability) const {
    Capability unpatterned = capability;
    unpatterned.arguments = WithoutPatterns(*capability.arguments);
    Schema denied;  // of a block of addresses values are taken where the deny list leaves some
    HostKind hosts;
    for (const DenyEntry* deny : denied_.domains) {
      hosts.except.push_back(std::get<DomainEntry>(deny->argument));
    }
    denied.kind = std::move(hosts);
    const DeclaredCalls calls(ChoicesOf(*unpatterned.arguments, {}, {&denied}),
                              [this](const Fragment& members) { return IsSpared(members); });
    for (const DeclaredCalls::Picks& base : calls.Bases()) {
      bool passes = Passes(unpatterned, calls.Json(base));
      if (!passes) {
        calls.ForEachChange(base, {}, [&](const DeclaredCalls::Picks& changed) {
          passes = Passes(unpatterned, calls.Json(changed));
          return !passes;
        });
      }
      if (passes) return true;
    }
    return false;
  }

  const Context& context_;
  const DenialsByKind denied_;
  Positions capabilities_;
  Positions entries_;
};

}  // namespace

bool CouldAllow(const Context& context, std::string_view tool) {
  return IsToolName(tool) && CallSearch(context, tool).Run();
}

}  // namespace callgate::policy
