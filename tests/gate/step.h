// What the steps of gate.json and guard.json have in common (tests/vectors/README.md).
#ifndef CALLGATE_TESTS_GATE_STEP_H_
#define CALLGATE_TESTS_GATE_STEP_H_

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/decision.h"
#include "callgate/json.h"
#include "callgate/limits.h"
#include "callgate/time.h"
#include "tests/support/vectors.h"

namespace callgate::test {

inline std::int64_t Whole(json::Value object, std::string_view key) {
  return object.Find(key)->integer().value();
}

inline Time Now(json::Value step) { return Time(std::chrono::milliseconds(Whole(step, "now"))); }

// The limits that `given` names; fails for one that is not known here.
inline Limits LimitsOf(json::Value given) {
  Limits limits;
  const std::map<std::string_view, std::size_t*> known = {
      {"max_json_depth", &limits.max_json_depth},
      {"max_replay_entries", &limits.max_replay_entries},
      {"max_replay_entries_per_session", &limits.max_replay_entries_per_session},
      {"max_sessions", &limits.max_sessions},
      {"max_session_depth", &limits.max_session_depth},
      {"max_rate_windows", &limits.max_rate_windows},
      {"max_rate_entries", &limits.max_rate_entries},
  };
  for (const auto& [name, value] : given.members()) {
    *known.at(name) = static_cast<std::size_t>(*value.integer());
  }
  return limits;
}

// The name of the code that a step expects; empty for null.
inline std::string ExpectedCode(json::Value step) {
  return step.Find("code")->is_null() ? std::string() : Text(step, "code");
}

// allowed, code, and where given capability, max_response_size and retry_after.
inline void ExpectVerdict(json::Value step, const Decision& decision) {
  EXPECT_EQ(decision.allowed(), Flag(step, "allowed")) << decision.reason();
  const std::string code =
      decision.code() ? std::string(CodeName(*decision.code())) : std::string();
  EXPECT_EQ(code, ExpectedCode(step)) << decision.reason();
  if (const auto expected = step.Find("retry_after")) {
    const auto wait = decision.retry_after().value_or(std::chrono::milliseconds(-1));
    EXPECT_DOUBLE_EQ(static_cast<double>(wait.count()) / 1000, *expected->number_as_double());
  }
  if (const auto expected = step.Find("capability")) {
    EXPECT_EQ(decision.capability(), expected->is_null()
                                         ? std::nullopt
                                         : std::optional<std::size_t>(*expected->integer()));
  }
  if (const auto expected = step.Find("max_response_size")) {
    EXPECT_EQ(
        decision.max_response_size(),
        expected->is_null() ? std::nullopt : std::optional<std::uint64_t>(*expected->integer()));
  }
}

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_GATE_STEP_H_
