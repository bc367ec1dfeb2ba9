#include "tests/policy/related_context.h"

#include <algorithm>

namespace callgate::test {
namespace {

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

}  // namespace

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

}  // namespace callgate::test
