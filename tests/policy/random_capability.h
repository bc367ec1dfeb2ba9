// Random capabilities and deny entries, and parts of them to draw anew.
#ifndef CALLGATE_TESTS_POLICY_RANDOM_CAPABILITY_H_
#define CALLGATE_TESTS_POLICY_RANDOM_CAPABILITY_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/policy/random.h"
#include "tests/policy/random_atoms.h"

namespace callgate::test {

struct RandomCapability {
  std::string tool_pattern;
  std::optional<Strings> path_allowlist;
  std::optional<std::string> base_directory;
  std::optional<Strings> domain_allowlist;
  std::optional<Strings> command_allowlist;
  std::vector<std::pair<std::string, Strings>> subcommands;
  bool exec_argv = false;
  Strings path_arguments;
  Strings domain_arguments;
  Strings command_arguments;
  Strings free_arguments;
  std::optional<Strings> only_arguments;
  std::vector<std::pair<std::string, std::string>> argument_patterns;
  std::optional<std::pair<int, int>> rate_limit;
  bool allow_absent = false;
};

struct RandomDeny {
  std::string tool_pattern;
  std::string kind;  // "path", "domain", "command", or empty
  std::string entry;
};

struct ContextOptions {
  bool argument_patterns = true;
};

RandomCapability DrawCapability(Random& random, const ContextOptions& options);
RandomDeny DrawDeny(Random& random);

// Draws the lists of one kind, "path", "domain" or "command".
void DrawLists(Random& random, const std::string& kind, RandomCapability& capability);
// The keys that a capability adds to those of a kind.
Strings& Added(RandomCapability& capability, const std::string& kind);
// Keys are not added and free at once.
void RemoveAdded(RandomCapability& capability);

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RANDOM_CAPABILITY_H_
