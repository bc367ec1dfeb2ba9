#include "core/policy/document/context_reader.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

#include "core/base/ascii.h"
#include "core/base/shown.h"
#include "core/policy/document/acknowledgements.h"
#include "core/policy/document/constraint_table.h"
#include "core/policy/document/entry_faults.h"
#include "core/policy/document/schema_reader.h"
#include "core/policy/values/domain.h"

namespace callgate::policy {
namespace {

// ^[a-z][a-z0-9-]{0,127}$
bool IsContextName(std::string_view name) noexcept {
  if (name.empty() || name.size() > 128 || !base::IsAsciiLower(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return base::IsAsciiLower(c) || base::IsAsciiDigit(c) || c == '-';
  });
}

constexpr const char* kToolPatternExpected =
    "expected a tool pattern: a tool name, the beginning of tool names followed by *, or *";

constexpr ConstraintSet kBesideArguments{Constraint::kArguments, Constraint::kOtherArguments,
                                         Constraint::kRateLimit, Constraint::kMaxResponseSize};

const CapabilityMembers& MembersOfCapability() {
  static const CapabilityMembers members = [] {
    CapabilityMembers all;
    for (std::size_t i = 0; i < kConstraints; ++i) {
      all[i].name = NameOf(kConstraintTable[i].constraint);
    }
    all[kConstraints].name = "tool_pattern";
    all[kConstraints + 1].name = "constraints";
    all[kConstraints + 2].name = "acknowledge";
    return all;
  }();
  return members;
}

// A deny text with such an entry means a file: its name begins with a dot, or ends in the extension
// of a file that is not a program, and is not a top-level domain.
bool IsNameOfFile(std::string_view entry) noexcept {
  static constexpr std::string_view kEndings[] = {
      "asc", "bak",    "cer",  "cfg",     "conf",   "crt", "csv",  "db",  "der", "env",
      "gpg", "ini",    "jks",  "json",    "kdbx",   "key", "log",  "p12", "pem", "pfx",
      "ppk", "sqlite", "toml", "tfstate", "tfvars", "txt", "yaml", "yml"};
  if (entry.find(' ') != std::string_view::npos) return false;
  const bool is_hidden = entry.size() > 1 && entry[0] == '.' && entry[1] != '.' && entry[1] != '/';
  const std::size_t dot = entry.rfind('.');
  if (is_hidden || dot == std::string_view::npos) return is_hidden;
  return std::ranges::any_of(kEndings, [&](std::string_view known) {
    return base::EqualsIgnoringCase(entry.substr(dot + 1), known);
  });
}

// Some part behind a colon is a block of addresses, or an address of IPv6, in whatever spelling.
// Split at a colon, such a text would deny something else.
bool EndsInBlockOrIpv6(std::string_view text) noexcept {
  constexpr std::size_t kLongest = 64;  // of an entry for an address, with a zone and a port
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', colon + 1)) {
    const std::string_view entry = text.substr(colon + 1);
    if (entry.size() > kLongest) continue;
    const std::string_view address = entry.substr(0, entry.find('/'));
    if (address.size() != entry.size() && ParseLooseIpv4(address)) return true;
    if (ParseLooseIpv6(address)) return true;
    if (!entry.starts_with('[')) continue;
    if (ParseLooseIpv6(entry.substr(1, entry.find(']') - 1))) return true;
  }
  return false;
}

}  // namespace

SourcePosition ContextReader::PositionAt(std::uint32_t node) const {
  const Position position = forms_[node].position;
  return {file_, position.line, position.column};
}

void ContextReader::ReadAcknowledged(const Member& member, Acknowledgements& out) {
  if (member.value == kAbsent) return;
  if (!ReadAcknowledgements(forms_, member.value, file_, out)) is_refused_ = true;
}

bool ContextReader::Read(std::vector<Context>& contexts) {
  for (std::uint32_t root = 0; root < forms_.document().size(); root = forms_[root].end) {
    const DocumentNode& document = forms_[root];
    const bool is_list = document.kind == Document::Kind::kList;
    if (document.kind == Document::Kind::kNull || (is_list && document.end == root + 1)) {
      forms_.Fail(root, "doc.empty", "expected at least one context");
    } else if (!is_list) {
      ReadContext(root, contexts.emplace_back());
    } else {
      for (std::uint32_t i = root + 1; i < document.end; i = forms_[i].end) {
        ReadContext(i, contexts.emplace_back());
      }
    }
  }
  return !is_refused_ && faults().empty();
}

void ContextReader::ReadContext(std::uint32_t node, Context& context) {
  Member members[] = {{"name"},         {"description"}, {"definitions"},
                      {"capabilities"}, {"deny_list"},   {"acknowledge"}};
  const auto& [name, description, definitions, capabilities, deny_list, acknowledge] = members;
  if (!forms_.ReadMap(node, members, std::size(members),
                      "expected a context: a map with name and capabilities")) {
    return;
  }
  if (name.value == kAbsent) {
    forms_.Fail(node, "doc.required-name", "expected the key name");
  } else {
    ReadName(name.value, context);
  }
  if (capabilities.value == kAbsent) {
    forms_.Fail(node, "doc.required-capabilities", "expected the key capabilities");
  }
  std::string_view text;
  if (description.value != kAbsent &&
      forms_.ReadString(description.value, text, "expected a string")) {
    context.description = text;
  }
  ReadAcknowledged(acknowledge, context.acknowledged);
  forms_.scope() = {};
  if (definitions.value != kAbsent && !ReadDefinitions(forms_, definitions.value, context)) {
    is_refused_ = true;
  }
  if (capabilities.value != kAbsent) ReadCapabilities(capabilities.value, context);
  if (deny_list.value != kAbsent) ReadDenyList(deny_list.value, context.deny_list);
}

void ContextReader::ReadName(std::uint32_t node, Context& context) {
  constexpr const char* kName =
      "expected a name: a lower-case letter, then at most 127 lower-case letters, digits and -";
  context.position = PositionAt(node);
  std::string_view text;
  if (!forms_.ReadString(node, text, kName)) return;
  if (!IsContextName(text)) {
    forms_.Fail(node, "doc.name", kName);
  } else if (!names_.insert(std::string(text)).second) {
    forms_.Fail(node, "doc.duplicate-name",
                "expected a name that no other context has, found a second " + std::string(text));
  }
  context.name = text;
}

void ContextReader::ReadCapabilities(std::uint32_t node, Context& context) {
  const DocumentNode& list = forms_[node];
  if (list.kind != Document::Kind::kList) {
    forms_.Fail(node, "doc.wrong-type", "expected a list of capabilities");
    return;
  }
  std::unordered_map<std::string, std::uint32_t> nth;
  for (std::uint32_t i = node + 1; i < list.end; i = forms_[i].end) {
    if (forms_[i].kind == Document::Kind::kNull) {
      forms_.Fail(i, "doc.no-null-in-list", "expected a capability");
      continue;
    }
    Capability& capability = context.capabilities.emplace_back();
    ReadCapability(i, capability);
    capability.nth = nth[capability.tool_pattern.text]++;
  }
}

void ContextReader::ReadDenyList(std::uint32_t node, std::vector<DenyEntry>& entries) {
  const DocumentNode& denied = forms_[node];
  if (denied.kind != Document::Kind::kList) {
    forms_.Fail(node, "doc.wrong-type", "expected a list of deny entries");
    return;
  }
  std::uint32_t nth = 0;
  for (std::uint32_t i = node + 1; i < denied.end; i = forms_[i].end) {
    const std::size_t first = entries.size();
    if (forms_[i].kind == Document::Kind::kNull) {
      forms_.Fail(i, "doc.no-null-in-list", "expected a deny entry");
    } else {
      ReadDenyEntry(i, entries);
    }
    for (std::size_t entry = first; entry < entries.size(); ++entry) entries[entry].nth = nth;
    ++nth;
  }
}

void ContextReader::ReadCapability(std::uint32_t node, Capability& capability) {
  CapabilityMembers members = MembersOfCapability();
  const Member& tool_pattern = members[kConstraints];
  const Member& constraints = members[kConstraints + 1];

  if (!forms_.ReadMap(node, members.data(), members.size(),
                      "expected a capability: a map with tool_pattern")) {
    return;
  }
  if (tool_pattern.value == kAbsent) {
    forms_.Fail(node, "doc.required-tool-pattern", "expected the key tool_pattern");
  } else {
    ReadToolPatterns(tool_pattern.value, capability.tool_pattern);
  }
  capability.position = PositionAt(node);
  ReadAcknowledged(members[kConstraints + 2], capability.acknowledged);

  if (constraints.value != kAbsent) {
    std::array<Member, kConstraints> nested;
    std::copy_n(MembersOfCapability().begin(), kConstraints, nested.begin());
    forms_.ReadMap(constraints.value, nested.data(), nested.size(),
                   "expected a map of constraints");
    for (std::size_t i = 0; i < kConstraints; ++i) {
      if (nested[i].value == kAbsent) continue;
      if (members[i].value != kAbsent) {
        forms_.Fail(std::max(members[i].key, nested[i].key), "doc.both-places",
                    "expected each constraint once, in constraints or on the capability");
      } else {
        members[i] = nested[i];
      }
    }
  }
  for (std::size_t i = 0; i < kConstraints; ++i) {
    const std::uint32_t value = members[i].value;
    if (value == kAbsent) continue;
    if (!kConstraintTable[i].read(forms_, value, capability)) is_refused_ = true;
  }
  if (capability.arguments) CheckBesideArguments(members);
}

void ContextReader::CheckBesideArguments(const CapabilityMembers& members) {
  for (std::size_t i = 0; i < kConstraints; ++i) {
    const Constraint constraint = kConstraintTable[i].constraint;
    if (members[i].value == kAbsent || kBesideArguments.Holds(constraint)) continue;
    forms_.Fail(members[i].key, "args.alone",
                "expected only other_arguments, rate_limit and max_response_size in a "
                "capability with arguments");
  }
}

bool ContextReader::ReadToolPattern(std::uint32_t node, std::optional<ToolPattern>& pattern) {
  std::string_view text;
  if (!forms_.ReadString(node, text, kToolPatternExpected)) return false;
  pattern = ToolPattern::Parse(text);
  return pattern || FailToolPattern(node);
}

bool ContextReader::FailToolPattern(std::uint32_t node) {
  const std::string_view text = forms_[node].text;
  return forms_.Fail(node, text.empty() ? "doc.empty-pattern" : "tool.bad-pattern",
                     std::string(kToolPatternExpected) + WhyNoToolPattern(text));
}

void ContextReader::ReadToolPatterns(std::uint32_t node, ToolPatterns& patterns) {
  std::optional<ToolPattern> pattern;
  std::vector<ToolPattern> list;
  if (forms_[node].kind != Document::Kind::kList) {
    if (ReadToolPattern(node, pattern)) list.push_back(std::move(*pattern));
  } else {
    std::unordered_set<std::string_view> texts;
    for (std::uint32_t i = node + 1; i < forms_[node].end; i = forms_[i].end) {
      if (forms_[i].kind == Document::Kind::kString && forms_[i].text.empty()) {
        forms_.Fail(i, "doc.no-empty-string-in-list", kToolPatternExpected);
        continue;
      }
      if (!ReadToolPattern(i, pattern)) continue;
      if (!texts.insert(forms_[i].text).second) {
        forms_.Fail(i, "tool.list-distinct",
                    "expected each tool pattern once, found a second " + pattern->text);
      }
      list.push_back(std::move(*pattern));
    }
    if (forms_[node].end == node + 1) {
      forms_.Fail(node, "tool.list-distinct", "expected at least one tool pattern");
    }
  }
  patterns = ToolPatterns::Of(std::move(list));
}

void ContextReader::ReadDenyEntry(std::uint32_t node, std::vector<DenyEntry>& entries) {
  if (forms_[node].kind == Document::Kind::kString) return ReadDenyText(node, entries);
  if (forms_[node].kind == Document::Kind::kList) {
    forms_.Fail(node, "deny.one-pattern", "expected one deny entry: write an element for each");
    return;
  }
  Member members[] = {{"tool_pattern"}, {"path"},   {"domain"},
                      {"command"},      {"option"}, {"acknowledge"}};
  constexpr std::size_t kKinds = 4;  // from 1 on
  const Member& option = members[4];
  if (!forms_.ReadMap(node, members, std::size(members),
                      "expected a tool pattern, pattern:entry, or a map with tool_pattern")) {
    return;
  }
  DenyEntry entry;
  entry.position = PositionAt(node);
  std::optional<ToolPattern> pattern;
  if (members[0].value == kAbsent) {
    forms_.Fail(node, "doc.required-tool-pattern", "expected the key tool_pattern");
  } else if (forms_[members[0].value].kind == Document::Kind::kList) {
    forms_.Fail(members[0].value, "deny.one-pattern",
                "expected one tool pattern: write an entry for each");
  } else if (ReadToolPattern(members[0].value, pattern)) {
    entry.tool_pattern = std::move(*pattern);
  }

  std::uint32_t last = 0;
  int kinds = 0;
  for (std::size_t i = 1; i < kKinds; ++i) {
    if (members[i].value == kAbsent) continue;
    ++kinds;
    last = std::max(last, members[i].key);
  }
  if (kinds > 1) {
    forms_.Fail(last, "doc.only-one-kind", "expected at most one of path, domain and command");
  }

  const auto read = [&](const Member& member, auto parse, const EntryForm& form) {
    std::string_view text;
    if (member.value == kAbsent || !forms_.ReadString(member.value, text, form.expected)) return;
    auto parsed = parse(text);
    if (parsed) {
      entry.argument = std::move(*parsed);
    } else {
      FailEntry(forms_, member.value, form);
    }
  };
  read(members[1], PathEntry::ParseDenied, kDeniedPath);
  read(members[2], DomainEntry::ParseDenied, kDeniedDomain);
  read(members[3], CommandEntry::Parse, kCommandText);
  if (option.value != kAbsent) {
    constexpr const char* kExpectedOption =
        "expected an option without a value: --name, -name or -x";
    std::string_view text;
    auto* const command = std::get_if<CommandEntry>(&entry.argument);
    if (members[3].value == kAbsent) {
      forms_.Fail(option.key, "deny.option", "expected a command with option");
    } else if (forms_.ReadString(option.value, text, kExpectedOption)) {
      if (!IsOptionName(text)) forms_.Fail(option.value, "deny.option", kExpectedOption);
      if (command != nullptr) command->option = text;
    }
  }
  ReadAcknowledged(members[5], entry.acknowledged);
  entries.push_back(std::move(entry));
}

// A pattern, or pattern:entry. A text with a colon may also be the name of a tool.
void ContextReader::ReadDenyText(std::uint32_t node, std::vector<DenyEntry>& entries) {
  const std::string_view text = forms_[node].text;
  std::size_t colon = text.find(":/");
  if (colon == std::string_view::npos) colon = text.rfind(':');
  auto whole = ToolPattern::Parse(text);
  if (colon == std::string_view::npos) {
    if (whole) {
      entries.push_back({std::move(*whole), {}, PositionAt(node)});
    } else {
      FailToolPattern(node);
    }
    return;
  }
  if (EndsInBlockOrIpv6(text)) {
    forms_.Fail(node, "deny.sugar-address",
                "expected a map for a block of addresses or an address of IPv6: "
                "{tool_pattern: web.fetch, domain: 192.0.2.0/24}");
    return;
  }

  auto pattern = ToolPattern::Parse(text.substr(0, colon));
  const std::string_view argument = text.substr(colon + 1);
  if (!pattern || argument.empty()) {
    forms_.Fail(node, argument.empty() || colon == 0 ? "deny.sugar-empty" : "deny.sugar",
                "expected pattern:entry, with a tool pattern before the colon and a path, a host "
                "with a dot or a command behind it");
    return;
  }
  const auto add = [&](auto parsed, std::string_view rule, const EntryForm& form) {
    if (parsed) {
      entries.push_back({*pattern, std::move(*parsed), PositionAt(node)});
    } else {
      forms_.Fail(node, rule, "behind the colon: " + form.why(argument).message);
    }
    return parsed.has_value();
  };
  const bool is_path = argument.starts_with('/') || argument.starts_with("**/");
  if (!is_path && !MeantAddressWord(argument).empty()) {
    forms_.Fail(node, "address.word-slip",
                "behind the colon: " + kDeniedDomain.why(argument).message);
    return;
  }
  if (!is_path && IsNameOfFile(argument)) {
    forms_.Fail(node, "deny.sugar-file",
                "expected behind **/ the name of a file: did you mean " + pattern->text + ":**/" +
                    base::Shown(argument) +
                    "? A host or command of that name takes a map with domain or command");
    return;
  }
  const bool wildcard = argument.starts_with("*.");
  std::string_view host = wildcard ? argument.substr(2) : argument;
  if (host.ends_with('.')) host.remove_suffix(1);
  if (is_path) {
    add(PathEntry::ParseDenied(argument),
        argument.starts_with('/') ? "deny.sugar-path" : "deny.sugar-name", kDeniedPath);
  } else {
    const bool is_host = IsHost(host) && argument.find('.') != std::string_view::npos;
    const bool is_domain = is_host || wildcard || FindAddressWord(argument) != nullptr;
    const bool fits =
        !is_domain || add(DomainEntry::ParseDenied(argument), "deny.sugar-domain", kDeniedDomain);
    // What may be a host and a command is denied as both: deploy.sh.
    if (fits && !wildcard) add(CommandEntry::Parse(argument), "deny.sugar-command", kCommandText);
  }
  if (whole && whole->kind == ToolPattern::Kind::kExact) {
    entries.push_back({std::move(*whole), {}, PositionAt(node)});
  }
}

}  // namespace callgate::policy
