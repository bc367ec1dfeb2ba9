#include "core/policy/lint/lint_capability.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/policy/lint/lint_declared.h"
#include "core/policy/lint/lint_entries.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {
namespace {

// Sorted.
constexpr std::array<std::string_view, 116> kRunners = {
    "ansible", "ant",     "apt",       "apt-get",  "ash",        "at",      "awk",    "bash",
    "batch",   "bazel",   "bun",       "bunx",     "bundle",     "busybox", "bwrap",  "cargo",
    "chroot",  "cmake",   "composer",  "cpan",     "csh",        "curl",    "dash",   "deno",
    "dnf",     "doas",    "docker",    "dotnet",   "ed",         "emacs",   "env",    "ex",
    "expect",  "find",    "fish",      "flock",    "gawk",       "gcc",     "gdb",    "gem",
    "ghci",    "git",     "go",        "gradle",   "ionice",     "irb",     "java",   "jjs",
    "jshell",  "julia",   "ksh",       "kubectl",  "less",       "lua",     "luajit", "m4",
    "make",    "man",     "mawk",      "more",     "mvn",        "nano",    "nawk",   "nc",
    "ncat",    "nice",    "ninja",     "nix",      "node",       "nodejs",  "nohup",  "npm",
    "npx",     "nsenter", "osascript", "parallel", "perl",       "php",     "pip",    "pipx",
    "pkexec",  "pnpm",    "podman",    "poetry",   "powershell", "pwsh",    "pypy",   "pytest",
    "python",  "rake",    "rscript",   "rsync",    "ruby",       "runuser", "scp",    "screen",
    "sed",     "setsid",  "sh",        "socat",    "ssh",        "stdbuf",  "strace", "su",
    "sudo",    "tar",     "tclsh",     "time",     "timeout",    "tmux",    "tox",    "unshare",
    "uv",      "vi",      "vim",       "xargs"};

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
      warn("lint.broad-path", "the path entry " + entry.text + " reaches the whole file system");
    } else if (entry.segments.empty() || entry.segments[0] == "*" || entry.segments[0] == "proc") {
      warn("lint.broad-path", "the path entry " + entry.text +
                                  " reaches /proc, and through it other processes and their files");
    }
  }
}

void LintProgram(const std::string& program, std::string_view entry, const Warn& warn) {
  if (!RunsOthers(program)) return;
  warn("lint.interpreter", "the command entry " + std::string(entry) + " allows " +
                               std::string(LastSegment(program)) +
                               ", which can run other programs");
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
           "without only_arguments, arguments that the constraints do not know pass unjudged");
    }
    return;
  }
  const auto barred = [&](std::string_view constraint) {
    warn("lint.impossible-constraint", "no argument that only_arguments lists could hold what " +
                                           std::string(constraint) + " judges");
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
      barred("the argument pattern " + key);
    }
  }
}

// What one constraint says that is probably not meant.
void LintConstraint(Constraint constraint, const Reached& reached, const Warn& warn) {
  const Capability& capability = reached.capability;
  switch (constraint) {
    case Constraint::kArguments:
      if (capability.arguments) LintArguments(*capability.arguments, warn);
      return;
    case Constraint::kOnlyArguments:
      if (!reached.reach.allows_nothing) LintOnlyArguments(capability, warn);
      return;
    case Constraint::kPathAllowlist:
      if (capability.path_allowlist) LintPaths(*capability.path_allowlist, warn);
      return;
    case Constraint::kDomainAllowlist:
      if (capability.domain_allowlist && capability.command_allowlist) {
        warn("lint.bare-hosts",
             "the domain allowlist sees URLs in commands, but no host without a scheme, as in curl "
             "x.example; deny such programs, or declare the command and its operands");
      }
      return;
    case Constraint::kCommandAllowlist:
      if (!capability.command_allowlist) return;
      for (const CommandEntry& entry : *capability.command_allowlist) {
        LintProgram(entry.words[0], entry.text, warn);
      }
      return;
    // Nothing is wrong with any of these as far as one capability shows.
    case Constraint::kOtherArguments:
    case Constraint::kBaseDirectory:
    case Constraint::kSubcommandAllowlist:
    case Constraint::kExec:
    case Constraint::kPathArguments:
    case Constraint::kDomainArguments:
    case Constraint::kCommandArguments:
    case Constraint::kFreeArguments:
    case Constraint::kWhenAbsent:
    case Constraint::kArgumentPatterns:
    case Constraint::kRateLimit:
    case Constraint::kMaxResponseSize:
      return;
  }
}

}  // namespace

void LintCapability(const Reached& capability, const Warn& warn) {
  LintTools(capability.capability.tool_pattern, warn);
  if (capability.reach.allows_nothing) {
    warn("lint.impossible-constraint", "no call can pass this capability");
  }
  for (const Constraint constraint : kAllConstraints) LintConstraint(constraint, capability, warn);
}

bool RunsOthers(std::string_view program) {
  program = LastSegment(program);
  const auto listed = [](std::string_view name) {
    return std::find(kRunners.begin(), kRunners.end(), name) != kRunners.end();
  };
  if (listed(program)) return true;
  // python3, python3.11, ruby-3.2
  while (!program.empty() &&
         (base::IsAsciiDigit(program.back()) || program.back() == '.' || program.back() == '-')) {
    program.remove_suffix(1);
  }
  return listed(program);
}

}  // namespace callgate::policy
