#include "tests/policy/random_call.h"

#include <algorithm>

#include "tests/policy/random_json.h"

namespace callgate::test {
namespace {

std::string SomePath(Random& random, const RandomCapability& capability) {
  std::string path;
  if (!capability.path_allowlist || capability.path_allowlist->empty()) {
    for (std::size_t n = random.Below(4); n > 0; --n) path += "/" + random.Pick(kSegments);
    return path.empty() ? "/" : path;
  }
  const std::string& entry = random.Pick(*capability.path_allowlist);
  std::string rest = entry == "/" ? "" : entry;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/', 1), rest.size());
    const std::string segment = rest.substr(1, end - 1);
    path += "/" + (segment.starts_with('*') ? random.Pick(kSegments) : segment);
    rest = rest.substr(end);
  }
  if (random.Chance(40)) path += "/" + random.Pick(kSegments);
  if (path.empty()) path = "/";
  const auto& base = capability.base_directory;
  if (base && random.Chance(40)) {
    const std::string prefix = *base == "/" ? "/" : *base + "/";
    if (path == *base) return ".";
    if (path.starts_with(prefix) && path != "/") return path.substr(prefix.size());
  }
  return path;
}

std::string SomeDomain(Random& random, const RandomCapability& capability) {
  std::string host = random.Pick(kHosts);
  std::string port = random.Pick<std::string>({"", "", "", ":443", ":80", ":8443"});
  if (capability.domain_allowlist && !capability.domain_allowlist->empty() && !random.Chance(8)) {
    const std::string& entry = random.Pick(*capability.domain_allowlist);
    host = entry.substr(0, entry.find(':'));
    if (host.size() != entry.size()) {
      port = entry.substr(host.size());
    } else if (random.Chance(80)) {
      port.clear();
    }
    if (host.starts_with("*.")) host = random.Pick<std::string>({"a", "b.a", "c"}) + host.substr(1);
  }
  if (random.Chance(30)) return host + port;
  return random.Pick<std::string>({"https", "http", "wss"}) + "://" + host + port +
         random.Pick<std::string>({"", "/", "/p?q=1"});
}

Strings Split(const std::string& text) {
  Strings words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

void PutCommand(Random& random, const RandomCapability& capability, const std::string& key,
                Members& members) {
  const bool listed = capability.command_allowlist && !capability.command_allowlist->empty();
  Strings words = Split(random.Pick(listed ? *capability.command_allowlist : kCommands));
  for (const auto& [first, subcommands] : capability.subcommands) {
    if (first == words[0] && words.size() == 1 && !subcommands.empty() && random.Chance(85)) {
      words.push_back(random.Pick(subcommands));
    }
  }
  if (words.size() == 1 && random.Chance(25)) words.push_back(random.Pick(kSubcommands));
  const std::string tail = random.Chance(45) ? random.Pick(kTails) : "";
  for (const std::string& word : Split(tail)) {
    if (word.find('\'') == std::string::npos) words.push_back(word);
  }
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  switch (random.Below(4)) {
    case 0:
      Put(members, key, Quoted(text + (tail.find('\'') != std::string::npos ? tail : "")));
      return;
    case 1:
      if (random.Chance(15)) words.push_back("a b");
      Put(members, key, List(words));
      return;
    default:
      Put(members, key, Quoted(words[0]));
      words.erase(words.begin());
      if (!words.empty() || random.Chance(20)) {
        Put(members, random.Pick(kArgsKeys), List(words));
      }
      return;
  }
}

std::string KeyFor(Random& random, const std::string& kind, const RandomCapability& capability) {
  Strings keys = KeysOf(kind);
  const Strings& added = kind == "path"     ? capability.path_arguments
                         : kind == "domain" ? capability.domain_arguments
                                            : capability.command_arguments;
  for (const std::string& key : added) keys.insert(keys.end(), 3, key);
  std::erase_if(keys, [&](const std::string& key) {
    const auto& only = capability.only_arguments;
    return only && std::find(only->begin(), only->end(), key) == only->end();
  });
  return keys.empty() ? random.Pick(KeysOf(kind)) : random.Pick(keys);
}

void PutValue(Random& random, const std::string& kind, const RandomCapability& capability,
              Members& members) {
  std::string key = KeyFor(random, kind, capability);
  if (kind == "command") {
    PutCommand(random, capability, key, members);
    return;
  }
  std::string value =
      Quoted(kind == "path" ? SomePath(random, capability) : SomeDomain(random, capability));
  switch (random.Below(12)) {
    case 0:
      value = "[" + value + "," + value + "]";
      break;
    case 1: {
      Strings inner = KeysOf(kind);
      const Strings& added =
          kind == "path" ? capability.path_arguments : capability.domain_arguments;
      inner.insert(inner.end(), added.begin(), added.end());
      value = "{" + Quoted(random.Pick(inner)) + ":" + value + "}";
      break;
    }
    case 2:
      value = "{" + Quoted(key) + ":" + value + "}";
      key = random.Pick(kPlainKeys);
      break;
    default:
      break;
  }
  Put(members, key, value);
}

void Spoil(Random& random, const RandomContext& around, Members& members) {
  Strings keys;
  for (const Strings* list :
       {&kPathKeys, &kDomainKeys, &kCommandKeys, &kArgsKeys, &kPlainKeys, &kTwistedKeys}) {
    keys.push_back(random.Pick(*list));
  }
  const std::string key = random.Pick(keys);
  switch (random.Below(10)) {
    case 0:
    case 1:
      Put(members, key, Quoted(random.Pick(kOdd)));
      return;
    case 2:
      if (!members.empty()) members.erase(members.begin());
      return;
    case 3:
      Put(members, key, Quoted(SomePath(random, {})));
      return;
    case 4:
      Put(members, random.Pick<std::string>({"note", "content", "x1", "opt", "cOntent"}),
          Quoted(random.Chance(50) ? SomePath(random, {}) : SomeDomain(random, {})));
      return;
    case 5:
      Put(members, random.Pick<std::string>({"env", "shell", "port", "PORT"}),
          random.Pick<std::string>({"null", "false", "{}", R"({"A":"1"})", "80", "22", "[]"}));
      return;
    case 6:
      if (!members.empty()) {
        members[random.Below(members.size())].second =
            random.Pick<std::string>({"null", "5", "true", "[]", "{}", "[null]", R"([["a"]])"});
      }
      return;
    case 7:
      Put(members, random.Pick(kAddable), Quoted(random.Pick(kOdd)));
      return;
    case 8:
      if (!members.empty()) {
        const std::string value = "{" + Quoted(key) + ":" + members.back().second + "}";
        members.pop_back();
        Put(members, random.Pick(keys), value);
      }
      return;
    default:
      for (const RandomDeny& deny : around.deny_list) {
        std::string value = deny.entry;
        if (value.starts_with("*.")) value = "q" + value.substr(1);
        if (const std::size_t star = value.find('*'); star != std::string::npos) {
          value = value.substr(0, star) + random.Pick(kSegments) + value.substr(star + 1);
        }
        if (deny.kind == "domain" && random.Chance(70)) value = "https://" + value;
        if (deny.kind.empty()) continue;
        Put(members, random.Chance(40) ? random.Pick(kPlainKeys) : random.Pick(KeysOf(deny.kind)),
            Quoted(value));
      }
      return;
  }
}

std::string ToolFor(Random& random, const std::string& pattern) {
  if (pattern == "*") {
    return random.Pick<std::string>(
        {"fs.read", "fs.write", "fs.read.all", "web.get", "cmd.run", "search", "other"});
  }
  if (!pattern.ends_with(".*")) return pattern;
  return pattern.substr(0, pattern.size() - 1) +
         random.Pick<std::string>({"read", "get", "read.all", "run", "write"});
}

}  // namespace

RandomCall DrawCall(Random& random, const RandomContext& fit, const RandomContext& around) {
  const RandomCapability& capability = random.Pick(fit.capabilities);
  Members members;
  const unsigned absent = capability.allow_absent ? 25 : 3;
  for (const std::string kind : {"path", "domain", "command"}) {
    const bool constrained = kind == "path"     ? capability.path_allowlist.has_value()
                             : kind == "domain" ? capability.domain_allowlist.has_value()
                                                : capability.command_allowlist.has_value();
    if (!random.Chance(constrained ? 100 - absent : 10)) continue;
    PutValue(random, kind, capability, members);
  }
  for (const auto& [key, text] : capability.argument_patterns) {
    if (!random.Chance(absent)) Put(members, key, text == "[a-z]+" ? R"("abc")" : R"("rw")");
  }
  if (random.Chance(25)) {
    std::string key = random.Pick(kPlainKeys);
    const auto& only = capability.only_arguments;
    if (only && !only->empty()) key = random.Pick(*only);
    Put(members, key, random.Pick<std::string>({R"("hello")", "5", "true", "null", "{}", "[]"}));
  }
  for (std::size_t n = random.Pick<std::size_t>({0, 0, 0, 0, 1, 1, 2}); n > 0; --n) {
    Spoil(random, around, members);
  }
  return {ToolFor(random, capability.tool_pattern), Object(members)};
}

}  // namespace callgate::test
