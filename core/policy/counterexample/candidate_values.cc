#include "core/policy/counterexample/candidate_values.h"

#include <algorithm>
#include <array>
#include <optional>

#include "callgate/json.h"
#include "core/base/ascii.h"
#include "core/policy/counterexample/string_values.h"
#include "core/policy/inclusion/domain_relations.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxEntries = 64;  // of a list, that are tried

const KeyList& AddedKeys(const Capability& capability, KeyClasses key_class) noexcept {
  if (key_class == kPathKey) return capability.path_arguments;
  if (key_class == kDomainKey) return capability.domain_arguments;
  return capability.command_arguments;
}

std::vector<std::string_view> StandardKeys(KeyClasses key_class) {
  if (key_class == kPathKey) return {"path", "file", "dir", "folder", "src", "filename", "x_path"};
  if (key_class == kDomainKey) return {"url", "host", "uri", "link", "site", "hostname", "x_url"};
  return {"command", "cmd", "program", "script", "executable", "cmdline", "x_command"};
}

// The hosts of an entry as values: bare, and in URLs with the ports that the entry takes.
void AppendDomain(JsonTexts& values, const std::string& host, std::uint16_t port) {
  if (port != 0) {
    const std::string with_port = host + ":" + std::to_string(port);
    AppendUnique(values, JsonString("https://" + with_port + "/"));
    AppendUnique(values, JsonString(with_port));
    if (port == 443) AppendUnique(values, JsonString("https://" + host + "/"));
    if (port == 80) AppendUnique(values, JsonString("http://" + host + "/"));
    return;
  }
  AppendUnique(values, JsonString("https://" + host + "/"));
  AppendUnique(values, JsonString(host));
  AppendUnique(values, JsonString("http://" + host + "/"));
}

JsonTexts Strings(const Words& words) {
  JsonTexts texts;
  for (const std::string_view word : words) texts.push_back(JsonString(word));
  return texts;
}

// What the capability takes the key for, by its name and since it adds it.
KeyClasses ClassesOf(const Capability& capability, std::string_view key,
                     const std::string& folded) {
  KeyClasses classes = ClassifyKey(key, folded);
  for (const KeyClasses one : {kPathKey, kDomainKey, kCommandKey}) {
    if (Holds(AddedKeys(capability, one), folded)) classes |= one;
  }
  return classes;
}

// The spelling of a folded key that only_arguments lists; nullopt where it lists none.
std::optional<std::string> ListedSpelling(const Capability& capability, const std::string& folded) {
  if (!capability.only_arguments) return folded;
  for (const std::string& listed : *capability.only_arguments) {
    if (FoldKey(listed) == folded) return listed;
  }
  return std::nullopt;
}

// Calls `take` with every key that has a pattern and may stand in a call, the pattern, and strings
// to try, those first that the other constraints ask for.
template <typename Take>  // void(key, pattern, values)
void ForEachPattern(const Capability& capability, const CommandClass& command, Take&& take) {
  for (const auto& [folded, pattern] : capability.argument_patterns) {
    const auto key = ListedSpelling(capability, folded);
    if (!key) continue;
    const KeyClasses classes = ClassesOf(capability, *key, folded);
    JsonTexts values;
    if ((classes & kPathKey) != 0) values = AllowedPaths(capability);
    if ((classes & kDomainKey) != 0) values = AllowedDomains(capability);
    if (capability.command_allowlist && (classes & kCommandKey) != 0) {
      if (command.kind == CommandClass::Kind::kWords) {
        values.push_back(JsonString(Joined(command.words)));
      }
      for (const CommandEntry& entry : *capability.command_allowlist) {
        AppendUnique(values, JsonString(entry.text));
      }
    }
    // Where no list says which, one that no deny entry is likely to name.
    if (values.empty() && (classes & kPathKey) != 0) {
      values.push_back(JsonString("/" + std::string(kUnlisted)));
    }
    if (values.empty() && (classes & kTextKey) == 0) {
      // By their look they are values of the class, too.
      values = AllowedPaths(capability);
      for (std::string& domain : AllowedDomains(capability)) values.push_back(std::move(domain));
    }
    for (const std::string& text : LikelyMatches(pattern)) values.push_back(JsonString(text));
    take(*key, pattern, values);
  }
}

}  // namespace

void AppendUnique(JsonTexts& values, std::string value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) {
    values.push_back(std::move(value));
  }
}

JsonTexts AllowedPaths(const Capability& capability) {
  JsonTexts values;
  if (!capability.path_allowlist) return values;
  JsonTexts relative;
  std::size_t count = 0;
  for (const PathEntry& entry : *capability.path_allowlist) {
    if (++count > kMaxEntries) break;
    const PathSet paths = PathSet::OfAllowed(entry);
    const std::string sample = paths.Sample(kUnlisted, true);
    AppendUnique(values, JsonString(sample));
    if (entry.names.empty()) {
      AppendUnique(values,
                   JsonString((sample == "/" ? "" : sample) + "/" + std::string(kUnlisted)));
    } else {
      AppendUnique(values, JsonString(paths.Deeper(kUnlisted).Sample(kUnlisted, true)));
    }
    if (!capability.base_directory) continue;
    for (const PathSet& below : paths.From(*capability.base_directory)) {
      AppendUnique(relative, JsonString(below.Sample(kUnlisted, false)));
      if (below.names.empty()) {
        if (below.segments.empty()) AppendUnique(relative, JsonString(kUnlisted));
      } else if (!below.at_once) {
        AppendUnique(relative, JsonString(below.Deeper(kUnlisted).Sample(kUnlisted, false)));
      }
    }
  }
  values.insert(values.end(), relative.begin(), relative.end());
  return values;
}

JsonTexts AllowedDomains(const Capability& capability) {
  JsonTexts values;
  if (!capability.domain_allowlist) return values;
  std::size_t count = 0;
  for (const DomainEntry& entry : *capability.domain_allowlist) {
    if (++count > kMaxEntries) break;
    for (const std::string& host : HostSet::OfAllowed(entry).Samples(kUnlisted)) {
      AppendDomain(values, host, entry.port);
    }
  }
  return values;
}

JsonTexts DeniedPaths(const PathEntry& entry, const Capability& capability) {
  const PathSet paths = PathSet::OfDenied(entry);
  const std::string sample = paths.Sample(kUnlisted, true);
  JsonTexts values = {JsonString(sample),
                      JsonString((sample == "/" ? "" : sample) + "/" + std::string(kUnlisted))};
  if (!entry.names.empty()) {
    values.push_back(JsonString(paths.Deeper(kUnlisted).Sample(kUnlisted, true)));
  }
  if (capability.path_allowlist) {
    std::size_t count = 0;
    for (const PathEntry& allowed : *capability.path_allowlist) {
      if (++count > kMaxEntries) break;
      if (const auto common = PathSet::OfAllowed(allowed).CommonSample(paths, kUnlisted)) {
        AppendUnique(values, JsonString(*common));
      }
    }
  }
  if (capability.base_directory) {
    for (const PathSet& below : paths.From(*capability.base_directory)) {
      AppendUnique(values, JsonString(below.Sample(kUnlisted, false)));
      AppendUnique(values, JsonString("./" + below.Sample(kUnlisted, false)));
    }
  }
  for (std::string& strange : StrangePaths()) AppendUnique(values, std::move(strange));
  return values;
}

JsonTexts DeniedDomains(const DomainEntry& entry, const Capability& capability) {
  JsonTexts values;
  const HostSet denied = HostSet::OfDenied(entry);
  if (capability.domain_allowlist) {
    // Where both reach.
    for (const DomainEntry& allowed : *capability.domain_allowlist) {
      HostSet both;
      both.addresses = HostSet::OfAllowed(allowed).addresses;
      AddressSet outside = both.addresses;
      outside.Remove(denied.addresses);
      both.addresses.Remove(outside);
      for (const std::string& host : both.Samples(kUnlisted)) {
        AppendDomain(values, host, allowed.port);
      }
      if (values.size() > kMaxEntries) break;
    }
  }
  for (const std::string& host : denied.Samples(kUnlisted)) {
    AppendDomain(values, host, entry.port);
    if (entry.port == 0) AppendDomain(values, host, 8443);
  }
  for (std::string& strange : StrangeDomains()) AppendUnique(values, std::move(strange));
  return values;
}

JsonTexts StrangePaths() {
  return {R"("/x-unlisted")",  R"("~")", R"("")", R"("x-unlisted")",
          R"("./x-unlisted")", "[1]",    "{}",    R"("https://x-unlisted.example/../x")"};
}

JsonTexts StrangeDomains() {
  return {R"("https://x-unlisted.example/")", R"("//")", R"("")",
          R"("x-unlisted.example")",          "[1]",     "{}"};
}

Keys KeysOf(const Capability& capability, KeyClasses key_class) {
  const KeyList& added = AddedKeys(capability, key_class);
  Keys keys;
  const auto add = [&](std::string_view key) {
    const std::string folded = FoldKey(key);
    const KeyClasses classes = ClassifyKey(key, folded);
    if ((classes & key_class) == 0 && !Holds(added, folded)) return;
    if (Frees(capability.free_arguments, folded, classes)) return;
    if (capability.argument_patterns.contains(folded)) return;
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.emplace_back(key);
  };
  if (capability.only_arguments) {
    for (const std::string& key : *capability.only_arguments) add(key);
  }
  for (const std::string_view key : StandardKeys(key_class)) add(key);
  for (const std::string& key : added) add(key);
  // What another class judges too comes last.
  std::stable_partition(keys.begin(), keys.end(), [&](const std::string& key) {
    const KeyClasses classes = ClassesOf(capability, key, FoldKey(key));
    return (classes & ~key_class & (kPathKey | kDomainKey | kCommandKey)) == 0;
  });
  return keys;
}

Keys Spellings(std::string_view key) {
  constexpr std::array<std::string_view, 8> kCommandWords = {
      "command", "commands", "cmd", "cmdline", "program", "executable", "script", "line"};
  Keys spellings = {std::string(key)};
  const auto with_capital = [&](std::size_t at) {
    if (at >= key.size() || !base::IsAsciiLower(key[at])) return;
    std::string spelling(key);
    spelling[at] = base::ToAsciiUpper(spelling[at]);
    spellings.push_back(std::move(spelling));
  };
  for (const std::string_view word : kCommandWords) {
    if (const std::size_t at = key.rfind(word); at != std::string_view::npos && at != 0) {
      with_capital(at);
    }
  }
  with_capital(1);
  with_capital(key.empty() ? 0 : key.size() - 1);
  return spellings;
}

std::vector<Fragment> CommandsBeginning(const Capability& capability, const Words& words) {
  Keys keys = KeysOf(capability, kCommandKey);
  if (keys.size() > 8) keys.resize(8);
  std::string args = "args";
  if (capability.only_arguments) {
    for (const std::string& key : *capability.only_arguments) {
      if ((ClassifyKey(key, FoldKey(key)) & kArgsKey) != 0) args = key;
    }
  }
  const std::string text = JsonString(Joined(words));
  JsonTexts list = Strings(words);
  const std::string as_list = JsonList(list);
  const std::string first = list[0];
  list.erase(list.begin());
  const std::string rest = JsonList(list);
  list = Strings(words);
  list.push_back(R"("x unlisted")");  // one word only where no shell reads it
  std::vector<Fragment> commands;
  for (const std::string& key : keys) commands.push_back({{key, text}});
  for (const std::string& key : keys) {
    commands.push_back({{key, as_list}});
    commands.push_back({{key, first}, {args, rest}});
    commands.push_back({{key, JsonString(Joined(words) + " x-unlisted")}});
    commands.push_back({{key, JsonList(list)}});
  }
  return commands;
}

Fragment MatchingArguments(const Capability& capability, const CommandClass& command) {
  Fragment arguments;
  ForEachPattern(
      capability, command,
      [&](const std::string& key, const ArgumentPattern& pattern, const JsonTexts& values) {
        for (const std::string& value : values) {
          const auto parsed = json::Parse(value);
          if (!parsed || !pattern.Matches(parsed->root().string())) continue;
          arguments.emplace_back(key, value);
          return;
        }
      });
  return arguments;
}

Fragment SatisfyingArguments(const Capability& capability, const CommandClass& command,
                             std::size_t variant) {
  Fragment arguments;
  ForEachPattern(capability, command,
                 [&](const std::string& key, const ArgumentPattern&, const JsonTexts& values) {
                   arguments.emplace_back(key, values[variant % values.size()]);
                 });
  return arguments;
}

}  // namespace callgate::policy
