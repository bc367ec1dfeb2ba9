// Secrets told by what stands next to them: a name and its value in two members of an object or in
// two elements of a list.
#ifndef CALLGATE_CORE_AUDIT_APART_H_
#define CALLGATE_CORE_AUDIT_APART_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "callgate/json.h"
#include "core/audit/key_patterns.h"

namespace callgate::audit {

// Of one object: {"name": "Authorization", "value": …}, {"kty": …, "d": …}, {"tokens": ["…"]}.
class Companions {
 public:
  Companions(json::Value object, const KeyPatterns& keys);

  [[nodiscard]] bool Hides(const json::Member& member) const;

 private:
  bool names_a_secret_ = false;
  bool is_of_a_key_ = false;  // RFC 7517
};

// Whether `row`, an element of a list, is a list of a secret name and its value.
[[nodiscard]] bool IsNamedPair(json::Value row, const KeyPatterns& keys);

// Which of the first kMaxItems elements of a list are secrets of the command line that it is:
// ["login", "--token", "…"].
[[nodiscard]] std::vector<std::size_t> SecretsOfCommand(json::Value list);

// Whether an object has to have a member of this name for Companions to hide one.
[[nodiscard]] bool MayHaveCompanions(std::string_view key) noexcept;
// Whether any of these is in `root`.
[[nodiscard]] bool HoldsSecretApart(json::Value root, const KeyPatterns& keys);

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_APART_H_
