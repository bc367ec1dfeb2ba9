// Sessions that other sessions opened: the ceiling, snapshots, and limits that are shared.
#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

const TokenText kChild = {.id = "child", .subject = "helper", .scope = "narrow"};
const TokenText kGrandchild = {.id = "grandchild", .subject = "helper-2", .scope = "narrow"};

class Family : public Scene {
 public:
  Family() {
    if (!Open(kChild, "session-1").ok()) std::abort();
  }
  std::string AnswerTo(const std::string& envelope, Time now = kNoon) {
    return Answer(gate->Authorize(envelope, now));
  }
};

TEST(Chain, AChildsContextMustBeWithinItsParents) {
  Scene scene;
  EXPECT_EQ(Answer(scene.Open(kChild, "session-1")), "ok");
  EXPECT_EQ(Answer(scene.Open({.id = "wide", .subject = "w"}, "child")),
            "CONTEXT_EXCEEDS_PARENT_CEILING");
  EXPECT_EQ(Answer(scene.Open({.id = "same", .subject = "s"}, "session-1")), "ok");
  EXPECT_EQ(Answer(scene.Open({.id = "orphan"}, "nobody")), "UNKNOWN_SESSION");
  const auto child = scene.gate->FindSession("child");
  EXPECT_EQ(child->parent, "session-1");
  EXPECT_EQ(child->root, "agent-7");
}

TEST(Chain, AChildMustPassItsOwnContextAndEveryAncestors) {
  Family family;
  EXPECT_EQ(family.AnswerTo(family.Read(kNoon, kChild)), "allowed");
  EXPECT_EQ(family.AnswerTo(family.Call("fs.read", R"({"path":"/workspace/b"})", kNoon, kChild)),
            "PATH_NOT_ALLOWED");
  EXPECT_EQ(family.AnswerTo(family.Call("fs.write", R"({"path":"/workspace/a"})", kNoon, kChild)),
            "TOOL_NOT_ALLOWED");
  // The child's context is widened afterwards; the parent's as it was at the spawn still holds.
  family.gate->SetPolicy(PolicyOf(R"(
- {name: default, capabilities: [{tool_pattern: "*"}]}
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
)"));
  EXPECT_EQ(family.AnswerTo(family.Call("fs.read", R"({"path":"/etc/x"})", kNoon, kChild)),
            "PATH_NOT_ALLOWED");
  EXPECT_EQ(family.AnswerTo(family.Call("fs.delete", "{}", kNoon, kChild)),
            "TOOL_EXPLICITLY_DENIED");
  // The parent itself is judged by what its context is now.
  EXPECT_EQ(family.AnswerTo(family.Call("fs.delete", "{}")), "allowed");
}

TEST(Chain, AParentsContextAsItStandsNowHoldsToo) {
  Family family;
  family.gate->SetPolicy(PolicyOf(R"(
- {name: default, capabilities: [{tool_pattern: web.get}]}
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
)"));
  const Decision denied = family.gate->Authorize(family.Read(kNoon, kChild), kNoon);
  EXPECT_EQ(Answer(denied), "TOOL_NOT_ALLOWED");
  EXPECT_NE(denied.reason().find("ancestor"), std::string::npos);
  EXPECT_EQ(denied.context(), "narrow");
  EXPECT_EQ(denied.capability(), std::nullopt);
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, kChild)), "allowed");

  family.gate->SetPolicy(PolicyOf("{name: narrow, capabilities: [{tool_pattern: \"*\"}]}"));
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, kChild)), "SCOPE_NOT_FOUND");
}

TEST(Chain, ASessionIsOpenWhileAllOfItsChainIs) {
  Family family;
  ASSERT_EQ(Answer(family.Open(kGrandchild, "child")), "ok");
  EXPECT_TRUE(family.gate->IsOpen("grandchild"));
  EXPECT_FALSE(family.gate->IsOpen("no such"));
  ASSERT_TRUE(family.gate->RevokeSession("child"));
  EXPECT_TRUE(family.gate->IsOpen("session-1"));
  EXPECT_FALSE(family.gate->IsOpen("child"));
  EXPECT_FALSE(family.gate->IsOpen("grandchild"));
}

TEST(Chain, AGrandchildCannotExceedWhatBoundsItsParent) {
  Family family;
  // The root's context is widened between the two spawns; its snapshot still bounds the child.
  family.gate->SetPolicy(PolicyOf(R"(
- {name: default, capabilities: [{tool_pattern: "*"}]}
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
- {name: all, capabilities: [{tool_pattern: "*"}]}
)"));
  EXPECT_EQ(Answer(family.Open({.id = "g", .subject = "g", .scope = "all"}, "child")),
            "CONTEXT_EXCEEDS_PARENT_CEILING");
  family.gate->SetPolicy(PolicyOf(kPolicy));
  ASSERT_EQ(Answer(family.Open(kGrandchild, "child")), "ok");
  EXPECT_EQ(family.gate->FindSession("grandchild")->root, "agent-7");
  EXPECT_EQ(family.AnswerTo(family.Read(kNoon, kGrandchild)), "allowed");
  family.gate->SetPolicy(PolicyOf(R"(
- {name: default, capabilities: [{tool_pattern: "*"}]}
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
)"));
  EXPECT_EQ(family.AnswerTo(family.Call("fs.read", R"({"path":"/etc/x"})", kNoon, kGrandchild)),
            "PATH_NOT_ALLOWED");
}

TEST(Chain, LimitsAreSharedByTheRootExecutionWhateverIsOpened) {
  Family family;
  ASSERT_EQ(Answer(family.Open({.id = "again"})), "ok");  // a fresh session of the same subject
  EXPECT_EQ(family.AnswerTo(family.Get()), "allowed");
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, {.id = "again"})), "allowed");
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, kChild)), "allowed");
  EXPECT_EQ(family.AnswerTo(family.Get()), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, {.id = "again"})), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, kChild)), "RATE_LIMIT_EXCEEDED");
  // Another root has its own.
  const TokenText other = {.id = "other", .subject = "agent-9"};
  ASSERT_EQ(Answer(family.Open(other)), "ok");
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, other)), "allowed");
}

TEST(Chain, AChildIsChargedInItsOwnContextAndItsAncestorsOrInNone) {
  Family family;
  const Decision first = family.gate->Authorize(family.Get(kNoon, kChild), kNoon);
  ASSERT_TRUE(first.allowed());
  ASSERT_EQ(first.charged().size(), 2u);
  EXPECT_EQ(first.charged()[0].Key(), "narrow web.get 0 agent-7");
  EXPECT_EQ(first.charged()[1].Key(), "default web.get 0 agent-7");
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, kChild)), "allowed");
  // 2 of 2 in the child's own; the parent's has one left, and a refusal takes nothing of it.
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, kChild)), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(family.AnswerTo(family.Get(kNoon, kChild)), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(family.AnswerTo(family.Get()), "allowed");
  EXPECT_EQ(family.AnswerTo(family.Get()), "RATE_LIMIT_EXCEEDED");
}

TEST(Chain, AContextWithoutALimitIsNoPartOfTheCharges) {
  Family family;
  family.gate->SetPolicy(PolicyOf(R"(
- name: narrow
  capabilities: [{tool_pattern: web.get}]
- name: default
  capabilities:
    - {tool_pattern: web.get, rate_limit: {calls: 1, per_seconds: 60}}
    - {tool_pattern: "web.*", rate_limit: {calls: 9, per_seconds: 60}}
)"));
  const auto charged = [&] {
    const Decision decision = family.gate->Authorize(family.Get(kNoon, kChild), kNoon);
    std::string keys;
    for (const RateCharge& charge : decision.charged()) keys += charge.Key() + ";";
    return keys;
  };
  const std::string snapshot = "default web.get 0 agent-7;";
  EXPECT_EQ(charged(), snapshot);
  EXPECT_EQ(charged(), snapshot + "default web.* 0 agent-7;");
}

TEST(Chain, ALimitThatIsNamedTwiceIsChargedOnce) {
  Scene scene;
  const TokenText same = {.id = "same", .subject = "s"};
  ASSERT_EQ(Answer(scene.Open(same, "session-1")), "ok");
  // The limit's numbers change, so that the snapshot and the context as it is now are two.
  std::string policy(kPolicy);
  policy.replace(policy.find("calls: 3"), 8, "calls: 9");
  scene.gate->SetPolicy(PolicyOf(policy));
  for (int i = 0; i < 3; ++i) {
    const Decision decision = scene.gate->Authorize(scene.Get(kNoon, same), kNoon);
    ASSERT_TRUE(decision.allowed());
    EXPECT_EQ(decision.charged().size(), 1u);
  }
  // The snapshot's 3 are used up for the child; of the 9 now the parent has 6 left.
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Get(kNoon, same), kNoon)), "RATE_LIMIT_EXCEEDED");
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(scene.gate->Authorize(scene.Get(), kNoon).allowed());
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Get(), kNoon)), "RATE_LIMIT_EXCEEDED");
}

TEST(Chain, ALimitOfAnAncestorIsToldAsOne) {
  Scene scene(R"(
- {name: default, capabilities: [{tool_pattern: t, rate_limit: {calls: 1, per_seconds: 60}}]}
- {name: narrow, capabilities: [{tool_pattern: t, rate_limit: {calls: 1, per_seconds: 60}}]}
)");
  ASSERT_EQ(Answer(scene.Open(kChild, "session-1")), "ok");
  scene.gate->SetPolicy(PolicyOf(R"(
- {name: default, capabilities: [{tool_pattern: t, rate_limit: {calls: 1, per_seconds: 60}}]}
- {name: narrow, capabilities: [{tool_pattern: t}]}
)"));
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("t", "{}", kNoon, kChild), kNoon).allowed());
  const Decision limited = scene.gate->Authorize(scene.Call("t", "{}", kNoon, kChild), kNoon);
  EXPECT_EQ(Answer(limited), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(limited.context(), "narrow");
  EXPECT_EQ(limited.capability(), 0u);
  EXPECT_EQ(limited.rule(), "rate.chain");
}

TEST(Chain, TheSmallestResponseLimitOfTheChainHolds) {
  Family family;
  EXPECT_EQ(family.gate->Authorize(family.Read(kNoon, kChild), kNoon).max_response_size(), 50u);
  EXPECT_EQ(family.gate->Authorize(family.Get(kNoon, kChild), kNoon).max_response_size(), 1000u);
}

TEST(Chain, EndingAnAncestorEndsTheWholeChainAtOnce) {
  for (const bool is_revoked : {false, true}) {
    Family family;
    ASSERT_EQ(Answer(family.Open(kGrandchild, "child")), "ok");
    ASSERT_EQ(family.AnswerTo(family.Read(kNoon, kGrandchild)), "allowed");
    ASSERT_TRUE((is_revoked ? family.gate->RevokeSession("session-1")
                            : family.gate->EndSession("session-1"))
                    .ok());
    EXPECT_EQ(family.AnswerTo(family.Read(kNoon, kChild)), "SESSION_INACTIVE");
    EXPECT_EQ(family.AnswerTo(family.Read(kNoon, kGrandchild)), "SESSION_INACTIVE");
    EXPECT_EQ(Answer(family.Open({.id = "late", .scope = "narrow"}, "grandchild")),
              "SESSION_INACTIVE");
  }
}

TEST(Chain, EndingAChildLeavesItsParent) {
  Family family;
  ASSERT_TRUE(family.gate->EndSession("child").ok());
  EXPECT_EQ(family.AnswerTo(family.Read()), "allowed");
}

TEST(Chain, AnAncestorThatExpiresEndsItsChildren) {
  Family family;
  const Time exp = kNoon + seconds(3'600);
  const TokenText longer = {
      .id = "child", .subject = "helper", .scope = "narrow", .expires = exp + seconds(3'600)};
  ASSERT_TRUE(family.gate->RenewSession("child", family.Token(longer), kNoon).ok());
  EXPECT_EQ(family.AnswerTo(family.Read(exp, longer), exp), "SESSION_INACTIVE");
}

TEST(Chain, TheDepthOfAChainIsBounded) {
  GateOptions options;
  options.limits.max_session_depth = 2;
  Scene scene(kPolicy, options);
  EXPECT_EQ(Answer(scene.Open({.id = "1"}, "session-1")), "ok");
  EXPECT_EQ(Answer(scene.Open({.id = "2"}, "1")), "ok");
  EXPECT_EQ(Answer(scene.Open({.id = "3"}, "2")), "LIMIT_EXCEEDED");
}

TEST(Chain, NoSessionIsItsOwnAncestor) {
  Family family;
  EXPECT_EQ(Answer(family.Open({}, "session-1")), "INVALID_TOKEN");
  EXPECT_EQ(Answer(family.Open({}, "child")), "CONTEXT_EXCEEDS_PARENT_CEILING");
}

}  // namespace
}  // namespace callgate
