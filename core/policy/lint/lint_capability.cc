#include "core/policy/lint/lint_capability.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/policy/lint/lint_declared.h"
#include "core/policy/lint/lint_entries.h"
#include "core/policy/lint/lint_hosts.h"
#include "core/policy/lint/schema_walk.h"
#include "core/policy/lint/tool_words.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {
namespace {

void LintTools(const ToolPatterns& patterns, const Warn& warn) {
  for (const ToolPattern& pattern : patterns.list) {
    if (pattern.kind != ToolPattern::Kind::kPrefix) continue;
    const char last = pattern.stem().back();
    if (!base::IsAsciiLetter(last) && !base::IsAsciiDigit(last)) continue;
    warn("lint.loose-prefix",
         "the tool pattern " + pattern.text +
             " also matches tools whose names merely begin like those meant; " +
             "end it in a separator, as in " + std::string(pattern.stem()) +
             ".*, or list the tools");
  }
}

}  // namespace

void LintPaths(const std::vector<PathEntry>& entries, const Warn& warn) {
  for (const PathEntry& entry : entries) {
    if (entry.segments.empty() && entry.names.empty()) {
      warn("lint.broad-path",
           "the path entry " + entry.text +
               " reaches the whole file system; write the directories that are meant");
    } else if (entry.segments.empty() || entry.segments[0] == "*" || entry.segments[0] == "proc") {
      warn("lint.broad-path",
           "the path entry " + entry.text +
               " reaches /proc, and through it other processes and their files; write the "
               "directories that are meant");
    }
  }
}

bool AcceptsAnyText(const ArgumentPattern& pattern) {
  // Each holds what some other would not: white space, signs, letters beyond ASCII, controls.
  constexpr std::string_view kTexts[] = {"a", "-a --b=c", "/../\\;|&$(`'\"<>{}[]#!?*~%",
                                         "\t\x01\x7f", "\xC3\xA4 \xE2\x80\xAE\xF0\x9F\x98\x80"};
  return std::ranges::all_of(kTexts, [&](std::string_view text) { return pattern.Matches(text); });
}

void LintPattern(std::string_view argument, const ArgumentPattern& pattern, const Warn& warn) {
  if (!AcceptsAnyText(pattern)) return;
  warn("lint.open-pattern", "the pattern " + pattern.text() + " of " + std::string(argument) +
                                " accepts any text; write what is meant, or leave it out");
}

namespace {

// Some argument that only_arguments lists could hold a value of the class: by its key, or, with the
// value rules, by its look.
bool CouldHold(const Capability& capability, KeyClasses key_class, const KeyList& added,
               bool by_look) {
  const auto& only = *capability.only_arguments;
  return std::any_of(only.begin(), only.end(), [&](const std::string& key) {
    const std::string folded = FoldKey(key);
    const KeyClasses classes = ClassifyKey(key, folded);
    if (Frees(capability.free_arguments, folded, classes)) return false;
    if ((classes & key_class) != 0 || Holds(added, folded)) return true;
    return by_look && (classes & (kTextKey | kEnvKey | kShellKey | kPortKey)) == 0;
  });
}

void LintOnlyArguments(const Capability& capability, const Warn& warn) {
  if (!capability.only_arguments) {
    if (JudgesValues(capability)) {
      warn("lint.no-only-arguments",
           "without only_arguments, arguments that the constraints do not know pass unjudged; "
           "declare "
           "the arguments, or list their names in only_arguments");
    }
    return;
  }
  const auto barred = [&](std::string_view constraint) {
    warn("lint.unlisted-argument",
         "only_arguments lists no argument that " + std::string(constraint) +
             " judges by its name, so that a call could only nest one in another; list the "
             "argument that it is for");
  };
  if (capability.path_allowlist &&
      !CouldHold(capability, kPathKey, capability.path_arguments, true)) {
    barred(NameOf(Constraint::kPathAllowlist));
  }
  if (capability.domain_allowlist &&
      !CouldHold(capability, kDomainKey, capability.domain_arguments, true)) {
    barred(NameOf(Constraint::kDomainAllowlist));
  }
  if (capability.command_allowlist &&
      !CouldHold(capability, kCommandKey, capability.command_arguments, false)) {
    barred(NameOf(Constraint::kCommandAllowlist));
  }
  for (const auto& [key, pattern] : capability.argument_patterns) {
    const auto& only = *capability.only_arguments;
    if (std::none_of(only.begin(), only.end(),
                     [&](const std::string& listed) { return FoldKey(listed) == key; })) {
      warn("lint.unlisted-argument", "only_arguments does not list " + key +
                                         ", so that its argument pattern judges nothing; list it, "
                                         "or delete the pattern");
    }
  }
}

// What one constraint says that is probably not meant.
void LintConstraint(const Context& context, Constraint constraint, const Reached& reached,
                    const Warn& warn) {
  const Capability& capability = reached.capability;
  switch (constraint) {
    case Constraint::kArguments:
      if (capability.arguments) LintArguments(context, capability, warn);
      return;
    case Constraint::kOnlyArguments:
      if (!reached.reach.allows_nothing) LintOnlyArguments(capability, warn);
      return;
    case Constraint::kPathAllowlist:
      if (capability.path_allowlist) LintPaths(*capability.path_allowlist, warn);
      return;
    case Constraint::kDomainAllowlist:
      if (!capability.domain_allowlist) return;
      LintHosts(context, capability.tool_pattern, *capability.domain_allowlist, {}, warn);
      if (capability.command_allowlist) {
        warn("lint.bare-hosts",
             "the domain allowlist sees URLs in commands, but no host without a scheme, as in curl "
             "x.example; deny such programs, or declare the command and its operands");
      }
      return;
    case Constraint::kArgumentPatterns:
      for (const auto& [key, pattern] : capability.argument_patterns) {
        LintPattern(key, pattern, warn);
      }
      return;
    // Nothing is wrong with any of these as far as one capability shows; commands are judged
    // together with what other capabilities may write.
    case Constraint::kCommandAllowlist:
    case Constraint::kOtherArguments:
    case Constraint::kBaseDirectory:
    case Constraint::kSubcommandAllowlist:
    case Constraint::kExec:
    case Constraint::kPathArguments:
    case Constraint::kDomainArguments:
    case Constraint::kCommandArguments:
    case Constraint::kFreeArguments:
    case Constraint::kWhenAbsent:
    case Constraint::kRateLimit:
    case Constraint::kMaxResponseSize:
      return;
  }
}

}  // namespace

void LintStar(const Capability& capability, const Warn& warn) {
  if (!HoldsStar(capability.tool_pattern)) return;
  constexpr std::string_view kInstead =
      "; name the tools that are meant, and declare their arguments";
  if (!capability.arguments) {
    if (JudgesValues(capability) || capability.only_arguments) return;
    warn("lint.star",
         "the tool pattern * allows whatever tools a server comes to offer, with any arguments" +
             std::string(kInstead));
    return;
  }
  bool is_any = false;
  ForEachSchema(*capability.arguments, [&](std::string_view argument, const Schema& schema) {
    if (!schema.any || is_any) return;
    is_any = true;
    warn("lint.star",
         "the tool pattern * lets whatever tools a server comes to offer take any value" +
             (argument.empty() ? "" : " under " + std::string(argument)) + std::string(kInstead));
  });
}

void LintCapability(const Context& context, const Reached& capability, const Warn& warn) {
  LintTools(capability.capability.tool_pattern, warn);
  if (const auto impossible = FindImpossible(capability.capability, capability.reach)) {
    warn("lint.impossible-constraint",
         "no call can pass this capability: " + SentenceOf(*impossible) +
             "; allow some value, or delete it");
  }
  for (const Constraint constraint : kAllConstraints) {
    LintConstraint(context, constraint, capability, warn);
  }
}

}  // namespace callgate::policy
