#include "core/policy/inclusion/equivalence_classes.h"

#include <algorithm>
#include <deque>
#include <unordered_set>

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxToolName = 128;
constexpr std::string_view kToolCharacters =
    "xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:/-.";

void SortUnique(std::vector<std::string_view>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

bool Holds(const std::vector<std::string_view>& sorted, std::string_view text) {
  return std::binary_search(sorted.begin(), sorted.end(), text);
}

}  // namespace

ToolClasses::ToolClasses(const Context& a, const Context& b) {
  stems_.push_back({});
  const auto add = [this](const ToolPattern& pattern) {
    if (pattern.kind == ToolPattern::Kind::kExact) exact_.push_back(pattern.stem());
    if (pattern.kind == ToolPattern::Kind::kPrefix) stems_.push_back(pattern.stem());
  };
  for (const Context* context : {&a, &b}) {
    for (const Capability& capability : context->capabilities) {
      for (const ToolPattern& pattern : capability.tool_pattern.list) add(pattern);
    }
    for (const DenyEntry& entry : context->deny_list) add(entry.tool_pattern);
  }
  SortUnique(exact_);
  SortUnique(stems_);
}

std::vector<std::string> ToolClasses::Of(const ToolPatterns& patterns) const {
  std::vector<std::string> classes;
  std::unordered_set<std::string> seen;
  std::vector<std::string> matched;
  for (const ToolPattern& pattern : patterns.list) {
    matched.clear();
    Append(pattern, matched);
    for (std::string& name : matched) {
      if (patterns.list.size() == 1 || seen.insert(name).second) classes.push_back(std::move(name));
    }
  }
  return classes;
}

void ToolClasses::Append(const ToolPattern& pattern, std::vector<std::string>& classes) const {
  const std::string_view stem = pattern.stem();
  if (pattern.kind == ToolPattern::Kind::kExact) {
    classes.emplace_back(stem);
    return;
  }
  for (auto it = std::lower_bound(stems_.begin(), stems_.end(), stem);
       it != stems_.end() && it->starts_with(stem); ++it) {
    if (std::string name = Fresh(*it); !name.empty()) classes.push_back(std::move(name));
  }
  for (auto it = std::lower_bound(exact_.begin(), exact_.end(), stem);
       it != exact_.end() && it->starts_with(stem); ++it) {
    if (it->size() > stem.size()) classes.emplace_back(*it);
  }
}

// A name that longer stems do not begin and that no pattern writes, the shortest first. A name is
// below a stem when it goes on after it, so only names that are no stem are gone on from. Each name
// that is tried in vain is one that a pattern writes, so there are no more of these than patterns.
// Empty where no name is left: then there is no such class.
std::string ToolClasses::Fresh(std::string_view stem) const {
  std::deque<std::string> open{std::string(stem)};
  for (; !open.empty(); open.pop_front()) {
    std::string name = open.front();
    if (name.size() == kMaxToolName) continue;
    name += '\0';
    for (const char c : kToolCharacters) {
      name.back() = c;
      if (!Holds(exact_, name)) return name;
      if (!Holds(stems_, name)) open.push_back(name);
    }
  }
  return {};
}

Subcommands SubcommandsOf(const Capability& capability, std::string_view program) {
  Subcommands subcommands;
  if (!capability.subcommand_allowlist) return subcommands;
  const auto& lists = *capability.subcommand_allowlist;
  const auto add = [&](std::string_view name) {
    const auto it = lists.find(name);
    if (it == lists.end()) return;
    subcommands.held = true;
    subcommands.listed.insert(subcommands.listed.end(), it->second.begin(), it->second.end());
  };
  add(program);
  if (const std::string_view last = LastSegment(program); last != program) add(last);
  return subcommands;
}

std::vector<CommandClass> CommandClassesOf(const Capability& capability) {
  if (!capability.command_allowlist) return {{CommandClass::Kind::kAny, {}}};
  std::vector<CommandClass> classes;
  if (capability.allow_absent) classes.push_back({CommandClass::Kind::kAbsent, {}});
  for (const CommandEntry& entry : *capability.command_allowlist) {
    Words words(entry.words.begin(), entry.words.end());
    const Subcommands subcommands = SubcommandsOf(capability, words[0]);
    if (!subcommands.held) {
      classes.push_back({CommandClass::Kind::kWords, std::move(words)});
      continue;
    }
    for (const std::string_view subcommand : subcommands.listed) {
      if (words.size() == 1) {
        classes.push_back({CommandClass::Kind::kWords, {words[0], subcommand}});
      } else if (words[1] == subcommand) {
        classes.push_back({CommandClass::Kind::kWords, words});
        break;
      }
    }
  }
  return classes;
}

}  // namespace callgate::policy
