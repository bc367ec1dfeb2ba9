#include "tests/policy/random_context.h"

#include <optional>

#include "tests/policy/random_json.h"

namespace callgate::test {

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

}  // namespace callgate::test
