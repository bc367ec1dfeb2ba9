#include "core/policy/explain/short_form_cause.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "core/policy/explain/command_cause.h"
#include "core/policy/explain/offence.h"
#include "core/policy/explain/rule_causes.h"
#include "core/policy/explain/value_cause.h"
#include "core/policy/values/command.h"
#include "core/policy/values/domain.h"
#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

// The words of a command, as far as they show without quotes.
std::vector<std::string_view> WordsOf(json::Value command) {
  std::vector<std::string_view> words;
  if (command.is_array()) {
    for (const json::Value word : command.elements()) {
      if (word.is_string()) words.push_back(word.string());
    }
    return words;
  }
  if (!command.is_string()) return words;
  std::string_view rest = command.string();
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (!word.empty()) words.push_back(word);
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  return words;
}

Cause OfSubcommand(const Capability& capability, json::Value command) {
  const std::vector<std::string_view> words = WordsOf(command);
  if (words.empty()) return {};
  for (const auto& [program, subcommands] : *capability.subcommand_allowlist) {
    if (words[0] != program && !words[0].ends_with("/" + program)) continue;
    return {{}, Meant(words.size() > 1 ? words[1] : "", "allowed", subcommands)};
  }
  return {};
}

Cause OfProgram(const std::vector<CommandEntry>& allow, json::Value command) {
  const std::vector<std::string_view> words = WordsOf(command);
  std::vector<std::string> programs;
  for (const CommandEntry& entry : allow) programs.push_back(entry.words[0]);
  base::Nearest nearest(words.empty() ? std::string_view() : words[0]);
  for (const std::string& program : programs) nearest.Offer(program);
  // A word that is one of them is not misspelt.
  const bool is_program = !words.empty() && std::ranges::find(programs, words[0]) != programs.end();
  return {{}, is_program || nearest.name().empty() ? Listed("allowed", allow) : nearest.Question()};
}

Cause OfHost(const std::vector<DomainEntry>& allow, json::Value value) {
  Domain domain;
  if (!value.is_string() || !ParseDomain(value.string(), domain).empty()) {
    return {{}, Listed("allowed", allow)};
  }
  return CauseOfHost(allow, domain);
}

std::string AbsentPattern(const Capability& capability, const Arguments& arguments) {
  for (const auto& [key, pattern] : capability.argument_patterns) {
    bool is_there = false;
    for (std::uint32_t i = 0; i < arguments.size(); i = arguments[i].end) {
      is_there = is_there || (arguments[i].folded == key && !arguments[i].value.is_null());
    }
    if (!is_there) return ": " + base::Shown(key);
  }
  return {};
}

}  // namespace

Cause CauseInShortForm(const Capability& capability, const Arguments& arguments, std::uint32_t item,
                       std::string_view rule) {
  if (rule == "pattern.absent") return {{}, AbsentPattern(capability, arguments)};
  if (item == kNoItem) return {};
  const json::Value value = arguments[item].value;
  if (rule == "path.every" && capability.path_allowlist) {
    return {{}, Listed("allowed", *capability.path_allowlist)};
  }
  if (rule == "domain.every" && capability.domain_allowlist) {
    return OfHost(*capability.domain_allowlist, value);
  }
  if (rule == "command.entry-prefix" && capability.command_allowlist) {
    return OfProgram(*capability.command_allowlist, value);
  }
  if (rule == "only.other") {
    return {{}, Meant(arguments[item].key, "listed", *capability.only_arguments)};
  }
  if (rule.starts_with("subcommand.")) return OfSubcommand(capability, value);
  if (rule.starts_with("command.") && value.is_array()) {
    return {OffenceOfCommand(value, capability.exec, rule), {}};
  }
  if (rule == "pattern.whole") {
    const auto pattern = capability.argument_patterns.find(arguments[item].folded);
    if (pattern != capability.argument_patterns.end()) {
      return {{}, ": " + base::Shown(pattern->second.text())};
    }
  }
  return {};
}

std::string Malformation(const DenyEntry& entry, json::Value value) {
  if (!value.is_string()) return {};
  const std::string_view text = value.string();
  std::string_view rule;
  if (std::holds_alternative<PathEntry>(entry.argument)) {
    rule = JudgePath(text).rule;
  } else if (std::holds_alternative<DomainEntry>(entry.argument)) {
    Domain domain;
    rule = ParseDomain(text, domain);
  } else if (std::holds_alternative<CommandEntry>(entry.argument)) {
    base::TextArena arena;
    WordBuffer words;
    rule = SplitCommand(text, arena, words);
  }
  if (rule.empty()) return {};
  return ": " + std::string(CauseOf(rule)) + PlaceOfOffence(rule, text);
}

}  // namespace callgate::policy
