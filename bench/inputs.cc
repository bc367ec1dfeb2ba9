#include "bench/inputs.h"

#include <sodium.h>

#include <algorithm>

#include "bench/operation.h"
#include "callgate/envelope.h"

namespace callgate::bench {
namespace {

const std::string kSourceText =
    R"(def total(rows):\n    \"\"\"Sum of the amounts, in cents.\"\"\"\n)"
    R"(    return sum(int(row[\"amount\"]) for row in rows if row[\"state\"] == \"paid\")\n\n)";

SecretKey KeyOf(char seed) {
  return Require(SecretKey::FromBytes(std::string(kSecretKeyBytes, seed)), "a key from a seed");
}

std::int64_t SecondsOfNow() {
  return std::chrono::duration_cast<std::chrono::seconds>(kNow.time_since_epoch()).count();
}

}  // namespace

const SecretKey& SessionKey() {
  static const SecretKey key = KeyOf('s');
  return key;
}

const SecretKey& IssuerKey() {
  static const SecretKey key = KeyOf('i');
  return key;
}

TokenExpectations Expectations() {
  return {.issuer = "https://issuer.example", .audience = "callgate"};
}

IssuerKeys Issuers() {
  return Require(IssuerKeys::Create({{"issuer-1", IssuerKey().public_key()}}), "issuer keys");
}

std::string Payload(std::size_t n) {
  std::string payload = R"({"jsonrpc":"2.0","id":)" + std::to_string(1'000'000 + n) +
                        R"(,"method":"tools/call","params":{"name":"fs.write","arguments":)"
                        R"({"path":"/workspace/project/src/billing/report.py","content":")";
  const std::string end = R"("}}})";
  while (payload.size() + kSourceText.size() + end.size() <= kPayloadBytes) payload += kSourceText;
  payload.append(kPayloadBytes - payload.size() - end.size(), '#');
  return payload + end;
}

std::string LargeDocument() {
  std::string document = R"({"jsonrpc": "2.0", "method": "tools/call", "id": 42, "params": )"
                         R"({"name": "edit.apply", "arguments": {"edits": [)";
  for (std::size_t i = 0; document.size() < kLargeBytes - 300; ++i) {
    if (i > 0) document += ", ";
    document += R"({"path": "/workspace/project/src/module_)" + std::to_string(i) +
                R"(.py", "range": {"start": {"line": )" + std::to_string(i * 17 % 900) +
                R"(, "character": 4}, "end": {"line": )" + std::to_string(i * 17 % 900 + 3) +
                R"(, "character": 0}}, "confidence": 0.)" + std::to_string(i * 7919 % 9973 + 1) +
                R"(, "reviewed": )" + (i % 3 == 0 ? "true" : "false") + R"(, "owner": )" +
                (i % 4 == 0 ? "null" : R"("Zoë Müller")") + R"(, "text": ")" + kSourceText +
                R"("})";
  }
  return document + "]}}}";
}

std::string Token(std::size_t n) {
  const std::int64_t now = SecondsOfNow();
  const std::string claims =
      R"({"iss":"https://issuer.example","aud":"callgate","sub":"agent-7","scp":")" +
      std::string(kSessionContext) + R"(","jti":"5f0c1c52-8a53-4d0e-9d0f-2f6f6f1f7a10","iat":)" +
      std::to_string(now - 1 - static_cast<std::int64_t>(n)) + R"(,"exp":)" +
      std::to_string(now + 3600) + R"(,"cnf":{"jkt":")" + SessionKey().public_key().Thumbprint() +
      R"("}})";
  return Require(IssueToken(claims, IssuerKey(), kNow, {.key_id = "issuer-1"}), "a token");
}

std::string EnvelopeBytes(std::size_t n, std::string_view token) {
  return Require(CreateEnvelope(Payload(n), token, SessionKey(), kNow), "an envelope");
}

Signed SignedMessage(std::size_t n, std::string_view token) {
  Signed out{Require(CanonicalMessage(Payload(n), token, SecondsOfNow()), "a message"), {}};
  out.signature = SessionKey().Sign(out.message);
  return out;
}

Signed SignedToken(std::string_view token) {
  const std::size_t dot = token.rfind('.');
  Signed out{std::string(token.substr(0, dot)), {}};
  const std::optional<std::string> signature = Base64UrlDecode(token.substr(dot + 1));
  Require(signature && signature->size() == kSignatureBytes, "a token's signature");
  std::copy(signature->begin(), signature->end(), out.signature.begin());
  return out;
}

bool SodiumVerify(const Signed& input, const PublicKey& key) noexcept {
  return crypto_sign_verify_detached(input.signature.data(),
                                     reinterpret_cast<const unsigned char*>(input.message.data()),
                                     input.message.size(), key.bytes().data()) == 0;
}

std::string SessionPolicy() {
  return R"(
name: code-assistant
description: reads and writes the project, looks things up, runs git and the tests
capabilities:
  - {tool_pattern: fs.read, path_allowlist: [/workspace, /usr/share/doc]}
  - {tool_pattern: fs.write, path_allowlist: [/workspace/project/src, /workspace/project/tests]}
  - {tool_pattern: fs.list, path_allowlist: [/workspace]}
  - {tool_pattern: fs.stat, path_allowlist: [/workspace]}
  - {tool_pattern: "git.*", path_allowlist: [/workspace]}
  - {tool_pattern: web.search}
  - {tool_pattern: web.fetch, domain_allowlist: [docs.python.org, "*.wikipedia.org"]}
  - {tool_pattern: http.get, domain_allowlist: [api.github.com, "*.pypi.org"]}
  - {tool_pattern: cmd.run, command_allowlist: [git, "npm test", pytest],
     subcommand_allowlist: {git: [status, diff, log]}}
  - {tool_pattern: search, argument_patterns: {query: "[a-z ]{1,80}"}}
  - {tool_pattern: tests.run, rate_limit: {calls: 100000, per_seconds: 3600}}
  - {tool_pattern: "docs.*"}
deny_list: [fs.delete, "shell.*", {tool_pattern: "fs.*", path: "/etc/*"}]
)";
}

std::string GuardedPolicy() {
  return R"(
name: guarded
capabilities:
  - {tool_pattern: fs.read, path_allowlist: [/workspace, /usr/share/doc]}
  - {tool_pattern: fs.write, path_allowlist: [/workspace/project],
     rate_limit: {calls: 100000, per_seconds: 1}}
)";
}

std::string DeclaredPolicy() {
  return R"(
name: declared
definitions:
  source: {path: {allow: [/workspace], except: [/workspace/secrets], base: /workspace}}
capabilities:
  - tool_pattern: fs.read
    arguments:
      path: {use: source}
      lines: {type: integer, minimum: 1, maximum: 10000}
      encoding: {enum: [utf-8, latin-1]}
  - tool_pattern: fs.write
    arguments:
      path: {use: source}
      content: {type: string, maxLength: 200000}
  - tool_pattern: github.get_repository
    arguments:
      owner: {const: acme}
      repo: {type: string, pattern: "[A-Za-z0-9._-]{1,100}"}
  - tool_pattern: web.fetch
    arguments: {url: {url: {allow: [api.github.com, "*.pypi.org"]}}}
  - tool_pattern: shell.run
    arguments:
      command:
        command:
          allow:
            - {words: [git], then: [status, log], options: [--oneline, "-n VALUE"]}
            - {words: [pytest], options: [-q], operands: {use: source}, maxOperands: 8}
deny_list: [fs.delete, {tool_pattern: "fs.*", path: /workspace/secrets}]
)";
}

std::string WideTool(std::size_t n) { return "service" + std::to_string(n) + ".read"; }

std::string WidePolicy(std::size_t count) {
  std::string policy = R"({"name":"wide","capabilities":[)";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) policy += ",\n";
    policy += R"({"tool_pattern":")" + WideTool(i) + R"(","path_allowlist":["/workspace/project)" +
              std::to_string(i) + R"(","/srv/shared/*"]})";
  }
  return policy + "]}";
}

std::string WidePolicyInYaml(std::size_t count) {
  std::string policy = "name: wide\ncapabilities:\n";
  for (std::size_t i = 0; i < count; ++i) {
    policy += "  - tool_pattern: " + WideTool(i) +
              "\n    path_allowlist:\n      - /workspace/project" + std::to_string(i) +
              "\n      - /srv/shared/*\n";
  }
  return policy;
}

std::string DirectoriesPolicy(std::size_t count) {
  std::string capabilities;
  std::string denied;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    if (i > 0) capabilities += ",\n";
    capabilities += R"({"tool_pattern":"fs.read","base_directory":"/srv/base)" + n + "\"}";
    if (i > 0) denied += ",\n";
    denied += R"({"tool_pattern":"fs.*","path":")" +
              (i % 2 == 0 ? "/srv/base" + n + "/secrets" : "**/.secret" + n) + "\"}";
  }
  return R"({"name":"directories","capabilities":[)" + capabilities + R"(],"deny_list":[)" +
         denied + "]}";
}

std::string RelativePaths(std::size_t count) {
  std::string paths;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) paths += ',';
    paths += "\"src/file" + std::to_string(i) + ".py\"";
  }
  return R"({"paths":[)" + paths + "]}";
}

std::string WideArguments(std::size_t n) {
  return R"({"path":"/workspace/project)" + std::to_string(n) +
         R"(/src/main.py","encoding":"utf-8"})";
}

}  // namespace callgate::bench
