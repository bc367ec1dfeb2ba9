// JSON of whatever a caller sent as a trail may hold it: bounded, and without secrets.
#ifndef CALLGATE_CORE_AUDIT_BOUNDED_JSON_H_
#define CALLGATE_CORE_AUDIT_BOUNDED_JSON_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/json.h"
#include "callgate/limits.h"
#include "core/audit/key_patterns.h"

namespace callgate::audit {

// What stands for a secret.
inline constexpr std::string_view kRedacted = "[redacted]";
inline constexpr std::size_t kMaxText = 2048;  // characters
inline constexpr std::size_t kMaxItems = 256;
inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxScanned = 128 << 10;

// For what is ours already: every text that a process holds is read.
Limits Unlimited(std::string_view text);

// Bytes of `text` that its first `characters` take.
std::size_t SizeOf(std::string_view text, std::size_t characters) noexcept;
// `text`, or its first kMaxText characters and how many are missing.
std::string CutText(std::string_view text);
// As CutText, but cuts before a token that the end would cut in two, so that no first part is shown
// of a secret whose shape is not told by it.
std::string CutBeforeToken(std::string_view text);
// What of `text` is searched for secrets: what CutText shows, and as much behind it as a secret
// that begins before the end may take.
std::string_view SearchedPart(std::string_view text) noexcept;

// What leaves out secrets.
struct Secrets {
  const KeyPatterns& keys;
  std::vector<std::string> redacted = {};  // the JSON pointers of what was left out
  // Bytes that may still be looked through. What comes after them is not shown.
  std::size_t left = kMaxScanned;

  // Whether the value of `key` is left out: for what the key is, or because it is too long to tell.
  [[nodiscard]] bool HidesValueOf(std::string_view key) const {
    return key.size() > kMaxText || keys.Match(key);
  }
};

// Appends the JSON text of `value`: of each text kMaxText characters, of each container kMaxItems
// items, no container below kMaxDepth others. A number that a double does not hold exactly is a
// text, and with `secrets` also one of more than 15 characters. The result is canonical but for the
// order of keys.
void AppendBounded(json::Value value, Secrets* secrets, std::string& out);

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_BOUNDED_JSON_H_
