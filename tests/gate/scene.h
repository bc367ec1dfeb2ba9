// An issuer, an agent and a gate between them.
#ifndef CALLGATE_TESTS_GATE_SCENE_H_
#define CALLGATE_TESTS_GATE_SCENE_H_

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/envelope.h"
#include "callgate/gate.h"

namespace callgate {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr Time kNoon{seconds{1'771'329'600}};  // 2026-02-17T12:00:00Z

inline constexpr std::string_view kPolicy = R"(
- name: default
  capabilities:
    - tool_pattern: "fs.*"
      path_allowlist: [/workspace]
      max_response_size: 100
    - tool_pattern: web.get
      rate_limit: {calls: 3, per_seconds: 60}
      max_response_size: 1000
  deny_list: [fs.delete]
- name: narrow
  capabilities:
    - tool_pattern: fs.read
      path_allowlist: [/workspace/a]
      max_response_size: 50
    - tool_pattern: web.get
      rate_limit: {calls: 2, per_seconds: 60}
  deny_list: [fs.delete]
)";

inline PolicySet PolicyOf(std::string_view text) {
  auto policy = PolicySet::Parse(text);
  if (!policy) std::fprintf(stderr, "%s\n", policy.error().message.c_str());
  return std::move(policy).value();
}

inline SecretKey KeyNumber(char n) {
  return std::move(SecretKey::FromBytes(std::string(kSecretKeyBytes, n))).value();
}

struct TokenText {
  std::string id = "session-1";
  std::string subject = "agent-7";
  std::string scope = "default";
  Time issued = kNoon - seconds(60);
  Time expires = kNoon + seconds(3'600);
  std::string more = {};  // further claims, each after a comma
};

class Scene {
 public:
  explicit Scene(std::string_view policy = kPolicy, GateOptions options = {}, bool open = true)
      : gate(std::move(Gate::Create(PolicyOf(policy),
                                    IssuerKeys::FromList({issuer.public_key()}).value(),
                                    std::move(options)))
                 .value()) {
    if (open && !Open().ok()) std::abort();
  }

  std::string Token(const TokenText& text = {}) const { return Token(text, issuer); }
  static std::string Token(const TokenText& text, const SecretKey& key) {
    const auto whole = [](Time time) {
      return std::to_string(std::chrono::floor<seconds>(time).time_since_epoch().count());
    };
    std::string claims = R"({"iat":)" + whole(text.issued) + R"(,"exp":)" + whole(text.expires) +
                         R"(,"sub":")" + text.subject + R"(","scp":")" + text.scope + '"';
    if (!text.id.empty()) claims += R"(,"jti":")" + text.id + '"';
    return Sign(R"({"alg":"EdDSA","typ":"JWT"})", claims + text.more + '}', key);
  }
  // A compact JWS of any header and claims.
  static std::string Sign(std::string_view header, std::string_view claims, const SecretKey& key) {
    const std::string input = Base64UrlEncode(header) + '.' + Base64UrlEncode(claims);
    return input + '.' + Base64UrlEncode(AsBytes(key.Sign(input)));
  }

  Result<Session> Open(const TokenText& text = {}, std::optional<std::string_view> parent = {},
                       Time now = kNoon) {
    return gate->OpenSession(Token(text), agent.public_key(), parent, now);
  }

  std::string Envelope(std::string_view payload, Time at = kNoon,
                       const TokenText& text = {}) const {
    return CreateEnvelope(payload, Token(text), agent, at).value();
  }
  static std::string Payload(std::string_view tool, std::string_view arguments) {
    std::string payload = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")";
    payload += tool;
    payload += R"(","arguments":)";
    payload += arguments;
    return payload + "}}";
  }
  // One call of the session that `text` names; no two are the same envelope.
  std::string Call(std::string_view tool, std::string_view arguments, Time at = kNoon,
                   const TokenText& text = {}) {
    std::string payload = R"({"jsonrpc":"2.0","id":)" + std::to_string(++calls);
    payload += R"(,"method":"tools/call","params":{"name":")";
    payload += tool;
    payload += R"(","arguments":)";
    payload += arguments;
    return Envelope(payload + "}}", at, text);
  }
  std::string Read(Time at = kNoon, const TokenText& text = {}) {
    return Call("fs.read", R"({"path":"/workspace/a/x"})", at, text);
  }
  std::string Get(Time at = kNoon, const TokenText& text = {}) {
    return Call("web.get", "{}", at, text);
  }

  SecretKey issuer = KeyNumber('i');
  SecretKey agent = KeyNumber('a');
  std::unique_ptr<Gate> gate;
  int calls = 0;
};

// With the first `from` replaced, which must be there.
inline std::string With(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// The name of the code, or "allowed".
inline std::string Answer(const Decision& decision) {
  return decision.allowed() ? "allowed" : std::string(CodeName(*decision.code()));
}
template <typename T>
std::string Answer(const Result<T>& result) {
  return result.ok() ? "ok" : std::string(CodeName(result.error().code));
}

}  // namespace callgate

#endif  // CALLGATE_TESTS_GATE_SCENE_H_
