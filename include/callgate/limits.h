// Every bound of the engine, in one place. Each is checked before the work it bounds.
#ifndef CALLGATE_LIMITS_H_
#define CALLGATE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace callgate {

// Counts and bytes. Going over one is an error (INVALID_ENVELOPE for envelopes, LIMIT_EXCEEDED or
// the document's own error elsewhere), or a denial with LEDGER_FULL for the tables of the ledger.
struct Limits {
  // JSON texts: envelopes, payloads, arguments, claims, and what is canonicalized.
  std::size_t max_json_bytes = 1 << 20;
  std::size_t max_json_depth = 64;         // arrays and objects that are open at once
  std::size_t max_json_nodes = 64 * 1024;  // values and keys
  std::size_t max_number_bytes = 1024;     // the digits of one number

  std::size_t max_token_bytes = 8 * 1024;
  std::size_t max_remembered_tokens = 16 * 1024;

  // Policy documents. 10,000 capabilities with their constraints are about 2 MB.
  std::size_t max_policy_bytes = 16 << 20;
  std::size_t max_policy_nodes = 2'000'000;
  std::int64_t max_regex_memory = 1 << 20;  // bytes for each compiled argument pattern

  // The ledger. A replay entry costs at most 40 bytes.
  std::size_t max_replay_entries = 1'000'000;
  std::size_t max_replay_entries_per_session = 100'000;
  std::size_t max_sessions = 100'000;         // open ones and the tombstones of ended ones
  std::size_t max_session_depth = 16;         // ancestors of a session
  std::size_t max_rate_windows = 100'000;     // (root, context, capability) counted at once
  std::size_t max_rate_entries = 10'000'000;  // charged calls remembered in all windows
};

}  // namespace callgate

#endif  // CALLGATE_LIMITS_H_
