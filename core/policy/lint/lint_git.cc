#include "core/policy/lint/lint_git.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/inclusion/context_reach.h"
#include "core/policy/inclusion/schema_constants.h"
#include "core/policy/lint/program_facts.h"
#include "core/policy/lint/schema_walk.h"

namespace callgate::policy {
namespace {

// What prints files of revisions: gitrevisions(7), `REVISION:FILE`.
constexpr auto kPrinting = std::to_array<std::string_view>(
    {"archive", "blame", "cat-file", "diff", "grep", "log", "show"});
constexpr auto kBlobs = std::to_array<std::string_view>({"HEAD:a", "HEAD:a.b", "a:a", ":a"});
// git-diff(1), --no-index: two files of which one lies outside of the repository are compared.
constexpr auto kOutside = std::to_array<std::string_view>({"/a", "/a/a", "../a", "/dev/null"});

bool Contains(std::span<const std::string_view> list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

bool AcceptsOne(const Schema& schema, std::span<const std::string_view> texts) {
  const DeclaredArguments none;
  return std::ranges::any_of(texts, [&](std::string_view text) {
    return FindRefusal(schema, {std::string(text)}, {none, none}).empty();
  });
}

// The operands that stand before a `--`.
std::vector<const Schema*> FirstOperands(const CommandRule& rule) {
  std::vector<const Schema*> operands;
  if (rule.operand != nullptr) operands.push_back(rule.operand.get());
  for (const SchemaPtr& operand : rule.operands_by_place) {
    const auto& listed = operand->constants;
    const auto* const only =
        listed && listed->size() == 1 ? std::get_if<std::string>(&listed->front()) : nullptr;
    if (only != nullptr && *only == "--") break;
    operands.push_back(operand.get());
  }
  return operands;
}

std::vector<std::string_view> PrintingSubcommands(const CommandRule& rule) {
  std::vector<std::string_view> found;
  if (FindProgram(rule.words[0]) != FindProgram("git")) return found;
  const auto add = [&](const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      if (Contains(kPrinting, word)) found.push_back(word);
    }
  };
  if (std::ranges::find(rule.words, "--") != rule.words.end()) return found;
  add(rule.words);
  if (rule.then) add(*rule.then);
  return found;
}

bool ExceptsFiles(const Context& context, const Capability& capability) {
  bool excepts = std::ranges::any_of(context.deny_list, [&](const DenyEntry& entry) {
    return std::holds_alternative<PathEntry>(entry.argument) &&
           IsAsWide(ToolPatterns::Of({entry.tool_pattern}), capability.tool_pattern);
  });
  ForEachSchema(*capability.arguments, [&](std::string_view, const Schema& schema) {
    const auto* const path = std::get_if<PathKind>(&schema.kind);
    excepts = excepts || (path != nullptr && !path->except.empty());
  });
  return excepts;
}

void LintOperands(const CommandRule& rule, bool excepts, const Warn& warn) {
  for (const std::string_view subcommand : PrintingSubcommands(rule)) {
    for (const Schema* const operand : FirstOperands(rule)) {
      bool is_path = false;
      ForEachSchema(*operand, [&](const Schema& schema) {
        is_path = is_path || std::holds_alternative<PathKind>(schema.kind);
      });
      const bool names_blobs = excepts && (is_path || AcceptsOne(*operand, kBlobs));
      const bool leads_out = subcommand == "diff" && !is_path && AcceptsOne(*operand, kOutside);
      if (!names_blobs && !leads_out) continue;
      const std::string git = "git " + std::string(subcommand);
      warn(
          "lint.git-operands",
          "an operand of " + git +
              (names_blobs ? " may be REVISION:FILE, which prints a file that is excepted or denied"
                           : " may be a path, and two of them are compared wherever they are") +
              "; let paths stand behind words: [git, " + std::string(subcommand) +
              ", HEAD, --], and give revisions a pattern without : and /");
      return;
    }
  }
}

}  // namespace

void LintGit(const Context& context, const Capability& capability, const Warn& warn) {
  if (!capability.arguments) return;
  ForEachSchema(*capability.arguments, [&](std::string_view, const Schema& schema) {
    const auto* const command = std::get_if<CommandKind>(&schema.kind);
    if (command == nullptr) return;
    for (const CommandRule& rule : command->allow) {
      LintOperands(rule, ExceptsFiles(context, capability), warn);
    }
  });
}

}  // namespace callgate::policy
