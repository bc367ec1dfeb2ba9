// Whether a command that a capability allows can run other programs.
#ifndef CALLGATE_CORE_POLICY_LINT_COMMAND_LINT_H_
#define CALLGATE_CORE_POLICY_LINT_COMMAND_LINT_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/model/context.h"

namespace callgate::policy {

// The commands of one entry, in either form.
struct AllowedCommand {
  // Of a command allowlist: after the words and the subcommand, if held to some, anything may
  // stand.
  static AllowedCommand OfEntry(const CommandEntry& entry, const Capability& capability);
  static AllowedCommand OfRule(const CommandRule& rule);

  std::span<const std::string> words;
  std::optional<std::vector<std::string>> then;
  const CommandRule* rule = nullptr;  // null: anything may follow
};

// What a command may do besides what its program is for.
struct CommandReach {
  // It runs what the call names: what is wrong, and what to write. Empty: it does not.
  std::string runs;
  // It runs what files of the working directory say: the program with its subcommand, and the file,
  // or any where it is empty.
  struct Files {
    std::string program;
    std::string_view file;
  };
  std::vector<Files> files;
};

CommandReach ReachOf(AllowedCommand command);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_COMMAND_LINT_H_
