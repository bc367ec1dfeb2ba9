#include "core/policy/lint/lint_declared.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "core/policy/inclusion/denied_always.h"
#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/inclusion/schema_constants.h"
#include "core/policy/lint/lint_entries.h"
#include "core/policy/lint/lint_hosts.h"
#include "core/policy/lint/lint_texts.h"
#include "core/policy/lint/schema_walk.h"
#include "core/policy/lint/tool_words.h"

namespace callgate::policy {
namespace {

bool IsConstant(const DeclaredArguments& arguments, std::string_view name) {
  const DeclaredMember* const member = FindMember(arguments.members, name);
  return member != nullptr && member->schema->constants && member->schema->constants->size() == 1;
}

bool Covers(const PathEntry& inner, const PathEntry& outer) {
  return PathSet::OfDenied(inner).IsWithin(PathSet::OfDenied(outer));
}
bool Covers(const DomainEntry& inner, const DomainEntry& outer) {
  return DeniesWithin(inner, outer);
}

bool Allows(const PathKind& kind, const PathEntry& except) {
  const PathSet excepted = PathSet::OfDenied(except);
  return std::ranges::any_of(
             kind.allow,
             [&](const PathEntry& entry) { return PathSet::OfAllowed(entry).Meets(excepted); }) &&
         std::ranges::none_of(kind.except,
                              [&](const PathEntry& own) { return Covers(except, own); });
}

bool Allows(const HostKind& kind, const DomainEntry& except) {
  return std::ranges::any_of(kind.allow,
                             [&](const DomainEntry& entry) { return DeniesSome(entry, except); }) &&
         std::ranges::none_of(kind.except,
                              [&](const DomainEntry& own) { return Covers(except, own); });
}

bool OpensShort(const Capability& other, const PathEntry& except) {
  return !other.path_allowlist || Allows(PathKind{*other.path_allowlist, {}, {}, {}}, except);
}
bool OpensShort(const Capability& other, const DomainEntry& except) {
  return !other.domain_allowlist || Allows(HostKind{true, {}, *other.domain_allowlist, {}}, except);
}

// The same argument of the other capability accepts something of what is excepted.
template <typename Kind, typename Entry>
bool Opens(const Capability& other, std::string_view argument, const Entry& except) {
  if (!other.arguments) return OpensShort(other, except);
  const DeclaredMember* const member = FindMember(other.arguments->members, argument);
  const Schema* const schema =
      member != nullptr ? member->schema.get() : other.arguments->other.get();
  if (schema == nullptr) return false;
  bool opens = false;
  ForEachSchema(*schema, [&](const Schema& one) {
    const auto* const kind = std::get_if<Kind>(&one.kind);
    const bool is_any_string = std::holds_alternative<std::monostate>(one.kind) &&
                               (one.types & kStringType) != 0 && !one.constants && !one.pattern;
    opens = opens || one.any || is_any_string || (kind != nullptr && Allows(*kind, except));
  });
  return opens;
}

std::string NameOf(std::string_view argument) {
  return argument.empty() ? "other_arguments" : std::string(argument);
}

// How a program is started: with what environment, and by which shell.
bool StartsPrograms(const std::string& name) {
  return (ClassifyKey(name, FoldKey(name)) & (kEnvKey | kShellKey)) != 0;
}

// Only values that the document lists pass, or texts that a pattern or kind tells apart.
bool IsBounded(const Schema& schema) {
  if (!schema.any_of.empty()) {
    return std::ranges::all_of(schema.any_of,
                               [](const SchemaPtr& branch) { return IsBounded(*branch); });
  }
  if (schema.items != nullptr) return IsBounded(*schema.items);
  if (schema.additional != nullptr && !IsBounded(*schema.additional)) return false;
  for (const DeclaredMember& member : schema.properties) {
    if (!IsBounded(*member.schema)) return false;
  }
  if (schema.any) return false;
  if (schema.pattern) return !AcceptsAnyText(*schema.pattern);
  if (schema.constants) return true;
  constexpr JsonTypes kFree = kStringType | kBooleanType;  // `shell: true`
  return !std::holds_alternative<std::monostate>(schema.kind) || (schema.types & kFree) == 0;
}

// What to declare instead of any text, as the name says; empty where it says nothing.
std::string_view KindFor(const std::string& name) {
  if (FoldKey(name) == "sql") return "give it a pattern, or list the statements with enum";
  const KeyClasses classes = ClassifyKey(name, FoldKey(name));
  if ((classes & kTextKey) != 0) return {};
  if ((classes & kPathKey) != 0)
    return "declare it as {path: {allow: [/dir]}}, or give it a pattern";
  if ((classes & kDomainKey) != 0) {
    return "declare it as {url: {allow: [host.example]}} or {host: …}, or give it a pattern";
  }
  if ((classes & kCommandKey) != 0) {
    return "declare it as {command: {allow: [{words: [ls]}]}}, or give it a pattern";
  }
  return {};
}

template <typename Kind>
void LintExceptsOf(const Context& context, const ToolNeighbours& neighbours, std::size_t capability,
                   std::string_view argument, const Kind& kind, const Warn& warn) {
  const Capability& own = context.capabilities[capability];
  for (const auto& except : kind.except) {
    neighbours.ForEach(own.tool_pattern, [&](std::size_t i) {
      const Capability& other = context.capabilities[i];
      if (i == capability || !Opens<Kind>(other, argument, except)) return true;
      if (IsDeniedAlways(context, own.tool_pattern, except)) return false;
      warn("lint.except-opened", "what " + NameOf(argument) + " excepts as " + except.text +
                                     ", capability " + std::to_string(i) + " (" +
                                     other.tool_pattern.text +
                                     ") may allow; write what must hold always into deny_list");
      return false;
    });
  }
}

// As above. Names of files, as in /w/**/*.py, count where they let the name itself be: a directory
// so called could hold such a file as well, and seldom does.
bool AllowsAsNamed(const PathKind& kind, const PathEntry& except) {
  std::string name = except.text.substr(except.text.rfind('/') + 1);
  std::ranges::replace(name, '*', 'x');
  return std::ranges::any_of(kind.allow, [&](const PathEntry& entry) {
    const bool is_so_named =
        entry.names.empty() || entry.Matches(entry.stem + "/" + name) || entry.Matches(except.text);
    return is_so_named && Allows(PathKind{{entry}, kind.except, {}, {}}, except);
  });
}

// The argument by which the writer may write something of what is excepted, as " as …"; empty where
// it may write anything, nullopt where nothing of it.
std::optional<std::string> FindOpened(const WrittenFiles::Writer& writer, const PathEntry& except) {
  constexpr auto kMoving = std::to_array<std::string_view>({"move", "mv", "rename"});
  constexpr auto kRead = std::to_array<std::string_view>({"from", "old", "source", "src"});
  if (writer.list != nullptr) {
    return Allows(PathKind{*writer.list, {}, {}, {}}, except) ? std::optional(std::string())
                                                              : std::nullopt;
  }
  if (writer.paths.empty()) return std::string();
  const bool is_moving = HasWord(*writer.tool, kMoving);
  for (const auto& [argument, kind] : writer.paths) {
    // What is copied is read; what is moved is gone from there.
    if (!is_moving && HasWord(argument, kRead)) continue;
    if (AllowsAsNamed(*kind, except)) return " as " + NameOf(argument);
  }
  return std::nullopt;
}

}  // namespace

void LintArguments(const Context& context, const Capability& capability, const Warn& warn) {
  const DeclaredArguments& arguments = *capability.arguments;
  std::set<std::string_view> bases;
  ForEachSchema(arguments, [&](std::string_view argument, const Schema& schema) {
    if (schema.pattern) LintPattern(NameOf(argument), *schema.pattern, warn);
    if (const auto* path = std::get_if<PathKind>(&schema.kind)) {
      LintPaths(path->allow, warn);
      if (!path->base_argument.empty()) bases.insert(path->base_argument);
    } else if (const auto* host = std::get_if<HostKind>(&schema.kind)) {
      LintHosts(context, capability.tool_pattern, host->allow, host->except, warn);
    } else if (const auto* uri = std::get_if<UriKind>(&schema.kind)) {
      LintUris(context, capability.tool_pattern, *uri, warn);
    }
  });
  ForEachMember(arguments, [&](const DeclaredMember& member) {
    if (!StartsPrograms(member.name) || IsBounded(*member.schema)) return;
    warn("lint.start-argument",
         "the argument " + member.name +
             " may say how programs are started; leave it out, or list its values with enum");
  });
  ForEachMember(arguments, [&](const DeclaredMember& member) {
    if (!TakesAnyText(*member.schema)) return;
    const std::string_view instead = KindFor(member.name);
    if (instead.empty()) return;
    warn("lint.plain-text",
         "the argument " + member.name + " takes any text; " + std::string(instead));
  });
  LintTexts(arguments, warn);
  for (const std::string_view base : bases) {
    if (IsConstant(arguments, base)) continue;
    warn("lint.base-argument", "the call says in " + std::string(base) +
                                   " what relative paths are joined to; declare it as a const");
  }
  if (arguments.other != nullptr && arguments.other->any) {
    warn("lint.open-arguments",
         "other_arguments accepts whatever is not declared; say what else the tool takes");
  }
}

void LintExcepts(const Context& context, const ToolNeighbours& neighbours, std::size_t capability,
                 const Warn& warn) {
  const auto& arguments = context.capabilities[capability].arguments;
  if (!arguments) return;
  ForEachSchema(*arguments, [&](std::string_view argument, const Schema& schema) {
    if (const auto* path = std::get_if<PathKind>(&schema.kind)) {
      LintExceptsOf(context, neighbours, capability, argument, *path, warn);
    }
    if (const auto* host = std::get_if<HostKind>(&schema.kind)) {
      LintExceptsOf(context, neighbours, capability, argument, *host, warn);
    }
  });
}

void LintExceptsOfWriters(const Context& context, const WrittenFiles& written,
                          std::size_t capability, const Warn& warn) {
  const auto& writers = written.writers();
  const auto own = std::ranges::find(writers, capability, &WrittenFiles::Writer::capability);
  if (own == writers.end()) return;
  for (const auto& [argument, kind] : own->paths) {
    for (const PathEntry& except : kind->except) {
      for (const WrittenFiles::Writer& other : writers) {
        const ToolPatterns& tools = context.capabilities[other.capability].tool_pattern;
        const bool is_neighbour = IsAsWide(tools, context.capabilities[capability].tool_pattern) ||
                                  IsAsWide(context.capabilities[capability].tool_pattern, tools);
        if (is_neighbour || IsDeniedAlways(context, tools, except)) continue;
        const std::optional<std::string> opened = FindOpened(other, except);
        if (!opened) continue;
        warn("lint.except-opened", "what " + std::string(argument) + " excepts as " + except.text +
                                       ", capability " + std::to_string(other.capability) + " (" +
                                       *other.tool + ") may write" + *opened +
                                       "; write what must hold always into deny_list");
        break;
      }
    }
  }
}

void LintForms(const Context& context, const ToolNeighbours& neighbours, std::size_t capability,
               const Warn& warn) {
  const Capability& own = context.capabilities[capability];
  if (own.arguments) return;
  neighbours.ForEach(own.tool_pattern, [&](std::size_t i) {
    const Capability& other = context.capabilities[i];
    if (!other.arguments) return true;
    warn("lint.mixed-forms",
         "this capability guesses what the arguments of a tool are, and "
         "capability " +
             std::to_string(i) + " (" + other.tool_pattern.text +
             ") declares them; declare them here too");
    return false;
  });
}

void LintDefinitions(const Context& context, const Warn& warn) {
  std::set<std::string_view> used;
  for (const Capability& capability : context.capabilities) {
    if (!capability.arguments) continue;
    ForEachSchema(*capability.arguments, [&](std::string_view, const Schema& schema) {
      if (!schema.definition.empty()) used.insert(schema.definition);
    });
  }
  for (const auto& [name, schema] : context.definitions) {
    if (used.contains(name)) continue;
    warn("lint.unused-definition", "no argument uses the definition " + name + "; delete it");
  }
}

}  // namespace callgate::policy
