// SecurityContexts: load them once, then decide calls. The semantics are docs/policy.md.
#ifndef CALLGATE_POLICY_H_
#define CALLGATE_POLICY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/coverage.h"
#include "callgate/decision.h"
#include "callgate/explanation.h"
#include "callgate/json.h"
#include "callgate/limits.h"
#include "callgate/lint.h"
#include "callgate/load_fault.h"
#include "callgate/result.h"
#include "callgate/witness.h"

namespace callgate {

// Whether every call that a child context allows, its parent allows too.
struct Containment {
  bool contained = false;
  std::optional<Witness> witness;  // allowed by the child, denied by the parent
  std::string reason;  // empty when contained; else what exceeds what, in a sentence, which
                       // begins with "uncovered" where no call was found that shows it

  explicit operator bool() const noexcept { return contained; }
};

// One thing that two versions of a context say differently: an entry of a list, a keyword, a
// capability, an entry of the deny list, a limit.
struct PolicyChange {
  enum class Effect : std::uint8_t {
    kAllowed,  // calls, more calls or larger answers became allowed
    kDenied,
    kUnknown,  // not known: it could not be proved to change nothing, and no call was found
    kNone,     // no call that could show it: others allow or deny the same
  };

  Effect effect = Effect::kNone;
  bool became_allowed = false;  // the same as Effect::kAllowed
  // In the context that allows: the new one, or the old one for kDenied and for what only the old
  // one has. Nullopt for an entry of the deny list that makes no difference.
  std::optional<std::size_t> capability;
  std::string tool_pattern;  // of it or of the deny entry; several are sorted and joined by a space
  std::optional<Witness> witness;  // allowed by one, denied by the other; none where none was found
  std::string reason;              // a sentence of what follows

  // Where it differs, as documents write it: "path_allowlist", "maxLength", "deny_list",
  // "rate_limit", "tool_pattern", and "capabilities" for a whole one.
  std::string keyword;
  // The names down to a declared argument, "filter.owner"; else the key of a pattern or the program
  // of a list of subcommands. Empty where it is none of these.
  std::string argument;
  // What the old and the new version say there, the text of an entry, or a value as JSON; nullopt
  // where one says nothing. An entry that was added has only `after`.
  std::optional<std::string> before;
  std::optional<std::string> after;
};

// "allowed", "denied", "unknown" or "none".
std::string_view NameOf(PolicyChange::Effect effect) noexcept;

// What became allowed, then what became denied, then what is not known, then what makes no
// difference; of each the capabilities in their order.
struct PolicyDiff {
  std::vector<PolicyChange> changes;
  bool empty() const noexcept { return changes.empty(); }
};

// An immutable set of SecurityContexts, compiled. Cheap to copy; share freely between threads.
class PolicySet {
 public:
  // YAML, or JSON when `filename` ends in ".json" or the text parses as JSON. One context, a list,
  // or a multi-document text. INVALID_POLICY with "filename:line:column". Nothing loads partially.
  static Result<PolicySet> Parse(std::string_view text, std::string_view filename = {},
                                 const Limits& limits = {});
  // A file, or a directory: the union of its *.yaml, *.yml and *.json files, not recursive. The
  // only function of the core that reads files.
  static Result<PolicySet> Load(const std::string& path, const Limits& limits = {});

  // All that is wrong with what Parse or Load refuses, at most 100 faults; empty for what they
  // take. Their error is the first.
  static std::vector<LoadFault> Check(std::string_view text, std::string_view filename = {},
                                      const Limits& limits = {});
  static std::vector<LoadFault> CheckFiles(const std::string& path, const Limits& limits = {});

  // Decides one call. Pure: charges no rate. SCOPE_NOT_FOUND for a context that does not exist,
  // INVALID_ENVELOPE for a tool name or arguments of a wrong form. No allocation when allowed.
  Decision Evaluate(std::string_view context, std::string_view tool, json::Value arguments) const;
  Decision Evaluate(std::string_view context, std::string_view tool,
                    std::string_view arguments_json) const;

  // Decides a call that Evaluate is asked about, and says why. It judges again what Evaluate
  // denies, so that a denial costs a multiple.
  Explanation Explain(std::string_view context, std::string_view tool,
                      std::string_view arguments_json) const;

  // SCOPE_NOT_FOUND where a name is unknown, for all three.
  Result<Containment> Contains(std::string_view parent, std::string_view child) const;
  // What `other_context` of `other` says differently, entry by entry.
  Result<PolicyDiff> Diff(std::string_view context, const PolicySet& other,
                          std::string_view other_context) const;
  // Those of `tools` of which some call passes (argument_patterns taken as satisfiable), in order.
  Result<std::vector<std::string>> CouldAllow(std::string_view context,
                                              const std::vector<std::string>& tools) const;
  std::vector<LintWarning> Lint() const;

  // What of a context calls can exercise, and what one call does: the deny entry that decided it;
  // or the capabilities that allow it, the declared arguments that it holds, and the branches that
  // accept them. A denial by capabilities exercises nothing. SCOPE_NOT_FOUND for an unknown name;
  // of Exercised, INVALID_JSON for arguments that are none and INVALID_ARGUMENT for no object.
  Result<std::vector<PolicyPart>> Parts(std::string_view context) const;
  Result<std::vector<PolicyPart>> Exercised(std::string_view context, std::string_view tool,
                                            std::string_view arguments_json) const;

  std::vector<std::string> context_names() const;  // sorted
  // SHA-256, hexadecimal, of the contexts in canonical form: the same for the same meaning of text,
  // whatever its format, comments, order of keys and what it acknowledges.
  std::string_view Digest() const noexcept;
  // Null where there is none. For rooms of the core.
  std::shared_ptr<const policy::Context> Find(std::string_view context) const noexcept;

  struct State;  // defined in the core

 private:
  explicit PolicySet(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace callgate

#endif  // CALLGATE_POLICY_H_
