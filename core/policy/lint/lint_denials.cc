#include "core/policy/lint/lint_denials.h"

#include <algorithm>
#include <array>

#include "core/policy/inclusion/entry_relations.h"
#include "core/policy/lint/schema_walk.h"
#include "core/policy/lint/tool_words.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {
namespace {

struct KindOfEntry {
  std::string_view key;   // of a deny object
  std::string_view kind;  // of a schema
  KeyClasses keys;
};
// In the order of DenyEntry::argument, which begins with none.
constexpr std::array<KindOfEntry, 3> kKinds = {{{"path", "path", kPathKey},
                                                {"domain", "url", kDomainKey},
                                                {"command", "command", kCommandKey}}};

// REQUIRES: the entry has a kind.
std::size_t KindOf(const DenyEntry& entry) { return entry.argument.index() - 1; }

// Words of the names of tools that take all that lies in a directory. Made from the names of public
// MCP servers' tools.
constexpr auto kTreeWords = std::to_array<std::string_view>(
    {"add",   "archive", "backup", "clean", "compress", "copy", "cp",     "delete", "find",
     "glob",  "grep",    "mirror", "move",  "mv",       "pack", "remove", "rename", "rm",
     "rmdir", "search",  "stage",  "sync",  "tar",      "tree", "upload", "walk",   "zip"});

bool TakesTrees(const ToolPattern& pattern) {
  return pattern.kind != ToolPattern::Kind::kExact || HasWord(pattern.text, kTreeWords);
}

// Some directory that is allowed lies above what is denied, and is not denied itself.
bool LiesBelow(const PathEntry& denied, const PathEntry& allowed) {
  if (!allowed.names.empty()) return false;  // files
  const PathSet tree = PathSet::OfAllowed(allowed);
  const PathSet excepted = PathSet::OfDenied(denied);
  return tree.Meets(excepted) && !tree.IsWithin(excepted);
}

}  // namespace

DenialLint::DenialLint(const Context& context, const ToolNeighbours& neighbours)
    : context_(context), neighbours_(neighbours) {
  if (context.deny_list.empty()) return;
  seen_.reserve(context.capabilities.size());
  for (const Capability& capability : context.capabilities) seen_.push_back(SeenOf(capability));
  for (const DenyEntry& entry : context.deny_list) {
    if (std::holds_alternative<PathEntry>(entry.argument)) paths_.push_back(&entry);
  }
}

DenialLint::Seen DenialLint::SeenOf(const Capability& capability) {
  if (!capability.arguments) return {{true, true, true}, {}};  // it guesses
  Seen seen;
  ForEachSchema(*capability.arguments, [&](std::string_view, const Schema& schema) {
    const bool is_uri = std::holds_alternative<UriKind>(schema.kind);
    seen.kinds[0] |= schema.any || is_uri || std::holds_alternative<PathKind>(schema.kind);
    seen.kinds[1] |= schema.any || is_uri || std::holds_alternative<HostKind>(schema.kind);
    seen.kinds[2] |= schema.any || std::holds_alternative<CommandKind>(schema.kind);
  });
  ForEachMember(*capability.arguments, [&](const DeclaredMember& member) {
    if (!TakesAnyText(*member.schema)) return;
    const KeyClasses classes = ClassifyKey(member.name, FoldKey(member.name));
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
      if (seen.plain[i] == nullptr && (classes & kKinds[i].keys) != 0) {
        seen.plain[i] = &member.name;
      }
    }
  });
  return seen;
}

bool DenialLint::LintBlind(std::size_t first, std::size_t end, const Warn& warn) const {
  std::string blind;
  // What stands for all tools is often a template, and no tool takes such an argument.
  bool is_template = true;
  for (std::size_t i = first; i < end; ++i) {
    const DenyEntry& entry = context_.deny_list[i];
    if (IsSpelledAsTool(entry, end - first)) continue;
    std::string message = Blindness(entry);
    if (message.empty()) return false;
    const bool is_plain = SeenOn(entry.tool_pattern).seen.plain[KindOf(entry)] != nullptr;
    if (blind.empty() || is_plain) blind = std::move(message);
    is_template = is_template && entry.tool_pattern.text == "*" && !is_plain;
  }
  if (blind.empty()) return false;
  warn(is_template ? "lint.dead-deny" : "lint.blind-deny", std::move(blind));
  return is_template;
}

// The tool `t:rm` of the text `t:rm`, which means the command `rm` where no capability names such
// a tool.
bool DenialLint::IsSpelledAsTool(const DenyEntry& entry, std::size_t entries_of_text) const {
  if (entries_of_text == 1 || !std::holds_alternative<std::monostate>(entry.argument)) return false;
  bool is_named = !neighbours_.MayLook();
  neighbours_.ForEach(entry.tool_pattern, [&](std::size_t capability) {
    const auto& tools = context_.capabilities[capability].tool_pattern.list;
    is_named = is_named || std::ranges::any_of(tools, [](const ToolPattern& tool) {
                 return tool.text.find(':') != std::string::npos;
               });
    return !is_named;
  });
  return !is_named;
}

const DenialLint::SeenOnTools& DenialLint::SeenOn(const ToolPattern& pattern) const {
  const auto [found, is_new] = by_pattern_.try_emplace(pattern.text);
  SeenOnTools& all = found->second;
  if (!is_new) return all;
  neighbours_.ForEach(pattern, [&](std::size_t capability) {
    const Seen& one = seen_[capability];
    all.any = true;
    for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
      all.seen.kinds[kind] |= one.kinds[kind];
      if (all.seen.plain[kind] != nullptr || one.plain[kind] == nullptr) continue;
      all.seen.plain[kind] = one.plain[kind];
      all.capabilities[kind] = capability;
    }
    return true;
  });
  all.any = all.any && neighbours_.MayLook();  // else not all of them were looked at
  return all;
}

std::string DenialLint::Blindness(const DenyEntry& entry) const {
  if (std::holds_alternative<std::monostate>(entry.argument)) return {};
  const std::size_t kind = KindOf(entry);
  const SeenOnTools& all = SeenOn(entry.tool_pattern);
  if (!all.any) return {};
  const std::string what =
      "the deny entry for " + entry.tool_pattern.text + " with " + std::string(kKinds[kind].key);
  if (all.seen.plain[kind] != nullptr) {
    return what + " does not see the argument " + *all.seen.plain[kind] + " of capability " +
           std::to_string(all.capabilities[kind]) + ", which is any text; declare it as {" +
           std::string(kKinds[kind].kind) + ": …}, or give it a pattern";
  }
  if (all.seen.kinds[kind]) return {};
  return what +
         " sees nothing: no capability on these tools declares an argument as such; declare " +
         "one as {" + std::string(kKinds[kind].kind) + ": …}, or delete the entry";
}

const PathEntry* DenialLint::FindBelow(const std::vector<const PathEntry*>& denied,
                                       const std::vector<PathEntry>& allowed) const {
  for (const PathEntry* entry : denied) {
    for (const PathEntry& directory : allowed) {
      if (++pairs_ > kMostPairs) return nullptr;
      if (LiesBelow(*entry, directory)) return entry;
    }
  }
  return nullptr;
}

void DenialLint::LintAbove(std::size_t capability, const Warn& warn) const {
  const Capability& one = context_.capabilities[capability];
  const auto& tools = one.tool_pattern.list;
  const auto tool = std::ranges::find_if(tools, TakesTrees);
  if (tool == tools.end()) return;
  std::vector<const PathEntry*> denied;
  for (const DenyEntry* entry : paths_) {
    if (IsAsWide(entry->tool_pattern, *tool)) {
      denied.push_back(&std::get<PathEntry>(entry->argument));
    }
  }
  const auto report = [&](const PathEntry* below) {
    if (below == nullptr) return false;
    warn("lint.above-denied",
         tool->text +
             (tool->kind == ToolPattern::Kind::kExact ? " takes" : " may match a tool that takes") +
             " all that lies in a directory, and may be given one above what is denied as " +
             below->text + "; allow names of files, as in /dir/**/*.txt, or leave the tool out");
    return true;
  };
  if (!one.arguments) {
    if (one.path_allowlist) (void)report(FindBelow(denied, *one.path_allowlist));
    return;
  }
  bool reported = false;
  ForEachSchema(*one.arguments, [&](std::string_view, const Schema& schema) {
    const auto* const path = std::get_if<PathKind>(&schema.kind);
    if (path == nullptr || reported) return;
    std::vector<const PathEntry*> excepted;
    for (const PathEntry& entry : path->except) excepted.push_back(&entry);
    reported = report(FindBelow(excepted, path->allow)) || report(FindBelow(denied, path->allow));
  });
}

}  // namespace callgate::policy
