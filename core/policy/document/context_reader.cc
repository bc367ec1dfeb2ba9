#include "core/policy/document/context_reader.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

#include "core/base/ascii.h"
#include "core/policy/document/acknowledgements.h"
#include "core/policy/document/constraint_table.h"
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

bool ContextReader::ReadAcknowledged(const Member& member, Acknowledgements& out) {
  return member.value == kAbsent || ReadAcknowledgements(forms_, member.value, file_, out);
}

bool ContextReader::Read(std::vector<Context>& contexts) {
  for (std::uint32_t root = 0; root < forms_.document().size(); root = forms_[root].end) {
    if (forms_[root].kind != Document::Kind::kList) {
      if (!ReadContext(root, contexts)) return false;
      continue;
    }
    if (forms_[root].end == root + 1) return forms_.Fail(root, "expected at least one context");
    for (std::uint32_t i = root + 1; i < forms_[root].end; i = forms_[i].end) {
      if (!ReadContext(i, contexts)) return false;
    }
  }
  return true;
}

bool ContextReader::ReadContext(std::uint32_t node, std::vector<Context>& contexts) {
  Member members[] = {{"name"},         {"description"}, {"definitions"},
                      {"capabilities"}, {"deny_list"},   {"acknowledge"}};
  const Member& name = members[0];
  const Member& description = members[1];
  const Member& definitions = members[2];
  const Member& capabilities = members[3];
  const Member& deny_list = members[4];
  if (!forms_.ReadMap(node, members, std::size(members),
                      "expected a context: a map with name and capabilities")) {
    return false;
  }
  if (name.value == kAbsent) return forms_.Fail(node, "expected the key name");
  if (capabilities.value == kAbsent) return forms_.Fail(node, "expected the key capabilities");

  Context context;
  context.position = PositionAt(name.value);
  constexpr const char* kName =
      "expected a name: a lower-case letter, then at most 127 lower-case letters, digits and -";
  std::string_view text;
  if (!forms_.ReadString(name.value, text, kName)) return false;
  if (!IsContextName(text)) return forms_.Fail(name.value, kName);
  context.name = text;
  if (description.value != kAbsent) {
    if (!forms_.ReadString(description.value, text, "expected a string")) return false;
    context.description = text;
  }
  if (!ReadAcknowledged(members[5], context.acknowledged)) return false;

  forms_.scope() = {};
  if (definitions.value != kAbsent && !ReadDefinitions(forms_, definitions.value, context)) {
    return false;
  }
  const DocumentNode& list = forms_[capabilities.value];
  if (list.kind != Document::Kind::kList) {
    return forms_.Fail(capabilities.value, "expected a list of capabilities");
  }
  std::unordered_map<std::string, std::uint32_t> nth;
  for (std::uint32_t i = capabilities.value + 1; i < list.end; i = forms_[i].end) {
    Capability& capability = context.capabilities.emplace_back();
    if (!ReadCapability(i, capability)) return false;
    capability.nth = nth[capability.tool_pattern.text]++;
  }

  if (deny_list.value != kAbsent) {
    const DocumentNode& denied = forms_[deny_list.value];
    if (denied.kind != Document::Kind::kList) {
      return forms_.Fail(deny_list.value, "expected a list of deny entries");
    }
    std::uint32_t nth_entry = 0;
    for (std::uint32_t i = deny_list.value + 1; i < denied.end; i = forms_[i].end) {
      const std::size_t first = context.deny_list.size();
      if (!ReadDenyEntry(i, context.deny_list)) return false;
      for (std::size_t entry = first; entry < context.deny_list.size(); ++entry) {
        context.deny_list[entry].nth = nth_entry;
      }
      ++nth_entry;
    }
  }
  contexts.push_back(std::move(context));
  return true;
}

bool ContextReader::ReadCapability(std::uint32_t node, Capability& capability) {
  CapabilityMembers members = MembersOfCapability();
  const Member& tool_pattern = members[kConstraints];
  const Member& constraints = members[kConstraints + 1];

  if (!forms_.ReadMap(node, members.data(), members.size(),
                      "expected a capability: a map with tool_pattern")) {
    return false;
  }
  if (tool_pattern.value == kAbsent) return forms_.Fail(node, "expected the key tool_pattern");
  if (!ReadToolPatterns(tool_pattern.value, capability.tool_pattern)) return false;
  capability.position = PositionAt(node);
  if (!ReadAcknowledged(members[kConstraints + 2], capability.acknowledged)) return false;

  if (constraints.value != kAbsent) {
    std::array<Member, kConstraints> nested;
    std::copy_n(MembersOfCapability().begin(), kConstraints, nested.begin());
    if (!forms_.ReadMap(constraints.value, nested.data(), nested.size(),
                        "expected a map of constraints")) {
      return false;
    }
    for (std::size_t i = 0; i < kConstraints; ++i) {
      if (nested[i].value == kAbsent) continue;
      if (members[i].value != kAbsent) {
        return forms_.Fail(std::max(members[i].key, nested[i].key),
                           "expected each constraint once, in constraints or on the capability");
      }
      members[i] = nested[i];
    }
  }
  for (std::size_t i = 0; i < kConstraints; ++i) {
    const std::uint32_t value = members[i].value;
    if (value != kAbsent && !kConstraintTable[i].read(forms_, value, capability)) return false;
  }
  return !capability.arguments || CheckBesideArguments(members);
}

bool ContextReader::CheckBesideArguments(const CapabilityMembers& members) {
  for (std::size_t i = 0; i < kConstraints; ++i) {
    const Constraint constraint = kConstraintTable[i].constraint;
    if (members[i].value == kAbsent || kBesideArguments.Holds(constraint)) continue;
    return forms_.Fail(members[i].key,
                       "expected beside arguments only other_arguments, rate_limit and "
                       "max_response_size");
  }
  return true;
}

bool ContextReader::ReadToolPattern(std::uint32_t node, std::optional<ToolPattern>& pattern) {
  std::string_view text;
  if (!forms_.ReadString(node, text, kToolPatternExpected)) return false;
  pattern = ToolPattern::Parse(text);
  return pattern || forms_.Fail(node, kToolPatternExpected);
}

bool ContextReader::ReadToolPatterns(std::uint32_t node, ToolPatterns& patterns) {
  std::optional<ToolPattern> pattern;
  std::vector<ToolPattern> list;
  if (forms_[node].kind != Document::Kind::kList) {
    if (!ReadToolPattern(node, pattern)) return false;
    list.push_back(std::move(*pattern));
  } else {
    std::unordered_set<std::string_view> texts;
    for (std::uint32_t i = node + 1; i < forms_[node].end; i = forms_[i].end) {
      if (!ReadToolPattern(i, pattern)) return false;
      if (!texts.insert(forms_[i].text).second) {
        return forms_.Fail(i, "expected each tool pattern once, found a second " + pattern->text);
      }
      list.push_back(std::move(*pattern));
    }
    if (list.empty()) return forms_.Fail(node, "expected at least one tool pattern");
  }
  patterns = ToolPatterns::Of(std::move(list));
  return true;
}

bool ContextReader::ReadDenyEntry(std::uint32_t node, std::vector<DenyEntry>& entries) {
  if (forms_[node].kind == Document::Kind::kString) return ReadDenyText(node, entries);
  Member members[] = {{"tool_pattern"}, {"path"},   {"domain"},
                      {"command"},      {"option"}, {"acknowledge"}};
  constexpr std::size_t kKinds = 4;  // from 1 on
  const Member& option = members[4];
  if (!forms_.ReadMap(node, members, std::size(members),
                      "expected a tool pattern, pattern:entry, or a map with tool_pattern")) {
    return false;
  }
  if (members[0].value == kAbsent) return forms_.Fail(node, "expected the key tool_pattern");
  std::optional<ToolPattern> pattern;
  if (!ReadToolPattern(members[0].value, pattern)) return false;
  DenyEntry entry{std::move(*pattern), {}, PositionAt(node)};
  std::string_view text;

  std::uint32_t last = 0;
  int kinds = 0;
  for (std::size_t i = 1; i < kKinds; ++i) {
    if (members[i].value == kAbsent) continue;
    ++kinds;
    last = std::max(last, members[i].key);
  }
  if (kinds > 1) return forms_.Fail(last, "expected at most one of path, domain and command");

  const auto read = [&](const Member& member, auto parse, const char* expected) {
    if (member.value == kAbsent) return true;
    if (!forms_.ReadString(member.value, text, expected)) return false;
    auto parsed = parse(text);
    if (!parsed) return forms_.Fail(member.value, expected);
    entry.argument = std::move(*parsed);
    return true;
  };
  if (!read(members[1], PathEntry::ParseDenied, PathEntry::kDeniedExpected) ||
      !read(members[2], DomainEntry::ParseDenied, DomainEntry::kDeniedExpected) ||
      !read(members[3], CommandEntry::Parse, "expected a command entry")) {
    return false;
  }
  if (option.value != kAbsent) {
    constexpr const char* kExpectedOption =
        "expected an option without a value: --name, -name or -x";
    auto* const command = std::get_if<CommandEntry>(&entry.argument);
    if (command == nullptr) return forms_.Fail(option.key, "expected a command beside option");
    if (!forms_.ReadString(option.value, text, kExpectedOption)) return false;
    if (!IsOptionName(text)) return forms_.Fail(option.value, kExpectedOption);
    command->option = text;
  }
  if (!ReadAcknowledged(members[5], entry.acknowledged)) return false;
  entries.push_back(std::move(entry));
  return true;
}

// A pattern, or pattern:entry. A text with a colon may also be the name of a tool.
bool ContextReader::ReadDenyText(std::uint32_t node, std::vector<DenyEntry>& entries) {
  constexpr const char* kExpected =
      "expected a tool pattern, or pattern:entry with a path, a host with a dot or a command";
  const std::string_view text = forms_[node].text;
  std::size_t colon = text.find(":/");
  if (colon == std::string_view::npos) colon = text.rfind(':');
  auto whole = ToolPattern::Parse(text);
  if (colon == std::string_view::npos) {
    if (!whole) return forms_.Fail(node, kToolPatternExpected);
    entries.push_back({std::move(*whole), {}, PositionAt(node)});
    return true;
  }
  if (EndsInBlockOrIpv6(text)) {
    return forms_.Fail(node,
                       "expected a map for a block of addresses or an address of IPv6: "
                       "{tool_pattern: web.fetch, domain: 192.0.2.0/24}");
  }

  auto pattern = ToolPattern::Parse(text.substr(0, colon));
  const std::string_view argument = text.substr(colon + 1);
  if (!pattern) return forms_.Fail(node, kExpected);
  const auto add = [&](auto parsed) {
    if (!parsed) return forms_.Fail(node, kExpected);
    entries.push_back({*pattern, std::move(*parsed), PositionAt(node)});
    return true;
  };
  const bool wildcard = argument.starts_with("*.");
  std::string_view host = wildcard ? argument.substr(2) : argument;
  if (host.ends_with('.')) host.remove_suffix(1);
  if (argument.starts_with('/') || argument.starts_with("**/")) {
    if (!add(PathEntry::ParseDenied(argument))) return false;
  } else {
    const bool is_host = IsHost(host) && argument.find('.') != std::string_view::npos;
    const bool is_domain = is_host || FindAddressWord(argument) != nullptr;
    if (is_domain && !add(DomainEntry::ParseDenied(argument))) return false;
    // What may be a host and a command is denied as both: deploy.sh.
    if (!wildcard && !add(CommandEntry::Parse(argument))) return false;
    if (wildcard && !is_domain) return forms_.Fail(node, kExpected);
  }
  if (whole && whole->kind == ToolPattern::Kind::kExact) {
    entries.push_back({std::move(*whole), {}, PositionAt(node)});
  }
  return true;
}

}  // namespace callgate::policy
