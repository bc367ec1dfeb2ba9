// What all benchmarks work on, the same in every language: fixed keys, one context, tool calls of a
// realistic shape. Deterministic.
#ifndef CALLGATE_BENCH_INPUTS_H_
#define CALLGATE_BENCH_INPUTS_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "callgate/crypto.h"
#include "callgate/policy.h"
#include "callgate/time.h"
#include "callgate/token.h"

namespace callgate::bench {

inline constexpr Time kNow{std::chrono::milliseconds{1'780'315'200'000}};  // 2026-06-01T12:00:00Z
inline constexpr std::size_t kPayloadBytes = 600;
inline constexpr std::size_t kLargeBytes = 100'000;
inline constexpr char kSessionContext[] = "code-assistant";

const SecretKey& SessionKey();
const SecretKey& IssuerKey();
IssuerKeys Issuers();
// What those tokens are expected to say.
TokenExpectations Expectations();

// A tools/call that writes a file, compact, of exactly kPayloadBytes; `n` makes it unlike others.
std::string Payload(std::size_t n);
// A tools/call that carries a list of edits with texts, numbers and nested objects, not in
// canonical form; about kLargeBytes.
std::string LargeDocument();

// The n-th token of the one session: same jti, sub, scp and cnf, another iat.
std::string Token(std::size_t n);
// Payload(n) in an envelope stamped with kNow.
std::string EnvelopeBytes(std::size_t n, std::string_view token);

// What libsodium has to verify for that envelope.
struct Signed {
  std::string message;
  Signature signature;
};
Signed SignedMessage(std::size_t n, std::string_view token);
// The same of a token.
Signed SignedToken(std::string_view token);
// Bare libsodium, nothing else.
bool SodiumVerify(const Signed& input, const PublicKey& key) noexcept;

// The context of the session: a dozen capabilities with path, domain and command constraints.
std::string SessionPolicy();
// A context "guarded": fs.read and, with a rate that is never reached, fs.write, both of a path.
std::string GuardedPolicy();
// A context "declared" whose capabilities declare their arguments.
std::string DeclaredPolicy();
// A context "wide" with `count` capabilities of distinct tools, each with a path allowlist.
std::string WidePolicy(std::size_t count);
// The same in block style YAML.
std::string WidePolicyInYaml(std::size_t count);
// A context "directories" with `count` capabilities on fs.read, each with a base directory, and as
// many deny entries for paths, every second for a name at any depth.
std::string DirectoriesPolicy(std::size_t count);
// One argument, a list of `count` relative paths that none of those covers.
std::string RelativePaths(std::size_t count);
std::string WideTool(std::size_t n);
// Two arguments, the path within what capability n of WidePolicy allows.
std::string WideArguments(std::size_t n);

}  // namespace callgate::bench

#endif  // CALLGATE_BENCH_INPUTS_H_
