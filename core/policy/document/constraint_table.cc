#include "core/policy/document/constraint_table.h"

#include <algorithm>
#include <iterator>
#include <type_traits>

#include "callgate/json.h"
#include "core/json/object_writer.h"
#include "core/policy/document/entry_faults.h"
#include "core/policy/document/schema_reader.h"
#include "core/policy/document/schema_writer.h"

namespace callgate::policy {
namespace {

void WriteStrings(const std::vector<std::string>& list, std::string& out) {
  json::WriteList(list, out, [&](const std::string& text) { json::AppendString(text, out); });
}

// path_allowlist, domain_allowlist, command_allowlist

template <typename Entry>
struct Allowed;
template <>
struct Allowed<PathEntry> {
  static constexpr auto kParse = PathEntry::ParseAllowed;
  static const EntryForm& Form() { return kAllowedPath; }
};
template <>
struct Allowed<DomainEntry> {
  static constexpr auto kParse = DomainEntry::ParseAllowed;
  static const EntryForm& Form() { return kAllowedDomain; }
};
template <>
struct Allowed<CommandEntry> {
  static constexpr auto kParse = CommandEntry::Parse;
  static const EntryForm& Form() { return kCommandText; }
};

template <auto kList>
bool ReadEntries(FormReader& forms, std::uint32_t node, Capability& capability) {
  auto& entries = (capability.*kList).emplace();
  using Entry = typename std::remove_reference_t<decltype(entries)>::value_type;
  std::vector<std::uint32_t> strings;
  bool ok = forms.ReadStrings(node, strings, "expected a list of strings");
  entries.reserve(strings.size());
  for (const std::uint32_t i : strings) {
    auto entry = Allowed<Entry>::kParse(forms[i].text);
    if (entry) {
      entries.push_back(std::move(*entry));
    } else {
      ok = FailEntry(forms, i, Allowed<Entry>::Form());
    }
  }
  return ok;
}

template <auto kList>
void WriteEntries(const Capability& capability, std::string& out) {
  if (const auto& entries = capability.*kList) {
    json::WriteList(*entries, out, [&](const auto& entry) { json::AppendString(entry.text, out); });
  }
}

bool ReadBase(FormReader& forms, std::uint32_t node, Capability& capability) {
  std::string_view text;
  if (!forms.ReadString(node, text, "expected a path")) return false;
  auto entry = PathEntry::ParseDirectory(text);
  if (!entry) return forms.Fail(node, "doc.base-directory", kDirectory.why(text).message);
  capability.base_directory = std::move(entry);
  return true;
}

void WriteBase(const Capability& capability, std::string& out) {
  if (capability.base_directory) json::AppendString(capability.base_directory->text, out);
}

bool ReadSubcommands(FormReader& forms, std::uint32_t node, Capability& capability) {
  if (!capability.command_allowlist) {
    return forms.Fail(node, "subcommand.key",
                      "expected a command_allowlist with subcommand_allowlist");
  }
  const std::vector<CommandEntry>& commands = *capability.command_allowlist;
  const auto read_words = [&forms](std::uint32_t list, std::vector<std::string>& out) {
    std::vector<std::uint32_t> strings;
    bool ok = forms.ReadStrings(list, strings, "expected a list of subcommands");
    for (const std::uint32_t i : strings) {
      const auto entry = CommandEntry::Parse(forms[i].text);
      // One word in the form it is compared in; an assignment is a word like any other here.
      const bool one_word = entry ? entry->words.size() == 1 && entry->text == forms[i].text
                                  : CommandEntry::Parse("x " + std::string(forms[i].text))
                                            .value_or(CommandEntry{})
                                            .words.size() == 2;
      if (!one_word) {
        ok = forms.Fail(i, "subcommand.word", "expected one word, as in a command entry");
      }
      out.emplace_back(forms[i].text);
    }
    return ok;
  };
  auto& lists = capability.subcommand_allowlist.emplace();
  const Document::Kind kind = forms[node].kind;
  if (kind == Document::Kind::kList) {
    if (commands.size() != 1) {
      return forms.Fail(node, "subcommand.list",
                        "expected a map, or exactly one entry in command_allowlist");
    }
    return read_words(node, lists[commands[0].words[0]]);
  }
  if (kind != Document::Kind::kMap) {
    return forms.Fail(node, "doc.wrong-type", "expected a map or a list of subcommands");
  }
  bool ok = forms.CheckKeys(node);
  for (std::uint32_t key = node + 1; key < forms[node].end; key = forms.NextMember(key)) {
    const std::string_view name = forms[key].text;
    const auto word_of = [](const CommandEntry& command) { return command.words[0]; };
    const bool known = std::ranges::find(commands, name, word_of) != commands.end();
    if (!known && forms[key].kind == Document::Kind::kString) {
      ok = forms.Fail(key, "subcommand.key",
                      "expected the first word of an entry of command_allowlist" +
                          forms.Question(name, commands, word_of));
    }
    if (forms[forms.ValueOf(key)].kind == Document::Kind::kNull) continue;
    ok = read_words(forms.ValueOf(key), lists[std::string(name)]) && ok;
  }
  return ok;
}

void WriteSubcommands(const Capability& capability, std::string& out) {
  if (!capability.subcommand_allowlist) return;
  json::ObjectWriter lists(out);
  for (const auto& [name, words] : *capability.subcommand_allowlist) {
    WriteStrings(words, lists.Raw(name));
  }
  lists.End();
}

// exec, when_absent: one of two words, of which documents leave the first out

bool ReadChoice(FormReader& forms, std::uint32_t node, std::string_view first,
                std::string_view second, std::string_view rule, const char* expected,
                bool& is_second) {
  std::string_view text;
  if (!forms.ReadString(node, text, expected)) return false;
  if (text != first && text != second) return forms.Fail(node, rule, expected);
  is_second = text == second;
  return true;
}

bool ReadExec(FormReader& forms, std::uint32_t node, Capability& capability) {
  bool is_argv = false;
  if (!ReadChoice(forms, node, "shell", "argv", "doc.exec", "expected shell or argv", is_argv))
    return false;
  capability.exec = is_argv ? Exec::kArgv : Exec::kShell;
  return true;
}

void WriteExec(const Capability& capability, std::string& out) {
  if (capability.exec == Exec::kArgv) json::AppendString("argv", out);
}

bool ReadAbsent(FormReader& forms, std::uint32_t node, Capability& capability) {
  return ReadChoice(forms, node, "deny", "allow", "doc.when-absent", "expected deny or allow",
                    capability.allow_absent);
}

void WriteAbsent(const Capability& capability, std::string& out) {
  if (capability.allow_absent) json::AppendString("allow", out);
}

bool ReadPatterns(FormReader& forms, std::uint32_t node, Capability& capability) {
  if (forms[node].kind != Document::Kind::kMap) {
    return forms.Fail(node, "doc.wrong-type", "expected a map of argument keys to RE2 expressions");
  }
  bool ok = forms.CheckKeys(node);
  for (std::uint32_t key = node + 1; key < forms[node].end; key = forms.NextMember(key)) {
    if (forms[forms.ValueOf(key)].kind == Document::Kind::kNull) continue;
    const ArgumentPattern* const pattern = forms.ReadPattern(forms.ValueOf(key));
    ok = pattern != nullptr && ok;
    if (pattern != nullptr) {
      capability.argument_patterns.emplace(FoldKey(forms[key].text), *pattern);
    }
  }
  return ok;
}

void WritePatterns(const Capability& capability, std::string& out) {
  if (capability.argument_patterns.empty()) return;
  json::ObjectWriter patterns(out);
  for (const auto& [key, pattern] : capability.argument_patterns) {
    patterns.Text(key, pattern.text());
  }
  patterns.End();
}

// path_arguments, domain_arguments, command_arguments, free_arguments, only_arguments

template <KeyList Capability::*kKeys>
bool ReadKeys(FormReader& forms, std::uint32_t node, Capability& capability) {
  return forms.ReadKeys(node, capability.*kKeys);
}

template <KeyList Capability::*kKeys>
void WriteKeys(const Capability& capability, std::string& out) {
  if (!(capability.*kKeys).empty()) WriteStrings(capability.*kKeys, out);
}

bool ReadFreed(FormReader& forms, std::uint32_t node, Capability& capability) {
  bool ok = forms.ReadKeys(node, capability.free_arguments);
  if (forms[node].kind != Document::Kind::kList) return ok;
  for (std::uint32_t i = node + 1; i < forms[node].end; i = forms[i].end) {
    if (forms[i].kind != Document::Kind::kString) continue;
    const std::string key = FoldKey(forms[i].text);
    if (Holds(capability.path_arguments, key) || Holds(capability.domain_arguments, key) ||
        Holds(capability.command_arguments, key)) {
      ok = forms.Fail(i, "doc.freed-and-added",
                      "expected a key that is not added to a class in the same capability");
    }
  }
  return ok;
}

bool ReadOnly(FormReader& forms, std::uint32_t node, Capability& capability) {
  std::vector<std::uint32_t> strings;
  const bool ok = forms.ReadStrings(node, strings, "expected a list of argument keys");
  auto& only = capability.only_arguments.emplace();
  for (const std::uint32_t i : strings) only.emplace_back(forms[i].text);
  std::sort(only.begin(), only.end());
  only.erase(std::unique(only.begin(), only.end()), only.end());
  return ok;
}

void WriteOnly(const Capability& capability, std::string& out) {
  if (capability.only_arguments) WriteStrings(*capability.only_arguments, out);
}

bool ReadRate(FormReader& forms, std::uint32_t node, Capability& capability) {
  constexpr const char* kExpectedRate = "expected a map with calls and per_seconds";
  Member members[] = {{"calls"}, {"per_seconds"}};
  if (!forms.ReadMap(node, members, std::size(members), kExpectedRate)) return false;
  const auto [calls, seconds] = members;
  if (calls.value == kAbsent || seconds.value == kAbsent) {
    forms.Fail(node, "doc.required-rate-members", kExpectedRate);
  }
  std::uint64_t number = 0;
  std::uint64_t window = 0;
  bool ok = calls.value != kAbsent && seconds.value != kAbsent;
  if (calls.value != kAbsent) {
    ok = forms.ReadInteger(calls.value, 1, 100'000, number, "doc.rate-range",
                           "expected an integer from 1 to 100000") &&
         ok;
  }
  if (seconds.value != kAbsent) {
    ok = forms.ReadInteger(seconds.value, 1, 86'400, window, "doc.rate-range",
                           "expected an integer from 1 to 86400") &&
         ok;
  }
  capability.rate_limit = {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(window)};
  return ok;
}

void WriteRate(const Capability& capability, std::string& out) {
  if (!capability.rate_limit) return;
  json::ObjectWriter rate(out);
  rate.Integer("calls", capability.rate_limit->calls);
  rate.Integer("per_seconds", capability.rate_limit->per_seconds);
  rate.End();
}

bool ReadResponseSize(FormReader& forms, std::uint32_t node, Capability& capability) {
  constexpr std::uint64_t kMost = (std::uint64_t{1} << 53) - 1;
  std::uint64_t size = 0;
  if (!forms.ReadInteger(node, 0, kMost, size, "doc.response-size-range",
                         "expected an integer from 0 to 9007199254740991")) {
    return false;
  }
  capability.max_response_size = size;
  return true;
}

void WriteResponseSize(const Capability& capability, std::string& out) {
  if (capability.max_response_size) out += std::to_string(*capability.max_response_size);
}

}  // namespace

// Subcommands are read after the commands that they belong to, and freed keys after added ones: a
// key cannot be both.
constexpr std::array<ConstraintRow, kConstraints> kConstraintTable = {{
    {Constraint::kArguments, ReadArguments, WriteArguments},
    {Constraint::kOtherArguments, ReadOtherArguments, WriteOtherArguments},
    {Constraint::kPathAllowlist, ReadEntries<&Capability::path_allowlist>,
     WriteEntries<&Capability::path_allowlist>},
    {Constraint::kBaseDirectory, ReadBase, WriteBase},
    {Constraint::kDomainAllowlist, ReadEntries<&Capability::domain_allowlist>,
     WriteEntries<&Capability::domain_allowlist>},
    {Constraint::kCommandAllowlist, ReadEntries<&Capability::command_allowlist>,
     WriteEntries<&Capability::command_allowlist>},
    {Constraint::kSubcommandAllowlist, ReadSubcommands, WriteSubcommands},
    {Constraint::kExec, ReadExec, WriteExec},
    {Constraint::kArgumentPatterns, ReadPatterns, WritePatterns},
    {Constraint::kPathArguments, ReadKeys<&Capability::path_arguments>,
     WriteKeys<&Capability::path_arguments>},
    {Constraint::kDomainArguments, ReadKeys<&Capability::domain_arguments>,
     WriteKeys<&Capability::domain_arguments>},
    {Constraint::kCommandArguments, ReadKeys<&Capability::command_arguments>,
     WriteKeys<&Capability::command_arguments>},
    {Constraint::kFreeArguments, ReadFreed, WriteKeys<&Capability::free_arguments>},
    {Constraint::kOnlyArguments, ReadOnly, WriteOnly},
    {Constraint::kRateLimit, ReadRate, WriteRate},
    {Constraint::kMaxResponseSize, ReadResponseSize, WriteResponseSize},
    {Constraint::kWhenAbsent, ReadAbsent, WriteAbsent},
}};

static_assert(
    [] {
      ConstraintSet with_row;
      for (const ConstraintRow& row : kConstraintTable) {
        if (row.read != nullptr && row.write != nullptr) with_row.Add(row.constraint);
      }
      return with_row.size() == kConstraints;
    }(),
    "each constraint needs a row: its key is read and written");

}  // namespace callgate::policy
