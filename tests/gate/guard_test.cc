#include "callgate/guard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/gate/scene.h"
#include "tests/gate/step.h"

namespace callgate {
namespace {

using test::ExpectVerdict;
using test::MaybeText;
using test::Text;

std::string ArgumentsOf(json::Value step) {
  if (const auto text = MaybeText(step, "arguments_json")) return *text;
  std::string arguments;
  json::WriteLexical(*step.Find("arguments"), json::KeyOrder::kCodePoint, arguments);
  return arguments;
}

PolicySet PolicyNamed(json::Value policies, std::string_view name) {
  return PolicyOf(policies.Find(name)->string());
}

TEST(Guard, DoesWhatTheVectorsSay) {
  const test::Vectors file("guard.json");
  const json::Value policies = *file.root().Find("policies");
  for (const json::Value vector : file.Cases("vectors")) {
    SCOPED_TRACE(Text(vector, "id"));
    const auto limits = vector.Find("limits");
    Guard guard(PolicyNamed(policies, Text(vector, "policy")),
                limits ? test::LimitsOf(*limits) : Limits());
    Decision last;
    int step_number = 0;
    for (const json::Value step : vector.Find("steps")->elements()) {
      SCOPED_TRACE("step " + std::to_string(step_number++));
      const std::string op = Text(step, "op");
      if (op == "check") {
        last = guard.Check(Text(step, "subject"), Text(step, "context"), Text(step, "tool"),
                           ArgumentsOf(step), test::Now(step));
        ExpectVerdict(step, last);
        EXPECT_EQ(MaybeText(step, "rule").value_or(std::string(last.rule())), last.rule());
      } else if (op == "response") {
        ExpectVerdict(step, last.CheckResponse(Text(step, "result_json")));
      } else if (op == "set_policy") {
        guard.SetPolicy(PolicyNamed(policies, Text(step, "policy")));
      } else if (op == "reset_clock") {
        const std::string answer = Answer(guard.ResetClock(test::Now(step)));
        EXPECT_EQ(answer == "ok" ? "" : answer, test::ExpectedCode(step));
      } else {
        FAIL() << "unknown step " << op;
      }
    }
  }
}

TEST(Guard, CountsRatesAsAGateCountsThoseOfOneSession) {
  const test::Vectors file("policy_rates.json");
  for (const json::Value vector : file.Cases("vectors")) {
    if (vector.Find("root")) continue;  // of several sessions
    SCOPED_TRACE(Text(vector, "id"));
    Guard guard(PolicyOf(Text(vector, "policy_text")));
    int step_number = 0;
    for (const json::Value step : vector.Find("steps")->elements()) {
      SCOPED_TRACE("step " + std::to_string(step_number++));
      ExpectVerdict(step,
                    guard.Check(Text(step, "session"), "c", Text(step, "tool"), ArgumentsOf(step),
                                kNoon + milliseconds(test::Whole(step, "at"))));
    }
  }
}

TEST(Guard, JudgesAValueAsItsText) {
  Guard guard(PolicyOf(kPolicy));
  for (const std::string_view text : {R"({"path": "/workspace/a"})", R"({"path": "/etc"})"}) {
    const json::Document arguments = *json::Parse(text);
    const Decision of_value = guard.Check("a", "default", "fs.read", arguments.root(), kNoon);
    const Decision of_text = guard.Check("a", "default", "fs.read", text, kNoon);
    EXPECT_EQ(of_value.code(), of_text.code());
    EXPECT_EQ(of_value.reason(), of_text.reason());
  }
}

TEST(Guard, AgreesWithEvaluateOnWhatItDenies) {
  const PolicySet policy = PolicyOf(kPolicy);
  Guard guard(policy);
  for (const std::string_view context : {"default", "narrow", "nowhere"}) {
    for (const std::string_view tool : {"fs.read", "fs.delete", "mail.send", "no tool"}) {
      for (const std::string_view arguments : {R"({"path": "/etc"})", "[]", "{"}) {
        const Decision expected = policy.Evaluate(context, tool, arguments);
        ASSERT_FALSE(expected.allowed());
        const Decision decision = guard.Check("a", context, tool, arguments, kNoon);
        EXPECT_EQ(decision.code(), expected.code());
        EXPECT_EQ(decision.reason(), expected.reason());
        EXPECT_EQ(decision.details().size(), expected.details().size());
      }
    }
  }
}

TEST(Guard, ADenialByRateSaysWhatWasTried) {
  Guard guard(PolicyOf(R"(
name: default
capabilities:
  - {tool_pattern: "*", rate_limit: {calls: 1, per_seconds: 60}, only_arguments: [path]}
  - {tool_pattern: web.get, rate_limit: {calls: 2, per_seconds: 60}}
)"));
  EXPECT_TRUE(guard.Check("a", "default", "web.get", R"({"url": "x"})", kNoon).allowed());
  EXPECT_TRUE(guard.Check("a", "default", "web.get", R"({"url": "x"})", kNoon).allowed());
  const Decision denied = guard.Check("a", "default", "web.get", R"({"url": "x"})", kNoon);
  EXPECT_EQ(denied.code(), ErrorCode::kRateLimitExceeded);
  EXPECT_EQ(denied.capability(), 1u);
  EXPECT_EQ(denied.context(), "default");
  ASSERT_EQ(denied.details().size(), 2u);
  EXPECT_EQ(denied.details()[0].code, ErrorCode::kArgumentNotAllowed);
  EXPECT_EQ(denied.details()[1].rule, "rate.sliding");
  ASSERT_EQ(denied.charges().size(), 1u);
  EXPECT_EQ(denied.charges()[0].calls, 2u);
}

TEST(Guard, ASubjectIsUtf8) {
  Guard guard(PolicyOf("{name: c, capabilities: [{tool_pattern: t}]}"));
  EXPECT_TRUE(guard.Check("ann\u00e9", "c", "t", "{}", kNoon).allowed());
  for (const std::string_view subject : {"\xff", "ann\xc3", "\xed\xa0\x80", "\xc0\xaf"}) {
    const Decision denied = guard.Check(subject, "c", "t", "{}", kNoon);
    EXPECT_FALSE(denied.allowed());
    EXPECT_EQ(denied.code(), ErrorCode::kInvalidArgument);
  }
}

TEST(Guard, ADefaultDecisionDenies) {
  const Decision decision;
  EXPECT_FALSE(decision.CheckResponse("1").allowed());
}

TEST(Guard, OfRacingThreadsExactlyTheCallsOfALimitPass) {
  Guard guard(PolicyOf(R"(
name: default
capabilities: [{tool_pattern: web.get, rate_limit: {calls: 20, per_seconds: 60}}]
)"));
  std::atomic<int> allowed{0};
  std::atomic<int> of_others{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&, thread] {
        const std::string other = "subject " + std::to_string(thread);
        for (int i = 0; i < 25; ++i) {
          if (guard.Check("shared", "default", "web.get", "{}", kNoon).allowed()) ++allowed;
          if (guard.Check(other, "default", "web.get", "{}", kNoon).allowed()) ++of_others;
        }
      });
    }
  }
  EXPECT_EQ(allowed, 20);
  EXPECT_EQ(of_others, 8 * 20);
}

TEST(Guard, APolicyIsReplacedUnderLoad) {
  const PolicySet open = PolicyOf("{name: c, capabilities: [{tool_pattern: t}]}");
  const PolicySet shut = PolicyOf("{name: c, capabilities: []}");
  Guard guard(open);
  std::atomic<bool> is_done{false};
  std::jthread caller([&] {
    while (!is_done) {
      const Decision decision = guard.Check("a", "c", "t", "{}", kNoon);
      EXPECT_EQ(decision.code().value_or(ErrorCode::kToolNotAllowed), ErrorCode::kToolNotAllowed);
    }
  });
  for (int i = 0; i < 500; ++i) {
    guard.SetPolicy(shut);
    EXPECT_FALSE(guard.Check("a", "c", "t", "{}", kNoon).allowed());
    guard.SetPolicy(open);
    EXPECT_TRUE(guard.Check("a", "c", "t", "{}", kNoon).allowed());
  }
  is_done = true;
  EXPECT_EQ(guard.policy().Digest(), open.Digest());
}

}  // namespace
}  // namespace callgate
