// Decision: the answer to one question, whether this call may happen.
#ifndef CALLGATE_DECISION_H_
#define CALLGATE_DECISION_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/crypto.h"
#include "callgate/error.h"
#include "callgate/tried_capability.h"

namespace callgate {

namespace policy {
struct Context;
}
struct DecisionRecord;

// One rate limit of one context. The capability is named by (context, tool_pattern, nth), which
// survives reloads that reorder a context.
struct RateCharge {
  // Root execution: `sub` of the topmost ancestor. Empty for PolicySet::Evaluate and Guard::Check.
  std::string root;
  std::string context;
  std::string tool_pattern;  // several are sorted and joined by a space
  std::uint32_t nth = 0;     // among the capabilities of the context with that pattern, from 0
  std::uint32_t calls = 0;   // 0: the capability has no limit, so always has room
  std::uint32_t per_seconds = 0;

  // One text for all of (root, context, tool_pattern, nth), for use as a key in other stores.
  std::string Key() const;
};

// Denies unless a rule allowed. A default-constructed Decision denies with INTERNAL_ERROR.
// Immutable and cheap to copy; what it returns stays the same whatever happens later.
//
// Accessors of the call (payload to cause) are filled by Gate::Authorize, on denials as far as the
// call was verified; after PolicySet::Evaluate all but context and max_response_size are empty, and
// after Guard::Check all but these and retry_after.
class [[nodiscard]] Decision {
 public:
  Decision() noexcept = default;

  bool allowed() const noexcept { return allowed_; }
  explicit operator bool() const noexcept { return allowed_; }
  // Why not; nullopt when allowed.
  std::optional<ErrorCode> code() const noexcept {
    return allowed_ ? std::nullopt : std::optional(code_);
  }
  // One sentence for people. Never holds keys, tokens or unbounded text of the call.
  std::string reason() const;
  // Position of the capability that allowed, or that got furthest; nullopt when none was tried.
  std::optional<std::size_t> capability() const noexcept;
  // The rule that decided, as named in docs/policy.md; empty where policy was not reached.
  std::string_view rule() const noexcept;
  // Every capability that was tried and did not allow, in the context's order. Empty when allowed.
  const std::vector<TriedCapability>& details() const noexcept;
  // The limits that the call would be charged to: the first with room is taken.
  std::vector<RateCharge> charges() const;

  // The compact JSON-RPC text whose signature verified; empty unless allowed.
  std::string_view payload() const noexcept;
  // The text whose signature verified with all of its members, also of a call that is denied;
  // empty before it verified.
  std::string_view signed_payload() const noexcept;
  std::string_view session_id() const noexcept;
  std::string_view subject() const noexcept;     // the token's sub
  std::string_view context() const noexcept;     // name of the SecurityContext
  std::string_view method() const noexcept;      // "tools/call" or "tools/list"
  std::string_view tool() const noexcept;        // empty for tools/list
  std::string_view request_id() const noexcept;  // JSON text of the payload's id
  std::string_view arguments() const noexcept;   // compact JSON text
  std::optional<PublicKey> public_key() const;
  std::optional<Signature> signature() const;
  // SHA-256 of the bytes that were signed; nullopt before the signature verified.
  std::optional<Sha256Digest> message_digest() const;
  // The envelope's timestamp as it was sent, of which the whole seconds are signed.
  std::string_view timestamp() const noexcept;
  // SHA-256 of the security token; nullopt before the signature verified.
  std::optional<Sha256Digest> token_digest() const;
  // SHA-256 of an envelope whose signature did not verify, and of which nothing else is known;
  // nullopt for any other, and for one longer than Limits::max_json_bytes.
  std::optional<Sha256Digest> envelope_digest() const;
  // PolicySet::Digest of the policy that judged; empty where policy was not reached.
  std::string_view policy_digest() const noexcept;
  // The limits that were charged: one for each context of the chain that has one.
  std::vector<RateCharge> charged() const;
  // Bytes; the smallest along the chain. nullopt: no limit.
  std::optional<std::uint64_t> max_response_size() const noexcept;
  // With RATE_LIMIT_EXCEEDED, and CLOCK_STEPPED of a Guard: after this time a call has room again.
  std::optional<std::chrono::milliseconds> retry_after() const noexcept;
  // Finer than the code: "outside_window", "already_seen", "unknown_tool"; empty otherwise.
  std::string_view cause() const noexcept;
  // A journal record of what this decision changed in the ledger; empty when nothing.
  // Gate::RestoreState applies it.
  std::string effects() const;

  // Judges the JSON-RPC `result` of this call: allowed when its compact form, as CompactSize
  // (scan.h) counts it, is within max_response_size, else OUTPUT_SIZE_EXCEEDED; INVALID_JSON for
  // what is no JSON; a Decision that denied never allows its response.
  Decision CheckResponse(std::string_view result_json) const;

 private:
  friend class DecisionBuilder;

  bool allowed_ = false;
  ErrorCode code_ = ErrorCode::kInternalError;
  std::int32_t capability_ = -1;
  std::shared_ptr<const policy::Context> context_;
  std::shared_ptr<const DecisionRecord> record_;
};

}  // namespace callgate

#endif  // CALLGATE_DECISION_H_
