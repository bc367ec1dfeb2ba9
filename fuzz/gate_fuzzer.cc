// Whatever comes in whatever order, a gate allows only what the agent signed, each signature at
// most once, while it is fresh and its session lives; also after its state moved to another gate.
#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "callgate/envelope.h"
#include "callgate/gate.h"
#include "core/envelope/parsed_envelope.h"
#include "fuzz/input.h"

namespace {

using callgate::Decision;
using callgate::Gate;
using callgate::IssuerKeys;
using callgate::PolicySet;
using callgate::SecretKey;
using callgate::Signature;
using callgate::Time;
using callgate::fuzz::Edited;
using callgate::fuzz::Input;
using callgate::fuzz::Require;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time kNoon{seconds{1'771'329'600}};
constexpr std::size_t kSteps = 24;

constexpr std::string_view kPolicy = R"(
- name: default
  capabilities:
    - {tool_pattern: "fs.*", path_allowlist: [/workspace]}
    - {tool_pattern: web.get, rate_limit: {calls: 2, per_seconds: 60}}
  deny_list: [fs.delete]
- name: narrow
  capabilities:
    - {tool_pattern: fs.read, path_allowlist: [/workspace/a]}
  deny_list: [fs.delete]
)";

struct Call {
  std::string wire;
  std::string forwarded;
  Signature signature;
  std::size_t session;
  bool by_policy;  // whether the policy above allows it
};

std::string Id(std::size_t session) { return "session-" + std::to_string(session); }

// Three sessions: a parent, its child, and one by itself that is opened in no gate.
struct Scene {
  SecretKey issuer = SecretKey::FromBytes(std::string(32, 'i')).value();
  SecretKey agent = SecretKey::FromBytes(std::string(32, 'a')).value();
  IssuerKeys keys = IssuerKeys::FromList({issuer.public_key()}).value();
  PolicySet policy = PolicySet::Parse(kPolicy).value();
  std::array<std::string, 3> tokens;
  std::vector<Call> calls;

  Scene() {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::string scope = i == 0 ? "default" : "narrow";
      tokens[i] = IssueToken(R"({"sub":"agent-7","scp":")" + scope + R"(","jti":")" + Id(i) + "\"}",
                             issuer, kNoon, {.key_id = {}, .lifetime = seconds{120}})
                      .value();
    }
    for (std::size_t session = 0; session < tokens.size(); ++session) {
      const bool opened = session < 2;
      Add(session, "fs.read", R"({"path":"/workspace/a/x"})", opened);
      Add(session, "fs.read", R"({"path":"/workspace/b"})", session == 0);
      Add(session, "fs.read", R"({"path":"/workspace/../etc/passwd"})", false);
      Add(session, "fs.delete", R"({"path":"/workspace/a/x"})", false);
      for (int i = 0; i < 3; ++i) Add(session, "web.get", "{}", session == 0);
    }
  }

  void Add(std::size_t session, const std::string& tool, const std::string& arguments, bool ok) {
    const std::string payload = R"({"id":)" + std::to_string(calls.size()) +
                                R"(,"jsonrpc":"2.0","method":"tools/call","params":{"arguments":)" +
                                arguments + R"(,"name":")" + tool + "\"}}";
    const std::string wire = CreateEnvelope(payload, tokens[session], agent, kNoon).value();
    calls.push_back({wire, payload, callgate::ParseEnvelope(wire, {})->signature, session, ok});
  }

  std::unique_ptr<Gate> NewGate() const {
    callgate::GateOptions options;
    options.limits.max_replay_entries = 1024;
    options.limits.max_replay_entries_per_session = 256;
    options.limits.max_sessions = 64;
    options.limits.max_rate_windows = 64;
    options.limits.max_rate_entries = 1024;
    options.limits.max_remembered_tokens = 16;
    return Gate::Create(policy, keys, options).value();
  }
};

// A gate under way, and what has happened to it.
class Run {
 public:
  Run(const Scene& scene, Input& input) : scene_(scene), gate_(scene.NewGate()) {
    Require(Open(0).ok() && Open(1).ok(), "the sessions open");
    // Else all the rest would hold for a gate that allows nothing.
    if (input.Below(8) == 0) Judge(gate_->Authorize(scene.calls[0].wire, now_), true);
  }

  void Step(Input& input) {
    const std::size_t what = input.Below(16);
    if (what < 9) return Authorize(input);
    switch (what) {
      case 9:
        return Plan(input);
      case 10:
        now_ += milliseconds(static_cast<std::int64_t>(input.Word()) - 0x4000);
        return;
      case 11:
        return Close(input);
      case 12:
        return Reopen(input);
      case 13:
        return Move();
      case 14:
        return Spoil(input);
      case 15:
        Judge(gate_->Authorize(input.Take(input.Word()), now_));
        return;
    }
  }

 private:
  callgate::Result<callgate::Session> Open(std::size_t session) {
    const std::string parent = Id(0);
    const auto of = session == 1 ? std::optional<std::string_view>(parent) : std::nullopt;
    return gate_->OpenSession(scene_.tokens[session], scene_.agent.public_key(), of, now_);
  }

  void Judge(const Decision& decision, bool must_be_allowed = false) {
    Require(decision.allowed() || !must_be_allowed, "a good call is allowed");
    latest_ = std::max(latest_, now_);
    if (!decision.allowed()) {
      Require(decision.code().has_value() && decision.payload().empty(), "a denial gives nothing");
      return;
    }
    const Call* signed_call = nullptr;
    for (const Call& call : scene_.calls) {
      if (decision.signature() == call.signature) signed_call = &call;
    }
    Require(signed_call != nullptr, "what is allowed was signed");
    Require(decision.payload() == signed_call->forwarded, "and is forwarded as signed");
    Require(decision.session_id() == Id(signed_call->session), "in its own session");
    Require(decision.public_key() == scene_.agent.public_key(), "by the session's key");
    Require(signed_call->by_policy, "policy allows it");
    Require(seen_.insert(signed_call->signature).second, "a signature is allowed once");
    // What is below a second is not signed.
    Require(latest_ - kNoon <= callgate::kDefaultWindow + seconds(1) &&
                kNoon - latest_ <= callgate::kDefaultWindow,
            "it is fresh");
    Require(!closed_[0] && (signed_call->session == 0 || !closed_[1]), "its session lives");
    if (decision.tool() == "web.get") Require(++fetched_ <= 2, "the rate is kept");
  }

  void Authorize(Input& input) {
    const std::string& wire = scene_.calls[input.Below(scene_.calls.size())].wire;
    Judge(gate_->Authorize(Edited(input, wire), now_));
  }

  void Plan(Input& input) {
    callgate::Plan plan =
        gate_->MakePlan(Edited(input, scene_.calls[input.Below(scene_.calls.size())].wire), now_);
    Require(!plan.Finish(callgate::AlreadySeen{}).allowed(), "what a ledger saw is denied");
    Require(!plan.Finish(callgate::Committed{}).allowed(), "a plan is finished once");
  }

  void Close(Input& input) {
    const std::size_t session = input.Below(2);
    const auto closed =
        input.Below(2) == 0 ? gate_->EndSession(Id(session)) : gate_->RevokeSession(Id(session));
    if (closed.ok()) closed_[session] = true;
  }

  // Final is final, and the same token again changes nothing else.
  void Reopen(Input& input) {
    const std::size_t session = input.Below(2);
    const auto opened = Open(session);
    Require(!opened.ok() || !closed_[session], "a session that ended stays so");
    const auto renewed = gate_->RenewSession(Id(session), scene_.tokens[session], now_);
    Require(!renewed.ok() || !closed_[session], "nor is it renewed");
  }

  void Move() {
    auto next = scene_.NewGate();
    Require(next->RestoreState(gate_->ExportState()).ok(), "an exported state is restored");
    gate_ = std::move(next);
  }

  // A state that was changed is refused and leaves the gate what it was, or is another's state.
  void Spoil(Input& input) {
    const std::string state = gate_->ExportState();
    const auto other = scene_.NewGate();
    const std::string before = other->ExportState();
    if (!other->RestoreState(Edited(input, state)).ok()) {
      Require(other->ExportState() == before, "a state that is refused changes nothing");
    }
  }

  const Scene& scene_;
  std::unique_ptr<Gate> gate_;
  Time now_ = kNoon;
  Time latest_ = kNoon;
  std::set<Signature> seen_;
  std::array<bool, 2> closed_{};
  int fetched_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scene scene;
  Input input(data, size);
  Run run(scene, input);
  for (std::size_t i = 0; i < kSteps && !input.empty(); ++i) run.Step(input);
  return 0;
}
