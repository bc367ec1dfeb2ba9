// Contexts and capabilities compiled from what a document says, for tests of what rests on them.
#ifndef CALLGATE_TESTS_POLICY_COMPILED_H_
#define CALLGATE_TESTS_POLICY_COMPILED_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/policy/evaluate/compiled_context.h"
#include "core/policy/inclusion/context_reach.h"
#include "tests/policy/read_contexts.h"

namespace callgate::test {

inline std::shared_ptr<const policy::Context> CompileOne(const std::string& text) {
  std::vector<policy::Context> contexts;
  const auto read = policy::ReadPolicy(text, "test.yaml", Limits{}, contexts);
  EXPECT_TRUE(read) << read.error().message << " at " << read.error().where << "\n" << text;
  EXPECT_EQ(contexts.size(), 1u) << text;
  return policy::Compile(std::move(contexts.at(0)));
}

// A context with its reach: the capabilities and the deny list in YAML's flow form.
struct Reaching {
  explicit Reaching(const std::string& capabilities, const std::string& deny_list = "")
      : context(CompileOne("{name: c, capabilities: [" + capabilities + "], deny_list: [" +
                           deny_list + "]}")),
        reach(*context) {}
  policy::Reached operator[](std::size_t i) const { return reach[i]; }

  std::shared_ptr<const policy::Context> context;
  policy::ContextReach reach;
};

// One capability on the tool `t`, its constraints in YAML's flow form; and a deny list.
inline Reaching Constrained(const std::string& constraints, const std::string& deny_list = "") {
  return Reaching("{tool_pattern: t" + (constraints.empty() ? "" : ", " + constraints) + "}",
                  deny_list);
}

inline policy::PathEntry Path(std::string_view text) {
  return *policy::PathEntry::ParseAllowed(text);
}
inline policy::PathEntry DeniedPath(std::string_view text) {
  return *policy::PathEntry::ParseDenied(text);
}
// Of an allowlist; of a deny list where only those take it.
inline policy::DomainEntry Domain(std::string_view text) {
  const auto allowed = policy::DomainEntry::ParseAllowed(text);
  return allowed ? *allowed : *policy::DomainEntry::ParseDenied(text);
}
inline policy::CommandEntry Command(std::string_view text) {
  return *policy::CommandEntry::Parse(text);
}
inline policy::ToolPattern Pattern(std::string_view text) {
  return *policy::ToolPattern::Parse(text);
}
template <typename... Texts>
policy::ToolPatterns Patterns(const Texts&... texts) {
  return policy::ToolPatterns::Of({Pattern(texts)...});
}

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_COMPILED_H_
