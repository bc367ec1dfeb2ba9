// Gate: the whole decision about one signed tool call, and the sessions it rests on.
#ifndef CALLGATE_GATE_H_
#define CALLGATE_GATE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/crypto.h"
#include "callgate/decision.h"
#include "callgate/ledger.h"
#include "callgate/limits.h"
#include "callgate/policy.h"
#include "callgate/result.h"
#include "callgate/time.h"
#include "callgate/token.h"

namespace callgate {

struct GateOptions {
  TokenExpectations token;
  // Envelopes are fresh while |now - timestamp| <= window. Above 0, at most kLargestWindow.
  std::chrono::milliseconds window = kDefaultWindow;
  Limits limits;
};

enum class SessionState : std::uint8_t { kOpen, kEnded, kRevoked };

// A session as it stood when it was asked for.
struct Session {
  std::string id;  // the token's jti
  std::string subject;
  std::string context;
  PublicKey public_key;
  std::optional<std::string> parent;  // id
  std::string root;                   // `sub` of the topmost ancestor
  SessionState state;
  Time expires_at;
  // A journal record of what the call that returned this changed; empty for Gate::FindSession.
  std::string effects;
};

// The pure half of a decision: what is known, and what a ledger has to check and record at once.
// Move-only. Not thread-safe.
class Plan {
 public:
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;
  ~Plan();

  // nullopt: nothing is to be committed. Otherwise the plan is committed, denied or not.
  std::optional<ReplayKey> replay_key() const;
  // Ids: the call's own session first, then its ancestors. All must be open.
  const std::vector<std::string>& sessions() const;
  // Of the envelope. Its fraction is not signed, so another with the same replay_key may bear any
  // other fraction of this second: keep the key until the end of the second + window.
  Time timestamp() const;
  std::chrono::milliseconds window() const;
  // For each context of the chain that the call passed, its limits in order: the first with room is
  // taken, from all contexts or from none. Empty for a call that policy denies.
  const std::vector<std::vector<RateCharge>>& charges() const;

  // The decision, given the ledger's answer. A second call denies with INTERNAL_ERROR; Committed
  // that does not fit charges(), and RateLimited with a negative time, with LEDGER_UNAVAILABLE.
  // Where replay_key() is nullopt the outcome is not looked at.
  Decision Finish(const Outcome& outcome);

 private:
  friend class Gate;
  struct State;
  explicit Plan(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Thread-safe: every member function may be called from any thread at any time.
class Gate {
 public:
  // INVALID_ARGUMENT for options out of range.
  static Result<std::unique_ptr<Gate>> Create(PolicySet policy, IssuerKeys issuer_keys,
                                              GateOptions options = {});
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Decides the envelope in `bytes`, and records what has to be: the flow of docs/concepts.md.
  // Never allows what is malformed, unsigned, stale, seen before or not allowed by policy.
  Decision Authorize(std::string_view bytes, Time now);
  // The same up to the ledger, for ledgers that live elsewhere. Pure but for the token memory.
  Plan MakePlan(std::string_view bytes, Time now);

  // Verifies `token` and opens the session it names, bound to `public_key`. With `parent` (the id
  // of an open session), the new context must be within every context of the parent's chain, and
  // the contexts of the chain are kept as they are now. Errors: those of VerifyToken;
  // SCOPE_NOT_FOUND; KEY_REFUSED when cnf.jkt names another key, or the id is open with another
  // key; SESSION_INACTIVE for an id that ended or was revoked, or a parent that is; UNKNOWN_SESSION
  // for an unknown parent; CONTEXT_EXCEEDS_PARENT_CEILING; LEDGER_FULL.
  Result<Session> OpenSession(std::string_view token, const PublicKey& public_key,
                              std::optional<std::string_view> parent, Time now);
  // Moves exp; id, key, sub and scp stay. Errors as OpenSession, INVALID_TOKEN where they differ.
  Result<Session> RenewSession(std::string_view id, std::string_view token, Time now);
  // Final, and immediate for every Authorize that begins after they return. UNKNOWN_SESSION.
  Result<Session> EndSession(std::string_view id);
  Result<Session> RevokeSession(std::string_view id);
  std::optional<Session> FindSession(std::string_view id) const;
  // Whether the session and all its ancestors are there and neither ended nor revoked. For those
  // who act on a Decision later than it was made; whether they have expired is Authorize's to say.
  bool IsOpen(std::string_view id) const;

  // Replace a snapshot atomically; decisions under way keep the one they began with.
  void SetPolicy(PolicySet policy);
  void SetIssuerKeys(IssuerKeys issuer_keys);
  // The tools that there are, by tool patterns ("fs.read", "fs.*"). A call that policy allows of
  // any other is denied with TOOL_NOT_ALLOWED, cause unknown_tool: seen before if it comes again,
  // and not charged. nullopt, as it is at first: not known, and nothing is denied for it.
  // INVALID_ARGUMENT for what is no pattern, and then nothing changes.
  Result<void> SetOfferedTools(const std::optional<std::vector<std::string>>& patterns);
  PolicySet policy() const;

  // The operator's way out of CLOCK_STEPPED: ends every session and sets the ledger's time. Returns
  // a journal record.
  Result<std::string> ResetClock(Time now);

  // Everything the ledger knows, for a second process: sessions, tombstones, replay entries, rates,
  // the clock, the key of the replay digests. Treat it as a secret.
  std::string ExportState() const;
  // Replaces the ledger's state by `state` with `effects` applied in order, idempotently.
  // INVALID_ARGUMENT for what is malformed, and then nothing changes.
  Result<void> RestoreState(std::string_view state, const std::vector<std::string>& effects = {});

 private:
  struct State;
  explicit Gate(std::unique_ptr<State> state);
  Result<Session> CloseSession(std::string_view id, SessionState state);
  std::unique_ptr<State> state_;
};

}  // namespace callgate

#endif  // CALLGATE_GATE_H_
