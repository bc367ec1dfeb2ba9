// What a second process needs: the exported state and the effects since.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "callgate/json.h"
#include "tests/gate/scene.h"

namespace callgate {
namespace {

const TokenText kChild = {.id = "child", .subject = "helper", .scope = "narrow"};
const Time kExp = kNoon + seconds(3'600);

// With another value for the first member of that name, whose value is no list or object.
std::string Replaced(std::string text, std::string_view member, std::string_view value) {
  const std::string name = '"' + std::string(member) + "\":";
  const std::size_t begin = text.find(name) + name.size();
  EXPECT_NE(text.find(name), std::string::npos) << name;
  return text.replace(begin, text.find_first_of(",}", begin) - begin, value);
}

// A gate after some of everything.
class Lived : public Scene {
 public:
  Lived() {
    Must(Open(kChild, "session-1"));
    Must(Open({.id = "ended"}));
    Must(Open({.id = "revoked"}));
    Must(gate->EndSession("ended"));
    Must(gate->RevokeSession("revoked"));
    Must(gate->RenewSession("session-1", Token({.expires = kExp + seconds(60)}), kNoon));
    Send(envelope);
    Send(denied);
    Send(Get(kNoon, kChild));
    Send(Get(kNoon + milliseconds(1), kChild));
  }
  void Must(const Result<Session>& session) {
    if (!session.ok()) std::abort();
    effects.push_back(session->effects);
  }
  void Send(const std::string& bytes) {
    effects.push_back(gate->Authorize(bytes, kNoon).effects());
  }

  std::vector<std::string> effects;
  std::string envelope = Read();
  std::string denied = Call("shell.run", "{}");
};

TEST(State, ASecondProcessKnowsEverythingThatTheFirstKnew) {
  Lived first;
  // The parent's context changes after the spawn: the snapshot has to travel.
  first.gate->SetPolicy(PolicyOf(R"(
- {name: default, capabilities: [{tool_pattern: "*"}]}
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
)"));
  Scene second(
      "- {name: default, capabilities: [{tool_pattern: \"*\"}]}\n"
      "- {name: narrow, capabilities: [{tool_pattern: \"*\"}]}\n",
      {}, false);
  const std::string state = first.gate->ExportState();
  ASSERT_EQ(Answer(second.gate->RestoreState(state)), "ok");
  EXPECT_EQ(second.gate->ExportState(), state);

  const auto answer = [&](const std::string& bytes, Time now = kNoon) {
    return Answer(second.gate->Authorize(bytes, now));
  };
  EXPECT_EQ(answer(first.envelope), "REPLAY_DETECTED");
  EXPECT_EQ(answer(first.denied), "REPLAY_DETECTED");
  EXPECT_EQ(answer(first.Read(kNoon, {.id = "ended"})), "SESSION_INACTIVE");
  EXPECT_EQ(answer(first.Read(kNoon, {.id = "revoked"})), "SESSION_INACTIVE");
  EXPECT_EQ(second.gate->FindSession("ended")->state, SessionState::kEnded);
  EXPECT_EQ(second.gate->FindSession("revoked")->state, SessionState::kRevoked);
  EXPECT_EQ(second.gate->FindSession("session-1")->expires_at, kExp + seconds(60));
  EXPECT_EQ(second.gate->FindSession("child")->root, "agent-7");
  EXPECT_EQ(answer(first.Read()), "allowed");
  EXPECT_EQ(answer(first.Call("fs.read", R"({"path":"/etc/x"})", kNoon, kChild)),
            "PATH_NOT_ALLOWED");
  // Two calls of the child are charged in the parent's limit of 3, as its snapshot has it.
  const Time now = kNoon + milliseconds(2);
  EXPECT_EQ(answer(first.Get(now, kChild), now), "allowed");
  const Decision limited = second.gate->Authorize(first.Get(now, kChild), now);
  EXPECT_EQ(Answer(limited), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(limited.retry_after(), milliseconds(59'998));
  ASSERT_TRUE(second.gate->EndSession("session-1").ok());
  EXPECT_EQ(answer(first.Read(kNoon, kChild)), "SESSION_INACTIVE");
}

TEST(State, EffectsReplayedGiveTheSameState) {
  Scene empty(kPolicy, {}, false);
  const std::string start = empty.gate->ExportState();
  // Everything happens in a gate that began there.
  Scene scene(kPolicy, {}, false);
  ASSERT_TRUE(scene.gate->RestoreState(start).ok());
  std::vector<std::string> effects;
  std::vector<std::string> states = {start};
  const auto note = [&](const std::string& effect) {
    effects.push_back(effect);
    states.push_back(scene.gate->ExportState());
  };
  note(scene.Open()->effects);
  note(scene.Open(kChild, "session-1")->effects);
  note(scene.gate->Authorize(scene.Read(), kNoon).effects());
  const std::string replayed = scene.Get(kNoon, kChild);
  note(scene.gate->Authorize(replayed, kNoon).effects());
  note(scene.gate->Authorize(replayed, kNoon).effects());
  note(scene.gate->Authorize(scene.Call("shell.run", "{}"), kNoon).effects());
  note(scene.gate
           ->RenewSession("child",
                          scene.Token({.id = "child",
                                       .subject = "helper",
                                       .scope = "narrow",
                                       .expires = kExp + seconds(5)}),
                          kNoon)
           ->effects);
  const Time later = kNoon + seconds(20);
  note(scene.gate->Authorize(scene.Get(later, kChild), later).effects());
  note(scene.gate->Authorize(scene.Get(later, kChild), later).effects());  // limited
  note(scene.gate->EndSession("child")->effects);
  note(scene.Open({.id = "other"}, {}, later)->effects);
  note(scene.gate->RevokeSession("other")->effects);
  note(*scene.gate->ResetClock(kNoon + seconds(10)));
  note(scene.Open({.id = "fresh"}, {}, kNoon + seconds(10))->effects);
  note(scene.gate->Authorize(scene.Get(kNoon + seconds(10), {.id = "fresh"}), kNoon + seconds(10))
           .effects());

  // From any state on, with the effects since, with all effects, with some twice, in any order.
  for (std::size_t from = 0; from < states.size(); ++from) {
    std::vector<std::string> since(effects.begin() + static_cast<std::ptrdiff_t>(from),
                                   effects.end());
    std::vector<std::string> twice = effects;
    twice.insert(twice.end(), effects.begin(), effects.end());
    std::vector<std::string> backwards(effects.rbegin(), effects.rend());
    for (const std::vector<std::string>& list : {since, effects, twice, backwards}) {
      Scene other(kPolicy, {}, false);
      ASSERT_EQ(Answer(other.gate->RestoreState(states[from], list)), "ok") << from;
      EXPECT_EQ(other.gate->ExportState(), states.back()) << from;
    }
  }
}

TEST(State, WhatChangedNothingHasNoEffects) {
  Scene scene;
  const std::string envelope = scene.Read();
  EXPECT_NE(scene.gate->Authorize(envelope, kNoon).effects(), "");
  const std::string state = scene.gate->ExportState();
  EXPECT_EQ(scene.gate->Authorize(envelope, kNoon).effects(), "");
  EXPECT_EQ(scene.gate->Authorize("{}", kNoon).effects(), "");
  EXPECT_EQ(scene.gate->Authorize(scene.Read(kNoon, {.id = "unknown"}), kNoon).effects(), "");
  EXPECT_EQ(scene.gate->ExportState(), state);
}

std::string Exported(const Scene& scene) { return scene.gate->ExportState(); }

TEST(State, KeepsEachContextOnceAndForEachSessionThoseThatBoundIt) {
  Scene scene;
  ASSERT_TRUE(scene.Open(kChild, "session-1").ok());
  ASSERT_TRUE(scene.Open({.id = "grandchild", .subject = "g", .scope = "narrow"}, "child").ok());
  ASSERT_TRUE(scene.Open({.id = "second", .subject = "s", .scope = "narrow"}, "session-1").ok());
  const auto state = json::Parse(Exported(scene));
  ASSERT_TRUE(state);
  std::vector<std::string> names;
  for (const json::Value context : state->root().Find("contexts")->elements()) {
    names.emplace_back(context.Find("name")->string());
  }
  ASSERT_EQ(names.size(), 2u);
  const std::map<std::string, std::vector<std::string>> expected = {
      {"session-1", {}},
      {"child", {"default"}},
      {"grandchild", {"default", "narrow"}},
      {"second", {"default"}}};
  std::map<std::string, std::vector<std::string>> bounds;
  for (const json::Value session : state->root().Find("sessions")->elements()) {
    auto& bound = bounds[std::string(session.Find("id")->string())];
    for (const json::Value position : session.Find("contexts")->elements()) {
      bound.push_back(names.at(static_cast<std::size_t>(*position.integer())));
    }
  }
  EXPECT_EQ(bounds, expected);
}

TEST(State, IsCanonicalJson) {
  Lived lived;
  const std::string state = lived.gate->ExportState();
  EXPECT_EQ(json::Canonicalize(state).value(), state);
  for (const std::string& effect : lived.effects) {
    EXPECT_EQ(json::Canonicalize(effect).value(), effect);
  }
}

TEST(State, WhatIsMalformedChangesNothing) {
  Lived lived;
  const std::string good = lived.gate->ExportState();
  Scene scene;
  const std::string before = scene.gate->ExportState();
  const std::string now = std::to_string(kNoon.time_since_epoch().count());
  const std::string bad[] = {
      "",
      "{}",
      "null",
      good + " x",
      good.substr(0, good.size() / 2),
      With(good, "callgate/state/1", "callgate/state/2"),
      With(good, "\"sequence\":", "\"sequence\":-"),
      With(good, "\"sequence\":", "\"Sequence\":"),
      With(good, "\"sequence\":", "\"extra\":1,\"sequence\":"),
      With(good, "\"state\":\"revoked\"", "\"state\":\"closed\""),
      With(good, "\"parent\":\"session-1\"", "\"parent\":\"nobody\""),
      With(good, "\"parent\":\"session-1\"", "\"parent\":1"),
      With(good, "\"id\":\"child\"", "\"id\":\"session-1\""),
      With(good, "\"contexts\":[0", "\"contexts\":[7"),
      With(good, "\"envelopes\":\"", "\"envelopes\":\"0"),
      With(good, "\"envelopes\":\"", "\"envelopes\":\"XX000000000000000000000000000000"),
      With(good, "\"capabilities\"", "\"capability\""),
      With(good, "\"window\":30000", "\"window\":29999"),
      With(good, "\"window\":30000", "\"window\":300001"),
      With(good, "\"digest_key\":\"", "\"digest_key\":\"AA"),
      Replaced(good, "digest_key", "\"AAAA\""),
      Replaced(good, "sequence", "1.5"),
      Replaced(good, "sequence", "9007199254740993"),
      Replaced(good, "sequence", "\"1\""),
      // What is no context, and two where one belongs.
      With(good, "],\"digest_key\"", ",{}],\"digest_key\""),
      With(With(good, "\"contexts\":[{", "\"contexts\":[[{\"name\":\"x\",\"capabilities\":[]},{"),
           "],\"digest_key\"", "]],\"digest_key\""),
      // Of a session.
      With(good, "\"key\":\"", "\"key\":\"AA"),
      With(good, "\"key_is_confirmed\":false,", ""),
      With(good, "\"key_is_confirmed\":false", "\"key_is_confirmed\":0"),
      With(good, "\"contexts\":[0", "\"contexts\":[\"0\""),
      With(good, "\"key_is_confirmed\"", "\"extra\":1,\"key_is_confirmed\""),
      With(good, "\"id\":\"ended\"", "\"id\":\"\""),
      With(good, "\"id\":\"ended\"", "\"id\":\"a\\n\""),
      With(good, "\"sub\":\"helper\"", "\"sub\":\"\""),
      With(good, "\"sub\":\"helper\"", "\"sub\":5"),
      With(before, "\"windows\":[]", "\"windows\":{}"),
      With(good, "\"scp\":\"narrow\"", "\"scp\":\"\""),
      // Of what was seen.
      Replaced(good, "envelopes", "1"),
      Replaced(good, "envelopes", "\"0123456789abcdef0123456789abcdeX\""),
      Replaced(good, "envelopes", "\"0123456789abcdef0123456789abcde\""),
      With(good, "\"envelopes\"", "\"extra\":1,\"envelopes\""),
      // Of what was charged.
      Replaced(good, "root", "12345678901234567890123456789012"),
      Replaced(good, "root", "\"0123456789abcdef0123456789abcde\""),
      Replaced(good, "root", "\"0123456789abcdef0123456789abcdef0\""),
      With(good, "\"period\"", "\"extra\":1,\"period\""),
      With(good, "\"times\":[", "\"times\":[\"1\","),
      With(good, "\"times\":[", "\"times\":[1,0,"),
      With(good, "],\"window\":\"", "," + now + "0],\"window\":\""),
  };
  for (const std::string& state : bad) {
    EXPECT_EQ(Answer(scene.gate->RestoreState(state)), "INVALID_ARGUMENT") << state.substr(0, 200);
  }
  for (const std::string& effect :
       {std::string("{}"), std::string("x"), With(lived.effects[0], "\"open\"", "\"shut\""),
        With(lived.effects[0], "\"ledger\":\"", "\"ledger\":\"0")}) {
    EXPECT_EQ(Answer(scene.gate->RestoreState(good, {effect})), "INVALID_ARGUMENT") << effect;
  }
  EXPECT_EQ(scene.gate->ExportState(), before);
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "allowed");
}

TEST(State, ClosingIsFinalInTheJournalToo) {
  Scene scene;
  const std::string before = scene.gate->ExportState();
  const std::string opened = scene.Open({.id = "x"})->effects;
  const std::string closed = scene.gate->RevokeSession("x")->effects;
  const auto restore = [&](const std::vector<std::string>& effects) {
    return Answer(scene.gate->RestoreState(before, effects));
  };
  EXPECT_EQ(restore({opened, With(closed, "\"revoked\"", "\"open\"")}), "INVALID_ARGUMENT");
  EXPECT_EQ(restore({With(opened, "\"state\":\"open\"", "\"state\":\"revoked\"")}),
            "INVALID_ARGUMENT");
  // The first way it was closed stays, and nothing opens it again.
  const auto numbered = [](std::string record, int number) {
    const std::size_t at = record.find("\"sequence\":") + 11;
    return record.replace(at, record.find(',', at) - at, std::to_string(number));
  };
  ASSERT_EQ(restore({opened, closed, numbered(With(closed, "revoked", "ended"), 90)}), "ok");
  EXPECT_EQ(scene.gate->FindSession("x")->state, SessionState::kRevoked);
  EXPECT_EQ(restore({opened, closed, numbered(opened, 91)}), "INVALID_ARGUMENT");
  // Nor is an open session taken for another.
  EXPECT_EQ(restore({opened, numbered(With(opened, "agent-7", "agent-8"), 92)}),
            "INVALID_ARGUMENT");
  ASSERT_EQ(restore({opened, numbered(opened, 93)}), "ok");
}

TEST(State, ATombstoneOutlastsItsOwnSessionWhateverTheStateSays) {
  Scene first;
  ASSERT_TRUE(first.gate->RevokeSession("session-1").ok());
  const std::string exp = std::to_string(kExp.time_since_epoch().count());
  const std::string state =
      With(first.gate->ExportState(), "\"latest_exp\":" + exp, "\"latest_exp\":0");
  Scene second(kPolicy, {}, false);
  ASSERT_EQ(Answer(second.gate->RestoreState(state)), "ok");
  EXPECT_EQ(Answer(second.Open({}, {}, kExp - seconds(1))), "SESSION_INACTIVE");
}

TEST(State, ChainsAreNoDeeperThanTheLimitOfTheGateThatTakesThem) {
  Scene first;
  std::vector<std::string> effects;
  const std::string start = first.gate->ExportState();
  effects.push_back(first.Open({.id = "1"}, "session-1")->effects);
  effects.push_back(first.Open({.id = "2"}, "1")->effects);
  for (const std::size_t depth : {1, 2}) {
    GateOptions options;
    options.limits.max_session_depth = depth;
    Scene second(kPolicy, options, false);
    const std::string expected = depth == 2 ? "ok" : "INVALID_ARGUMENT";
    EXPECT_EQ(Answer(second.gate->RestoreState(first.gate->ExportState())), expected);
    EXPECT_EQ(Answer(second.gate->RestoreState(start, effects)), expected);
  }
}

TEST(State, RecordsOfAnotherLedgerAreRefused) {
  Scene one;
  Scene other;
  const std::string effect = other.gate->Authorize(other.Read(), kNoon).effects();
  EXPECT_EQ(Answer(one.gate->RestoreState(one.gate->ExportState(), {effect})), "INVALID_ARGUMENT");
}

TEST(State, EntriesKeepTheWindowTheyWereRecordedUnder) {
  GateOptions longer;
  longer.window = seconds(60);
  Scene first(kPolicy, longer);
  const std::string ahead = first.Read(kNoon + seconds(50));
  ASSERT_TRUE(first.gate->Authorize(ahead, kNoon).allowed());
  // A gate with a shorter window meets the envelope when it becomes fresh for it.
  Scene second(kPolicy, {}, false);
  ASSERT_TRUE(second.gate->RestoreState(first.gate->ExportState()).ok());
  const Time now = kNoon + seconds(30);
  EXPECT_EQ(Answer(second.gate->Authorize(ahead, now)), "REPLAY_DETECTED");
  // One with a longer window would miss what was dropped already.
  GateOptions longest;
  longest.window = seconds(61);
  Scene third(kPolicy, longest, false);
  EXPECT_EQ(Answer(third.gate->RestoreState(first.gate->ExportState())), "INVALID_ARGUMENT");
}

TEST(State, ARestoredClockDoesNotRunBackwards) {
  Scene first;
  const Time later = kNoon + seconds(100);
  ASSERT_TRUE(first.gate->Authorize(first.Read(later), later).allowed());
  Scene second(kPolicy, {}, false);
  ASSERT_TRUE(second.gate->RestoreState(first.gate->ExportState()).ok());
  EXPECT_EQ(Answer(second.gate->Authorize(first.Read(), kNoon)), "CLOCK_STEPPED");
}

}  // namespace
}  // namespace callgate
