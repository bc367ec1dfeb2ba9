#include "tests/policy/random_capability.h"

#include <algorithm>

namespace callgate::test {
namespace {

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

}  // namespace

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

}  // namespace callgate::test
