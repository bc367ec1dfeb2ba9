// tests/vectors/gate.json (format: tests/vectors/README.md), and the vectors of policy that need a
// ledger.
#include "tests/support/vectors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/gate/scene.h"
#include "tests/gate/step.h"

namespace callgate {
namespace {

using test::ExpectedCode;
using test::ExpectVerdict;
using test::MaybeText;
using test::Now;
using test::Text;
using test::Whole;

IssuerKeys KeysOf(json::Value object) {
  std::vector<std::pair<std::string, PublicKey>> keys;
  for (const auto& [id, key] : object.members()) {
    keys.emplace_back(id, PublicKey::FromBase64(key.string()).value());
  }
  return IssuerKeys::Create(std::move(keys)).value();
}

GateOptions OptionsOf(json::Value vector) {
  GateOptions options;
  const auto given = vector.Find("options");
  if (!given) return options;
  std::size_t read = 0;
  if (const auto window = given->Find("window")) {
    options.window = seconds(*window->integer());
    ++read;
  }
  if (const auto leeway = given->Find("leeway")) {
    options.token.leeway = seconds(*leeway->integer());
    ++read;
  }
  if (const auto issuer = given->Find("issuer")) {
    options.token.issuer = std::string(issuer->string());
    ++read;
  }
  if (const auto audience = given->Find("audience")) {
    options.token.audience = std::string(audience->string());
    ++read;
  }
  if (const auto any = given->Find("accept_any_audience")) {
    options.token.accept_any_audience = any->boolean();
    ++read;
  }
  if (const auto limits = given->Find("limits")) {
    options.limits = test::LimitsOf(*limits);
    ++read;
  }
  EXPECT_EQ(read, given->size()) << "an option that is not known here";
  return options;
}

std::string EnvelopeOf(json::Value step) {
  if (const auto text = MaybeText(step, "envelope")) return *text;
  return Base64Decode(Text(step, "envelope_base64")).value();
}

// Every member of a step that says what a decision must hold.
void ExpectDecision(json::Value step, const Decision& decision) {
  ExpectVerdict(step, decision);
  const std::map<std::string_view, std::string_view> texts = {
      {"cause", decision.cause()},
      {"payload", decision.payload()},
      {"session_id", decision.session_id()},
      {"subject", decision.subject()},
      {"context", decision.context()},
      {"method", decision.method()},
      {"tool", decision.tool()},
      {"request_id", decision.request_id()},
      {"arguments", decision.arguments()},
  };
  for (const auto& [name, value] : texts) {
    const auto expected = MaybeText(step, name);
    if (expected) {
      EXPECT_EQ(value, *expected) << name;
    }
  }
}

Outcome OutcomeOf(json::Value outcome) {
  if (const auto taken = outcome.Find("committed")) {
    Committed committed;
    for (const json::Value choice : taken->elements()) {
      committed.taken.push_back(static_cast<std::uint32_t>(*choice.integer()));
    }
    return committed;
  }
  if (const auto wait = outcome.Find("rate_limited")) {
    return RateLimited{milliseconds(std::lround(*wait->number_as_double() * 1000))};
  }
  if (outcome.Find("already_seen")) return AlreadySeen{};
  if (outcome.Find("session_inactive")) return SessionInactive{};
  if (outcome.Find("full")) return Full{};
  EXPECT_TRUE(outcome.Find("unavailable"));
  return Unavailable{};
}

void ExpectPlan(json::Value step, const Plan& plan) {
  if (const auto replay = step.Find("replay")) {
    EXPECT_EQ(plan.replay_key().has_value(), replay->boolean());
  }
  if (step.Find("timestamp")) {
    EXPECT_EQ(plan.timestamp(), Time(milliseconds(Whole(step, "timestamp"))));
  }
  if (const auto sessions = step.Find("sessions")) {
    std::vector<std::string> expected;
    for (const json::Value id : sessions->elements()) expected.emplace_back(id.string());
    EXPECT_EQ(plan.sessions(), expected);
  }
  if (const auto lists = step.Find("charges")) {
    ASSERT_EQ(plan.charges().size(), lists->size());
    std::size_t i = 0;
    for (const json::Value list : lists->elements()) {
      ASSERT_EQ(plan.charges()[i].size(), list.size());
      std::size_t j = 0;
      for (const json::Value expected : list.elements()) {
        const RateCharge& charge = plan.charges()[i][j++];
        EXPECT_EQ(charge.Key(), Text(expected, "key"));
        EXPECT_EQ(charge.calls, Whole(expected, "calls"));
        EXPECT_EQ(charge.per_seconds, Whole(expected, "per_seconds"));
      }
      ++i;
    }
  }
}

class Runner {
 public:
  Runner(json::Value root, json::Value vector)
      : policies_(*root.Find("policies")),
        options_(OptionsOf(vector)),
        policy_(Policy(Text(vector, "policy"))),
        keys_(KeysOf(*root.Find("issuer_keys"))) {
    Restart();
  }

  void Run(json::Value step) {
    const std::string op = Text(step, "op");
    if (op == "authorize") {
      last_ = gate_->Authorize(EnvelopeOf(step), Now(step));
      ExpectDecision(step, last_);
    } else if (op == "plan") {
      Plan plan = gate_->MakePlan(EnvelopeOf(step), Now(step));
      ExpectPlan(step, plan);
      ExpectDecision(step, plan.Finish(OutcomeOf(*step.Find("outcome"))));
    } else if (op == "response") {
      ExpectDecision(step, last_.CheckResponse(Text(step, "result_json")));
    } else if (op == "open") {
      const auto key = PublicKey::FromBase64(Text(step, "public_key")).value();
      const auto parent = MaybeText(step, "parent");
      ExpectCode(
          step, gate_->OpenSession(Text(step, "token"), key,
                                   parent ? std::optional<std::string_view>(*parent) : std::nullopt,
                                   Now(step)));
    } else if (op == "renew") {
      ExpectCode(step, gate_->RenewSession(Text(step, "id"), Text(step, "token"), Now(step)));
    } else if (op == "end") {
      ExpectCode(step, gate_->EndSession(Text(step, "id")));
    } else if (op == "revoke") {
      ExpectCode(step, gate_->RevokeSession(Text(step, "id")));
    } else if (op == "reset_clock") {
      ExpectCode(step, gate_->ResetClock(Now(step)));
    } else if (op == "set_policy") {
      policy_ = Policy(Text(step, "policy"));
      gate_->SetPolicy(policy_);
    } else if (op == "set_issuer_keys") {
      keys_ = KeysOf(*step.Find("issuer_keys"));
      gate_->SetIssuerKeys(keys_);
    } else if (op == "restart") {
      const std::string state = gate_->ExportState();
      Restart();
      ASSERT_TRUE(gate_->RestoreState(state).ok());
      EXPECT_EQ(gate_->ExportState(), state);
    } else {
      FAIL() << "unknown step " << op;
    }
  }

 private:
  PolicySet Policy(std::string_view name) const { return PolicyOf(policies_.Find(name)->string()); }
  void Restart() { gate_ = std::move(Gate::Create(policy_, keys_, options_)).value(); }
  template <typename T>
  static void ExpectCode(json::Value step, const Result<T>& result) {
    EXPECT_EQ(Answer(result) == "ok" ? "" : Answer(result), ExpectedCode(step));
  }

  json::Value policies_;
  GateOptions options_;
  PolicySet policy_;
  IssuerKeys keys_;
  std::unique_ptr<Gate> gate_;
  Decision last_;
};

TEST(Vectors, Gate) {
  const test::Vectors file("gate.json");
  for (const json::Value vector : file.Cases("vectors")) {
    SCOPED_TRACE(Text(vector, "id"));
    Runner runner(file.root(), vector);
    int step_number = 0;
    for (const json::Value step : vector.Find("steps")->elements()) {
      SCOPED_TRACE("step " + std::to_string(step_number++));
      runner.Run(step);
    }
  }
}

// One gate for each vector; every session has the token and key that a Scene gives it.
TEST(Vectors, Rates) {
  const test::Vectors file("policy_rates.json");
  for (const json::Value vector : file.Cases("vectors")) {
    SCOPED_TRACE(Text(vector, "id"));
    Scene scene(Text(vector, "policy_text"), {}, false);
    std::map<std::string, TokenText> sessions;
    const auto open = [&](const std::string& id, TokenText text,
                          const std::optional<std::string>& parent) {
      const auto opened =
          scene.Open(text, parent ? std::optional<std::string_view>(*parent) : std::nullopt);
      ASSERT_TRUE(opened.ok()) << opened.error().message;
      sessions[id] = std::move(text);
    };
    const Time exp = kNoon + std::chrono::hours(23);
    Time renewed = kNoon;
    const auto root = vector.Find("root");
    if (const auto given = root ? root->Find("sessions") : std::nullopt) {
      // Parents before children.
      for (std::size_t left = given->size(); sessions.size() < given->size(); --left) {
        ASSERT_GT(left, 0u) << "a parent that is not there";
        for (const auto& [id_view, session] : given->members()) {
          const std::string id(id_view);
          const auto parent = MaybeText(session, "parent");
          if (sessions.contains(id) || (parent && !sessions.contains(*parent))) continue;
          open(id,
               {.id = id,
                .subject = Text(session, "sub"),
                .scope = Text(session, "scp"),
                .expires = exp},
               parent);
        }
      }
    }
    int step_number = 0;
    for (const json::Value step : vector.Find("steps")->elements()) {
      SCOPED_TRACE("step " + std::to_string(step_number++));
      const std::string id = Text(step, "session");
      if (!sessions.contains(id)) {
        open(id, {.id = id, .scope = "c", .expires = exp}, std::nullopt);
      }
      const Time now = kNoon + milliseconds(Whole(step, "at"));
      // Some limits outlast the longest token.
      for (; renewed + std::chrono::hours(12) < now; renewed += std::chrono::hours(12)) {
        for (auto& [name, text] : sessions) {
          text.issued = renewed + std::chrono::hours(12);
          text.expires = text.issued + std::chrono::hours(23);
          ASSERT_TRUE(scene.gate->RenewSession(name, scene.Token(text), text.issued).ok());
        }
      }
      std::string arguments;
      json::WriteLexical(*step.Find("arguments"), json::KeyOrder::kCodePoint, arguments);
      ExpectVerdict(step, scene.gate->Authorize(
                              scene.Call(Text(step, "tool"), arguments, now, sessions[id]), now));
    }
  }
}

TEST(Vectors, Responses) {
  const test::Vectors file("policy_responses.json");
  for (const json::Value vector : file.Cases("vectors")) {
    SCOPED_TRACE(Text(vector, "id"));
    const json::Value size = *vector.Find("max_response_size");
    std::string limit;
    if (!size.is_null()) limit = ", max_response_size: " + std::string(size.number());
    Scene scene("{name: default, capabilities: [{tool_pattern: t" + limit + "}]}");
    const Decision decision = scene.gate->Authorize(scene.Call("t", "{}"), kNoon);
    ASSERT_TRUE(decision.allowed());
    ExpectVerdict(vector, decision.CheckResponse(Text(vector, "result_json")));
  }
}

}  // namespace
}  // namespace callgate
