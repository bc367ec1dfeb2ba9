#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

const Time kExp = kNoon + seconds(3'600);

TEST(Sessions, OpeningVerifiesTheTokenAndBindsTheKey) {
  Scene scene(kPolicy, {}, false);
  const Result<Session> session = scene.Open();
  ASSERT_TRUE(session.ok()) << session.error().message;
  EXPECT_EQ(session->id, "session-1");
  EXPECT_EQ(session->subject, "agent-7");
  EXPECT_EQ(session->context, "default");
  EXPECT_EQ(session->public_key, scene.agent.public_key());
  EXPECT_EQ(session->parent, std::nullopt);
  EXPECT_EQ(session->root, "agent-7");
  EXPECT_EQ(session->state, SessionState::kOpen);
  EXPECT_EQ(session->expires_at, kExp);
  EXPECT_FALSE(session->effects.empty());
  const auto found = scene.gate->FindSession("session-1");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->effects, "");
  EXPECT_EQ(scene.gate->FindSession("session-2"), std::nullopt);
}

TEST(Sessions, OpeningRefusesWhatTheTokenDoesNotCarry) {
  Scene scene(kPolicy, {}, false);
  const PublicKey& key = scene.agent.public_key();
  const auto open = [&](const std::string& token) {
    return Answer(scene.gate->OpenSession(token, key, {}, kNoon));
  };
  EXPECT_EQ(open(Scene::Token({}, KeyNumber('x'))), "INVALID_TOKEN");
  EXPECT_EQ(open(scene.Token({.id = ""})), "INVALID_TOKEN");
  EXPECT_EQ(open(scene.Token({.expires = kNoon})), "EXPIRED_TOKEN");
  EXPECT_EQ(open(scene.Token({.scope = "nowhere"})), "SCOPE_NOT_FOUND");
  EXPECT_EQ(open(scene.Token({.scope = "DEFAULT"})), "SCOPE_NOT_FOUND");
  EXPECT_EQ(open(scene.Token({.scope = "default "})), "SCOPE_NOT_FOUND");
  EXPECT_EQ(open("x"), "INVALID_TOKEN");
  const std::string other = R"(,"cnf":{"jkt":")" + KeyNumber('x').public_key().Thumbprint();
  EXPECT_EQ(open(scene.Token({.more = other + "\"}"})), "KEY_REFUSED");
  const std::string own = R"(,"cnf":{"jkt":")" + key.Thumbprint() + "\"}";
  EXPECT_EQ(open(scene.Token({.more = own})), "ok");
  EXPECT_EQ(Answer(scene.gate->OpenSession(scene.Token(), key, {}, Time())), "INVALID_ARGUMENT");
}

TEST(Sessions, AnIdIsOneSessions) {
  Scene scene;
  EXPECT_EQ(Answer(scene.gate->OpenSession(scene.Token(), KeyNumber('b').public_key(), {}, kNoon)),
            "KEY_REFUSED");
  EXPECT_EQ(Answer(scene.Open({.subject = "agent-8"})), "INVALID_TOKEN");
  EXPECT_EQ(Answer(scene.Open({.scope = "narrow"})), "INVALID_TOKEN");
  ASSERT_TRUE(scene.Open({.id = "session-2"}).ok());
  EXPECT_EQ(Answer(scene.Open({}, "session-2")), "INVALID_TOKEN");
  // The same again is a renewal.
  const Result<Session> again = scene.Open({.expires = kExp + seconds(60)});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->expires_at, kExp + seconds(60));
}

TEST(Sessions, RenewalMovesExpAndNothingElse) {
  Scene scene;
  const Time later = kExp + seconds(60);
  const auto renew = [&](const TokenText& text, std::string_view id = "session-1") {
    return scene.gate->RenewSession(id, scene.Token(text), kNoon);
  };
  EXPECT_EQ(Answer(renew({.id = "session-2", .expires = later})), "INVALID_TOKEN");
  EXPECT_EQ(Answer(renew({.subject = "agent-8", .expires = later})), "INVALID_TOKEN");
  EXPECT_EQ(Answer(renew({.scope = "narrow", .expires = later})), "INVALID_TOKEN");
  EXPECT_EQ(Answer(renew({.id = "none", .expires = later}, "none")), "UNKNOWN_SESSION");
  EXPECT_EQ(Answer(renew({.expires = kNoon})), "EXPIRED_TOKEN");
  const Result<Session> renewed = renew({.expires = later});
  ASSERT_TRUE(renewed.ok());
  EXPECT_EQ(renewed->expires_at, later);
  const TokenText token = {.expires = later};
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kExp, token), kExp)), "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kExp), kExp)), "EXPIRED_TOKEN");
}

TEST(Sessions, ATokenThatWasNeverHandedInDoesNotProlongTheSession) {
  Scene scene;
  const TokenText longer = {.expires = kExp + seconds(600)};
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kNoon, longer), kNoon)), "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kExp, longer), kExp)), "SESSION_INACTIVE");
  // Having been seen, it prolongs the tombstone.
  const Time at = kExp + seconds(70);
  EXPECT_EQ(Answer(scene.Open(longer, {}, at)), "SESSION_INACTIVE");
}

TEST(Sessions, ATombstoneOutlastsEveryTokenThatWasHandedIn) {
  Scene scene;
  ASSERT_TRUE(scene.gate->RevokeSession("session-1").ok());
  const auto hours = [](int n) { return kNoon + std::chrono::hours(n); };
  // Refused for another reason each, but seen.
  EXPECT_EQ(Answer(scene.Open({.scope = "nowhere", .expires = hours(2)})), "SCOPE_NOT_FOUND");
  EXPECT_EQ(Answer(scene.Open({.expires = hours(3)}, "nobody")), "UNKNOWN_SESSION");
  EXPECT_EQ(Answer(scene.gate->RenewSession("other", scene.Token({.expires = hours(4)}), kNoon)),
            "UNKNOWN_SESSION");
  const TokenText last = {.expires = hours(5)};
  EXPECT_EQ(Answer(scene.Open(last, {}, hours(4) + seconds(60))), "SESSION_INACTIVE");
  EXPECT_EQ(Answer(scene.Open(last, {}, hours(5) - seconds(1))), "SESSION_INACTIVE");
  EXPECT_EQ(scene.gate->FindSession("session-1")->state, SessionState::kRevoked);
}

TEST(Sessions, ATokenThatWasNotSeenBeforeTheTombstoneWentIsANewSession) {
  // What the gate cannot know: the issuer must not sign an id again that it took back, or whoever
  // opens sessions must know the ids that were (docs/threat-model.md).
  Scene scene;
  ASSERT_TRUE(scene.gate->RevokeSession("session-1").ok());
  const TokenText unseen = {.expires = kExp + seconds(3'600)};
  EXPECT_EQ(Answer(scene.Open(unseen, {}, kExp + seconds(61))), "ok");
}

TEST(Sessions, EndedAndRevokedAreFinal) {
  for (const bool is_revoked : {false, true}) {
    Scene scene;
    const Result<Session> closed =
        is_revoked ? scene.gate->RevokeSession("session-1") : scene.gate->EndSession("session-1");
    ASSERT_TRUE(closed.ok());
    EXPECT_EQ(closed->state, is_revoked ? SessionState::kRevoked : SessionState::kEnded);
    EXPECT_FALSE(closed->effects.empty());
    EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "SESSION_INACTIVE");
    EXPECT_EQ(Answer(scene.Open()), "SESSION_INACTIVE");
    EXPECT_EQ(Answer(scene.gate->RenewSession("session-1", scene.Token(), kNoon)),
              "SESSION_INACTIVE");
    // Saying it again changes nothing, also not which of the two it was.
    const Result<Session> again = scene.gate->RevokeSession("session-1");
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->state, closed->state);
    EXPECT_EQ(again->effects, "");
  }
  Scene scene;
  EXPECT_EQ(Answer(scene.gate->EndSession("none")), "UNKNOWN_SESSION");
  EXPECT_EQ(Answer(scene.gate->RevokeSession("none")), "UNKNOWN_SESSION");
}

TEST(Sessions, TheTableIsBounded) {
  GateOptions options;
  options.limits.max_sessions = 2;
  Scene scene(kPolicy, options);
  EXPECT_EQ(Answer(scene.Open({.id = "session-2"})), "ok");
  EXPECT_EQ(Answer(scene.Open({.id = "session-3"})), "LEDGER_FULL");
  (void)scene.gate->EndSession("session-2");
  EXPECT_EQ(Answer(scene.Open({.id = "session-3"})), "LEDGER_FULL");
  const Time after = kExp + seconds(61);
  EXPECT_EQ(Answer(scene.Open({.id = "session-3", .expires = after + seconds(60)}, {}, after)),
            "ok");
}

TEST(Sessions, OptionsOutOfRangeMakeNoGate) {
  const auto create = [](milliseconds window, seconds leeway) {
    GateOptions options;
    options.window = window;
    options.token.leeway = leeway;
    return Answer(Gate::Create(
        PolicyOf(kPolicy), IssuerKeys::FromList({KeyNumber('i').public_key()}).value(), options));
  };
  EXPECT_EQ(create(milliseconds(1), seconds(0)), "ok");
  EXPECT_EQ(create(kLargestWindow, kLargestLeeway), "ok");
  EXPECT_EQ(create(milliseconds(0), seconds(0)), "INVALID_ARGUMENT");
  EXPECT_EQ(create(kLargestWindow + milliseconds(1), seconds(0)), "INVALID_ARGUMENT");
  EXPECT_EQ(create(seconds(30), seconds(-1)), "INVALID_ARGUMENT");
  EXPECT_EQ(create(seconds(30), seconds(61)), "INVALID_ARGUMENT");
}

TEST(Sessions, AnAudienceAndAnyAudienceMakeNoGate) {
  const auto create = [](std::optional<std::string> audience, bool accept_any_audience) {
    GateOptions options;
    options.token.audience = std::move(audience);
    options.token.accept_any_audience = accept_any_audience;
    return Answer(Gate::Create(
        PolicyOf(kPolicy), IssuerKeys::FromList({KeyNumber('i').public_key()}).value(), options));
  };
  EXPECT_EQ(create("gate", false), "ok");
  EXPECT_EQ(create(std::nullopt, true), "ok");
  EXPECT_EQ(create("gate", true), "INVALID_ARGUMENT");
}

TEST(Sessions, LeewayHoldsForTheSessionAsForItsToken) {
  GateOptions options;
  options.token.leeway = seconds(60);
  Scene scene(kPolicy, options);
  const Time last = kExp + seconds(60) - milliseconds(1);
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(last), last)), "allowed");
  const Time over = kExp + seconds(60);
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(over), over)), "EXPIRED_TOKEN");
}

}  // namespace
}  // namespace callgate
