#include "core/policy/document/deny_list_reader.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/shown.h"
#include "core/policy/document/acknowledgements.h"
#include "core/policy/document/entry_faults.h"
#include "core/policy/document/tool_pattern_reader.h"
#include "core/policy/values/domain.h"

namespace callgate::policy {
namespace {

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

class DenyListReader {
 public:
  DenyListReader(FormReader& forms, const std::string& file, std::vector<DenyEntry>& entries)
      : forms_(forms), file_(file), entries_(entries) {}

  // False where an acknowledgement is refused.
  bool Read(std::uint32_t node);

 private:
  void ReadEntry(std::uint32_t node);
  void ReadText(std::uint32_t node);
  SourcePosition PositionAt(std::uint32_t node) const {
    const Position position = forms_[node].position;
    return {file_, position.line, position.column};
  }

  FormReader& forms_;
  const std::string& file_;
  std::vector<DenyEntry>& entries_;
  bool is_refused_ = false;
};

bool DenyListReader::Read(std::uint32_t node) {
  const DocumentNode& denied = forms_[node];
  if (denied.kind != Document::Kind::kList) {
    return forms_.Fail(node, "doc.wrong-type", "expected a list of deny entries");
  }
  std::uint32_t nth = 0;
  for (std::uint32_t i = node + 1; i < denied.end; i = forms_[i].end) {
    const std::size_t first = entries_.size();
    if (forms_[i].kind == Document::Kind::kNull) {
      forms_.Fail(i, "doc.no-null-in-list", "expected a deny entry");
    } else {
      ReadEntry(i);
    }
    for (std::size_t entry = first; entry < entries_.size(); ++entry) entries_[entry].nth = nth;
    ++nth;
  }
  return !is_refused_;
}

void DenyListReader::ReadEntry(std::uint32_t node) {
  if (forms_[node].kind == Document::Kind::kString) return ReadText(node);
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
  } else if (ReadToolPattern(forms_, members[0].value, pattern)) {
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
  const std::uint32_t acknowledged = members[5].value;
  if (acknowledged != kAbsent &&
      !ReadAcknowledgements(forms_, acknowledged, file_, entry.acknowledged)) {
    is_refused_ = true;
  }
  entries_.push_back(std::move(entry));
}

// A pattern, or pattern:entry. A text with a colon may also be the name of a tool.
void DenyListReader::ReadText(std::uint32_t node) {
  const std::string_view text = forms_[node].text;
  std::size_t colon = text.find(":/");
  if (colon == std::string_view::npos) colon = text.rfind(':');
  auto whole = ToolPattern::Parse(text);
  if (colon == std::string_view::npos) {
    if (whole) {
      entries_.push_back({std::move(*whole), {}, PositionAt(node)});
    } else {
      FailToolPattern(forms_, node);
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
      entries_.push_back({*pattern, std::move(*parsed), PositionAt(node)});
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
    entries_.push_back({std::move(*whole), {}, PositionAt(node)});
  }
}

}  // namespace

bool ReadDenyList(FormReader& forms, std::uint32_t node, const std::string& file,
                  std::vector<DenyEntry>& entries) {
  return DenyListReader(forms, file, entries).Read(node);
}

}  // namespace callgate::policy
