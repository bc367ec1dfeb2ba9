// The model of a SecurityContext: what a document says, parsed and normalized. Loading fills it,
// compiling indexes it, the ceiling compares two of it.
#ifndef CALLGATE_CORE_POLICY_MODEL_CONTEXT_H_
#define CALLGATE_CORE_POLICY_MODEL_CONTEXT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/policy/model/argument_pattern.h"
#include "core/policy/model/command_entry.h"
#include "core/policy/model/domain_entry.h"
#include "core/policy/model/lint_rule.h"
#include "core/policy/model/path_entry.h"
#include "core/policy/model/schema.h"
#include "core/policy/model/source_position.h"
#include "core/policy/model/tool_pattern.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {

class CompiledContext;

struct RateLimit {
  std::uint32_t calls = 0;
  std::uint32_t per_seconds = 0;
};

// Key names (path_arguments to free_arguments, argument_patterns) are held folded, as keys are
// compared; only_arguments as written. The five lists of keys are sorted and unique. An absent
// constraint is nullopt; an empty list allows nothing.
struct Capability {
  ToolPatterns tool_pattern;
  std::uint32_t nth = 0;  // among the capabilities of the context with the same patterns

  // Without it the capability is in the short form; with it, of what follows only the limits stand.
  std::optional<DeclaredArguments> arguments;

  std::optional<std::vector<PathEntry>> path_allowlist;
  std::optional<PathEntry> base_directory;
  std::optional<std::vector<DomainEntry>> domain_allowlist;
  std::optional<std::vector<CommandEntry>> command_allowlist;
  // By the first word of an entry. A list in the document belongs to the one entry's first word.
  std::optional<std::map<std::string, std::vector<std::string>, std::less<>>> subcommand_allowlist;
  Exec exec = Exec::kShell;
  std::map<std::string, ArgumentPattern, std::less<>> argument_patterns;
  KeyList path_arguments;
  KeyList domain_arguments;
  KeyList command_arguments;
  KeyList free_arguments;
  std::optional<std::vector<std::string>> only_arguments;
  std::optional<RateLimit> rate_limit;
  std::optional<std::uint64_t> max_response_size;
  bool allow_absent = false;  // when_absent: allow

  Acknowledgements acknowledged = {};
  SourcePosition position;
};

struct DenyEntry {
  ToolPattern tool_pattern;
  std::variant<std::monostate, PathEntry, DomainEntry, CommandEntry> argument;
  SourcePosition position;
  std::uint32_t nth = 0;  // element of the document's list: one text may stand for several entries
  Acknowledgements acknowledged = {};
};

struct Context {
  std::string name;
  std::string description;
  std::vector<Capability> capabilities;
  std::vector<DenyEntry> deny_list;
  std::map<std::string, SchemaPtr, std::less<>> definitions;
  Acknowledgements acknowledged = {};
  // Canonical, without what is acknowledged: PolicySet::Parse of it gives a context that decides
  // alike.
  std::string json;
  SourcePosition position;

  std::shared_ptr<const CompiledContext> compiled;  // the index that evaluation uses
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_CONTEXT_H_
