#include "tests/policy/random_policy.h"

#include <algorithm>

#include "callgate/json.h"

namespace callgate::test {
namespace {

const Strings kPatterns = {"fs.read", "fs.write",  "web.get", "cmd.run", "search",
                           "fs.*",    "fs.read.*", "web.*",   "*"};
const Strings kPaths = {"/",  "/a",   "/a/b", "/a/b/c", "/a/*",  "/a/**",
                        "/d", "/d/*", "/*/b", "/a/*/c", "/a/b/*"};
const Strings kBases = {"/a", "/a/b", "/d", "/"};
const Strings kDomains = {"x.test",      "a.x.test",      "*.x.test",   "*.a.x.test", "y.test",
                          "y.test:8443", "*.x.test:8443", "x.test:443", "192.0.2.7",  "*.test"};
const Strings kCommands = {"git", "git status", "npm",     "npm test", "/bin/ls",
                           "ls",  "cat",        "make -k", "git /a"};
const Strings kSubcommands = {"status", "diff", "test", "push", "-k"};
const Strings kPathKeys = {"path", "file_path", "src", "PATH", "outputPath2", "fileName", "paths"};
const Strings kDomainKeys = {"url", "host", "imageURL", "Endpoint", "baseurl", "server"};
const Strings kCommandKeys = {"command", "cmd", "commandLine", "Script"};
const Strings kArgsKeys = {"args", "argv", "extraFlags"};
const Strings kPlainKeys = {"mode",  "tree", "mirror", "run", "target", "content",
                            "query", "note", "opt",    "x1",  "runCmd"};
const Strings kTwistedKeys = {"TREE", "Mirror", "cOntent", "oPt",   "runcmd",
                              "hOST", "nOte",   "env",     "shell", "port"};
const Strings kAddable = {"tree", "mirror", "run", "target", "opt", "content", "runcmd", "path"};
const Strings kFreeable = {"target", "path", "url",  "command", "content",
                           "opt",    "args", "note", "runcmd"};
const Strings kSegments = {"a", "b", "c", "d", "e"};
const Strings kHosts = {"x.test",    "a.x.test", "b.a.x.test", "y.test", "z.test", "evilx.test",
                        "192.0.2.7", "X.TEST",   "x.test.",    "test",   "q.test"};
const Strings kOdd = {"..",
                      "/a/../d",
                      "~",
                      "C:x",
                      "file:///a",
                      "/a\\b",
                      "/a*",
                      " /a",
                      "./b",
                      "./",
                      "http:x",
                      "//x.test",
                      "//",
                      "ftp://x.test",
                      "https://u@x.test",
                      "git;ls",
                      "A=1 git",
                      "git 'a",
                      "-x",
                      "",
                      "x",
                      "b",
                      "c/e",
                      ".",
                      "hello",
                      "42",
                      "x=y",
                      "https://q.test/"};
const Strings kTails = {"",          " -v",     " a b",    " 'a b'",  " --file=/a/b", " /d/e",
                        " --out=/a", " '/a/b'", " 'push'", " x=y=/a", " ./b",         " status"};

const Strings& KeysOf(const std::string& kind) {
  return kind == "path" ? kPathKeys : kind == "domain" ? kDomainKeys : kCommandKeys;
}

std::string Quoted(const std::string& text) {
  std::string json;
  json::AppendString(text, json);
  return json;
}

std::string List(const Strings& values) {
  std::string json = "[";
  for (const std::string& value : values) json += (json.size() > 1 ? "," : "") + Quoted(value);
  return json + "]";
}

std::size_t AFew(Random& random) { return 1 + random.Below(3); }

void DrawPaths(Random& random, RandomCapability& capability) {
  capability.path_allowlist = random.Some(kPaths, random.Chance(4) ? 0 : AFew(random));
  if (random.Chance(40)) capability.base_directory = random.Pick(kBases);
}

void DrawDomains(Random& random, RandomCapability& capability) {
  capability.domain_allowlist = random.Some(kDomains, random.Chance(4) ? 0 : AFew(random));
}

std::string FirstWord(const std::string& entry) { return entry.substr(0, entry.find(' ')); }

void DrawCommands(Random& random, RandomCapability& capability) {
  capability.command_allowlist = random.Some(kCommands, random.Chance(4) ? 0 : AFew(random));
  capability.subcommands.clear();
  if (random.Chance(35)) {
    Strings firsts;
    for (const std::string& entry : *capability.command_allowlist) {
      if (std::find(firsts.begin(), firsts.end(), FirstWord(entry)) == firsts.end()) {
        firsts.push_back(FirstWord(entry));
      }
    }
    for (const std::string& first : random.Some(firsts, random.Below(3))) {
      capability.subcommands.emplace_back(
          first, random.Some(kSubcommands, random.Chance(10) ? 0 : AFew(random)));
    }
  }
  capability.exec_argv = random.Chance(20);
}

void DrawLists(Random& random, const std::string& kind, RandomCapability& capability) {
  if (kind == "path") DrawPaths(random, capability);
  if (kind == "domain") DrawDomains(random, capability);
  if (kind == "command") DrawCommands(random, capability);
}

Strings& Added(RandomCapability& capability, const std::string& kind) {
  return kind == "path"     ? capability.path_arguments
         : kind == "domain" ? capability.domain_arguments
                            : capability.command_arguments;
}

void RemoveAdded(RandomCapability& capability) {
  std::erase_if(capability.free_arguments, [&](const std::string& key) {
    for (const char* kind : {"path", "domain", "command"}) {
      const Strings& added = Added(capability, kind);
      if (std::find(added.begin(), added.end(), key) != added.end()) return true;
    }
    return false;
  });
}

RandomCapability DrawCapability(Random& random, const ContextOptions& options) {
  RandomCapability capability;
  capability.tool_pattern = random.Pick(kPatterns);
  const std::string& pattern = capability.tool_pattern;
  const std::string wanted = pattern.starts_with("fs")    ? "path"
                             : pattern.starts_with("web") ? "domain"
                             : pattern.starts_with("cmd") ? "command"
                                                          : "";
  for (const std::string kind : {"path", "domain", "command"}) {
    if (random.Chance(kind == wanted ? 80 : 12)) DrawLists(random, kind, capability);
    if (random.Chance(12)) Added(capability, kind) = random.Some(kAddable, 1 + random.Below(2));
  }
  if (random.Chance(18)) capability.free_arguments = random.Some(kFreeable, AFew(random));
  RemoveAdded(capability);
  if (options.argument_patterns && random.Chance(12)) {
    capability.argument_patterns = {{random.Pick<std::string>({"query", "mode"}),
                                     random.Pick<std::string>({"[a-z]+", "r|rw"})}};
  }
  if (random.Chance(15)) {
    Strings all;
    for (const Strings* keys : {&kPathKeys, &kDomainKeys, &kCommandKeys, &kArgsKeys, &kPlainKeys}) {
      all.insert(all.end(), keys->begin(), keys->end());
    }
    const std::size_t count = random.Chance(10)   ? 0
                              : random.Chance(25) ? 1 + random.Below(3)
                                                  : 6 + random.Below(18);
    capability.only_arguments = random.Some(all, count);
  }
  if (random.Chance(15)) {
    capability.rate_limit = {random.Pick<int>({1, 5, 10, 20}), random.Pick<int>({1, 10, 60})};
  }
  capability.allow_absent = random.Chance(40);
  return capability;
}

RandomDeny DrawDeny(Random& random) {
  RandomDeny deny;
  deny.tool_pattern = random.Pick(kPatterns);
  deny.kind = random.Pick<std::string>({"", "path", "domain", "command"});
  if (deny.kind.empty() && deny.tool_pattern == "*") deny.tool_pattern = "fs.write";
  if (deny.kind == "path") {
    deny.entry = random.Pick<std::string>({"/d/e", "/a/b/c", "/a/*/c", "/d/*", "/e", "/a/b"});
  } else if (deny.kind == "domain") {
    deny.entry =
        random.Pick<std::string>({"y.test", "*.a.x.test", "x.test:8443", "192.0.2.7", "*.x.test"});
  } else if (deny.kind == "command") {
    deny.entry =
        random.Pick<std::string>({"git push", "npm", "rm", "/bin/ls", "git status", "git", "ls"});
  }
  return deny;
}

Strings Without(const Strings& list, std::size_t index) {
  Strings rest = list;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
  return rest;
}

std::string Narrower(Random& random, const std::string& entry) {
  if (entry.starts_with("*."))
    return random.Pick<std::string>({"a.", "*.a.", "b."}) + entry.substr(2);
  if (!entry.starts_with("/")) return entry;
  const std::string stem = entry.ends_with("*") ? entry.substr(0, entry.rfind('/')) : entry;
  return (stem == "/" ? "" : stem) + "/" +
         (entry.ends_with("*") || random.Chance(80) ? random.Pick(kSegments) : std::string("*"));
}

void AppendOnce(Strings& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

void Narrow(Random& random, RandomContext& context) {
  RandomCapability& capability = context.capabilities[random.Below(context.capabilities.size())];
  switch (random.Below(11)) {
    case 0:
      if (context.capabilities.size() > 1) context.capabilities.pop_back();
      return;
    case 1:
      if (capability.tool_pattern == "*") capability.tool_pattern = random.Pick(kPatterns);
      if (capability.tool_pattern == "fs.*") capability.tool_pattern = "fs.read.*";
      return;
    case 2:
    case 3:
      for (auto* list : {&capability.path_allowlist, &capability.domain_allowlist}) {
        if (!*list || (*list)->empty()) continue;
        std::string& entry = (**list)[random.Below((*list)->size())];
        const std::string narrower = Narrower(random, entry);
        if (std::find((*list)->begin(), (*list)->end(), narrower) == (*list)->end()) {
          entry = narrower;
        }
      }
      return;
    case 4:
      for (auto* list : {&capability.path_allowlist, &capability.domain_allowlist}) {
        if (*list && (*list)->size() > 1) **list = Without(**list, random.Below((*list)->size()));
      }
      return;
    case 5:
      DrawLists(random, random.Pick<std::string>({"path", "domain", "command"}), capability);
      return;
    case 6:
      context.deny_list.push_back(DrawDeny(random));
      return;
    case 7:
      capability.allow_absent = false;
      return;
    case 8:
      if (capability.rate_limit) capability.rate_limit->first = 1;
      return;
    case 9:
      std::reverse(context.capabilities.begin(), context.capabilities.end());
      return;
    default:
      if (capability.only_arguments && !capability.only_arguments->empty()) {
        capability.only_arguments->pop_back();
      }
      return;
  }
}

void Widen(Random& random, RandomContext& context, const ContextOptions& options) {
  RandomCapability& capability = context.capabilities[random.Below(context.capabilities.size())];
  switch (random.Below(10)) {
    case 0:
      context.capabilities.push_back(DrawCapability(random, options));
      return;
    case 1:
      if (capability.path_allowlist) AppendOnce(*capability.path_allowlist, random.Pick(kPaths));
      if (capability.domain_allowlist) {
        AppendOnce(*capability.domain_allowlist, random.Pick(kDomains));
      }
      if (capability.command_allowlist) {
        AppendOnce(*capability.command_allowlist, random.Pick(kCommands));
      }
      return;
    case 2:
      capability.only_arguments.reset();
      return;
    case 3:
      capability.rate_limit.reset();
      return;
    case 4:
      capability.base_directory.reset();
      return;
    case 5:
      if (!context.deny_list.empty()) context.deny_list.pop_back();
      return;
    case 6:
      capability.allow_absent = true;
      return;
    case 7:
      AppendOnce(Added(capability, random.Pick<std::string>({"path", "domain", "command"})),
                 random.Pick(kAddable));
      RemoveAdded(capability);
      return;
    case 8:
      AppendOnce(capability.free_arguments, random.Pick(kFreeable));
      RemoveAdded(capability);
      return;
    default:
      if (!capability.free_arguments.empty()) capability.free_arguments.pop_back();
      return;
  }
}

// ---------------------------------------------------------------- calls

using Members = std::vector<std::pair<std::string, std::string>>;  // key, JSON

void Put(Members& members, const std::string& key, std::string value) {
  for (auto& [present, text] : members) {
    if (present == key) {
      text = std::move(value);
      return;
    }
  }
  members.emplace_back(key, std::move(value));
}

std::string Object(const Members& members) {
  std::string json = "{";
  for (const auto& [key, value] : members) {
    json += (json.size() > 1 ? "," : "") + Quoted(key) + ":" + value;
  }
  return json + "}";
}

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

std::uint64_t Random::Next() noexcept {  // splitmix64
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::string RandomContext::Json(const std::string& name) const {
  std::string json = R"({"name":)" + Quoted(name) + R"(,"capabilities":[)";
  for (const RandomCapability& capability : capabilities) {
    Members members = {{"tool_pattern", Quoted(capability.tool_pattern)}};
    const auto put_list = [&](const char* key, const std::optional<Strings>& list) {
      if (list) members.emplace_back(key, List(*list));
    };
    put_list("path_allowlist", capability.path_allowlist);
    put_list("domain_allowlist", capability.domain_allowlist);
    put_list("command_allowlist", capability.command_allowlist);
    put_list("only_arguments", capability.only_arguments);
    if (capability.base_directory) {
      members.emplace_back("base_directory", Quoted(*capability.base_directory));
    }
    if (!capability.subcommands.empty()) {
      Members map;
      for (const auto& [first, list] : capability.subcommands) map.emplace_back(first, List(list));
      members.emplace_back("subcommand_allowlist", Object(map));
    }
    if (capability.exec_argv) members.emplace_back("exec", R"("argv")");
    const auto put_keys = [&](const char* key, const Strings& keys) {
      if (!keys.empty()) members.emplace_back(key, List(keys));
    };
    put_keys("path_arguments", capability.path_arguments);
    put_keys("domain_arguments", capability.domain_arguments);
    put_keys("command_arguments", capability.command_arguments);
    put_keys("free_arguments", capability.free_arguments);
    if (!capability.argument_patterns.empty()) {
      Members patterns;
      for (const auto& [key, text] : capability.argument_patterns) {
        patterns.emplace_back(key, Quoted(text));
      }
      members.emplace_back("argument_patterns", Object(patterns));
    }
    if (capability.rate_limit) {
      members.emplace_back("rate_limit", R"({"calls":)" +
                                             std::to_string(capability.rate_limit->first) +
                                             R"(,"per_seconds":)" +
                                             std::to_string(capability.rate_limit->second) + "}");
    }
    if (capability.allow_absent) members.emplace_back("when_absent", R"("allow")");
    json += (json.back() == '[' ? "" : ",") + Object(members);
  }
  json += R"(],"deny_list":[)";
  for (const RandomDeny& deny : deny_list) {
    Members members = {{"tool_pattern", Quoted(deny.tool_pattern)}};
    if (!deny.kind.empty()) members.emplace_back(deny.kind, Quoted(deny.entry));
    json += (json.back() == '[' ? "" : ",") + Object(members);
  }
  return json + "]}";
}

RandomContext DrawContext(Random& random, const ContextOptions& options) {
  RandomContext context;
  for (std::size_t n = 1 + random.Below(3); n > 0; --n) {
    context.capabilities.push_back(DrawCapability(random, options));
  }
  if (random.Chance(35)) {
    for (std::size_t n = 1 + random.Below(2); n > 0; --n) {
      context.deny_list.push_back(DrawDeny(random));
    }
  }
  return context;
}

RandomContext Mutate(Random& random, const RandomContext& context, const ContextOptions& options) {
  RandomContext related = context;
  for (std::size_t n = 1 + random.Below(3); n > 0; --n) {
    if (random.Chance(70)) {
      Narrow(random, related);
    } else {
      Widen(random, related, options);
    }
  }
  return related;
}

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
