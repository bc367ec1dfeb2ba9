// The constraints of a capability.
#include <algorithm>

#include "core/policy/document/context_reader.h"

namespace callgate::policy {
namespace {

constexpr const char* kPathExpected =
    "expected an absolute path without empty, . or .. segments and without a trailing slash; * "
    "stands for a whole segment";
constexpr const char* kDomainExpected =
    "expected a lower-case host, with *. before it or :port after it where that is meant";
constexpr const char* kCommandExpected =
    "expected words without quotes, control characters and any of ; & | < > $ ` ( ) { } [ ] ! # * "
    "? \\";

}  // namespace

template <typename Entry>
bool ContextReader::ReadEntries(std::uint32_t node, std::optional<std::vector<Entry>>& out,
                                const char* expected) {
  std::vector<std::uint32_t> strings;
  if (!ReadStrings(node, strings, "expected a list of strings")) return false;
  out.emplace();
  out->reserve(strings.size());
  for (const std::uint32_t i : strings) {
    auto entry = Entry::Parse(document_[i].text);
    if (!entry) return Fail(i, expected);
    out->push_back(std::move(*entry));
  }
  return true;
}

// `members` are in the order of the names that ReadCapability gives.
bool ContextReader::ReadConstraints(const Member* members, Capability& capability) {
  const auto value = [members](std::size_t i) { return members[i].value; };
  const auto has = [&](std::size_t i) { return value(i) != kAbsent; };

  if (has(0) && !ReadEntries(value(0), capability.path_allowlist, kPathExpected)) return false;
  if (has(1)) {
    std::string_view text;
    if (!ReadString(value(1), text, "expected a path")) return false;
    auto entry = PathEntry::Parse(text);
    if (!entry || entry->wildcard || entry->below_only) {
      return Fail(value(1), "expected an absolute path without *");
    }
    capability.base_directory = std::move(entry);
  }
  if (has(2) && !ReadEntries(value(2), capability.domain_allowlist, kDomainExpected)) return false;
  if (has(3) && !ReadEntries(value(3), capability.command_allowlist, kCommandExpected)) {
    return false;
  }
  if (has(4) && !ReadSubcommands(value(4), capability)) return false;
  if (has(5)) {
    std::string_view text;
    if (!ReadString(value(5), text, "expected shell or argv")) return false;
    if (text != "shell" && text != "argv") return Fail(value(5), "expected shell or argv");
    capability.exec = text == "argv" ? Exec::kArgv : Exec::kShell;
  }
  if (has(6) && !ReadPatterns(value(6), capability)) return false;
  if (has(7) && !ReadKeys(value(7), capability.path_arguments)) return false;
  if (has(8) && !ReadKeys(value(8), capability.domain_arguments)) return false;
  if (has(9) && !ReadKeys(value(9), capability.command_arguments)) return false;
  if (has(10)) {
    if (!ReadKeys(value(10), capability.free_arguments)) return false;
    for (std::uint32_t i = value(10) + 1; i < document_[value(10)].end; ++i) {  // strings alone
      const std::string key = FoldKey(document_[i].text);
      if (Holds(capability.path_arguments, key) || Holds(capability.domain_arguments, key) ||
          Holds(capability.command_arguments, key)) {
        return Fail(i, "expected a key that is not added to a class in the same capability");
      }
    }
  }
  if (has(11)) {
    std::vector<std::uint32_t> strings;
    if (!ReadStrings(value(11), strings, "expected a list of argument keys")) return false;
    auto& only = capability.only_arguments.emplace();
    for (const std::uint32_t i : strings) only.emplace_back(document_[i].text);
    std::sort(only.begin(), only.end());
    only.erase(std::unique(only.begin(), only.end()), only.end());
  }
  if (has(12) && !ReadRate(value(12), capability)) return false;
  if (has(13)) {
    std::uint64_t size = 0;
    constexpr std::uint64_t kMost = (std::uint64_t{1} << 53) - 1;
    if (!ReadInteger(value(13), 0, kMost, size, "expected an integer from 0 to 9007199254740991")) {
      return false;
    }
    capability.max_response_size = size;
  }
  if (has(14)) {
    std::string_view text;
    if (!ReadString(value(14), text, "expected deny or allow")) return false;
    if (text != "deny" && text != "allow") return Fail(value(14), "expected deny or allow");
    capability.allow_absent = text == "allow";
  }
  return true;
}

bool ContextReader::ReadSubcommands(std::uint32_t node, Capability& capability) {
  if (!capability.command_allowlist) {
    return Fail(node, "expected a command_allowlist beside subcommand_allowlist");
  }
  const std::vector<CommandEntry>& commands = *capability.command_allowlist;
  const auto read_words = [this](std::uint32_t list, std::vector<std::string>& out) {
    std::vector<std::uint32_t> strings;
    if (!ReadStrings(list, strings, "expected a list of subcommands")) return false;
    for (const std::uint32_t i : strings) {
      const auto entry = CommandEntry::Parse(document_[i].text);
      // One word in the form it is compared in; an assignment is a word like any other here.
      const bool one_word = entry ? entry->words.size() == 1 && entry->text == document_[i].text
                                  : CommandEntry::Parse("x " + std::string(document_[i].text))
                                            .value_or(CommandEntry{})
                                            .words.size() == 2;
      if (!one_word) return Fail(i, "expected one word, as in a command entry");
      out.emplace_back(document_[i].text);
    }
    return true;
  };
  const Document::Kind kind = document_[node].kind;
  if (kind == Document::Kind::kList) {
    if (commands.size() != 1) {
      return Fail(node, "expected a map, or exactly one entry in command_allowlist");
    }
    return read_words(node, capability.subcommand_allowlist.emplace()[commands[0].words[0]]);
  }
  if (kind != Document::Kind::kMap) return Fail(node, "expected a map or a list of subcommands");
  if (!CheckKeys(node)) return false;
  auto& lists = capability.subcommand_allowlist.emplace();
  for (std::uint32_t key = node + 1; key < document_[node].end; key = NextMember(key)) {
    const std::string_view name = document_[key].text;
    const bool known = std::any_of(commands.begin(), commands.end(), [name](const auto& command) {
      return command.words[0] == name;
    });
    if (!known) return Fail(key, "expected the first word of an entry of command_allowlist");
    if (document_[key + 1].kind == Document::Kind::kNull) continue;
    if (!read_words(key + 1, lists[std::string(name)])) return false;
  }
  return true;
}

bool ContextReader::ReadPatterns(std::uint32_t node, Capability& capability) {
  if (document_[node].kind != Document::Kind::kMap) {
    return Fail(node, "expected a map of argument keys to RE2 expressions");
  }
  if (!CheckKeys(node)) return false;
  for (std::uint32_t key = node + 1; key < document_[node].end; key = NextMember(key)) {
    if (document_[key + 1].kind == Document::Kind::kNull) continue;
    std::string_view text;
    if (!ReadString(key + 1, text, "expected an RE2 expression as a string")) return false;
    if (text.empty()) return Fail(key + 1, "expected an RE2 expression that is not empty");
    auto known = patterns_.find(std::string(text));
    if (known == patterns_.end()) {
      auto compiled = ArgumentPattern::Compile(text, max_regex_memory_);
      if (!compiled) return Fail(key + 1, compiled.error().message);
      known = patterns_.emplace(std::string(text), std::move(*compiled)).first;
    }
    capability.argument_patterns.emplace(FoldKey(document_[key].text), known->second);
  }
  return true;
}

bool ContextReader::ReadRate(std::uint32_t node, Capability& capability) {
  constexpr const char* kExpected = "expected a map with calls and per_seconds";
  Member members[] = {{"calls"}, {"per_seconds"}};
  if (!ReadMap(node, members, 2, kExpected)) return false;
  std::uint64_t numbers[2];
  if (members[0].value == kAbsent || members[1].value == kAbsent) return Fail(node, kExpected);
  if (!ReadInteger(members[0].value, 1, 100'000, numbers[0],
                   "expected an integer from 1 to 100000") ||
      !ReadInteger(members[1].value, 1, 86'400, numbers[1],
                   "expected an integer from 1 to 86400")) {
    return false;
  }
  capability.rate_limit = {static_cast<std::uint32_t>(numbers[0]),
                           static_cast<std::uint32_t>(numbers[1])};
  return true;
}

}  // namespace callgate::policy
