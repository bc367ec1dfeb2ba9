#include "core/policy/version_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "before/after", `-` for none.
std::vector<std::string> Pairs(const std::vector<std::string>& before,
                               const std::vector<std::string>& after) {
  const auto text = [](const std::optional<std::size_t>& position) {
    return position ? std::to_string(*position) : "-";
  };
  std::vector<std::string> pairs;
  for (const Pair& pair : PairCapabilities(before, after)) {
    pairs.push_back(text(pair.before) + "/" + text(pair.after));
  }
  return pairs;
}

TEST(Pairs, LeaveOutWhatIsTheSame) {
  const std::string a = R"({"tool_pattern":"a"})";
  const std::string b = R"({"tool_pattern":"b"})";
  EXPECT_THAT(Pairs({a, b}, {b, a}), IsEmpty());
  EXPECT_THAT(Pairs({a, a}, {a}), ElementsAre("1/-"));
}

TEST(Pairs, GoByToolsAndThenByTheRest) {
  const std::string a = R"({"tool_pattern":"a"})";
  const std::string a2 = R"({"path_allowlist":["/a"],"tool_pattern":"a"})";
  const std::string b = R"({"tool_pattern":"b"})";
  const std::string c = R"({"domain_allowlist":["x.test"],"tool_pattern":"c"})";
  EXPECT_THAT(Pairs({a}, {b, a2}), ElementsAre("0/1", "-/0"));
  EXPECT_THAT(Pairs({a}, {b}), ElementsAre("0/0"));
  EXPECT_THAT(Pairs({a}, {c}), ElementsAre("0/-", "-/0"));
}

}  // namespace
}  // namespace callgate::policy
