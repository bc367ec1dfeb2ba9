#include "core/policy/inclusion/equivalence_classes.h"

#include <algorithm>

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxToolName = 128;
// The dot comes last: a name without one is below no longer prefix.
constexpr std::string_view kToolCharacters =
    "xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:/-.";

void SortUnique(std::vector<std::string_view>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

bool Holds(const std::vector<std::string_view>& sorted, std::string_view text) {
  return std::binary_search(sorted.begin(), sorted.end(), text);
}

// Counts through all texts over the alphabet, shorter ones first.
void Increment(std::string& text) {
  for (std::size_t i = text.size(); i-- > 0;) {
    const std::size_t digit = kToolCharacters.find(text[i]);
    if (digit + 1 < kToolCharacters.size()) {
      text[i] = kToolCharacters[digit + 1];
      return;
    }
    text[i] = kToolCharacters[0];
  }
  text.insert(text.begin(), kToolCharacters[0]);
}

}  // namespace

ToolClasses::ToolClasses(const Context& a, const Context& b) {
  stems_.push_back({});
  const auto add = [this](const ToolPattern& pattern) {
    if (pattern.kind == ToolPattern::Kind::kExact) exact_.push_back(pattern.stem());
    if (pattern.kind == ToolPattern::Kind::kPrefix) stems_.push_back(pattern.stem());
  };
  for (const Context* context : {&a, &b}) {
    for (const Capability& capability : context->capabilities) add(capability.tool_pattern);
    for (const DenyEntry& entry : context->deny_list) add(entry.tool_pattern);
  }
  SortUnique(exact_);
  SortUnique(stems_);
}

std::vector<std::string> ToolClasses::Of(const ToolPattern& pattern) const {
  if (pattern.kind == ToolPattern::Kind::kExact) return {pattern.text};
  const std::string_view stem = pattern.stem();
  std::vector<std::string> classes;
  for (auto it = std::lower_bound(stems_.begin(), stems_.end(), stem);
       it != stems_.end() && it->starts_with(stem); ++it) {
    if (std::string name = Fresh(*it); !name.empty()) classes.push_back(std::move(name));
  }
  for (auto it = std::lower_bound(exact_.begin(), exact_.end(), stem);
       it != exact_.end() && it->starts_with(stem); ++it) {
    if (it->size() > stem.size()) classes.emplace_back(*it);
  }
  return classes;
}

// Empty where the names that exist under the stem are all written in some pattern: then there is no
// such class. A name is found as soon as more were tried than patterns could stand in the way.
std::string ToolClasses::Fresh(std::string_view stem) const {
  std::string rest(1, kToolCharacters[0]);
  while (stem.size() + rest.size() <= kMaxToolName) {
    std::string name = std::string(stem) + rest;
    bool below_longer = false;
    for (std::size_t dot = rest.find('.'); dot != std::string::npos && !below_longer;
         dot = rest.find('.', dot + 1)) {
      const std::size_t size = stem.size() + dot + 1;
      below_longer = size < name.size() && Holds(stems_, std::string_view(name).substr(0, size));
    }
    if (!below_longer && !Holds(exact_, name)) return name;
    Increment(rest);
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
