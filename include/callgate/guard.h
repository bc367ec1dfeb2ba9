// Guard: the engine in a program that trusts its own caller. Policy, rates and response limits,
// without envelopes, tokens and sessions.
#ifndef CALLGATE_GUARD_H_
#define CALLGATE_GUARD_H_

#include <memory>
#include <string_view>

#include "callgate/decision.h"
#include "callgate/json.h"
#include "callgate/limits.h"
#include "callgate/policy.h"
#include "callgate/result.h"
#include "callgate/time.h"

namespace callgate {

// Who calls is what the program says: nothing is signed, so nothing is seen before. Rates are
// counted in this object, so they are those of one process, and end with it. For callers that have
// to prove who they are, and for rates that several processes share, there is Gate.
//
//   Guard guard(*PolicySet::Load("contexts.yaml"));
//   const Decision decision = guard.Check("alice", "default", "fs.read", R"({"path": "/a"})", now);
//   if (!decision.allowed()) return Refuse(decision.reason());
//
// Thread-safe: every member function may be called from any thread at any time.
class Guard {
 public:
  // `limits` bounds JSON texts and the table of rates (max_rate_windows, max_rate_entries). A
  // subject takes room there only while a call that was charged to it counts; nothing else is
  // remembered of it.
  explicit Guard(PolicySet policy, const Limits& limits = {});
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // Decides one call of `subject` under the SecurityContext `context`, and charges it to the first
  // capability that allows it and has room. Rates are counted for each subject and context; the
  // subject stands where the root execution stands for sessions. What is denied is not charged.
  //
  // Denies as PolicySet::Evaluate, and with RATE_LIMIT_EXCEEDED and retry_after() where no limit
  // has room, LEDGER_FULL where the table of rates is full, CLOCK_STEPPED where no limit has room
  // while `now` is more than a second behind the latest `now` that was seen, INVALID_ARGUMENT for a
  // subject that is not 1 to 256 bytes of UTF-8 without control characters and for a `now` outside
  // 2001 to 2200.
  //
  // capability() of what is allowed is the one that was charged. Of the accessors of the call,
  // context(), max_response_size() and retry_after() are filled. No allocation where one capability
  // allows, but for the table of rates when it grows.
  //
  // The time never runs backwards: it is the latest `now` that was seen.
  Decision Check(std::string_view subject, std::string_view context, std::string_view tool,
                 json::Value arguments, Time now);
  Decision Check(std::string_view subject, std::string_view context, std::string_view tool,
                 std::string_view arguments_json, Time now);

  // Replaces the policy at once; decisions under way keep the one they began with. What was charged
  // stays charged.
  void SetPolicy(PolicySet policy);
  PolicySet policy() const;

  // The way out of CLOCK_STEPPED: sets the time. Calls charged after `now` count as made at `now`,
  // so that nothing is refilled. INVALID_ARGUMENT for a `now` outside 2001 to 2200.
  Result<void> ResetClock(Time now);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace callgate

#endif  // CALLGATE_GUARD_H_
